"""How many rows each stage rejects between the table and the dataset."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from lettermill.base.errors import CorruptedFileError
from lettermill.base.reasons import REASONS, explain
from lettermill.records.data_frames import read_frames

LEFT = {
    "table": "usable",
    "download": "downloaded",
    "crop": "cropped",
    "segment": "segmented",
    "match": "matched",
    "align": "aligned",
    "compare": "not withheld",
    "review": "after corrections",
}
"""Stage -> label of the rows that remain after it."""


class Loss(NamedTuple):
    """Rows that a stage rejected for one reason."""

    reason: str
    meaning: str
    rows: int


class Step(NamedTuple):
    """A stage. left: rows that remain after it."""

    stage: str
    name: str
    left: int
    losses: list[Loss]

    @property
    def lost(self) -> int:
        return sum(loss.rows for loss in self.losses)


def count_stopped(rejected: Path) -> dict[tuple[str, str], int]:
    """(stage, reason) -> rejected rows in the table ``rejected.csv``, in the order of the stages.

    Raises CorruptedFileError when the table is damaged.
    """
    columns = {"position": str, "stage": str, "reason": str}
    counts = []
    for lines in read_frames(rejected, columns):
        if (lines["reason"] == "").any():
            raise CorruptedFileError(f"{rejected}: a line has no reason. Delete it and run again.")
        counts.append(lines[lines["position"] == ""].groupby(["stage", "reason"]).size())
    sums = pd.concat(counts).groupby(level=[0, 1]).sum()
    found: dict[tuple[str, str], int] = dict(zip(sums.index, sums.tolist(), strict=True))
    order = [(stage, reason) for stage, reasons in REASONS.items() for reason in reasons]
    # There should be no other pair. If there is one, the sums must still add up.
    return {key: found[key] for key in [*order, *sorted(found.keys() - set(order))] if key in found}


def funnel(rows: int, stopped: Mapping[tuple[str, str], int], method: str) -> list[Step]:
    """The stages from the table to the dataset. The rows that remain after the last stage are delivered.

    rows: rows in the table. method: config ``method``. A stage of the other method appears only if it rejected rows.
    """
    own = LEFT.keys() - {"compare", "review", "match" if method == "align" else "align"}
    left, steps = rows, []
    for stage in dict.fromkeys([*REASONS, *(stage for stage, _ in stopped)]):
        losses = [Loss(reason, explain(stage, reason), lost) for (at, reason), lost in stopped.items() if at == stage]
        if losses or stage in own:
            left -= sum(loss.rows for loss in losses)
            steps.append(Step(stage, LEFT.get(stage, stage), left, losses))
    return steps
