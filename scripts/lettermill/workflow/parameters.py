"""Parameters of jobs: rows that are read when needed, and digests of rows and folders for Snakemake to compare."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, overload

from lettermill.base.digests import digest

Row = tuple[str, ...]


class Rows(Sequence[Row]):
    """Rows of a table, read each time they are used. ``repr`` is their number and a digest.

    A job gets a plain list of them. Snakemake compares parameters by their ``repr``, but only those of built-in types.
    So give rows to a rule with ``recorded``.

    count: number of rows. name: a digest that changes when a row changes. read: reads them.
    """

    def __init__(self, count: int, name: str, read: Callable[[], Iterable[Row]]):
        self._count, self._name, self._read = count, name, read

    @classmethod
    def of(cls, rows: Iterable[Iterable[Any]]) -> "Rows":
        """Rows that are in memory, in their order."""
        here = [tuple(row) for row in rows]
        return cls(len(here), digest(here), lambda: here)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        return iter(self._read())

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        return list(self)[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Rows | list):
            return len(self) == len(other) and list(self) == list(other)
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as a list

    def __repr__(self) -> str:
        return f"<{self._count} rows {self._name}>"

    def __reduce__(self) -> tuple[type, tuple[list[Row]]]:
        return list, (list(self),)


Parameter = Callable[[Any], Any]


def recorded(**parameters: Parameter) -> dict[str, Parameter]:
    """Parameters of a rule, functions of its wildcards. Snakemake reruns a job when their values change.

    Each comes with a second one, ``{name}_digest``, its ``repr``, which Snakemake records and may print.
    """
    found: dict[str, Parameter] = {}
    for name, value_of in parameters.items():
        found[name], found[f"{name}_digest"] = _with_digest(value_of)
    return found


def _with_digest(value_of: Parameter) -> tuple[Parameter, Parameter]:
    """``value_of`` and a function that returns its ``repr``; for the same wildcards it is called once in a row."""
    last: tuple[dict[str, str], Any] | None = None

    def value(wildcards: Any) -> Any:
        nonlocal last
        key = dict(wildcards.items())
        if last is None or last[0] != key:
            last = key, value_of(wildcards)
        return last[1]

    return value, lambda wildcards: repr(value(wildcards))


def stamp_of(folder: Path) -> str:
    """A digest of the files in ``folder``, at any depth. It changes when one is added, deleted or written."""
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        files.append((path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns))
    return f"{len(files)} files {digest(files)}"
