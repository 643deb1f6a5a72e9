"""What training the recogniser and aligning cost, and the letters they give.

A job aligns a batch in its own Python process. That is what is measured here: start-up, reading, aligning and writing,
on one core, for batches of ``ROWS`` rows.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.records.csv_files import read_results
from lettermill.records.schemas import MatchedLetter
from lettermill.stages.align import align_batch
from lettermill.stages.learn import LearningOutput, LearningSource, learn_recogniser
from lettermill.stages.match import match_batch
from lettermill.stages.segment import segment_batch
from segment_match import CONFIG, ROOT, TOLERANCES, Word, write_crops

ROWS = 256
"""Rows of the batch that is timed; a smaller table is timed as it is."""

JOB = """
import sys
from pathlib import Path
from lettermill.stages.align import align_batch
recogniser, matched, cropped, patterns, output, suspected = sys.argv[1:]
pairs = [tuple(line.split("\\t")) for line in Path(patterns).read_text(encoding="utf-8").splitlines()]
align_batch(Path(recogniser), Path(matched), Path(cropped), pairs, Path(output), Path(suspected))
"""


class Aligned(NamedTuple):
    """letters: of all rows. learning: wall seconds. row: CPU milliseconds a row of a batch, best and median."""

    letters: list[tuple[str, int, str, int, int, int, int]]  # row id, position, label, x, y, width, height
    learning: float
    row: tuple[float, float]


def align_all(words: Sequence[Word], folder: Path, rounds: int) -> Aligned:
    """Learn from ``words`` as the workflow does and align them; files go to ``folder``."""
    matched, cropped = _match(words, folder / "all")
    output = LearningOutput.of(folder)
    started = time.perf_counter()
    settings = CONFIG["align"]
    source = LearningSource(matched, cropped)
    learn_recogniser([source], settings["examples"], settings["rounds"], [], output, os.cpu_count())
    learning = time.perf_counter() - started
    patterns = [(row.row_id, row.pattern) for row in words]
    align_batch(output.recogniser, matched, cropped, patterns, folder / "aligned.csv", folder / "suspected.csv")
    letters = [
        (r.row_id, r.position, r.label, *r.box)
        for r in read_results(folder / "aligned.csv", MatchedLetter)
        if isinstance(r, MatchedLetter) and (r.confidence is None or r.confidence >= settings["confidence"])
    ]
    return Aligned(letters, learning, _time_job(words[:ROWS], output.recogniser, folder / "batch", rounds))


def _match(words: Sequence[Word], folder: Path) -> tuple[Path, Path]:
    """The files of the stages before, as they are for one batch: letters that match, and the folder of crops."""
    folder.mkdir()
    write_crops(words, folder / "cropped")
    segment_batch(folder / "cropped", folder / "segmented.csv", TOLERANCES)
    match_batch(folder / "segmented.csv", [(row.row_id, row.pattern) for row in words], folder / "matched.csv")
    return folder / "matched.csv", folder / "cropped"


def _time_job(words: Sequence[Word], recogniser: Path, folder: Path, rounds: int) -> tuple[float, float]:
    matched, cropped = _match(words, folder)
    patterns = folder / "patterns.tsv"
    patterns.write_text("".join(f"{row.row_id}\t{row.pattern}\n" for row in words), encoding="utf-8")
    files = [recogniser, matched, cropped, patterns, folder / "aligned.csv", folder / "suspected.csv"]
    one_core = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    times = []
    for _ in range(rounds):
        before = _children()
        subprocess.run([sys.executable, "-c", JOB, *map(str, files)], env=one_core, check=True)
        times.append(1000 * (_children() - before) / len(words))
    times.sort()
    return times[0], times[len(times) // 2]


def _children() -> float:
    """CPU seconds of the processes that have been waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
