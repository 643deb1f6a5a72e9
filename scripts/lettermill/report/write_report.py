"""The report: a page, and beside it every plot as PNG, its numbers as CSV, and letters of each class."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.base.file_names import file_stem
from lettermill.base.files import write_bytes
from lettermill.dataset.account import Account
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Rejected, Suspect
from lettermill.report import plots
from lettermill.report.correction_summary import read_corrections
from lettermill.report.figures import Figure, style
from lettermill.report.funnel import Step, funnel
from lettermill.report.letter_pictures import (
    ClassRow,
    class_rows,
    data_uri,
    letter_picture,
    sheet,
    small_png,
    suspected_words,
)
from lettermill.report.letter_statistics import LetterStatistics, Shown, gather_letters
from lettermill.report.notes import notes
from lettermill.report.plot_data import (
    ConfidenceBin,
    FunnelLine,
    ReliabilityBin,
    ShapeBin,
    confidence_bins,
    funnel_lines,
    read_reliability,
    shape_bins,
    write_classes,
)
from lettermill.report.render import render
from lettermill.report.shapes import Shapes, measure, spreads
from lettermill.workflow.run_times import Time, read_times

log = logging.getLogger(__name__)

MOST_CLASSES = 100
"""Classes that are shown with letters of each; those of others are files beside the page."""

LEAST = (0.9, 0.95, 0.98, 0.99)
"""Confidences for which the page says how many letters have as much."""


class Sources(NamedTuple):
    """What the report is made of. batches: folders that ``cut_batch`` has written. reliability, suspects, corrections,
    lessons: None where there are none. benchmarks, logs: folders of the engine's measurements and of jobs' logs."""

    metadata: Path
    rejected: Path
    batches: Sequence[Path]
    reliability: Path | None
    suspects: Path | None
    corrections: Path | None
    lessons: Path | None
    benchmarks: Path
    logs: Path


class About(NamedTuple):
    """What the report says of itself.

    source: name of the table. threshold: confidence from which letters are delivered, None where they have none.
    settings: config key -> value. versions: package -> version.
    """

    source: str
    method: str
    alphabet: Sequence[str]
    threshold: float | None
    settings: dict[str, object]
    versions: dict[str, str]


class Numbers(NamedTuple):
    """What plots and tables are made of. rows: of the table. steps: see ``funnel``. bins: of the reliability table."""

    rows: int
    steps: Sequence[Step]
    letters: LetterStatistics
    bins: Sequence[ReliabilityBin]
    shapes: Shapes
    times: Sequence[Time]


def write_report(sources: Sources, about: About, page: Path, folder: Path) -> None:
    """Write the report to the file ``page``, and what belongs to it into ``folder``.

    Raises CorruptedFileError when something that it is made of is missing or is not what it should be.
    """
    letters = gather_letters(sources.metadata, sources.batches, about.alphabet)
    account = Account(delivered_rows=letters.rows)
    account.add_rejected(read_records(sources.rejected, Rejected))
    found = Numbers(
        rows=account.rows,
        steps=funnel(account, about.method),
        letters=letters,
        bins=read_reliability(sources.reliability),
        shapes=_measure(letters),
        times=read_times(sources.benchmarks, sources.logs, {batch.name for batch in sources.batches}),
    )
    measured = len(found.shapes.labels)
    log.info("%d letters of %d classes, %d of them measured", letters.total, len(letters.classes), measured)
    suspects = read_records(sources.suspects, Suspect) if sources.suspects else []
    corrections = read_corrections(sources.corrections, sources.lessons, about.threshold)
    folder.mkdir(parents=True, exist_ok=True)
    _write_tables(folder, about, found)
    content = {
        **found._asdict(),
        "about": about,
        "account": account,
        "suspects": suspected_words(suspects, sources.batches),
        "all_suspects": len(suspects),
        "corrections": corrections,
        "notes": notes(letters, found.rows, found.steps, found.bins, len(suspects), corrections, about.threshold),
        "figures": _draw(folder, about, found),
        "rows_of": _class_rows(folder / "classes", letters),
        "strip": _strip(letters),
        "spreads": spreads(found.shapes),
        "more": [(least, *letters.expected(least)) for least in LEAST],
        "folder": folder.name,
        "data_uri": data_uri,
    }
    write_bytes(page, render(content).encode())


def _measure(letters: LetterStatistics) -> Shapes:
    return measure(
        {
            label: (this.letters, [Shown._make(shown).path for shown in this.sample])
            for label, this in letters.classes.items()
        }
    )


def _write_tables(folder: Path, about: About, found: Numbers) -> None:
    write_records(folder / "funnel.csv", FunnelLine, funnel_lines(found.rows, found.steps))
    write_classes(folder / "classes.csv", found.letters, found.shapes)
    write_records(folder / "shapes.csv", ShapeBin, shape_bins(found.shapes))
    write_records(folder / "times.csv", Time, found.times)
    if about.threshold is not None:
        write_records(folder / "confidence.csv", ConfidenceBin, confidence_bins(found.letters))
        write_records(folder / "reliability.csv", ReliabilityBin, found.bins)


def _draw(folder: Path, about: About, found: Numbers) -> dict[str, Figure]:
    """Name -> plot."""
    # The commonest ones of an alphabet that is too long for a plot, in its order.
    classes = found.letters.classes
    common = sorted(classes, key=lambda label: -classes[label].letters)[:MOST_CLASSES]
    labels = [label for label in classes if label in set(common)]
    with style():
        figures = {
            "funnel": plots.draw_funnel(found.rows, found.steps, folder / "funnel.png"),
            "classes": plots.draw_classes(found.letters, labels, folder / "classes.png"),
            "shapes": plots.draw_shapes(found.shapes, folder / "shapes.png"),
            "times": plots.draw_times(found.times, folder / "times.png"),
        }
        if about.threshold is not None:
            figures["confidence"] = plots.draw_confidence(found.letters, about.threshold, folder / "confidence.png")
            figures["reliability"] = plots.draw_reliability(found.bins, folder / "reliability.png")
    return figures


def _strip(letters: LetterStatistics) -> list[tuple[str, str]]:
    """(label, address of a picture) of a letter of each class, those of the sheets that come first there."""
    first = [(label, next(map(Shown._make, this.sample))) for label, this in letters.classes.items() if this.letters]
    return [(label, data_uri(small_png(letter_picture(shown.path)))) for label, shown in first[:MOST_CLASSES]]


def _class_rows(folder: Path, letters: LetterStatistics) -> dict[str, list[tuple[ClassRow, str]]]:
    """Label -> its letters to be shown, each row with its picture's address; all are files in ``folder`` as well."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {}
    wanted = set()
    for label, this in letters.classes.items():
        if not this.letters and not this.rejected:
            continue
        rows = class_rows(this)
        name = f"{file_stem(label)}.png"
        wanted.add(name)
        write_bytes(folder / name, small_png(sheet(rows)))
        if len(found) < MOST_CLASSES:
            pictures = ["" if row.picture is None else data_uri(small_png(row.picture)) for row in rows]
            found[label] = list(zip(rows, pictures, strict=True))
    for name in os.listdir(folder):
        if name not in wanted and not name.startswith("."):
            os.unlink(folder / name)
    return found
