"""Exports hold the letters of the dataset, as the readers that people use see them, and follow the table.

The project has 40 rows in four batches.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import cv2
import numpy as np
import pytest
import webdataset
from mnist import MNIST

from lettermill.image.normalise import normalise
from lettermill.plan.batches import batch_of
from project import Project, digests

FORMATS = ("huggingface", "webdataset", "idx", "npz", "folders")
PARTS = ("train", "validation", "test")
CLASSES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
BATCH = {"export_huggingface": 1, "export_webdataset": 1, "normalise": 1}
END = {"export_idx": 1, "export_npz": 1, "export_folders": 1, "export_card": 5, "export": 1}
NUMBERS = ("position", "x", "y", "width", "height")


@pytest.fixture(scope="module")
def exported(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The finished project with all exports. Not to be changed: copy it."""
    project = finished.copy(tmp_path_factory.mktemp("exported") / "project")
    assert project.ran("export") == dict.fromkeys(BATCH, 4) | {"export_plan": 1} | END
    return project


@pytest.fixture
def project(exported: Project, tmp_path: Path) -> Project:
    """A copy of it."""
    return exported.copy(tmp_path / "project")


@pytest.fixture(autouse=True)
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def letters(project: Project, part: str) -> list[dict[str, str]]:
    """The lines of the dataset's metadata.csv for a part."""
    return [letter for letter in project.metadata() if letter["split"] == part]


def image(project: Project, letter: dict[str, str]) -> np.ndarray:
    return cv2.imread(str(project.folder / "results/dataset" / letter["file_name"]), cv2.IMREAD_UNCHANGED)


def check(project: Project, part: str, found: Iterable[tuple[np.ndarray, str, dict]], squares: bool = False) -> None:
    """found: (pixels, label, where it comes from) of the letters of a part: they are those of the dataset."""
    expected = letters(project, part)
    for letter, (pixels, label, about) in zip(expected, found, strict=True):
        original = image(project, letter)
        assert np.array_equal(pixels, normalise(original, 28, 4) if squares else original)
        assert label == letter["label"]
        assert (about["row_id"], about["method"]) == (letter["row_id"], letter["method"])
        assert [int(about[name]) for name in NUMBERS] == [int(letter[name]) for name in NUMBERS]
        assert about["confidence"] in (None, "") or np.isnan(about["confidence"])  # counting boxes gives none


def test_the_parts_have_letters(exported: Project) -> None:
    """What the other tests compare is something, and there are batches without letters of some part."""
    assert all(letters(exported, part) for part in PARTS)
    batches = {(letter["split"], batch_of(letter["row_id"], 4)) for letter in exported.metadata()}
    assert len(batches) < 3 * 4


def test_hugging_face(exported: Project, tmp_path: Path) -> None:
    import datasets

    read = datasets.load_dataset(str(exported.folder / "results/export/huggingface"), cache_dir=str(tmp_path))
    assert tuple(read) == PARTS
    for part, rows in read.items():
        assert rows.features["label"] == datasets.ClassLabel(names=list(CLASSES))
        rows = sorted(rows, key=lambda row: (row["row_id"], row["position"]))  # they come by batches
        check(exported, part, ((np.array(row["image"]), CLASSES[row["label"]], row) for row in rows))


def test_web_dataset(exported: Project) -> None:
    for part in PARTS:
        shards = sorted(map(str, (exported.folder / "results/export/webdataset" / part).glob("*.tar")))
        assert [Path(shard).stem for shard in shards] == ["0of4", "1of4", "2of4", "3of4"]
        samples = list(webdataset.WebDataset(shards, shardshuffle=False).decode("l8"))
        samples.sort(key=lambda sample: (sample["json"]["row_id"], sample["json"]["position"]))
        check(exported, part, ((sample["png"], CLASSES[sample["cls"]], sample["json"]) for sample in samples))


