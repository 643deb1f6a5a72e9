"""Dataset cards: their YAML header is valid whatever a user writes, and `datasets` loads the folders by it."""

from collections import Counter
from pathlib import Path
from unicodedata import category

import pytest
import yaml
from datasets import load_dataset
from huggingface_hub import DatasetCard
from hypothesis import given
from hypothesis import strategies as some
from test_export import ALL_TRAIN, CLASSES, PARTS, batch

from lettermill.base.split import Split
from lettermill.dataset.account import Account
from lettermill.dataset.assemble import assemble
from lettermill.dataset.card_header import About
from lettermill.dataset.dataset_card import dataset_card
from lettermill.dataset.letter_table import read_letters
from lettermill.export.export_cards import DESCRIPTIONS, count_letters, export_card
from lettermill.export.folders import write_folders
from lettermill.export.huggingface import write_parquet
from lettermill.export.labelled_letters import classes_of
from lettermill.export.webdataset import write_shards

HOSTILE = [
    *("---", "a\n---\nb", "yes", "null", "12", "~", "#", "a: b", "- a", "{x}", "'", '"', "*a", "&a", "!!python/none"),
    *("\u2028", "a\u0085b", "\x00", "\x7f", "\ufeff", "\ud800", "\U0001f642", "a\tb", "%", "@", "`", "|", ">", "? a"),
]
TEXTS = some.none() | some.sampled_from(HOSTILE) | some.text() | some.text(some.characters())
"""Also lone surrogates."""


def fields(card: str) -> dict:
    """The header of a card, as the Hub's client reads it."""
    found = DatasetCard(card.encode().decode(), ignore_metadata_errors=False).data.to_dict()
    assert found == yaml.safe_load(card.split("\n---\n")[0])
    return found


def account(*labels: str) -> Account:
    return Account(1, letters=Counter(labels), parts=Counter(train=len(labels)))


@given(TEXTS, TEXTS, TEXTS, some.sampled_from([*DESCRIPTIONS, None]))
def test_headers_are_valid_whatever_the_user_writes(title, licence, source, name: str | None) -> None:
    about = About(title, licence, source)
    if name is None:
        card = dataset_card(account("A"), "words.csv", {}, {}, about)
    else:
        card = export_card(name, {("train", "A"): 1}, ["A"], "words.csv", "1", about)
    found = fields(card)
    assert isinstance(found["pretty_name"], str) and found["pretty_name"]
    said = "".join(c if category(c) not in ("Cc", "Cs") else " " for c in title or "")
    assert found["pretty_name"] == (" ".join(said.split()) or "Handwritten letters")
    assert all(isinstance(found[key], str) for key in found if key.startswith("license"))
    heading = card.split("\n---\n", 1)[1].strip().splitlines()
    assert heading[0].startswith("# ") and heading[1] == "" and "<" not in card.split("\n---\n", 1)[1].split("##")[0]


@pytest.mark.parametrize("alphabet", ["0123456789", "NYnoé", "\u0661\u05d0'\"#", "\U00010400\U0001d400"])
def test_classes_of_any_alphabet_are_text(alphabet: str) -> None:
    classes = classes_of(alphabet)
    for name in ("huggingface", "webdataset"):
        found = fields(export_card(name, {("test", classes[0]): 1}, classes, "words.csv", "1"))
        label = next(each for each in found["dataset_info"]["features"] if each["name"] in ("label", "cls"))
        assert label["dtype"]["class_label"]["names"] == {str(index): text for index, text in enumerate(classes)}


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        (None, {}),
        ("  ", {}),
        ("cc-by-4.0", {"license": "cc-by-4.0"}),
        ("CC BY-SA 4.0", {"license": "cc-by-sa-4.0"}),
        ("My archive's terms, v1", {"license": "other", "license_name": "my-archive-s-terms-v1"}),
        ("лицензия", {"license": "other", "license_name": "custom"}),
        (
            "https://example.org/terms",
            {
                "license": "other",
                "license_name": "https-example.org-terms",
                "license_link": "https://example.org/terms",
            },
        ),
    ],
)
def test_no_licence_is_claimed_that_was_not_given(licence: str | None, expected: dict) -> None:
    for card in (
        dataset_card(account("A"), "words.csv", {}, {}, About(license=licence)),
        export_card("npz", {("train", "A"): 1}, ["A"], "words.csv", "1", About(license=licence)),
    ):
        found = fields(card)
        assert {key: value for key, value in found.items() if key.startswith("license")} == expected
        assert ("Licence: not stated, so none is claimed" in card) == (not expected)
        assert expected == {} or f"Licence: {licence}" in card


