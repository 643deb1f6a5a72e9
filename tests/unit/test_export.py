"""The formats of the exports, each read back with the library that people use for it."""

import gzip
import re
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import webdataset
import yaml
from datasets import ClassLabel, Features, Image, Value, load_dataset
from hypothesis import given
from hypothesis import strategies as some

from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.base.file_names import file_stem
from lettermill.base.reasons import MOVED
from lettermill.base.split import Split
from lettermill.dataset.assemble import assemble
from lettermill.dataset.dataset_card import dataset_card
from lettermill.dataset.letter_table import read_letters
from lettermill.dataset.sync import remove_strangers
from lettermill.dataset.withheld_tables import write_without
from lettermill.export.all_squares import AllSquares
from lettermill.export.export_cards import DESCRIPTIONS, count_letters, export_card
from lettermill.export.folders import write_folders
from lettermill.export.huggingface import schema, write_parquet
from lettermill.export.idx import write_idx
from lettermill.export.labelled_letters import class_indices, classes_of, idx_labels, letters_by_part
from lettermill.export.npz import write_npz
from lettermill.export.squares import write_squares
from lettermill.export.webdataset import key_of, write_shards
from lettermill.image.codec import encode_png
from lettermill.image.normalise import normalise
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Delivered, Letter, Rejected, ReviewLetter, ReviewWord, Withheld

CLASSES = classes_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
ALL_TRAIN = Split(1, 0, 0)
PARTS = ("train", "validation", "test")


def picture(row_id: str, position: int) -> np.ndarray:
    """Ink of some shape that no other letter has."""
    rng = np.random.default_rng([*row_id.encode(), position])
    return np.where(rng.random(rng.integers(8, 30, 2)) < 0.4, 30, 240).astype(np.uint8)


def batch(folder: Path, rows: dict[str, str], confidence: float | None = 0.9982) -> Path:
    """A folder as ``cut_batch`` writes it: row id -> word."""
    letters = []
    for row_id, word in sorted(rows.items()):
        for position, label in enumerate(word):
            image = picture(row_id, position)
            file = folder / label / f"{file_stem(row_id)}_{position}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(encode_png(image))
            height, width = image.shape
            name = file.relative_to(folder).as_posix()
            letters.append(
                Letter(name, label, row_id, position, Box(9 * position, 4, width, height), confidence, "align")
            )
    write_records(folder / "letters.csv", Letter, letters)
    write_records(folder / "rejected.csv", Rejected, [])
    return folder


@pytest.fixture
def batches(tmp_path: Path) -> dict[Path, Path]:
    """Two batches whose rows alternate, and their squares."""
    made = [batch(tmp_path / "b", {"2": "ANNA", "4": "ZOE"}, None), batch(tmp_path / "a", {"1": "ABBA", "3": "EVA"})]
    for folder in made:
        write_squares(folder, tmp_path / f"{folder.name}.npy")
    return {folder: tmp_path / f"{folder.name}.npy" for folder in made}


def outputs(folder: Path, suffix: str) -> dict[str, Path]:
    return {part: folder / f"{part}{suffix}" for part in PARTS}


ORDER = [
    (row, position)
    for row, word in (("1", "ABBA"), ("2", "ANNA"), ("3", "EVA"), ("4", "ZOE"))
    for position in range(len(word))
]
LABELS = "ABBAANNAEVAZOE"


def test_classes_depend_on_the_alphabet_alone() -> None:
    assert classes_of("CABAÉ9") == ["9", "A", "B", "C", "É"]
    assert classes_of("Е\u0308ЖА") == ["Ё", "А", "Ж"]


@pytest.mark.parametrize("alphabet", ["ABC", "0123456789", "АБВГ", "NYnoé"])
def test_a_parquet_file_says_what_its_columns_are(tmp_path: Path, alphabet: str) -> None:
    classes = classes_of(alphabet)
    made = batch(tmp_path / "a", {"1": alphabet})
    write_parquet(made, ALL_TRAIN, classes, {"train": tmp_path / "train.parquet"})
    numbers = {name: Value("int32") for name in ("position", "x", "y", "width", "height")}
    features = Features(
        {"image": Image(), "label": ClassLabel(names=classes), "row_id": Value("string"), **numbers,
         "confidence": Value("float64"), "method": Value("string")}
    )  # fmt: skip
    found = pq.read_schema(tmp_path / "train.parquet")
    assert Features.from_arrow_schema(found) == features
    assert found.remove_metadata() == features.arrow_schema.remove_metadata()
    counts = dict.fromkeys(zip(PARTS, alphabet, strict=False), 1)
    header = yaml.safe_load(export_card("huggingface", counts, classes, "words.csv", "1").split("---")[1])
    assert Features._from_yaml_list(header["dataset_info"]["features"]) == features
    assert [entry["split"] for entry in header["configs"][0]["data_files"]] == list(PARTS)
    assert header["task_categories"] == ["image-classification"] and "license" not in header


