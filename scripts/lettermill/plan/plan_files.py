"""The plan as files: what is known of the rows of each batch, and of all rows, for the jobs and for people.

    results/plan/batches.csv, rejected.csv, notes.csv, order.csv, corrections.csv, confirmed.csv
    results/plan/{images,transcriptions,corrections}/{batch}.csv

Their columns are in ``records.schemas``. Jobs take them as inputs, so a file is written only if its content changes.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from lettermill.base.files import write_bytes
from lettermill.corrections.correction import Correction
from lettermill.plan.workplan import Workplan
from lettermill.records.csv_files import csv_of

FOLDER = "plan"
"""The folder of the files in the folder of the results."""

LOCKS = Path(".snakemake/locks")
"""Where Snakemake keeps what the runs in the working directory read and write."""


def write_plan(plan: Workplan, folder: Path, may_change: Callable[[], bool]) -> bool:
    """Write the files of ``plan`` into ``folder`` where they differ, and delete those of batches that are gone.

    may_change: is called once if files that exist are to be replaced or deleted; if it returns False, they are left as
    they are. Returns whether all files are now what they should be.
    """
    names, differing = set(), []
    for name, content in plan_tables(plan):
        names.add(name)
        before = _content(f"{folder}/{name}")
        if before == content:
            continue
        if before is None:
            write_bytes(folder / name, content)
        else:
            differing.append(name)
    others = [path for path in folder.rglob("[!.]*.csv") if path.relative_to(folder).as_posix() not in names]
    if not differing and not others:
        return True
    if not may_change():
        return False
    wanted = set(differing)
    for name, content in plan_tables(plan) if wanted else ():
        if name in wanted:
            write_bytes(folder / name, content)
    for path in others:
        path.unlink(missing_ok=True)
    return True


def plan_tables(plan: Workplan) -> Iterator[tuple[str, bytes]]:
    """(name in the folder, content) of the files of ``plan``."""
    for batch in plan.batches:
        yield f"images/{batch}.csv", plan.image_table(batch).encode()
        yield f"transcriptions/{batch}.csv", plan.transcription_table(batch).encode()
        yield f"corrections/{batch}.csv", csv_of(Correction, plan.corrections(batch)).encode()
    for name, text in plan.whole_tables():
        yield f"{name}.csv", text.encode()


def is_run_at_work(results: Path) -> bool:
    """Whether a run that makes files in the folder ``results`` has locked the working directory."""
    for lock in LOCKS.glob("*.output.lock"):
        try:
            files = lock.read_text(encoding="utf-8").splitlines()
        except OSError:  # the run has just ended
            continue
        if any(file.startswith(f"{results}/") for file in files):
            return True
    return False


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb", buffering=0) as file:
            return file.read()
    except FileNotFoundError:
        return None
