"""Write the report: a page, every plot as PNG and CSV, and a sheet of letters per class."""

import json
import logging
import os
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from lettermill.base.file_names import file_stem, letter_folders
from lettermill.base.files import write_bytes
from lettermill.base.findings import WRONG_TABLE
from lettermill.base.kept import Kept, digest_of_files
from lettermill.base.split import PARTS
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.data_frames import write_frame
from lettermill.records.schemas import Suspect
from lettermill.report.correction_summary import summarise_corrections
from lettermill.report.diagnosis import diagnosed
from lettermill.report.funnel import Step, count_stopped, funnel
from lettermill.report.letter_pictures import (
    class_letters,
    class_rows,
    data_uri,
    letter_picture,
    sheet,
    small_png,
    suspected_words,
)
from lettermill.report.letter_statistics import LetterStatistics, gather_letters
from lettermill.report.notes import notes
from lettermill.report.page_figure import PageFigure, figure_of
from lettermill.report.plot_data import (
    class_table,
    confidence_histogram,
    funnel_table,
    read_reliability,
    rounded_classes,
    shape_histograms,
)
from lettermill.report.render import render
from lettermill.report.shapes import measure, percentiles
from lettermill.workflow.run_times import Time, read_times

log = logging.getLogger(__name__)

MAX_CLASSES = 100
"""How many classes the page shows with sample letters. Sheets of the others are in the folder of the report."""

CONFIDENCES = (0.9, 0.95, 0.98, 0.99)
"""Thresholds for which the page gives the number of letters."""


class Sources(NamedTuple):
    """Inputs of the report. batches: folders written by ``cut_batch``. reliability, suspects, corrections,
    correction_effects, diagnosis, printed: None if there is no such file. benchmarks, logs: folders of Snakemake's
    benchmarks and of the jobs' logs."""

    metadata: Path
    rejected: Path
    batches: Sequence[Path]
    reliability: Path | None
    suspects: Path | None
    corrections: Path | None
    correction_effects: Path | None
    benchmarks: Path
    logs: Path
    diagnosis: Path | None = None
    printed: Path | None = None


class About(NamedTuple):
    """Settings shown in the report.

    source: name of the table. min_confidence: threshold for delivery, None where letters have no confidence.
    settings: config key -> value. versions: package -> version. stems: names of files of rows, see
    ``file_stem``.
    """

    source: str
    method: str
    alphabet: Sequence[str]
    min_confidence: float | None
    settings: dict[str, object]
    versions: dict[str, str]
    stems: Mapping[str, str] = MappingProxyType({})


class Numbers(NamedTuple):
    """The numbers of the plots and tables. rows: rows in the table. steps: see ``funnel``. classes: see
    ``class_table``. reliability: see ``read_reliability``. shapes: see ``measure``."""

    rows: int
    steps: Sequence[Step]
    letters: LetterStatistics
    classes: pd.DataFrame
    reliability: pd.DataFrame
    shapes: pd.DataFrame
    times: Sequence[Time]


class PageRow(NamedTuple):
    """Some letters of a class on the page. picture: data URL; empty if there is none. width, height: in pixels."""

    name: str
    text: str
    picture: str
    width: int
    height: int


def write_report(sources: Sources, about: About, page: Path, folder: Path, kept: Kept | None = None) -> None:
    """Write the report to the file ``page``, and its plots, tables and sheets into ``folder``.

    kept: what is known of letters, and drawn, before.
    Raises CorruptedFileError when an input is missing or damaged.
    """
    kept = kept or Kept()
    suspects = read_records(sources.suspects, Suspect) if sources.suspects else []
    suspect_rows = {suspect.row_id for suspect in suspects}
    letters = gather_letters(sources.metadata, sources.batches, about.alphabet, about.stems, suspect_rows, kept)
    stopped = count_stopped(sources.rejected)
    rows = letters.rows + sum(stopped.values())
    shapes = measure(letters, kept)
    numbers = Numbers(
        rows=rows,
        steps=funnel(rows, stopped, about.method),
        letters=letters,
        classes=class_table(letters, shapes),
        reliability=read_reliability(sources.reliability),
        shapes=shapes,
        times=read_times(sources.benchmarks, sources.logs, {batch.name for batch in sources.batches}),
    )
    log.info("%d letters of %d classes, %d of them measured", letters.total, len(letters.classes), len(shapes))
    corrections = summarise_corrections(sources.corrections, sources.correction_effects, about.min_confidence)
    folder.mkdir(parents=True, exist_ok=True)
    figures = _write_plots(folder, about, numbers, kept)
    found = diagnosed(sources.diagnosis, sources.printed, sources.batches)
    content = {
        **numbers._asdict(),
        "classes": list(numbers.classes.reset_index().itertuples(index=False)),
        "reliability": list(numbers.reliability.itertuples(index=False)),
        "about": about,
        "suspects": suspected_words(suspects, sources.batches),
        "all_suspects": len(suspects),
        "corrections": corrections,
        "diagnosed": found,
        "wrong_table": any(one.kind in WRONG_TABLE for one, _ in found),
        "notes": notes(
            letters, rows, numbers.steps, numbers.reliability, len(suspects), corrections, about.min_confidence
        ),
        "figures": figures,
        "rows_of": _class_rows(folder / "classes", letters, kept),
        "strip": _strip(letters),
        "percentiles": percentiles(shapes),
        "confident": [(confidence, *letters.expected(confidence)) for confidence in CONFIDENCES],
        "folder": folder.name,
        "data_uri": data_uri,
    }
    write_bytes(page, render(content).encode())


