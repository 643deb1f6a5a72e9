"""Where rows are lost between the table and the dataset."""

from typing import NamedTuple

from lettermill.base.reasons import REASONS, explain
from lettermill.dataset.account import Account

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


def funnel(account: Account, method: str) -> list[Step]:
    """The stages from the table to the dataset; what is left after the last one is delivered.

    method: of config. A stage that is none of its own is there if it has stopped rows all the same.
    """
    rejected = account.rejected
    own = LEFT.keys() - {"review", "match" if method == "align" else "align"}
    stages = list(dict.fromkeys([*REASONS, *(stage for stage, _ in rejected)]))
    left, steps = account.rows, []
    for stage in stages:
        losses = [Loss(reason, explain(stage, reason), rows) for (at, reason), rows in rejected.items() if at == stage]
        if losses or stage in own:
            left -= sum(loss.rows for loss in losses)
            steps.append(Step(stage, LEFT.get(stage, stage), left, losses))
    return steps