def test_parquet_holds_the_files_as_they_are(tmp_path: Path) -> None:
    made = batch(tmp_path / "a", {"1": "ABBA"}, None)
    write_parquet(made, ALL_TRAIN, CLASSES, outputs(tmp_path, ".parquet"))
    rows = pq.read_table(tmp_path / "train.parquet").to_pylist()
    assert [row["image"]["bytes"] for row in rows] == [
        (made / label / f"1_{position}.png").read_bytes() for position, label in enumerate("ABBA")
    ]
    assert [row["image"]["path"] for row in rows] == ["1_0.png", "1_1.png", "1_2.png", "1_3.png"]
    assert [row["confidence"] for row in rows] == [None] * 4
    for part in ("validation", "test"):
        empty = pq.read_table(tmp_path / f"{part}.parquet")
        assert len(empty) == 0 and empty.schema == schema(CLASSES)


def test_parts_without_letters_can_be_loaded(tmp_path: Path) -> None:
    for name, rows in (("a", {"1": "AB"}), ("b", {"2": "NO"})):
        files = {part: tmp_path / f"data/{part}/{name}.parquet" for part in PARTS}
        split = Split(1, 0, 0) if name == "b" else Split(0, 1, 0)
        write_parquet(batch(tmp_path / "batches" / name, rows), split, CLASSES, files)
    counts = {("train", "N"): 1, ("train", "O"): 1, ("validation", "A"): 1, ("validation", "B"): 1}
    (tmp_path / "README.md").write_text(export_card("huggingface", counts, CLASSES, "words.csv", "1"))
    read = load_dataset(str(tmp_path), cache_dir=str(tmp_path / "cache"))
    assert {part: rows["row_id"][:] for part, rows in read.items()} == {"train": ["2", "2"], "validation": ["1", "1"]}


ROW_IDS = some.text(some.characters(codec="utf-8"), min_size=1)


@given(ROW_IDS, some.integers(0, 99))
def test_keys_have_no_dot_and_lead_back_to_the_row(row_id: str, position: int) -> None:
    key = key_of(f"A/{file_stem(row_id)}_{position}.png")
    assert "." not in key and "/" not in key and key.endswith(f"_{position}")
    assert unquote(key.rpartition("_")[0]) == row_id or re.search("~[0-9a-f]{32}_", key)


STRANGE = ["a.b.c", "a%2Eb", "__x__", "100%", "Ünï 7", "x%2" * 12, "a.json", "1_2", "a/b", "a%2Fb", "..", "../../x"]


def test_shards_of_rows_with_any_ids(tmp_path: Path) -> None:
    made = batch(tmp_path / "a", dict.fromkeys(STRANGE, "AB"))
    write_shards(made, ALL_TRAIN, CLASSES, outputs(tmp_path, ".tar"))
    letters = list(webdataset.WebDataset(str(tmp_path / "train.tar"), shardshuffle=False).decode("l8"))
    assert [(letter["json"]["row_id"], letter["json"]["position"]) for letter in letters] == [
        (row_id, position) for row_id in sorted(STRANGE) for position in (0, 1)
    ]
    for letter in letters:
        about = letter["json"]
        assert unquote(letter["__key__"].rpartition("_")[0]) == about["row_id"]
        assert (letter["png"] == picture(about["row_id"], about["position"])).all()
        assert CLASSES[letter["cls"]] == about["label"] and about["confidence"] == 0.9982
    with tarfile.open(tmp_path / "train.tar") as tar:
        assert {(entry.mtime, entry.uid, entry.gid, entry.uname, entry.mode) for entry in tar} == {(0, 0, 0, "", 0o644)}
    with tarfile.open(tmp_path / "test.tar") as tar:
        assert tar.getnames() == []


def test_squares_come_in_the_order_of_rows_whatever_the_batches(batches: dict[Path, Path]) -> None:
    letters = read_letters(list(batches), ALL_TRAIN)
    assert list(zip(letters["row_id"], letters["position"], strict=True)) == ORDER
    squares = AllSquares(letters, batches)
    assert (squares.of(letters) == [normalise(picture(*letter), 28, 4) for letter in ORDER]).all()
    assert (squares.of(letters[5:7]) == squares.of(letters)[5:7]).all() and squares.of(letters[:0]).shape == (0, 28, 28)


