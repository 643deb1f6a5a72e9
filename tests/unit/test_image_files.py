"""Files of the images folder: one that is replaced by another of the same size and time, and a folder that is empty."""

import os
import shutil
from pathlib import Path

import pytest

from lettermill.base.box import Box
from lettermill.base.errors import InputError
from lettermill.fetch.settings import FetchSettings
from lettermill.plan.image_files import check_images, stamps
from lettermill.plan.image_versions import VERSIONS, read_versions
from lettermill.plan.rows import Row
from lettermill.plan.seen_images import FOLDER, seen_of
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Delivered, ImageSource
from lettermill.stages.download import download_batch
from project import SAMPLE

ROWS = [Row(str(number), f"scans/{number}.jpg", "ANA") for number in range(12)]
LIMITS = FetchSettings(max_bytes=10**6)


@pytest.fixture
def images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the images of ROWS, of one size and time. The working folder is another one."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    (tmp_path / "images/scans").mkdir(parents=True)
    content = next((SAMPLE / "images").iterdir()).read_bytes()
    for row in ROWS:
        put(tmp_path / "images" / row.image, content)
    return tmp_path / "images"


def put(path: Path, content: bytes) -> None:
    """Replace a file as archives and `rsync -t` do."""
    path.with_suffix(".new").write_bytes(content)
    os.utime(path.with_suffix(".new"), (10**9, 10**9))
    os.replace(path.with_suffix(".new"), path)


def sources(images: Path) -> list[ImageSource]:
    found = stamps("0of1", ROWS, images, read_versions(VERSIONS))
    return [ImageSource(row.row_id, row.image, found[row.row_id]) for row in ROWS]


def run(images: Path) -> list[ImageSource]:
    """Plan and download."""
    planned = sources(images)
    shutil.rmtree("downloaded", ignore_errors=True)
    download_batch(planned, images, Path("cache"), Path("downloaded"), LIMITS, seen=seen_of("0of1"))
    return planned


def test_a_file_replaced_by_another_of_the_same_size_and_time_is_noticed(images: Path) -> None:
    before = run(images)
    assert sources(images) == before
    content = (images / ROWS[3].image).read_bytes()
    put(images / ROWS[3].image, content[:-1] + b"?")
    changed = sources(images)
    assert [row_id for (row_id, *_), old in zip(changed, before, strict=True) if (row_id, *_) != old] == ["3"]
    assert sources(images) == changed  # until it has been downloaded, and afterwards
    assert run(images) == sources(images) == changed
    put(images / ROWS[3].image, content)
    assert sources(images) not in (before, changed)


def test_a_copied_folder_is_the_same(images: Path) -> None:
    before = run(images)
    os.rename(images, images.with_name("old"))
    shutil.copytree(images.with_name("old"), images)  # with times, but other inodes
    assert sources(images) == before
    assert not VERSIONS.exists()


def check(images: Path, planned: tuple[str, ...] = ("0of1",)) -> None:
    check_images({"0of1": sources(images)}, planned, images, Path("metadata.csv"))


@pytest.mark.parametrize("how", ["deleted", "empty", "pointers of Git LFS", "deleted, no records"])
def test_an_emptied_images_folder_stops_the_run(images: Path, how: str) -> None:
    run(images)
    check(images)
    if how == "deleted, no records":
        shutil.rmtree(FOLDER)
        lines = [Delivered(f"A/{row.row_id}_0.png", "A", row.row_id, 0, Box(1, 1, 2, 2), None, "", "") for row in ROWS]
        write_records(Path("metadata.csv"), Delivered, lines)
    for row in ROWS[:7]:
        path = images / row.image
        if how.startswith("deleted"):
            path.unlink()
        else:
            path.write_bytes(b"" if how == "empty" else b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    with pytest.raises(InputError, match=r"7 of the 12 images that were there have gone.*such as scans/0.jpg"):
        check(images)
    for row in ROWS[5:7]:
        shutil.copy(images / ROWS[8].image, images / row.image)
    check(images)  # five of twelve, which are not most


def test_a_subfolder_that_is_emptied_counts(images: Path) -> None:
    others = [Row(f"more{number}", f"{number}.jpg", "ANA") for number in range(30)]
    for row in others:
        shutil.copy(images / ROWS[0].image, images / row.image)
    rows = [*ROWS, *others]
    planned = [ImageSource(row.row_id, row.image, "1000 bytes 1") for row in rows]
    download_batch(planned, images, Path("cache"), Path("downloaded"), LIMITS, seen=seen_of("0of1"))
    gone = [ImageSource(row.row_id, row.image, "missing" if row in ROWS else "1000 bytes 1") for row in rows]
    with pytest.raises(InputError, match="12 of the 42 images"):
        check_images({"0of1": gone}, ["0of1"], images, Path("metadata.csv"))


def test_images_that_have_never_been_there_are_no_reason_to_stop(images: Path) -> None:
    shutil.rmtree(images / "scans")
    run(images)
    check(images)
