"""The files that repeat what the code says are those that docs/reference.py writes."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from lettermill.base.reasons import REASONS, TRANSIENT
from lettermill.plan.settings import allowed_values, summary
from project import ROOT

SCRIPT = ROOT / "docs/reference.py"


def generated() -> dict[Path, str]:
    spec = importlib.util.spec_from_file_location("reference", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    files: dict[Path, str] = module.generated()
    return files


FILES = generated()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_generated_file_is_up_to_date(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == FILES[path], "run `python docs/reference.py`"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_lines_are_filled_to_120_characters(path: Path) -> None:
    lines = [line for line in FILES[path].splitlines() if not line.startswith("|")]
    assert max(map(len, lines)) <= 120


def test_check_succeeds_on_files_that_are_up_to_date() -> None:
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def schema_defaults(schema: dict) -> object:
    if "default" in schema:
        return schema["default"]
    return {key: schema_defaults(child) for key, child in schema["properties"].items()}


def test_the_config_holds_the_defaults_of_the_schema_in_their_order() -> None:
    schema = yaml.safe_load((ROOT / "schemas/config.schema.yaml").read_text(encoding="utf-8"))
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    assert repr(config) == repr(schema_defaults(schema))


def test_every_key_says_what_a_change_reruns() -> None:
    page = FILES[ROOT / "docs/configuration.md"]
    parts = re.split(r"^#{2,} `(.+)`$", page, flags=re.MULTILINE)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert "download.mirrors" in sections and "train.vgg16.fine_tune.epochs" in sections
    without = {key for key, text in sections.items() if "*Changing it reruns:*" not in text}
    assert without == {"align", "review"}  # their keys differ


def test_every_reason_has_a_meaning_and_a_fix() -> None:
    for reasons in REASONS.values():
        for reason in reasons.values():
            assert reason.meaning and not reason.meaning.endswith(".") and reason.fix.endswith(".")
    assert all("retry_failed" in REASONS["download"][code].fix for code in TRANSIENT)


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 20}, "a whole number from 0 to 20"),
        ({"type": ["number", "null"], "exclusiveMinimum": 0}, "a number above 0 or null"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1}, "a number above 0, at most 1"),
        ({"type": "number"}, "a number"),
        ({"type": "boolean"}, "true or false"),
        ({"enum": ["a", "b", "c"]}, "a, b or c"),
        ({"anyOf": [{"enum": ["a"]}, {"type": "integer", "minimum": 1}]}, "a or a whole number of at least 1"),
        ({"type": "array", "items": {"type": "string"}}, "a list of texts"),
        ({"type": "object", "properties": {"a": {}, "b": {}}}, "a section with the keys a, b"),
        ({"type": "object"}, "a mapping"),
    ],
)
def test_allowed_values_in_words(schema: dict, values: str) -> None:
    assert allowed_values(schema) == values


def test_the_summary_is_the_first_sentence() -> None:
    assert summary({"description": "Excel (`.xlsx`)\nor CSV. More.\n\nMuch more."}) == "Excel (`.xlsx`) or CSV."
    assert summary({"description": "No full stop"}) == "No full stop"
    assert summary({}) == ""