def test_idx(exported: Project) -> None:
    folder = exported.folder / "results/export/idx"
    reader = MNIST(str(folder), return_type="lists", gz=True)
    for part in PARTS:
        images, labels = reader.load(*(str(folder / f"{part}-{kind}-ubyte") for kind in ("images-idx3", "labels-idx1")))
        squares = np.array(images, np.uint8).reshape(-1, 28, 28)
        header, *lines = (folder / f"{part}-provenance.csv").read_text(encoding="utf-8").splitlines()
        about = [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]
        assert about == letters(exported, part)
        names = [CLASSES[label] for label in labels]
        check(exported, part, zip(squares, names, about, strict=True), squares=True)


def test_npz(exported: Project) -> None:
    for part in PARTS:
        with np.load(exported.folder / f"results/export/npz/{part}.npz", allow_pickle=False) as file:
            arrays = dict(file)
        names = ("row_id", "method", "confidence", *NUMBERS)
        about = [dict(zip(names, values, strict=True)) for values in zip(*(arrays[n] for n in names), strict=True)]
        labels = arrays["classes"][arrays["labels"]]
        check(exported, part, zip(arrays["images"], labels, about, strict=True), squares=True)


def test_folders(exported: Project, tmp_path: Path) -> None:
    import datasets

    folder = exported.folder / "results/export/folders"
    read = datasets.load_dataset("imagefolder", data_dir=str(folder), cache_dir=str(tmp_path / "a"))
    for part, rows in read.items():
        check(exported, part, ((np.array(row["image"]), row["label"], row) for row in rows))
    files = {part: str(folder / part / "*/*.png") for part in PARTS}
    by_folder = datasets.load_dataset("imagefolder", data_files=files, cache_dir=str(tmp_path / "b"))
    for part, rows in by_folder.items():
        name = rows.features["label"].int2str
        expected = sorted((letter["label"], image(exported, letter).tobytes()) for letter in letters(exported, part))
        assert sorted((name(row["label"]), np.array(row["image"]).tobytes()) for row in rows) == expected
    name = letters(exported, "test")[0]["file_name"]
    original = next(exported.folder.glob(f"results/letters/*/{name}"))
    assert os.path.samefile(original, folder / "test" / name)


def test_cards_show_code_that_loads(exported: Project, tmp_path: Path) -> None:
    lines = ["import os"]
    for name in FORMATS:
        text = (exported.folder / f"results/export/{name}/README.md").read_text(encoding="utf-8")
        lines += [
            re.search(r"```python\n(.*?)```", text, re.DOTALL)[1],
            "print(type(image) if 'image' in dir() else len(images))",
        ]
        lines += ["image = images = None", "del image, images"]
        assert f"| | all | {' | '.join(str(len(letters(exported, part))) for part in PARTS)} |" in text
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], cwd=exported.folder, env={**os.environ, "HF_HOME": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    count = str(len(letters(exported, "train")))
    printed = [line for line in done.stdout.splitlines() if line.startswith("<class") or line.isdigit()]
    assert printed == [
        "<class 'PIL.PngImagePlugin.PngImageFile'>", "<class 'numpy.ndarray'>", count, count,
        "<class 'PIL.PngImagePlugin.PngImageFile'>",
    ]  # fmt: skip


@pytest.mark.slow
def test_cores_and_the_order_of_the_table_do_not_matter(exported: Project, finished: Project, tmp_path: Path) -> None:
    other = finished.copy(tmp_path / "other")
    other.rows = dict(reversed(other.rows.items()))
    other.settings["keep_intermediates"] = False
    other.run("-j", "1", "export")
    assert digests(other.folder / "results/export") == digests(exported.folder / "results/export")
    assert not list(other.folder.glob("results/normalised/*"))
    assert other.planned("export") == {}


def stamps(project: Project) -> dict[str, int]:
    """File of the exports -> when it was written."""
    folder = project.folder / "results/export"
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.stat().st_mtime_ns for path in files}


