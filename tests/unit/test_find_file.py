"""Names that are the same for a reader are found; names in other case are hinted at."""

import unicodedata
from pathlib import Path

import pytest

from lettermill.base.find_file import find_file, similar_file
from lettermill.fetch.settings import FetchSettings
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Downloaded, ImageSource
from lettermill.stages.download import download_batch

COMPOSED, DECOMPOSED = (unicodedata.normalize(form, "zoé") for form in ("NFC", "NFD"))


def made(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


@pytest.mark.parametrize(
    ("there", "name"),
    [
        (f"{DECOMPOSED}.png", f"{COMPOSED}.png"),
        (f"{COMPOSED}.png", f"{DECOMPOSED}.png"),
        (f"{COMPOSED}/{DECOMPOSED}.png", f"{DECOMPOSED}/{COMPOSED}.png"),
        ("a/b/c.png", "a\\b\\c.png"),
        (f"a/{DECOMPOSED}.png", f".\\a/{COMPOSED}.png"),
    ],
)
def test_the_same_name_is_found(tmp_path: Path, there: str, name: str) -> None:
    assert find_file(made(tmp_path, there), name).read_text() == there


def test_the_exact_name_wins(tmp_path: Path) -> None:
    names = [f"{DECOMPOSED}.png", f"{COMPOSED}.png", "a\\b.png", "a/b.png"]
    made(tmp_path, *names)
    assert [find_file(tmp_path, name).read_text() for name in names] == names


def test_what_is_not_the_same_is_not_taken(tmp_path: Path) -> None:
    made(tmp_path, "A.png", "my scan.png", f"x/{COMPOSED}.png", f"x/{DECOMPOSED}.png", "up/b.png")
    for name in ("a.png", "my%20scan.png", "x/ZOE.png", "..\\b.png", "none/a.png", "", "."):
        assert find_file(tmp_path / "up" if ".." in name else tmp_path, name) == (
            tmp_path / "up" / name if ".." in name else tmp_path / name
        )


def test_other_case_and_percent_encoding_are_hinted_at(tmp_path: Path) -> None:
    made(tmp_path, "Scans/A.PNG", "my scan.png", "b.png", "B.png")
    found = [similar_file(tmp_path, name) for name in ("scans/a.png", "my%20scan.png", "B.PNG", "c.png")]
    assert found == ["Scans/A.PNG", "my scan.png", "", ""]


def test_a_missing_image_is_hinted_at(tmp_path: Path) -> None:
    made(tmp_path, "images/A.PNG")
    rows = [ImageSource("1", "a.png", ""), ImageSource("2", "images\\none.png", "")]
    download_batch(rows, tmp_path / "images", tmp_path / "cache", tmp_path / "out", FetchSettings())
    records = read_records(tmp_path / "out/status.csv", Downloaded)
    assert [(record.reason, record.detail) for record in records] == [
        ("missing_file", "a.png: there is A.PNG, which is written differently"),
        ("missing_file", "images\\none.png"),
    ]
