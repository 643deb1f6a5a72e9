"""Ids of any kind, and letters of both cases, go through the whole workflow, exports and pictures included, and come
out as they were; no file is called so that some file system takes it for another one."""

import csv
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
import webdataset

from lettermill.base.file_names import file_stem, folded, unlike_stems
from lettermill.base.split import PARTS
from project import Project, digests

IDS = [
    "a/b", "a%2Fb", "scans/p.1/2.jpg", "..", "x.", "007", "7", "NULL", "nan", "é漢 🙂", "x" * 300, "x" * 301, "é" * 150,
    "ab" * 20, "Case", "case", "CASE", "\u00e9t", "e\u0301t", "{batch}", '"a",b', "it's", "C:\\scans\\1", "$HOME",
    "a b", "-j", "#1", "100%", "*?", "[a-z]",
]  # fmt: skip

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def plain(folder: Path, **settings: object) -> Project:
    """Rows of the sample, every second one in small letters."""
    project = Project.of_sample(folder, len(IDS), alphabet=ALPHABET, **settings)
    for row in list(project.rows.values())[::2]:
        row[1] = row[1].lower()
    return project


def with_ids(folder: Path, **settings: object) -> Project:
    """The same rows under these ids."""
    project = plain(folder, **settings)
    project.rows = dict(zip(IDS, project.rows.values(), strict=True))
    return project


@pytest.fixture(scope="module")
def letters_of_row(tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    """What the letters of the rows are, by the number of the row, when ids are plain."""
    project = plain(tmp_path_factory.mktemp("plain") / "project", batches=2)
    numbers = {row_id: number for number, row_id in enumerate(project.rows)}
    project.run()
    assert len({letter["row_id"] for letter in project.metadata()}) > len(IDS) / 2
    return sorted(letter_of(project, letter, numbers) for letter in project.metadata())


def letter_of(project: Project, letter: dict[str, str], numbers: dict[str, int]) -> tuple:
    image = (project.folder / "results/dataset" / letter["file_name"]).read_bytes()
    return numbers[letter["row_id"]], int(letter["position"]), letter["label"], letter["x"], letter["y"], image


def check(project: Project, letters_of_row: list[tuple]) -> list[dict[str, str]]:
    """The letters are those of ``letters_of_row``, and all rows are accounted for; returns the metadata."""
    metadata = project.metadata()
    numbers = {row_id: number for number, row_id in enumerate(IDS)}
    assert sorted(letter_of(project, letter, numbers) for letter in metadata) == letters_of_row
    assert {letter["label"] for letter in metadata} > set("Aa")
    assert {row["row_id"] for row in metadata + project.rejected_rows()} == set(IDS)
    for place, folders, files in os.walk(project.folder):
        names = [*folders, *files]
        assert len({folded(name) for name in names}) == len(names), f"{place} has alike {sorted(names)}"
    return metadata


@pytest.fixture(scope="module")
def by_image(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The rows under these ids, each a batch of its own, run to the end. Not to be changed: copy it."""
    project = with_ids(tmp_path_factory.mktemp("by_image") / "project", batches="image")
    project.run()
    return project


@pytest.mark.slow
def test_ids_of_any_kind_as_names_of_batches(by_image: Project, letters_of_row: list[tuple]) -> None:
    check(by_image, letters_of_row)


def test_ids_of_any_kind(tmp_path: Path, letters_of_row: list[tuple]) -> None:
    project = with_ids(tmp_path / "project", batches=2)
    project.run("all", "export")
    metadata = check(project, letters_of_row)
    delivered = {letter["row_id"] for letter in metadata}
    assert project.planned("all", "export") == {}
    export = project.folder / "results/export"
    for part in PARTS:
        expected = {(letter["row_id"], int(letter["position"])) for letter in metadata if letter["split"] == part}
        shards = sorted(map(str, (export / "webdataset" / part).glob("*.tar")))
        samples = list(webdataset.WebDataset(shards, shardshuffle=False, empty_check=False).decode("l8"))
        assert {(sample["json"]["row_id"], sample["json"]["position"]) for sample in samples} == expected
        with np.load(export / f"npz/{part}.npz", allow_pickle=False) as arrays:
            assert set(zip(arrays["row_id"].tolist(), arrays["position"].tolist(), strict=True)) == expected
        files = {path.relative_to(export / "folders" / part).as_posix() for path in export.glob(f"folders/{part}/*/*")}
        assert files == {letter["file_name"] for letter in metadata if letter["split"] == part}
    with open(export / "folders/metadata.csv", encoding="utf-8", newline="") as file:
        assert {letter["row_id"] for letter in csv.DictReader(file)} == delivered

    import pyarrow.parquet as pq

    table = pq.ParquetDataset(export / "huggingface/data").read()
    assert set(table["row_id"].to_pylist()) == delivered


@pytest.mark.slow
def test_pictures_of_rows_are_called_as_their_files(by_image: Project, tmp_path: Path) -> None:
    project = by_image.copy(tmp_path / "project")
    stems = unlike_stems(IDS)
    names = [file_stem(row_id, stems) for row_id in ("a/b", "a%2Fb", "x" * 300, "..", "it's", "Case", "case")]
    targets = [f"results/debug/{name}.png" for name in names]
    project.run(*targets)
    pictures = digests(project.folder / "results/debug")
    assert set(pictures) == {f"{name}.png" for name in names} and len(set(pictures.values())) == len(names)
    assert all(cv2.imread(str(project.folder / target)) is not None for target in targets)
    assert "there is no such row" in project.run("results/debug/%2E%2E%2E.png", fails=True)


@pytest.mark.slow
def test_edited_rows_with_such_ids(by_image: Project, tmp_path: Path) -> None:
    project = by_image.copy(tmp_path / "project")
    project.rows["a/b"][1] = project.rows["a/b"][1][:-1]
    del project.rows["x" * 300]
    end = ("match", "cut", "compare", "dataset", "sheets", "report", "review", "all")
    assert project.ran() == dict.fromkeys(end, 1)
    assert "x" * 300 not in {row["row_id"] for row in project.metadata() + project.rejected()}
    assert not list(project.folder.glob(f"results/*/{file_stem('x' * 300)}*"))
