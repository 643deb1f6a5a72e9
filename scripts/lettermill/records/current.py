"""The tables of a batch as they are delivered: without the letters that are withheld."""

from pathlib import Path

FOLDER = "withheld"
"""The folder beside that of the batches. In it, a batch with withheld rows has a folder with the tables that replace
those of `cut`."""


def current(batch: Path, name: str) -> Path:
    """The table ``name`` of ``batch``, a folder written by ``cut_batch``: the one that replaces it if rows of the batch
    are withheld. Files that it names are in ``batch``."""
    instead = batch.parent.parent / FOLDER / batch.name / name
    return instead if instead.exists() else batch / name
