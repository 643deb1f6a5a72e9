"""The changes that benchmarks/scale.py makes to a finished table, one after another, and what a run then costs."""

import csv
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from replica import SETTLED, copied, write_table
from runs import run_workflow
from scale_report import Change, Setup

COLUMNS = ("row_id", "position", "label", "box", "action", "value")
"""Of the table of corrections."""

ADDED, EDITED, DECIDED = 100, 200, 500
"""Number of rows that are added, and of transcriptions and letters that are corrected, at once."""

STAGES = ("align", "cut")
"""Those of which the table says how many rows were worked on."""

_WORKED = re.compile(r" (\d+) new\n")


def changes(setup: Setup, config: Path, rows: Sequence[Sequence[str]], project: Path, url: str) -> Iterator[Change]:
    """Run the finished ``project``, whose table has ``rows``, as it is, and after each change."""
    table, corrections = config.with_name("words.csv"), config.with_name("corrections.csv")
    texts = {row_id: text for row_id, _, text in rows}

    def run(what: str) -> Change:
        time.sleep(SETTLED)
        print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)
        started = time.time()
        used, jobs = run_workflow(config, project, setup.cores)
        return Change(what, used, jobs, {stage: rows_worked_on(project / "logs" / stage, started) for stage in STAGES})

    yield run("nothing to do")
    with open(project / "results/dataset/metadata.csv", encoding="utf-8", newline="") as file:
        letters = list(csv.DictReader(file))
    edited = letters[0]["row_id"]
    texts[edited] = _misspelt(texts[edited])
    rows = [[row_id, image, texts[row_id]] for row_id, image, _ in rows]
    write_table(table, rows)
    yield run("one transcription edited")
    rows.append(copied(setup.sources[0], "one", url))
    write_table(table, rows)
    yield run("one row added")
    rows += [copied(setup.sources[n % len(setup.sources)], f"added{n}", url) for n in range(ADDED)]
    write_table(table, rows)
    yield run(f"{ADDED} rows added")
    # A config that names a table of corrections for the first time changes nothing else.
    delivered = sorted({letter["row_id"] for letter in letters} - {edited})
    ids = _spread(delivered, min(EDITED, len(delivered) // 2))
    lines = [[row_id, "", "", "", "transcription", _misspelt(texts[row_id])] for row_id in ids]
    _write(corrections, lines)
    config.write_text(f"{config.read_text(encoding='utf-8')}corrections: {corrections.name}\n", encoding="utf-8")
    yield run(f"{len(lines)} transcriptions corrected")
    others = _spread([letter for letter in letters if letter["row_id"] not in {*ids, edited}], DECIDED)
    decide: tuple[Callable[[dict[str, str]], tuple[str, str]], ...] = (
        lambda letter: ("accept", ""),
        lambda letter: ("reject", ""),
        lambda letter: ("relabel", _other(letter["label"])),
    )
    for number, letter in enumerate(others):
        box = " ".join(letter[side] for side in ("x", "y", "width", "height"))
        about = [letter["row_id"], letter["position"], letter["label"], box]
        lines.append([*about, *decide[number % len(decide)](letter)])
    _write(corrections, lines)
    yield run(f"{len(others)} letters accepted, rejected or relabelled")


def rows_worked_on(logs: Path, since: float) -> int:
    """The rows whose results were not taken over, by the logs of a stage that were written since then."""
    written = [path for path in logs.glob("*.log") if path.stat().st_mtime >= since]
    return sum(int(count) for path in written for count in _WORKED.findall(path.read_text(encoding="utf-8")))


def _misspelt(text: str) -> str:
    return _other(text[0]) + text[1:]


def _other(letter: str) -> str:
    return "B" if letter in "Aa" else "A"


def _spread(items: Sequence, count: int) -> list:
    """About ``count`` of ``items``, over all of them."""
    return list(items[:: max(1, len(items) // count)][:count])


def _write(path: Path, lines: Iterable[Sequence[str]]) -> None:
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *lines])