def test_letters_that_are_withheld_are_not_exported(tmp_path: Path) -> None:
    folder, squares = tmp_path / "letters/0of1", tmp_path / "0of1.npy"
    batch(folder, {"a": "ABB", "b": "AC", "c": "BA"})
    write_squares(folder, squares)
    withheld = {"b": Withheld("b", MOVED, "")}
    write_records(folder / "review_letters.csv", ReviewLetter, [])
    write_records(folder / "review_words.csv", ReviewWord, [])
    write_records(folder / "rejected.csv", Rejected, [])
    assert write_without(folder, withheld, tmp_path / "withheld/0of1") == 1
    order = [("a", 0), ("a", 1), ("a", 2), ("c", 0), ("c", 1)]
    letters = read_letters([folder], ALL_TRAIN)
    assert list(zip(letters["row_id"], letters["position"], strict=True)) == order
    pictures = [normalise(picture(*each), 28, 4) for each in order]
    assert (AllSquares(letters, {folder: squares}).of(letters) == pictures).all()
    assert [(letter.row_id, letter.position) for letter in letters_by_part(folder, ALL_TRAIN)["train"]] == order
    write_folders([folder], ALL_TRAIN, list("ABC"), tmp_path / "folders")
    assert len(list(tmp_path.glob("folders/train/?/*.png"))) == 5


@pytest.mark.parametrize("change", [lambda squares: squares[:-1], lambda squares: squares[[0, *range(len(squares))]]])
def test_squares_that_do_not_fit_their_batch_are_named(batches: dict[Path, Path], change: Callable) -> None:
    folder, path = next(iter(batches.items()))
    np.save(path, change(np.load(path)))
    with pytest.raises(
        CorruptedFileError, match=rf"{path} does not contain as many letters as {folder} lists. Delete it"
    ):
        AllSquares(read_letters(list(batches), ALL_TRAIN), batches)


def test_squares_that_cannot_be_read_are_named(batches: dict[Path, Path]) -> None:
    path = next(iter(batches.values()))
    for content in (b"", b"nonsense", path.read_bytes()[:-1]):
        path.write_bytes(content)
        with pytest.raises(CorruptedFileError, match=rf"{path} cannot be read: .*Delete it"):
            AllSquares(read_letters(list(batches), ALL_TRAIN), batches)
    np.save(path, np.zeros((7, 20, 20), np.uint8))
    with pytest.raises(CorruptedFileError, match=f"{path} does not contain squares of 28 pixels"):
        AllSquares(read_letters(list(batches), ALL_TRAIN), batches)


def test_a_letter_that_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    made = batch(tmp_path / "a", {"1": "AB"})
    (made / "B/1_1.png").write_bytes(b"")
    with pytest.raises(CorruptedFileError, match=r"a/B/1_1.png cannot be decoded. Delete .*/a and run again"):
        write_squares(made, tmp_path / "a.npy")
    (made / "B/1_1.png").unlink()
    for write in (write_parquet, write_shards):
        with pytest.raises(CorruptedFileError, match=r"a/B/1_1.png is missing. Delete .*/a and run again"):
            write(made, ALL_TRAIN, CLASSES, {"train": tmp_path / "train"})
    assert not (tmp_path / "train").exists()


def test_a_letter_outside_the_alphabet_has_no_class() -> None:
    labels = pd.Series(["A", "B", "A"], dtype="category")
    assert class_indices(labels, "BCA").tolist() == [2, 0, 2]
    with pytest.raises(ValueError, match="B is not a letter of config `alphabet`"):
        class_indices(labels, "AC")


def read_idx(path: Path) -> np.ndarray:
    """By the letter of the format: 0, 0, type, dimensions, their lengths, numbers with the high byte first."""
    content = gzip.decompress(path.read_bytes())
    assert content[:2] == b"\0\0"
    kind = {8: ">u1", 12: ">i4"}[content[2]]
    shape = np.frombuffer(content, ">u4", content[3], 4)
    return np.frombuffer(content, kind, offset=4 + 4 * content[3]).reshape(shape)


