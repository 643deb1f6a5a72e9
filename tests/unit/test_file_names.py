"""Every id gives the name of a file, no two give one, and ids that can be names are names. Letters that differ only by
case have folders that differ by more."""

import hashlib
import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as some
from snakemake.io import PeriodicityDetector

from lettermill.base.alphabet import Alphabet
from lettermill.base.file_names import LONGEST, file_stem, folded, letter_folders, unlike_stems

IDS = some.text(some.characters(codec="utf-8"), min_size=1, max_size=400)
CRAFTED = some.lists(
    some.sampled_from(
        [*"aB7.%/ ~_é漢", "%2F", "%2f", "%25", "a/b", "test", "t%65st", "eval", "..", f"~{'0' * 32}", "ab" * 30]
    ),
    min_size=1,
    max_size=9,
).map("".join)
OF_SPLIT = re.compile("train|val|dev|test")
CUT = re.compile(r"~[0-9a-f]{32}\Z")


@pytest.mark.parametrize(
    ("row_id", "name"),
    [
        ("952459271", "952459271"),
        ("007", "007"),
        ("NULL", "NULL"),
        ("a.b c_d-é漢🙂", "a.b c_d-é漢🙂"),
        ("100%", "100%"),
        ("a/b", "a%2Fb"),
        ("a%2Fb", "a%252Fb"),
        ("a%2fb", "a%252fb"),
        ("..", "%2E%2E"),
        (".x.", "%2Ex%2E"),
        ("\u3000x", "%E3%80%80x"),
        ('\\:*?"<>|{}', "%5C%3A%2A%3F%22%3C%3E%7C%7B%7D"),
        ("test_0001", "t%65st_0001"),
        ("7train", "7t%72ain"),
        ("val", "v%61l"),
        ("my eval.x", "my e%76al.x"),
        ('"dev-training', "%22d%65v-t%72aining"),
        ("contest_evaluate-Test", "contest_evaluate-Test"),
        (f"a~{'0123456789abcdef' * 2}", f"a%7E{'0123456789abcdef' * 2}"),
    ],
)
def test_what_a_name_cannot_hold_is_written_as_in_urls(row_id: str, name: str) -> None:
    assert file_stem(row_id) == name


@pytest.mark.parametrize("row_id", ["0123456789" * 30, "é" * 101, "x" * 20, "ab" * 20, "/" * 100])
def test_long_names_and_repetitions_are_cut(row_id: str) -> None:
    name = file_stem(row_id)
    assert CUT.search(name) and len(name.encode()) <= LONGEST


def check(row_id: str) -> str:
    name = file_stem(row_id)
    assert 0 < len(name.encode()) <= LONGEST
    assert not re.search(r'[\x00-\x1f\x7f/\\:*?"<>|{}]|^[.\s]|[.\s]\Z', name)
    assert PeriodicityDetector().is_periodic(name) is None
    if not CUT.search(name):
        assert unquote(name) == row_id
    return name


@settings(max_examples=1000)
@given(IDS | CRAFTED)
@example("a" * 19 + "\u0345")
def test_names_are_safe_and_those_of_safe_ids_are_the_ids(row_id: str) -> None:
    name = check(row_id)
    if name == row_id:
        return
    unsafe = re.search(r'[\x00-\x1f\x7f/\\:*?#"<>|{}]|^[.\s]|[.\s]\Z|%[0-9A-Fa-f]{2}', row_id) or CUT.search(row_id)
    assert (
        unsafe or OF_SPLIT.search(row_id) or len(row_id.encode()) > LONGEST or PeriodicityDetector().is_periodic(row_id)
    )


@settings(max_examples=1000)
@given(CRAFTED, CRAFTED)
def test_two_ids_have_two_names(one: str, other: str) -> None:
    assert (file_stem(one) == file_stem(other)) == (one == other)
    assert (check(file_stem(one)) == check(one)) == (file_stem(one) == one)


@pytest.mark.parametrize(
    ("alphabet", "folders"),
    [
        ("ABCÉ9", {}),
        ("abcé9", {}),
        ("ABCab", {"a": "a_lower", "b": "b_lower"}),
        ("éÉÇ", {"é": "é_lower"}),
        ("Σσς", {"σ": "σ_lower", "ς": "ς_03C2"}),
        ("σς", {"σ": "σ_03C3"}),
        ("Ssſ", {"s": "s_lower", "ſ": "ſ_017F"}),
        ("ẞß", {"ß": "ß_lower"}),
        ("жЖ", {"ж": "ж_lower"}),
    ],
)
def test_folders_of_letters_that_differ_by_case(alphabet: str, folders: dict[str, str]) -> None:
    assert letter_folders(alphabet) == letter_folders(alphabet[::-1]) == folders


@given(some.lists(some.characters(categories=["L", "N", "P", "S"], exclude_characters="/"), unique=True))
@example([*map(chr, range(0x41, 0x250)), *map(chr, range(0x370, 0x590)), *map(chr, range(0x1E00, 0x2000))])
def test_no_two_letters_share_a_folder_where_case_is_not_told(letters: list[str]) -> None:
    alphabet = Alphabet("".join(letters)).letters
    folders = letter_folders(alphabet)
    names = [folders.get(letter, letter) for letter in alphabet]
    assert len({folded(name) for name in names}) == len(alphabet)
    assert len({folded(letter) for letter in alphabet}) == len(alphabet) - len(folders)


@pytest.mark.parametrize(
    ("row_ids", "alike"),
    [
        (["a", "b", "ab", "A1"], []),
        (["é", "e", "É1"], []),
        (["Ab", "ab", "AB", "c"], ["Ab", "ab", "AB"]),
        (["a%2fb", "a%2Fb", "a/b"], ["a%2fb", "a%2Fb"]),
        (["\u00e9", "e\u0301", "e"], ["\u00e9", "e\u0301"]),
        (["\u00c9", "e\u0301"], ["\u00c9", "e\u0301"]),
        (["Straße", "STRASSE"], ["Straße", "STRASSE"]),
        (["x" * 300, "X" * 300], []),  # they have digests already
    ],
)
def test_ids_whose_names_are_alike(row_ids: list[str], alike: list[str]) -> None:
    stems = unlike_stems(row_ids)
    assert sorted(stems) == sorted(alike) and all(CUT.search(stem) for stem in stems.values())
    assert [file_stem(row_id, stems) for row_id in alike] == [stems[row_id] for row_id in alike]


SHORT = some.text(some.sampled_from([*"aAbBß\u00e9\u00c9e\u0301sS\u017f%2fF/~.K\u212a"]), min_size=1, max_size=4)


@settings(max_examples=500)
@given(some.lists(SHORT | CRAFTED, unique=True, max_size=12))
@example(["ab", "AB", f"ab~{hashlib.sha256(b'ab').hexdigest()[:32].upper()}"])
def test_no_two_ids_share_a_name_where_neither_case_nor_composition_is_told(row_ids: list[str]) -> None:
    stems = unlike_stems(row_ids)
    names = [file_stem(row_id, stems) for row_id in row_ids]
    assert len({folded(name) for name in names}) == len(row_ids)
    assert all(len(name.encode()) <= LONGEST for name in names)
