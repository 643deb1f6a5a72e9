"""Parameters of jobs: rows that are read when they are needed, and what Snakemake is to compare of rows and folders."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, overload

from lettermill.base.digests import digest

Row = tuple[str, ...]


class Rows(Sequence[Row]):
    """Rows of a table, read whenever somebody looks at them; ``repr`` is their number and a digest.

    A job gets a plain list of them. Snakemake, which compares parameters by their ``repr``, does so for built-in types
    only and takes no notice of others: a rule is to be given rows with ``recorded``.

    count: how many there are. name: a digest that differs when one of them does. read: reads them.
    """

    def __init__(self, count: int, name: str, read: Callable[[], Iterable[Row]]):
        self._count, self._name, self._read = count, name, read

    @classmethod
    def of(cls, rows: Iterable[Iterable[Any]]) -> "Rows":
        """Rows that are there already, in their order."""
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
    """Parameters of a rule, functions of its wildcards, so that Snakemake runs a job again when their values change.

    Each comes with another one, ``{name}_digest``, its ``repr``: Snakemake records that, and may print it.
    """
    found: dict[str, Parameter] = {}
    for name, value_of in parameters.items():
        found[name], found[f"{name}_digest"] = _with_digest(value_of)
    return found


def _with_digest(value_of: Parameter) -> tuple[Parameter, Parameter]:
    """``value_of`` and a function that returns its ``repr``; for the same wildcards in a row it is called once."""
    last: tuple[dict[str, str], Any] | None = None

    def value(wildcards: Any) -> Any:
        nonlocal last
        key = dict(wildcards.items())
        if last is None or last[0] != key:
            last = key, value_of(wildcards)
        return last[1]

    return value, lambda wildcards: repr(value(wildcards))


def stamp_of(folder: Path) -> str:
    """A name for what is in ``folder``, at any depth, that differs when a file is added, taken away, or written."""
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        files.append((path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns))
    return f"{len(files)} files {digest(files)}"
