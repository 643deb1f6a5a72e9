"""The workflow's work without Snakemake: a loop over the same batches that calls the same functions of the library.

usage: python benchmarks/plain.py my.yaml --cores 2 --directory FOLDER

A pool of processes runs the stages of a batch one after another. The difference from a run of the workflow is therefore
the cost of Snakemake: planning, starting a process for every job, keeping records, waiting. The loop does not detect
changes and starts from nothing each time. Files are written below FOLDER under the workflow's names, and the seconds of
each stage to FOLDER/stages.json.
"""

import argparse
import contextlib
import json
import logging
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# A process for each core, as the engine's jobs are: more threads would only be in each other's way. NumPy looks at this
# when it is imported.
os.environ.update(OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

import yaml
from snakemake.utils import update_config

from lettermill.dataset.assemble import assemble, rejected_by_table
from lettermill.dataset.compare import Compared, compare_rows
from lettermill.dataset.dataset_card import dataset_card
from lettermill.dataset.diagnosis import Learnt, diagnosis_of
from lettermill.dataset.findings import read_findings
from lettermill.dataset.split import split_of
from lettermill.dataset.summary import summary
from lettermill.dataset.suspects import gather_suspects
from lettermill.fetch.settings import FetchSettings
from lettermill.image.crop import Cropping
from lettermill.image.segmentation import Tolerances
from lettermill.plan.workplan import Workplan
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Duplicate, ImageSource, MovedRows, RejectedRow, Transcription, Withheld
from lettermill.report.contact_sheets import ContactSheets, write_contact_sheets
from lettermill.stages.align import align_batch
from lettermill.stages.crop import crop_batch
from lettermill.stages.cut import BatchFiles, cut_batch
from lettermill.stages.download import download_batch
from lettermill.stages.learn import LearningOutput, LearningSource, learn_recogniser
from lettermill.stages.match import match_batch
from lettermill.stages.segment import segment_batch

RECOGNISER = Path("results/recogniser/recogniser.npz")
DATASET = Path("results/dataset")
SUSPECTS = Path("results/suspects.csv")
COMPARED = Compared(*(Path("results") / name for name in ("duplicates.csv", "moved.csv", "withheld.csv", "withheld")))
LEARNING = 3
"""Threads that ``learn`` has use for."""

Seconds = Counter[str]
"""Stage -> CPU seconds."""


class Rows(NamedTuple):
    """A batch, and what the stages must know of its rows; see ``Workplan``."""

    batch: str
    sources: list[ImageSource]
    images: str
    patterns: list[Transcription]


class Files(NamedTuple):
    """Where the files of a batch are."""

    downloaded: Path
    cropped: Path
    segmented: Path
    matched: Path
    aligned: Path
    suspected: Path
    letters: Path

    @classmethod
    def of(cls, batch: str) -> "Files":
        tables = ("segmented", "matched", "aligned", "suspected")
        return cls(*(Path("results", name, f"{batch}.csv" if name in tables else batch) for name in cls._fields))


@contextlib.contextmanager
def stage(spent: Seconds, name: str) -> Iterator[None]:
    """Add the CPU seconds of the block to ``spent``."""
    started = time.process_time()
    yield
    spent[name] += time.process_time() - started


def to_matched(rows: Rows, config: dict) -> Seconds:
    """The stages of a batch before the recogniser."""
    spent, files = Seconds(), Files.of(rows.batch)
    with stage(spent, "download"):
        cache, settings = Path(config["cache"]), FetchSettings.from_config(config["download"])
        download_batch(rows.sources, Path(rows.images), cache, files.downloaded, settings)
    with stage(spent, "crop"):
        crop_batch(files.downloaded, files.cropped, Cropping.from_config(**config["crop"]))
    with stage(spent, "segment"):
        segment_batch(files.cropped, files.segmented, Tolerances(**config["segment"]))
    with stage(spent, "match"):
        match_batch(files.segmented, rows.patterns, files.matched)
    return spent


def to_letters(rows: Rows, config: dict) -> Seconds:
    """The stages of a batch from there on."""
    spent, files = Seconds(), Files.of(rows.batch)
    matched, suspected, confidence = files.matched, None, 0.0
    if config["method"] == "align":
        with stage(spent, "align"):
            align_batch(RECOGNISER, matched, files.cropped, rows.patterns, files.aligned, files.suspected)
        matched, suspected, confidence = files.aligned, files.suspected, config["align"]["confidence"]
    with stage(spent, "cut"):
        found = BatchFiles(files.downloaded, files.cropped, files.segmented, matched, suspected)
        review_confidence = config["review"]["confidence"]
        cut_batch(
            found,
            rows.patterns,
            files.letters,
            **config["cut"],
            min_confidence=confidence,
            review_confidence=review_confidence,
        )
    return spent


def learn(batches: Iterable[str], config: dict, cores: int) -> Seconds:
    """The recogniser of all batches."""
    spent, settings = Seconds(), config["align"]
    sources = [LearningSource(files.matched, files.cropped) for files in map(Files.of, batches)]
    jobs = min(LEARNING, cores)
    with stage(spent, "learn"):
        learn_recogniser(
            sources, settings["examples"], settings["rounds"], [], LearningOutput.of(RECOGNISER.parent), jobs
        )
    return spent


def write_suspects(batches: Iterable[str]) -> Seconds:
    """The suspected transcriptions of all batches."""
    spent = Seconds()
    with stage(spent, "suspects"):
        gather_suspects([Files.of(batch).suspected for batch in batches], SUSPECTS)
    return spent


def compare(batches: Iterable[str], lengths: Sequence[tuple[str, int]], config: dict) -> Seconds:
    """What all rows together show. lengths: see ``find_moved``."""
    spent = Seconds()
    with stage(spent, "compare"):
        letters = [Files.of(batch).letters for batch in batches]
        suspects = SUSPECTS if config["method"] == "align" else None
        compare_rows(letters, lengths, suspects, (), config["accept_contradicted"], COMPARED)
    return spent


def write_dataset(batches: Mapping[str, int], unusable: Iterable[RejectedRow], config: dict) -> Seconds:
    """The dataset of batches (name -> rows), its summary, and its card, which is like the workflow's but for the names
    of settings and versions."""
    spent = Seconds()
    with stage(spent, "dataset"):
        letters = {Files.of(batch).letters: rows for batch, rows in batches.items()}
        split = split_of(config["split"], COMPARED.duplicates)
        account = assemble(letters, rejected_by_table(unusable), split, DATASET)
        text = dataset_card(account, Path(config["table"]).name, config, {})
        (DATASET / "README.md").write_text(text, encoding="utf-8")
        output = LearningOutput.of(RECOGNISER.parent) if config["method"] == "align" else None
        learnt = Learnt(output.learning, output.printed, SUSPECTS, config["align"]["examples"]) if output else Learnt()
        moved, withheld = read_records(COMPARED.moved, MovedRows), read_records(COMPARED.withheld, Withheld)
        diagnosis = diagnosis_of(read_findings(letters), account.delivered_rows, learnt, moved, withheld)
        text = summary(account, DATASET, diagnosis, duplicates=read_records(COMPARED.duplicates, Duplicate))
        Path("results/summary.txt").write_text(text, encoding="utf-8")
    return spent


def draw_sheets(batches: Iterable[str]) -> Seconds:
    """The contact sheets of all batches."""
    spent = Seconds()
    with stage(spent, "sheets"):
        letters = [Files.of(batch).letters for batch in batches]
        write_contact_sheets(
            letters, ContactSheets(*(Path(f"results/sheets/{kind}.png") for kind in ContactSheets._fields))
        )
    return spent


def run(config: dict, files: list[Path], cores: int) -> Seconds:
    """Everything, in the working directory. config: the merged one. files: where it comes from.

    Returns what the stages took, all processes together.
    """
    plan = Workplan(config, files, ROOT / "schemas/config.schema.yaml")
    names = plan.batches
    rows = [Rows(name, plan.sources(name), str(plan.images), plan.patterns(name)) for name in names]
    spent = Seconds()
    with multiprocessing.Pool(cores, _log_to_file) as pool:

        def all_of(*calls: tuple) -> None:
            for waiting in [pool.apply_async(work, arguments) for work, *arguments in calls]:
                spent.update(waiting.get())

        all_of(*((to_matched, batch, config) for batch in rows))
        if config["method"] == "align":
            RECOGNISER.parent.mkdir(parents=True)
            spent.update(learn(names, config, cores))
        all_of(*((to_letters, batch, config) for batch in rows))
        if config["method"] == "align":
            spent.update(write_suspects(names))
        spent.update(compare(names, plan.lengths, config))
        of_batches = {batch.batch: len(batch.patterns) for batch in rows}
        all_of((draw_sheets, names), (write_dataset, of_batches, plan.rejected_rows, config))
        pool.close()
        pool.join()
    return spent


def _log_to_file() -> None:
    """Log as a job does."""
    logging.basicConfig(filename=f"logs/{os.getpid()}.log", encoding="utf-8", level=logging.INFO)


def main() -> None:
    """Run in the folder that is named."""
    parser = argparse.ArgumentParser(description="The workflow's work as a plain loop.")
    parser.add_argument("config", type=Path)
    parser.add_argument("--cores", type=int, required=True, help="processes")
    parser.add_argument("--directory", type=Path, required=True, help="folder for all output")
    args = parser.parse_args()
    files = [ROOT / "config.yaml", args.config.absolute()]
    config: dict = {}
    for file in files:
        update_config(config, yaml.safe_load(file.read_text(encoding="utf-8")))
    (args.directory / "logs").mkdir(parents=True)
    os.chdir(args.directory)
    spent = run(config, files, args.cores)
    Path("stages.json").write_text(json.dumps(spent), encoding="utf-8")


if __name__ == "__main__":
    main()
