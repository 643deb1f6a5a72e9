"""Write the report: a page, every plot as PNG and CSV, and a sheet of letters per class."""

import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pandas as pd

from lettermill.base.file_names import file_stem, letter_folders
from lettermill.base.files import write_bytes
from lettermill.base.findings import WRONG_TABLE
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.data_frames import write_frame
from lettermill.records.schemas import Suspect
from lettermill.report import plots
from lettermill.report.correction_summary import summarise_corrections
from lettermill.report.diagnosis import diagnosed
from lettermill.report.figures import PageFigure, style
from lettermill.report.funnel import Step, count_stopped, funnel
from lettermill.report.letter_pictures import (
    ClassRow,
    class_rows,
    data_uri,
    letter_picture,
    sheet,
    small_png,
    suspected_words,
)
from lettermill.report.letter_statistics import LetterStatistics, gather_letters
from lettermill.report.notes import notes
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


def write_report(sources: Sources, about: About, page: Path, folder: Path) -> None:
    """Write the report to the file ``page``, and its plots, tables and sheets into ``folder``.

    Raises CorruptedFileError when an input is missing or damaged.
    """
    suspects = read_records(sources.suspects, Suspect) if sources.suspects else []
    suspect_rows = {suspect.row_id for suspect in suspects}
    letters = gather_letters(sources.metadata, sources.batches, about.alphabet, about.stems, suspect_rows)
    stopped = count_stopped(sources.rejected)
    rows = letters.rows + sum(stopped.values())
    shapes = measure(letters)
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
    figures = _write_plots(folder, about, numbers)
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
        "rows_of": _class_rows(folder / "classes", letters),
        "strip": _strip(letters),
        "percentiles": percentiles(shapes),
        "confident": [(confidence, *letters.expected(confidence)) for confidence in CONFIDENCES],
        "folder": folder.name,
        "data_uri": data_uri,
    }
    write_bytes(page, render(content).encode())


def _write_plots(folder: Path, about: About, numbers: Numbers) -> dict[str, PageFigure]:
    """Write every plot and its numbers. Returns name -> figure."""
    histogram, shapes = confidence_histogram(numbers.letters), shape_histograms(numbers.shapes)
    write_frame(folder / "funnel.csv", funnel_table(numbers.rows, numbers.steps))
    write_frame(folder / "classes.csv", rounded_classes(numbers.classes))
    write_frame(folder / "shapes.csv", shapes)
    write_records(folder / "times.csv", Time, numbers.times)
    # If the alphabet is too long for a plot: the most frequent classes, in alphabet order.
    common = numbers.classes["letters"].sort_values(ascending=False, kind="stable").index[:MAX_CLASSES]
    with style():
        figures = {
            "funnel": plots.draw_funnel(numbers.rows, numbers.steps, folder / "funnel.png"),
            "classes": plots.draw_classes(numbers.classes[numbers.classes.index.isin(common)], folder / "classes.png"),
            "shapes": plots.draw_shapes(shapes, folder / "shapes.png"),
            "times": plots.draw_times(numbers.times, folder / "times.png"),
        }
        if about.min_confidence is not None:
            write_frame(folder / "confidence.csv", histogram)
            write_frame(folder / "reliability.csv", numbers.reliability)
            figures["confidence"] = plots.draw_confidence(histogram, about.min_confidence, folder / "confidence.png")
            figures["reliability"] = plots.draw_reliability(numbers.reliability, folder / "reliability.png")
    return figures


def _strip(letters: LetterStatistics) -> list[tuple[str, str]]:
    """(label, data URL) of one letter of each class: the first of its random sample."""
    labels = [label for label in letters.classes.index if label in letters.sample][:MAX_CLASSES]
    firsts = ((label, letters.sample[label]["path"].iloc[0]) for label in labels)
    return [(label, data_uri(small_png(letter_picture(path)))) for label, path in firsts]


def _class_rows(folder: Path, letters: LetterStatistics) -> dict[str, list[tuple[ClassRow, str]]]:
    """Label -> its rows of letters, each with the data URL of its picture. All sheets are written to ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    found: dict[str, list[tuple[ClassRow, str]]] = {}
    wanted, folders = set(), letter_folders(letters.classes.index)
    for label in letters.classes.index[letters.classes[["letters", "rejected"]].any(axis=1)]:
        rows = class_rows(letters, label)
        name = f"{folders.get(label, file_stem(label))}.png"
        wanted.add(name)
        write_bytes(folder / name, small_png(sheet(rows)))
        if len(found) < MAX_CLASSES:
            pictures = ["" if row.picture is None else data_uri(small_png(row.picture)) for row in rows]
            found[label] = list(zip(rows, pictures, strict=True))
    for name in os.listdir(folder):
        if name not in wanted and not name.startswith("."):
            os.unlink(folder / name)
    return found