def _write_plots(folder: Path, about: About, numbers: Numbers, kept: Kept) -> dict[str, PageFigure]:
    """Write every plot and its numbers. Returns name -> figure."""
    histogram, shapes = confidence_histogram(numbers.letters), shape_histograms(numbers.shapes)
    write_frame(folder / "funnel.csv", funnel_table(numbers.rows, numbers.steps))
    write_frame(folder / "classes.csv", rounded_classes(numbers.classes))
    write_frame(folder / "shapes.csv", shapes)
    write_records(folder / "times.csv", Time, numbers.times)
    # If the alphabet is too long for a plot: the most frequent classes, in alphabet order.
    common = numbers.classes["letters"].sort_values(ascending=False, kind="stable").index[:MAX_CLASSES]
    data: dict[str, tuple] = {
        "funnel": (numbers.rows, numbers.steps),
        "classes": (numbers.classes.loc[numbers.classes.index.isin(common), list(PARTS)],),
        "shapes": (shapes,),
        "times": (numbers.times,),
    }
    if about.min_confidence is not None:
        write_frame(folder / "confidence.csv", histogram)
        write_frame(folder / "reliability.csv", numbers.reliability)
        data |= {"confidence": (histogram, about.min_confidence), "reliability": (numbers.reliability,)}
    figures = {}
    for name, values in data.items():
        texts = [value.to_csv() if isinstance(value, pd.DataFrame) else repr(value) for value in values]
        draw = partial(_draw, name, values)
        figures[name] = figure_of(kept, repr((about.versions, texts)), folder / f"{name}.png", draw)
    return figures


def _draw(name: str, values: tuple, path: Path) -> PageFigure:
    from lettermill.report import plots
    from lettermill.report.figures import style

    with style():
        figure: PageFigure = getattr(plots, f"draw_{name}")(*values, path)
    return figure


def _strip(letters: LetterStatistics) -> list[tuple[str, str]]:
    """(label, data URL) of one letter of each class: the first of its random sample."""
    labels = [label for label in letters.classes.index if label in letters.sample][:MAX_CLASSES]
    firsts = ((label, letters.sample[label]["path"].iloc[0]) for label in labels)
    return [(label, data_uri(small_png(letter_picture(path)))) for label, path in firsts]


def _class_rows(folder: Path, letters: LetterStatistics, kept: Kept) -> dict[str, list[PageRow]]:
    """Label -> its rows of letters. All sheets are written to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[PageRow]] = {}
    wanted, folders = set(), letter_folders(letters.classes.index)
    for label in letters.classes.index[letters.classes[["letters", "rejected"]].any(axis=1)]:
        kinds = class_letters(letters, label)
        name = f"{folders.get(label, file_stem(label))}.png"
        wanted.add(name)
        images = digest_of_files(path for _, shown in kinds for path in shown["path"])
        confidences = repr([shown["confidence"].tolist() for _, shown in kinds])
        known, _, png = kept.get(images + confidences.encode(), partial(_drawn_rows, kinds)).partition(b"\n")
        write_bytes(folder / name, png)
        if len(found) < MAX_CLASSES:
            found[label] = [PageRow(*row) for row in json.loads(known)]
    for name in os.listdir(folder):
        if name not in wanted and not name.startswith("."):
            os.unlink(folder / name)
    return found


def _drawn_rows(kinds: Sequence[tuple[str, pd.DataFrame]]) -> bytes:
    """The rows of a class for the page as JSON, and after a line break its sheet as PNG."""
    rows = class_rows(kinds)
    of_page = []
    for row in rows:
        height, width = (0, 0) if row.picture is None else row.picture.shape
        uri = "" if row.picture is None else data_uri(small_png(row.picture))
        of_page.append(PageRow(row.name, row.text, uri, width, height))
    return json.dumps(of_page).encode() + b"\n" + small_png(sheet(rows))