def test_idx(batches: dict[Path, Path], tmp_path: Path) -> None:
    write_idx(batches, ALL_TRAIN, CLASSES, tmp_path / "idx")
    images, labels = (read_idx(tmp_path / f"idx/train-{name}-ubyte.gz") for name in ("images-idx3", "labels-idx1"))
    assert "".join(CLASSES[label] for label in labels) == LABELS
    assert (images == [normalise(picture(*letter), 28, 4) for letter in ORDER]).all()
    lines = (tmp_path / "idx/train-provenance.csv").read_text().splitlines()
    assert lines[1] == "A/1_0.png,A,1,0,0,4,{1},{0},0.9982,align,train".format(*picture("1", 0).shape)
    assert len(lines) == 1 + len(ORDER)
    assert (tmp_path / "idx/mapping.txt").read_text().splitlines()[25] == f"25 {ord('Z')}"
    assert read_idx(tmp_path / "idx/test-images-idx3-ubyte.gz").shape == (0, 28, 28)
    assert read_idx(tmp_path / "idx/test-labels-idx1-ubyte.gz").shape == (0,)
    for path in (tmp_path / "idx").glob("*.gz"):
        assert path.read_bytes()[3:8] == bytes(5), "a name, or a time"


def test_more_classes_than_a_byte_can_tell(batches: dict[Path, Path], tmp_path: Path) -> None:
    classes = classes_of("".join(map(chr, range(0x4E00, 0x4E00 + 300))) + "".join(CLASSES))
    assert idx_labels(classes[:256]) == "labels-idx1-ubyte.gz"
    write_idx(batches, ALL_TRAIN, classes[:26] + classes[26:], tmp_path / "idx")
    labels = read_idx(tmp_path / "idx/train-labels-idx1-int.gz")
    assert "".join(classes[label] for label in labels) == LABELS


def test_npz(batches: dict[Path, Path], tmp_path: Path) -> None:
    write_npz(batches, ALL_TRAIN, CLASSES, outputs(tmp_path, ".npz"))
    with np.load(tmp_path / "train.npz", allow_pickle=False) as train:
        assert (train["images"] == [normalise(picture(*letter), 28, 4) for letter in ORDER]).all()
        assert "".join(train["classes"][train["labels"]]) == LABELS
        assert list(zip(train["row_id"].tolist(), train["position"].tolist(), strict=True)) == ORDER
        assert np.isnan(train["confidence"]).tolist() == [row in "24" for row, _ in ORDER]
        assert set(train["method"]) == {"align"} and train["x"].tolist() == [9 * position for _, position in ORDER]
    with np.load(tmp_path / "test.npz", allow_pickle=False) as test:
        assert test["images"].shape == (0, 28, 28) and test["row_id"].shape == (0,)
    with zipfile.ZipFile(tmp_path / "train.npz") as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_folders_get_what_has_changed(tmp_path: Path) -> None:
    output, split = tmp_path / "folders", Split(0.5, 0.5, 0)
    rows = {str(row): "ABBA" for row in range(8)}
    first = batch(tmp_path / "a", rows)
    second = batch(tmp_path / "b", {"8": "AN", "9": "NO"})
    write_folders([first, second], split, CLASSES, output)
    words = rows | {"8": "AN", "9": "NO"}
    for part in PARTS:
        found = {path.relative_to(output / part).as_posix() for path in output.glob(f"{part}/*/*.png")}
        ids = [row for row in words if split.part_of(row) == part]
        assert found == {f"{label}/{row}_{place}.png" for row in ids for place, label in enumerate(words[row])}
        assert sorted(path.name for path in (output / part).iterdir() if path.is_dir()) == CLASSES
    everything = read_records(output / "metadata.csv", Delivered)
    for part in ("train", "validation"):
        found = pq.read_table(output / part / "metadata.parquet").to_pylist()
        assert found and [(f"{part}/{row['file_name']}", row["x"], row["confidence"], part) for row in found] == [
            (letter.file_name, letter.box.x, letter.confidence, part) for letter in everything if letter.split == part
        ]
    assert len(everything) == len({letter.file_name for letter in everything}) == 8 * 4 + 4
    assert all((output / letter.file_name).exists() for letter in everything)
    assert not (output / "test/metadata.parquet").exists()
    before = {path: path.stat().st_ino for path in output.rglob("*.png")}
    changed = batch(tmp_path / "c", {"8": "NO"})
    (output / "train/A/stray_0.png").touch()
    write_folders([first, changed], split, CLASSES, output)
    after = {path: path.stat().st_ino for path in output.rglob("*.png")}
    assert {path: inode for path, inode in before.items() if path.name[0] in "01234567"} == {
        path: inode for path, inode in after.items() if path.name[0] in "01234567"
    }
    others = {path.relative_to(output / split.part_of("8")).as_posix() for path in after.keys() - before.keys()}
    assert others == {"N/8_0.png", "O/8_1.png"} and len(after) == 8 * 4 + 2


