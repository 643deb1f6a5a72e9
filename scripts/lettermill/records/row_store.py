"""The results of rows, kept from run to run, so that a stage works on changed rows only.

Snakemake reruns a stage for a whole batch and deletes its output before. The store of the batch is not an output:

    results/.rows/{stage}/{batch}.jsonl   one line for each row: a key, and the result of the row as JSON
    results/.rows/{stage}/{batch}/        hard links to the files of these rows

The key of a row is a digest of everything that its result depends on: its inputs, the settings, the code. So a result
that is found is the one that the stage would come to again. The store may be deleted at any time.
"""

import contextlib
import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from lettermill.base.files import atomic_writer, link_or_copy

log = logging.getLogger(__name__)

FOLDER = ".rows"
"""The folder of all stores, beside the folders of the stages."""


class _Entry(NamedTuple):
    line: str
    folder: Path  # of its files


class RowStore:
    """The store of a batch and stage, to be used in a ``with`` block.

    output: file or folder that the stage writes, results/{stage}/{batch}. depends_on: what the results of all rows
    depend on; if it is empty, nothing is kept, and what was is deleted.
    A result is kept as soon as it is there, so that a job that is killed need not begin again. At the end of the block,
    results that were not used are deleted.
    """

    def __init__(self, output: Path, depends_on: str):
        self._output = output
        self._folder = output.parent.parent / FOLDER / output.parent.name / output.stem
        self._journal = journal_of(self._folder)
        self._header = row_key(depends_on) if depends_on else ""
        self._before: dict[str, _Entry] = {}
        self._used: dict[str, tuple[str, list[str]]] = {}
        self._file: IO[str] | None = None
        self._made: set[Path] = set()
        self._found = self._new = 0

    def __enter__(self) -> Self:
        if not self._header:
            self._journal.unlink(missing_ok=True)
            shutil.rmtree(self._folder, ignore_errors=True)
            return self
        lines, is_whole = self._read(self._folder)
        for folder in () if lines else _larger(self._folder):
            self._read(folder)
        if not is_whole:
            self._write(lines)
        self._file = open(self._journal, "a", encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        self._file.close()
        log.info("results of %d rows taken over from an earlier run, %d new", self._found, self._new)
        own = {key for key, entry in self._before.items() if entry.folder == self._folder}
        if kind is None and not own <= self._used.keys():
            self._write([line for line, _ in self._used.values()])
            self._remove_others({name for _, names in self._used.values() for name in names})

    def find(self, key: str) -> Any | None:
        """The result of the row with this key, None if it is not known. Its files are put into the output folder."""
        entry = self._before.get(key)
        if entry is None:
            return None
        try:
            files, value = json.loads(entry.line.partition(" ")[2])
            if any(_digest(f"{entry.folder}/{name}") != found for name, found in files.items()):
                return None
            names = list(files)
        except (ValueError, TypeError, AttributeError, OSError):  # a damaged line, a deleted file
            return None
        for name in names:
            link_or_copy(Path(f"{entry.folder}/{name}"), self._place_in(self._output, name))
        self._found += 1
        if entry.folder == self._folder:
            self._used[key] = entry.line, names
        else:
            self.keep(key, value, names)
            self._new -= 1
        return value

    def keep(self, key: str, value: Any, files: Sequence[str] = ()) -> None:
        """Keep ``value`` (JSON) as the result of the row with this key, with ``files`` (names in the output folder)."""
        if self._file is None:
            return
        try:
            for name in files:
                self._link(name)
        except OSError:  # without hard links, the files would need as much room again
            return
        found = {name: _digest(f"{self._output}/{name}") for name in files}
        line = f"{key} {json.dumps([found, value], separators=(',', ':'))}\n"
        self._file.write(line)
        self._file.flush()
        self._used[key] = line, list(files)
        self._new += 1

    def _link(self, name: str) -> None:
        place = self._place_in(self._folder, name)
        place.unlink(missing_ok=True)
        os.link(f"{self._output}/{name}", place)

    def _place_in(self, folder: Path, name: str) -> Path:
        place = Path(f"{folder}/{name}")
        if place.parent not in self._made:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._made.add(place.parent)
        return place

    def _read(self, folder: Path) -> tuple[list[str], bool]:
        """Note the results of a store. Returns their lines, and whether these are the whole of the file."""
        try:
            header, *lines = journal_of(folder).read_text(encoding="utf-8").splitlines(keepends=True)
        except (OSError, ValueError):
            return [], False
        if header != f"{self._header}\n":
            return [], False
        whole = [line for line in lines if line.endswith("\n")]
        self._before |= {line.partition(" ")[0]: _Entry(line, folder) for line in whole}
        return whole, len(whole) == len(lines)

    def _write(self, lines: Iterable[str]) -> None:
        with atomic_writer(self._journal, text=True) as file:
            file.write(f"{self._header}\n")
            file.writelines(lines)

    def _remove_others(self, names: set[str]) -> None:
        for path in [*self._folder.rglob("*")]:
            if not path.is_dir() and path.relative_to(self._folder).as_posix() not in names:
                path.unlink()


def row_key(*parts: str | bytes) -> str:
    """The key of a row whose result depends on ``parts``, or a digest of what the results of all rows depend on."""
    found = hashlib.sha256()
    for part in parts:
        content = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        found.update(b"%d " % len(content))
        found.update(content)
    return found.hexdigest()[:32]


def journal_of(folder: Path) -> Path:
    """The file of the results whose files are in ``folder``."""
    return folder.with_name(f"{folder.name}.jsonl")


def _larger(folder: Path) -> list[Path]:
    """The store of the batch that this one was half of, before the number of batches was doubled: see
    ``plan.batches``."""
    number, _, count = folder.name.partition("of")
    with contextlib.suppress(ValueError):
        half = int(count) // 2
        return [folder.with_name(f"{int(number) // 2:0{len(str(half))}d}of{half}")] if half else []
    return []


def _digest(path: str) -> str:
    with open(path, "rb") as file:
        return row_key(file.read())
