"""Names of files after rows, whatever their ids are, and of folders after letters."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

LONGEST = 200
"""Bytes of UTF-8 in a name; file names end at 255 and carry a position and a suffix too."""

_DIGITS = 32
"""Of the digest in a name that is cut short."""

# What a file system, Snakemake, or a reader of exports (#) would take for something else; and what would read as if it
# had been written so.
_WRITTEN = re.compile(
    rf'[\x00-\x1f\x7f/\\:*?#"<>|{{}}]|^[.\s]|[.\s]\Z|%(?=[0-9A-Fa-f]{{2}})|~(?=[0-9A-Fa-f]{{{_DIGITS}}}\Z)'
)
_REPEATED = re.compile(r"(.+?)\1{19}\Z", re.DOTALL)


def file_stem(row_id: str, stems: Mapping[str, str] = MappingProxyType({})) -> str:
    """The name, without a suffix, of the files of a row: its id wherever that can be one.

    stems: row id -> name, of the rows that have another one, see ``unlike_stems``. No two ids have one name. Characters
    that cannot be in a file name, and dots and spaces at its ends, are written as in URLs (``a/b`` is ``a%2Fb``, and
    ``a%2Fb`` is ``a%252Fb``). A name that is still too long, or that ends in twenty repetitions, which Snakemake takes
    for a rule that feeds itself, is cut, and ends in ``~`` and a digest.
    """
    if row_id in stems:
        return stems[row_id]
    name = _WRITTEN.sub(_as_in_urls, row_id)
    if len(name.encode()) <= LONGEST and (len(name) < 20 or not _REPEATED.search(name)):
        return name
    return _with_digest(name, row_id)


def unlike_stems(row_ids: Iterable[str]) -> dict[str, str]:
    """Row id -> name of its files, of those of ``row_ids`` whose names from ``file_stem`` differ only by case, or by
    the composition of characters, from that of another one: a file system may take these for one. Their names end in
    ``~`` and a digest.
    """
    ids = list(row_ids)
    if len({row_id.casefold() for row_id in ids}) == len(ids) and all(map(str.isascii, ids)):
        return {}  # as nearly always, and four times as fast
    found: dict[str, list[str]] = {}
    for row_id in ids:
        found.setdefault(folded(file_stem(row_id)), []).append(row_id)
    return {row_id: _with_digest(file_stem(row_id), row_id) for like in found.values() if like[1:] for row_id in like}


def _with_digest(name: str, row_id: str) -> str:
    digest = hashlib.sha256(row_id.encode()).hexdigest()[:_DIGITS]
    return name.encode()[: LONGEST - _DIGITS - 1].decode(errors="ignore") + "~" + digest


def folded(name: str) -> str:
    """What file systems compare that tell names apart neither by case nor by the composition of characters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def letter_folders(alphabet: Iterable[str]) -> dict[str, str]:
    """Letter -> its folder, of those letters that cannot share a file system without case with another one's folder.

    All other letters have folders of their own name. Of two cases the upper keeps its name: A and ``a_lower``. A
    further letter that such a file system does not tell from these, as ς from σ, has its code point in the name:
    ``ς_03C2``.
    """
    found: dict[str, str] = {}
    kept: dict[str, str] = {}
    for letter in sorted(alphabet, key=lambda letter: (letter == letter.lower(), letter)):
        first = kept.setdefault(folded(letter), letter)
        if letter != first:
            found[letter] = f"{letter}_lower" if letter == first.lower() else f"{letter}_{ord(letter):04X}"
    return found


def _as_in_urls(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())