IDS = ["test_0001", "train_0001", "val-0001", "0001", "0002", "NA", "NULL", "2020-01-01", "my.eval x", "1e3", 'a"dev']
"""Ids with words that `datasets` takes for splits, and ids that readers take for something else than text."""


@pytest.mark.parametrize("ids", [IDS, ["0001", "0002", "0010"], ["NULL"]])
def test_hugging_face_reads_any_id(tmp_path: Path, ids: list[str]) -> None:
    made = batch(tmp_path / "batch", dict.fromkeys(ids, "ANNA"))
    expected = sorted((row_id, place) for row_id in ids for place in range(4))

    def read(*source: str, **options: str) -> list[tuple[str, int]]:
        read = load_dataset(*source, cache_dir=str(tmp_path / f"cache of {source[0][-8:]}"), **options)
        assert list(read) == ["train"]
        return sorted((row["row_id"], row["position"]) for row in read["train"])

    write_folders([made], ALL_TRAIN, CLASSES, tmp_path / "folders")
    assert read("imagefolder", data_dir=str(tmp_path / "folders")) == expected
    parquet = tmp_path / "huggingface"
    write_parquet(made, ALL_TRAIN, CLASSES, {"train": parquet / "data/train/0of1.parquet"})
    card = export_card("huggingface", count_letters(read_letters([made], ALL_TRAIN)), CLASSES, "words.csv", "1")
    (parquet / "README.md").write_text(card, encoding="utf-8")
    assert read(str(parquet)) == expected
    account = assemble({made: len(ids)}, [], ALL_TRAIN, tmp_path / "dataset")
    (tmp_path / "dataset/README.md").write_text(dataset_card(account, "words.csv", {}, {}), encoding="utf-8")
    letters = load_dataset(str(tmp_path / "dataset"), cache_dir=str(tmp_path / "cache of all"))["letters"]
    lost = {"NA", "NULL"}  # the reader takes them for missing values
    found = [(row["row_id"], row["position"]) for row in letters if row["row_id"]]
    assert sorted(found) == [(row_id, place) for row_id, place in expected if row_id not in lost]
    as_it_is = load_dataset("imagefolder", data_dir=str(tmp_path / "dataset"), cache_dir=str(tmp_path / "cache"))
    assert list(as_it_is) == ["train"] and len(as_it_is["train"]) == len(expected)  # the ids may become numbers


def test_folders_name_a_letter_that_is_missing(tmp_path: Path) -> None:
    made = batch(tmp_path / "a", {"1": "AB"})
    (made / "B/1_1.png").unlink()
    with pytest.raises(CorruptedFileError, match=r"a/B/1_1.png is missing. Delete .*/a and run again"):
        write_folders([made], ALL_TRAIN, CLASSES, tmp_path / "folders")


def test_strangers_go_and_what_stands_beside_the_folders_stays(tmp_path: Path) -> None:
    for name in ("train/a.tar", "train/gone.tar", "other/a.tar", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert remove_strangers(tmp_path, [tmp_path / "train/a.tar"]) == [tmp_path / "other", tmp_path / "train/gone.tar"]
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")) == [
        "README.md",
        "train/a.tar",
    ]


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_cards_count_and_name_their_source(batches: dict[Path, Path], name: str) -> None:
    text = export_card(name, count_letters(read_letters(list(batches), ALL_TRAIN)), CLASSES, "words.csv", "7.8.9")
    assert "14 images" in text and "`words.csv` by Lettermill 7.8.9" in text
    assert "| 0 | A | 5 | 0 | 0 |" in text and "| | all | 14 | 0 | 0 |" in text
    code = f"```python\n{DESCRIPTIONS[name].load}\n```"
    assert code in text and "{" not in re.sub(r"\{(part|letter|row_id|position)\}", "", text.replace(code, ""))


def test_the_same_letters_give_the_same_bytes(batches: dict[Path, Path], tmp_path: Path, monkeypatch) -> None:
    def write(folder: Path, order: dict[Path, Path]) -> dict[str, bytes]:
        split = Split(0.5, 0.25, 0.25)
        made = next(iter(batches))
        write_parquet(made, split, CLASSES, outputs(folder, ".parquet"))
        write_shards(made, split, CLASSES, outputs(folder, ".tar"))
        write_idx(order, split, CLASSES, folder)
        write_npz(order, split, CLASSES, outputs(folder, ".npz"))
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    first = write(tmp_path / "first", batches)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert write(tmp_path / "second", dict(reversed(batches.items()))) == first
    assert len(first) == 3 * 6 + 1
