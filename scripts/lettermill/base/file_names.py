"""Names of files for rows, for any id, and names of folders for letters."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

LONGEST = 200
"""Largest length of a name in bytes of UTF-8. A file name has 255 at most, and needs a position and a suffix."""

_DIGITS = 32
"""Length of the digest in a shortened name."""

# Characters with a meaning for file systems, Snakemake, or readers of exports (#); and text that looks like an encoded
# character or a digest.
_WRITTEN = re.compile(
    rf'[\x00-\x1f\x7f/\\:*?#"<>|{{}}]|^[.\s]|[.\s]\Z|%(?=[0-9A-Fa-f]{{2}})|~(?=[0-9A-Fa-f]{{{_DIGITS}}}\Z)'
)
# Words that Hugging Face's `datasets` takes for the name of a split, in the name of any file: if one image of a folder
# has one, only such images are loaded.
_SPLIT = re.compile(
    r"(?<![^-._ 0-9])(?:train(?:ing)?|validation|valid|val|dev|test(?:ing)?|eval(?:uation)?)(?![^-._ 0-9])"
)
_REPEATED = re.compile(r"(.+?)\1{19}\Z", re.DOTALL)


def file_stem(row_id: str, stems: Mapping[str, str] = MappingProxyType({})) -> str:
    """The name, without a suffix, of the files of a row: its id if that is a valid file name.

    stems: row id -> name, of rows with another name, see ``unlike_stems``. Different ids have different names.
    Characters that a file name cannot have, and dots and spaces at its ends, are encoded as in URLs (``a/b`` becomes
    ``a%2Fb``, and ``a%2Fb`` becomes ``a%252Fb``). So is the second letter of a word that readers take for the name of a
    split (``test_1`` becomes ``t%65st_1``). A name that is too long is shortened and ends in ``~`` and a digest. So is
    a name that ends in twenty repetitions, which Snakemake takes for a rule that depends on itself.
    """
    if row_id in stems:
        return stems[row_id]
    name = _SPLIT.sub(_second_as_in_urls, _WRITTEN.sub(_as_in_urls, row_id))
    if len(name.encode()) <= LONGEST and (len(name) < 20 or not _REPEATED.search(name)):
        return name
    return _with_digest(name, row_id)


def unlike_stems(row_ids: Iterable[str]) -> dict[str, str]:
    """Row id -> name of its files, of those of ``row_ids`` whose ``file_stem`` differs from another one only by case or
    by the composition of characters. A file system may take such names for the same. Their names here end in ``~`` and
    a digest.
    """
    ids = list(row_ids)
    if len({row_id.casefold() for row_id in ids}) == len(ids) and all(map(str.isascii, ids)):
        return {}  # nearly always so, and four times as fast
    found: dict[str, list[str]] = {}
    for row_id in ids:
        found.setdefault(folded(file_stem(row_id)), []).append(row_id)
    return {row_id: _with_digest(file_stem(row_id), row_id) for like in found.values() if like[1:] for row_id in like}


def _with_digest(name: str, row_id: str) -> str:
    digest = hashlib.sha256(row_id.encode()).hexdigest()[:_DIGITS]
    return name.encode()[: LONGEST - _DIGITS - 1].decode(errors="ignore") + "~" + digest


def folded(name: str) -> str:
    """``name`` as compared by file systems that ignore case and the composition of characters."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def letter_folders(alphabet: Iterable[str]) -> dict[str, str]:
    """Letter -> its folder, of letters whose folder would collide with another one on a file system that ignores case.

    The folders of all other letters have the name of the letter. Of two cases, the upper case keeps its name: A and
    ``a_lower``. A further letter that such a file system cannot distinguish, as ς from σ, has its code point in the
    name: ``ς_03C2``.
    """
    found: dict[str, str] = {}
    kept: dict[str, str] = {}
    for letter in sorted(alphabet, key=lambda letter: (letter == letter.lower(), letter)):
        first = kept.setdefault(folded(letter), letter)
        if letter != first:
            found[letter] = f"{letter}_lower" if letter == first.lower() else f"{letter}_{ord(letter):04X}"
    return found


def letter_of_folder(name: str) -> str:
    """The letter of a folder ``name`` of ``letter_folders``, whatever the alphabet."""
    letter, _, ending = name.partition("_")
    return letter if len(letter) == 1 and ending in ("lower", f"{ord(letter):04X}") else name


def _as_in_urls(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode())


def _second_as_in_urls(found: re.Match[str]) -> str:
    return f"{found[0][0]}%{ord(found[0][1]):02X}{found[0][2:]}"
