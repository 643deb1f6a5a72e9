"""What corrections change: the letters that the review page shows first are decided from the true boxes.

usage: python benchmarks/corrected.py [--letters 200] [--samples 7]
       python benchmarks/corrected.py [--letters 200] --directory DIR --configfile MY.yaml --truth TRUTH.csv

The first form makes words like those of the embedded sample, 300 for each of several seeds of its generator.
DIR: a folder in which the workflow has run with MY.yaml (`method: align`). It is copied and not changed.
TRUTH: true boxes of its letters, or of some rows; see score.py.

The program takes the first letters of the page whose truth is known, in the page's proportions. It accepts those that
are right and rejects the others. Then it runs the workflow twice: with these corrections, and with the recogniser
trained on them. It gives recall and precision for rows with a correction and for all other rows separately, because
corrected letters are bound to be right.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]

sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "resources/sample")]

import pandas as pd
import yaml
from generate import generate

from lettermill.corrections.correction import Correction
from lettermill.corrections.formula_escape import escape_formula
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import CorrectionEffect, ReviewLetter
from lettermill.review.candidates import KINDS, Candidate, best_letters, share_out
from score import Truth, read_letters, score

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


class Run(NamedTuple):
    """A run of the workflow: its folder, its config, and the true boxes of its letters."""

    directory: Path
    configfile: Path
    truth: Path


def synthetic(folder: Path, samples: int) -> Run:
    """Words like those of the sample, of other seeds, in ``folder``, and the workflow run on them."""
    tables: dict[str, list[list[str]]] = {"words.csv": [], "boxes.csv": []}
    for seed in range(1, samples + 1):
        generate(folder / str(seed), seed)
        for name, rows in tables.items():
            with open(folder / str(seed) / name, encoding="utf-8", newline="") as file:
                header, *lines = csv.reader(file)
            rows += [header] * (not rows) + [[_of_seed(seed, first), *rest] for first, *rest in lines]
        for image in list((folder / str(seed) / "images").iterdir()):
            image.rename(image.with_name(_of_seed(seed, image.name)))
    for name, rows in tables.items():
        write(folder / name, rows)
    config = folder / "my.yaml"
    config.write_text("table: words.csv\n", encoding="utf-8")
    run(folder / "run", config)
    return Run(folder / "run", config, folder / "boxes.csv")


def _of_seed(seed: int, name: str) -> str:
    """The name of a word, or the path of its image, by which it differs from those of other seeds."""
    folder, slash, word = name.rpartition("/")
    return f"{seed}/{folder}/{seed}_{word}" if slash else f"{seed}_{word}"


def write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a table."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def review(results: Path, truth: pd.DataFrame, letters: int) -> list[Correction]:
    """Corrections of the first ``letters`` letters of the review page of ``results`` that ``truth`` knows."""
    known = Truth(truth[truth.status != "ambiguous"])
    batches = (
        [letter for letter in read_records(path, ReviewLetter) if (letter.row_id, letter.position) in known.letters]
        for path in sorted(results.glob("letters/*/review_letters.csv"))
    )
    shown = best_letters(batches, CONFIG["review"]["letters"], CONFIG["review"]["confidence"], ())
    kinds = [[each for each in shown if each.kind == kind] for kind in KINDS[1:]]
    shares = share_out(letters, list(map(len, kinds)))
    chosen = [each for kind, share in zip(kinds, shares, strict=True) for each in kind[:share]]
    return [_decided(each, known) for each in chosen]


def _decided(shown: Candidate, truth: Truth) -> Correction:
    letter = shown.letter
    box = " ".join(map(str, letter.box))
    right = truth.is_correct(letter, truth.letters[letter.row_id, letter.position])
    action = "accept" if right else "reject"
    return Correction(letter.row_id, str(letter.position), letter.label, box, action, "")


def run(folder: Path, config: Path, *options: str) -> None:
    """Run the workflow."""
    places = ["--configfile", str(config), "--directory", str(folder)]
    command = [sys.executable, "-m", "snakemake", "-j", "2", "--quiet", "all", *places, *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def say(what: str, results: Path, truth: pd.DataFrame, corrected: set[str]) -> None:
    """Print recall and precision."""
    letters = read_letters(results / "dataset/metadata.csv")
    cells = []
    for rows in (truth[truth.row_id.isin(corrected)], truth[~truth.row_id.isin(corrected)]):
        found = score(letters, rows)
        cells.append(f"{found.recall:7.2%} {found.precision:7.2%} {found.delivered:6d}")
    print(f"{what:26} | {' | '.join(cells)}", flush=True)


def say_effects(effects: Sequence[CorrectionEffect], min_confidence: float) -> None:
    """Print the confidence of the corrected letters, with the recogniser trained without them and with them."""
    for verdict in ("right", "wrong"):
        found = [effect for effect in effects if effect.verdict == verdict]
        before = sum((effect.before or 0) >= min_confidence for effect in found)
        after = sum((effect.after or 0) >= min_confidence for effect in found)
        print(
            f"of {len(found)} letters that are {verdict}, confident without training on them: {before}, with: {after}"
        )


def main() -> None:
    """Correct, run, train again; print what has changed."""
    parser = argparse.ArgumentParser(description="What corrections of the most uncertain letters change.")
    parser.add_argument("--letters", type=int, default=200)
    parser.add_argument("--samples", type=int, default=7)
    for name in Run._fields:
        parser.add_argument(f"--{name}", type=lambda path: Path(path).resolve())
    given = parser.parse_args()
    own = [getattr(given, name) for name in Run._fields]
    if any(own) and not all(own):
        parser.error("--directory, --configfile and --truth go together")
    with tempfile.TemporaryDirectory() as name:
        subject = Run(*own) if all(own) else synthetic(Path(name), given.samples)
        truth = read_letters(subject.truth)
        folder, lines = Path(name) / "copy", Path(name) / "corrections.csv"
        shutil.copytree(subject.directory, folder, symlinks=True)
        results = folder / "results"
        corrections = review(results, truth, given.letters)
        write(lines, [Correction._fields, *(list(map(escape_formula, correction)) for correction in corrections)])
        corrected = {correction.row_id for correction in corrections}
        accepted = sum(correction.action == "accept" for correction in corrections)
        print(f"{len(corrections)} corrections in {len(corrected)} rows: {accepted} accepted, the others rejected")
        print(f"{'recall, precision, letters':26} | {'rows with corrections':22} | other rows")
        say("as it was", results, truth, corrected)
        setting = ["--config", f"corrections={lines}"]
        run(folder, subject.configfile, *setting)
        say("corrected", results, truth, corrected)
        run(folder, subject.configfile, *setting, "-R", "learn")
        say("and learnt from", results, truth, corrected)
        say_effects(read_records(results / "recogniser/lessons.csv", CorrectionEffect), CONFIG["align"]["confidence"])


if __name__ == "__main__":
    main()
