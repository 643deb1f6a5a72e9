"""Where rows are lost between the table and the dataset."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from lettermill.base.errors import CorruptedFileError
from lettermill.base.reasons import REASONS, explain
from lettermill.records.data_frames import read_frames

LEFT = {
    "table": "usable rows",
    "download": "downloaded",
    "crop": "cropped",
    "segment": "segmented",
    "match": "matched",
    "align": "aligned",
    "review": "kept by hand",
}
"""Stage -> what its rows are called afterwards."""


class Loss(NamedTuple):
    """Rows that a stage has stopped for one reason."""

    reason: str
    meaning: str
    rows: int


class Step(NamedTuple):
    """A stage. left: rows after it."""

    stage: str
    name: str
    left: int
    losses: list[Loss]

    @property
    def lost(self) -> int:
        return sum(loss.rows for loss in self.losses)


def count_stopped(rejected: Path) -> dict[tuple[str, str], int]:
    """(stage, reason) -> rows that are stopped there, by the table ``rejected.csv``, in the order of the stages.

    Raises CorruptedFileError when it is not what it should be.
    """
    columns = {"position": str, "stage": str, "reason": str}
    counts = []
    for lines in read_frames(rejected, columns):
        if (lines["reason"] == "").any():
            raise CorruptedFileError(f"{rejected}: a line without a reason. Delete it and run again.")
        counts.append(lines[lines["position"] == ""].groupby(["stage", "reason"]).size())
    sums = pd.concat(counts).groupby(level=[0, 1]).sum()
    found: dict[tuple[str, str], int] = dict(zip(sums.index, sums.tolist(), strict=True))
    order = [(stage, reason) for stage, reasons in REASONS.items() for reason in reasons]
    # There should be no other; if there is one, the sums must still add up.
    return {key: found[key] for key in [*order, *sorted(found.keys() - set(order))] if key in found}


def funnel(rows: int, stopped: Mapping[tuple[str, str], int], method: str) -> list[Step]:
    """The stages from the table, which has ``rows``, to the dataset; what is left after the last one is delivered.

    method: of config. A stage that is none of its own is there if it has stopped rows all the same.
    """
    own = LEFT.keys() - {"review", "match" if method == "align" else "align"}
    left, steps = rows, []
    for stage in dict.fromkeys([*REASONS, *(stage for stage, _ in stopped)]):
        losses = [Loss(reason, explain(stage, reason), lost) for (at, reason), lost in stopped.items() if at == stage]
        if losses or stage in own:
            left -= sum(loss.rows for loss in losses)
            steps.append(Step(stage, LEFT.get(stage, stage), left, losses))
    return steps
