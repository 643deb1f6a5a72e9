"""Files of the images folder: a stamp for each version of a file, and whether most of them have gone."""

import contextlib
import hashlib
import os
import struct
from collections.abc import Collection, Iterable, Mapping, MutableMapping, Sequence
from pathlib import Path

from lettermill.base.errors import InputError
from lettermill.base.files import write_bytes
from lettermill.base.find_file import find_file
from lettermill.plan.image_versions import VERSIONS, write_versions
from lettermill.plan.seen_images import FOLDER, read_seen
from lettermill.records.csv_files import read_fields
from lettermill.records.schemas import Delivered, ImageSource

MISSING = "missing"
"""The stamp of a file that cannot be found."""

_STATE = struct.Struct("<qqQq")
_EMPTY = "0 bytes "
_POINTER = b"version https://git-lfs"
_POINTER_BYTES = 200
_WHOLE_FOLDER = 10
"""Images that a subfolder has at least, if it counts that all of them have gone: it may be a disk of its own."""


def stamps(batch: str, rows: Iterable[ImageSource], folder: Path, versions: MutableMapping[str, str]) -> dict[str, str]:
    """Row id -> stamp, of the rows of a batch whose images are files in ``folder``: size, time and version of the file.

    versions: see ``read_versions``. A file that has been replaced by another of the same size and time gets a new one,
    here and in the file VERSIONS. To find these, files whose inode or time of change (ctime) differs from the last time
    are read and compared by content; so a copied folder is read once, and nothing runs again.
    """
    base = str(folder)  # joining paths takes longer than looking for the files
    found = [(row, _status(f"{base}/{row.image}") or _elsewhere(folder, row)) for row in rows if not row.is_url]
    identity = _identity(found)
    known = FOLDER / f"{batch}.txt"
    if any(status for _, status in found) and _text(known) != identity:
        replaced = _replaced(batch, found, folder)
        versions.update(replaced)
        with contextlib.suppress(OSError):  # then they are compared again
            if replaced:
                write_versions(VERSIONS, versions)
            write_bytes(known, identity.encode())
    return {row.row_id: _stamp(status, versions.get(row.row_id, "")) for row, status in found}


def check_images(
    sources: Mapping[str, Sequence[ImageSource]], planned: Collection[str], folder: Path, metadata: Path
) -> None:
    """Raise InputError when most of the image files that were there before have gone, or all of a subfolder.

    sources: batch -> rows. planned: the batches to be downloaded, whose files are also looked at,
    because files that cannot be read, and pointers of Git LFS, are no better. metadata: that of the dataset, which says
    what was there if there are no records.
    """
    gone: dict[str, str] = {}
    for batch, rows in sources.items():
        files = [row for row in rows if not row.is_url]
        gone |= {row.row_id: row.image for row in files if _is_gone(folder, row, batch in planned)}
    if not gone:
        return
    here = {row.row_id: row.image for rows in sources.values() for row in rows if not row.is_url}
    before = {seen.row_id for batch in sources for seen in read_seen(batch) if seen.sha256}
    if not before and metadata.is_file():
        before = {line[Delivered._fields.index("row_id")] for line in read_fields(metadata, Delivered)}
    by_folder: dict[str, list[bool]] = {}
    for row_id in before & here.keys():
        by_folder.setdefault(os.path.dirname(here[row_id]), []).append(row_id in gone)
    lost, all_before = (sum(map(count, by_folder.values())) for count in (sum, len))
    emptied = [name for name, flags in by_folder.items() if all(flags) and len(flags) >= _WHOLE_FOLDER]
    if lost * 2 > all_before or emptied:
        example = min(image for row_id, image in gone.items() if row_id in before)
        raise InputError(
            f"{os.path.abspath(folder)}: {lost:,} of the {all_before:,} images that were there have gone, or cannot be "
            f"read, such as {example}. Nothing has been changed. If they are on a disk or share that is not "
            "mounted, mount it and run again. If they have gone for good, delete their rows from the table, or set "
            "`accept_lost_images: true` in your config: their letters are then deleted from the dataset."
        )


def _identity(found: Sequence[tuple[ImageSource, os.stat_result | None]]) -> str:
    """A digest that changes when one of the files is another one, or has been changed."""
    there = [(row, status) for row, status in found if status]
    names = "\0".join(f"{row.row_id}\0{row.image}" for row, _ in there)
    states = b"".join(
        _STATE.pack(status.st_size, status.st_mtime_ns, status.st_ino, status.st_ctime_ns) for _, status in there
    )
    return hashlib.sha256(names.encode("utf-8", "surrogatepass") + b"\0" + states).hexdigest()


def _replaced(batch: str, found: Iterable[tuple[ImageSource, os.stat_result | None]], folder: Path) -> dict[str, str]:
    """Row id -> version, of the files that have the size and time that ``download`` has seen, but another content."""
    seen = {(image.row_id, image.image): image for image in read_seen(batch)}
    replaced = {}
    for row, status in found:
        before = seen.get((row.row_id, row.image))
        if before and status and (before.size, before.modified) == (status.st_size, status.st_mtime_ns):
            now = _sha256(find_file(folder, row.image))
            if now != before.sha256:
                replaced[row.row_id] = now[:16]
    return replaced


def _is_gone(folder: Path, row: ImageSource, look: bool) -> bool:
    if row.stamp == MISSING or row.stamp.startswith(_EMPTY):
        return True
    if not look:
        return False
    path = find_file(folder, row.image)
    if int(row.stamp.partition(" ")[0]) > _POINTER_BYTES or not path.is_file():
        return not os.access(path, os.R_OK)
    try:
        return path.read_bytes().startswith(_POINTER)
    except OSError:
        return True


def _stamp(status: os.stat_result | None, version: str) -> str:
    if status is None:
        return MISSING
    stamp = f"{status.st_size} bytes {status.st_mtime_ns}"
    return f"{stamp} {version}" if version else stamp


def _status(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except (OSError, ValueError):  # such as a NUL in the name
        return None


def _elsewhere(folder: Path, row: ImageSource) -> os.stat_result | None:
    """The same of a file whose name is written in another way, see ``find_file``."""
    return _status(str(find_file(folder, row.image)))


def _sha256(path: Path) -> str:
    """A digest of a file; another text if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"
    except OSError as error:
        return type(error).__name__


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
