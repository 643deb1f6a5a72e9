"""The config is checked key by key; an error names the file, the line and the fix."""

import copy
from pathlib import Path

import pytest
import yaml

from lettermill.base.errors import InputError
from lettermill.plan.config import check_config, find_path
from project import ROOT

SCHEMA = ROOT / "schemas/config.schema.yaml"
DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text())


def merged(changes: dict) -> dict:
    """The defaults with ``changes``, as Snakemake merges them."""
    result = copy.deepcopy(DEFAULTS)
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key].update(value)
        else:
            result[key] = value
    return result


def check(tmp_path: Path, text: str) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(text)
    check_config(merged(yaml.safe_load(text)), SCHEMA, [ROOT / "config.yaml", file])


def test_the_defaults_are_right() -> None:
    check_config(DEFAULTS, SCHEMA, [ROOT / "config.yaml"])


def test_every_key_is_described_and_every_object_closed() -> None:
    def walk(schema: dict, name: str) -> None:
        for key, child in schema.get("properties", {}).items():
            assert child.get("description", "").strip().endswith("."), f"{name}.{key}"
            walk(child, f"{name}.{key}")
        if schema.get("type") == "object":
            assert "additionalProperties" in schema, name

    schema = yaml.safe_load(SCHEMA.read_text())
    walk(schema, "config")
    walk(schema["$defs"]["edges"], "edges")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# mine\nmehtod: histogram\n", "my.yaml, line 2: unknown key `mehtod`. Did you mean `method`?"),
        (
            "download:\n  timeout: 5\n  retires: 2\n",
            "my.yaml, line 3: unknown key `download.retires`. Did you mean `retries`",
        ),
        ("crop: {mode: atuo}\n", "my.yaml, line 1: `crop.mode: atuo` is not valid. Use auto, profiles, box or none."),
        (
            "batches: many\n",
            "my.yaml, line 1: `batches: many` is not valid. Use auto, image or a whole number from 1 to 100,000.",
        ),
        ("batches: 0\n", "my.yaml, line 1: `batches: 0` is not valid."),
        (
            "download:\n  retries: -1\n",
            "my.yaml, line 2: `download.retries: -1` is not valid. Use a whole number from 0 to 20. Retries",
        ),
        ("segment:\n", "my.yaml, line 1: `segment: null` is not valid. Use a section with the keys letter_height, "),
        ("alphabet: A-Z\n", "my.yaml, line 1: `alphabet` has '-', which is neither a letter nor a digit"),
        ("split: {train: 0.9}\n", "my.yaml, line 1: train, validation and test of `split` add up to 1.1. They must"),
        ("crop:\n  box: {left: 80, right: 75}\n", "my.yaml, line 2: `crop.box`: `right` must be greater than `left`."),
        (
            "crop:\n  profiles:\n    388*36: {left: 75}\n",
            "my.yaml, line 2: `crop.profiles`: '388*36' is not a size. Write width x height in pixels, such as 388x36.",
        ),
        ("columns: {id: No}\n", "my.yaml, line 1: `columns.id: false` is not valid. Use text or null."),
        ("alphabet: 0123\n", "Here it is not text: put it in quotes."),
        ("batches: '3'\n", "Here it is text: write it without quotes"),
        ("unreadable: [NO, EMPTY]\n", "my.yaml, line 1: `unreadable.0: false` is not valid. Use text. Here"),
        (
            "download: {user_agent: Леттермилл}\n",
            "my.yaml, line 1: `download.user_agent: Леттермилл` is not valid. Use text that matches",
        ),
        ("split: {train: .nan}\n", "my.yaml, line 1: train, validation and test of `split` add up to nan."),
        (
            "export:\n  formats: [npz, parquet]\n",
            "my.yaml, line 2: `export.formats.1: parquet` is not valid. Use huggingface, webdataset, idx, npz or",
        ),
        (
            "export: {formats: [npz, npz]}\n",
            "`export.formats: [npz, npz]` is not valid. Use a list of huggingface, webdataset, idx, npz, folders",
        ),
        ("crop: {mode: '[box'}\n", "my.yaml, line 1: `crop.mode: [box` is not valid."),
        ("columns: {image: null}\n", "my.yaml, line 1: `columns.image: null` is not valid. Use text."),
    ],
)
def test_errors_name_line_and_fix(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as error:
        check(tmp_path, text)
    assert message in str(error.value)


def test_all_errors_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        check(tmp_path, "mehtod: x\nbatches: none\n")
    assert len(str(error.value).splitlines()) == 3


def test_what_comes_from_the_command_line_is_said_to(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="--config: unknown key `mehtod`"):
        check_config(merged({"mehtod": 1}), SCHEMA, [ROOT / "config.yaml"])


def test_the_command_line_wins_and_is_blamed() -> None:
    with pytest.raises(InputError, match="--config: `batches: foo` is not valid"):
        check_config(merged({"batches": "foo"}), SCHEMA, [ROOT / "config.yaml"])


def test_paths_are_looked_for_beside_the_config_then_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "conf").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    file = tmp_path / "conf/my.yaml"
    file.write_text("table: words.csv\n")
    with pytest.raises(
        InputError, match=r"my.yaml, line 1: `table: words.csv` does not exist. There is no file .*conf/words.csv or"
    ):
        find_path("words.csv", "table", [file], folder=False)
    (tmp_path / "work/words.csv").touch()
    assert find_path("words.csv", "table", [file], folder=False) == Path("words.csv")
    (tmp_path / "conf/words.csv").touch()
    assert find_path("words.csv", "table", [file], folder=False) == tmp_path / "conf/words.csv"
