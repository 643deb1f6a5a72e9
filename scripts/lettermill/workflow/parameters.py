"""Parameters of jobs: what the engine is to compare and print of rows and folders."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from lettermill.base.digests import digest


class Rows(list):
    """Rows as a job's parameter: the job gets the list, the engine's records and messages its number and a digest.

    The engine compares and prints parameters by their ``repr``; thousands of rows have no place there. Nor need they be
    read for that, so they are read when somebody looks into the list. (It must be one: the engine keeps no record of
    parameters of other types.)
    """

    def __init__(self, count: int, name: str, read: Callable[[], Iterable[tuple[str, ...]]]):
        super().__init__()
        self._count, self._name, self._read = count, name, read

    @classmethod
    def of(cls, rows: Iterable[tuple]) -> "Rows":
        """Rows that are there already, in their order."""
        known = [tuple(row) for row in rows]
        return cls(len(known), digest(known), lambda: known)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        return iter(self._read())

    def __repr__(self) -> str:
        return f"'{self._count} rows {self._name}'"

    def __reduce__(self) -> tuple:
        return list, (list(self),)


def stamp_of(folder: Path) -> str:
    """A name for what is in ``folder``, at any depth, that differs when a file is added, taken away, or written."""
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        files.append((path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns))
    return f"{len(files)} files {digest(files)}"