def test_cards_name_title_source_and_size() -> None:
    about = About("Census of 1901", None, "Pages of the census.\nArchive of X, https://example.org")
    for name, heading in ((None, "# Census of 1901"), ("idx", "# Census of 1901: IDX")):
        counts = {("train", "A"): 12_345}
        card = (
            export_card(name, counts, ["A"], "words.csv", "1", about)
            if name
            else dataset_card(Account(1, letters=Counter(A=12_345)), "words.csv", {}, {}, about)
        )
        found = fields(card)
        assert (found["pretty_name"], found["size_categories"]) == ("Census of 1901", ["10K<n<100K"])
        assert found["task_categories"] == ["image-classification"] and "handwriting" in found["tags"]
        assert heading in card and ": Pages of the census. Archive of X, https://example.org\n" in card
    sizes = [fields(dataset_card(account(*"A" * n), "", {}, {}))["size_categories"] for n in (0, 999, 1000, 9999)]
    assert sizes == [["n<1K"], ["n<1K"], ["1K<n<10K"], ["1K<n<10K"]]


def test_datasets_loads_the_folders_by_their_cards(tmp_path: Path) -> None:
    """With the splits and types that the cards name: the first letters have no confidence, and one batch no letters."""
    rows = {"test_1": "ANNA", "train-2": "ZOE", "0012": "ABBA", "NULL": "EVA"}
    split = Split(0.4, 0.3, 0.3)
    made = {
        "0of3": batch(tmp_path / "batches/0of3", {}),
        "1of3": batch(tmp_path / "batches/1of3", {"0012": "ABBA", "NULL": "EVA"}, None),
        "2of3": batch(tmp_path / "batches/2of3", {"test_1": "ANNA", "train-2": "ZOE"}),
    }
    letters = read_letters(list(made.values()), split)
    for name, folder in made.items():
        data = {part: tmp_path / f"huggingface/data/{part}/{name}.parquet" for part in PARTS}
        write_parquet(folder, split, CLASSES, data)
        shards = {part: tmp_path / f"webdataset/{part}/{name}.tar" for part in PARTS}
        write_shards(folder, split, CLASSES, shards)
    write_folders(list(made.values()), split, CLASSES, tmp_path / "folders")
    expected = Counter((split.part_of(row), row, place) for row, word in rows.items() for place in range(len(word)))
    assert len({part for part, *_ in expected}) > 1
    for name in ("huggingface", "webdataset", "folders"):
        about = About("a: 'b' # c", "cc0", "---")
        card = export_card(name, count_letters(letters), CLASSES, "words.csv", "1", about)
        (tmp_path / name / "README.md").write_text(card, encoding="utf-8")
        read = load_dataset(str(tmp_path / name), cache_dir=str(tmp_path / "cache" / name))
        found: Counter = Counter()
        for part, lines in read.items():
            for line in lines:
                about_letter = line.get("json", line)
                found[part, about_letter["row_id"], about_letter["position"]] += 1
                confidence = None if about_letter["row_id"] in ("0012", "NULL") else 0.9982
                assert about_letter["confidence"] == confidence, name
                assert line.get("image", line.get("png")).size == (about_letter["width"], about_letter["height"])
        assert found == expected, name


def test_the_dataset_is_not_loaded_as_a_training_split(tmp_path: Path) -> None:
    folder = tmp_path / "dataset"
    made = batch(tmp_path / "a", {"test_1": "ANNA", "b": "ZOE"})
    delivered = assemble({made: 2}, [], ALL_TRAIN, folder)
    (folder / "README.md").write_text(dataset_card(delivered, "words.csv", {}, {}), encoding="utf-8")
    (folder / "rejected.csv").write_text("row_id,stage\n7,match\n")
    read = load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))
    assert list(read) == ["letters"]
    assert [(row["row_id"], row["label"], row["split"]) for row in read["letters"]] == [
        (row_id, label, "train") for row_id, word in (("b", "ZOE"), ("test_1", "ANNA")) for label in word
    ]
    assert "configs" not in fields(dataset_card(Account(), "words.csv", {}, {}))
