"""The files of a job by name, and files of several stages by batch."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any


def paths_by_name(files: Any, names: Collection[str] = ()) -> dict[str, Path]:
    """Name -> path, of Snakemake's ``input`` or ``output``. Each name stands for one file.

    names: those that are asked for, as far as there are such; by default, all.
    """
    return {name: Path(path) for name, path in files.items() if not names or name in names}


def results_of(file: str) -> Path:
    """The folder ``results`` that contains a file at any depth. A module's prefix may put it elsewhere."""
    return next(folder for folder in Path(file).parents if folder.name == "results")


def paths_by_batch(files: Iterable[str]) -> dict[str, Path]:
    """Batch -> path of the file (``{batch}.csv``, ``{batch}.npy``) or folder (``{batch}``) of a stage, in this order.

    Raises ValueError when a batch has two.
    """
    found: dict[str, Path] = {}
    for path in map(Path, files):
        batch = path.name.removesuffix(".csv").removesuffix(".npy")
        if found.setdefault(batch, path) is not path:
            raise ValueError(f"batch {batch} has two files: {found[batch]} and {path}")
    return found


def pairs_by_batch(files: Iterable[str], others: Iterable[str]) -> Iterator[tuple[Path, Path]]:
    """The files of two stages, in pairs of the same batch, in the order of the first.

    Raises ValueError when a batch has a file of one stage only.
    """
    first, second = paths_by_batch(files), paths_by_batch(others)
    if first.keys() != second.keys():
        raise ValueError(
            f"these batches have files of one stage only: {', '.join(sorted(first.keys() ^ second.keys()))}"
        )
    for batch, path in first.items():
        yield path, second[batch]