@pytest.mark.slow
def test_a_changed_row_writes_what_is_of_its_batch(project: Project) -> None:
    assert project.planned("export") == {}
    row_id = letters(project, "validation")[0]["row_id"]
    batch = batch_of(row_id, 4)
    project.rows[row_id][1] = project.rows[row_id][1][::-1]
    before = stamps(project)
    # Which batches are exported is only known when all rows have been compared.
    some = {"match": 1, "cut": 1, "compare": 1, "dataset": 1, "normalise": 1, "export_plan": 1}
    assert project.planned("export") == {"export_huggingface": 4, "export_webdataset": 4} | some | END
    project.run("export", "all")
    after = stamps(project)
    assert after.keys() - before.keys() <= {
        f"folders/validation/{c}/{row_id}_{n}.png" for c in CLASSES for n in range(20)
    }
    touched = {name for name in before if after.get(name) != before[name]}
    of_others = [name for name in touched if re.search(r"\dof4", name) and batch not in name]
    assert not of_others and f"huggingface/data/validation/{batch}.parquet" in touched
    pictures = {name for name in touched if name.endswith(".png")}
    assert all(batch_of(Path(name).stem.rpartition("_")[0], 4) == batch for name in pictures)
    test_npz(project)
    test_web_dataset(project)

    # A row goes, and with it, as the only one of its batch, another batch.
    gone = {each for each in project.rows if batch_of(each, 4) == batch}
    project.rows = {each: row for each, row in project.rows.items() if each not in gone}
    some = {"compare": 1, "dataset": 1, "export_plan": 1}
    assert project.planned("export") == {"export_huggingface": 3, "export_webdataset": 3} | some | END
    before = stamps(project)
    project.run("export", "all")
    after = stamps(project)
    assert len(list(project.folder.glob("results/normalised/*"))) == 3
    assert not [name for name in after if batch in name or Path(name).stem.rpartition("_")[0] in gone]
    kept = [name for name in before if re.search(r"\dof4", name) and batch not in name]
    assert len(kept) == 2 * 3 * 3 and all(after[name] == before[name] for name in kept)
    test_npz(project)
    test_idx(project)


@pytest.mark.slow
def test_rows_that_get_the_same_image_are_exported_together(project: Project) -> None:
    """In the same run, although the batch of one of them has not changed otherwise."""
    one, other = (letters(project, part)[0]["row_id"] for part in ("train", "test"))
    assert batch_of(one, 4) != batch_of(other, 4)
    images = project.folder / "images"
    (images / project.rows[other][0]).write_bytes((images / project.rows[one][0]).read_bytes())
    project.run("export", "all")
    assert {letter["split"] for letter in project.metadata() if letter["row_id"] in (one, other)} == {"train"}
    test_web_dataset(project)


def test_formats_come_when_they_are_asked_for(finished: Project, project: Project, tmp_path: Path) -> None:
    project.settings["export"] = {"formats": ["npz"]}
    assert project.planned("export") == {}
    other = finished.copy(tmp_path / "other")
    other.settings["export"] = {"formats": ["idx"]}
    assert other.planned("export") == {"normalise": 4, "export_idx": 1, "export_card": 1, "export": 1}
    assert other.planned() == {}
    other.settings["export"] = {"formats": ["parquet"]}
    message = "`export.formats.0: parquet` is not valid. Use huggingface, webdataset, idx, npz or folders."
    assert message in other.run(fails=True)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"split": {"train": 0.5, "validation": 0.5, "test": 0}},
            {"export_huggingface": 4, "export_webdataset": 4} | END,
        ),
        ({"alphabet": f"{CLASSES}Ç"}, {"export_huggingface": 4, "export_webdataset": 4} | END),
    ],
    ids=["split", "alphabet"],
)
def test_a_changed_setting(project: Project, settings: dict, expected: dict[str, int]) -> None:
    project.settings.update(settings)
    assert project.planned("export") == {"dataset": 1} | expected


def test_without_the_package_for_parquet_nothing_begins(
    finished: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['pyarrow'] = None\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    project = finished.copy(tmp_path / "project")
    output = project.run("export", fails=True)
    assert "pip install -r requirements-export.txt" in output and "Traceback" not in output
    assert not (project.folder / "results/export").exists()
    project.settings["export"] = {"formats": ["webdataset"]}
    project.run("export")
    assert (project.folder / "results/export/webdataset/README.md").exists()
