"""What rules are given: digests of the code that they depend on.

A rule runs again when a module of the library that it depends on is edited: its parameter ``code`` names that.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from snakemake.api import SnakemakeApi
from snakemake.settings.types import ConfigSettings, OutputSettings, ResourceSettings

from project import ROOT, Project

EXPECTED = {
    "base/split.py": {"dataset"},
    "report/contact_sheets.py": {"sheets"},
    "report/plots.py": {"report"},
    "report/page.html.jinja": {"report"},
    "review/sprites.py": {"review"},
    "review/page/review.css": {"review"},
    "image/cut.py": {"cut"},
    "stages/match.py": {"match"},
    "image/segmentation.py": {"segment"},
    "image/printed.py": {"crop"},
    "fetch/fetcher.py": {"download"},
    "corrections/apply.py": {"cut"},
    "dataset/moved.py": {"compare"},
    "corrections/read.py": set(),
    "plan/rows.py": set(),
    "workflow/job.py": set(),
}
"""Module -> the first rules that run again, of those of a dataset by `method: histogram`."""

NEXT = {
    "download": {"crop"},
    "crop": {"segment"},
    "segment": {"match"},
    "match": {"cut"},
    "cut": {"compare"},
    "compare": {"dataset", "sheets", "review"},
    "dataset": {"report"},
    "sheets": set(),
    "report": set(),
    "review": set(),
}
"""Rule -> those that work on what it makes."""


def with_next(rules: set[str]) -> set[str]:
    """These rules, and all that work on what they make."""
    more = rules.union(*(NEXT[rule] for rule in rules))
    return rules if more == rules else with_next(more)


@pytest.fixture(scope="module")
def parameters(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    """Rule -> its parameters, functions among them."""
    project = Project.of_sample(tmp_path_factory.mktemp("project") / "project", 3, batches=1)
    project.write()
    with pytest.MonkeyPatch.context() as patch, SnakemakeApi(OutputSettings()) as api:
        patch.chdir(project.folder)
        patch.setenv("OPENCV_IO_MAX_IMAGE_PIXELS", "")
        config = ConfigSettings(configfiles=[Path("my.yaml")])
        started = api.workflow(ResourceSettings(cores=1), config_settings=config, snakefile=ROOT / "Snakefile")
        started.dag()
        yield {rule.name: dict(rule.params.items()) for rule in started._workflow.rules}


@pytest.fixture
def code(parameters: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Rule of a dataset -> its digests of code."""
    return {
        rule: "".join(str(value) for key, value in parameters[rule].items() if key.endswith("code")) for rule in NEXT
    }


def test_every_rule_depends_on_code(code: dict[str, str]) -> None:
    assert code.keys() == NEXT.keys() and all(code.values())


@pytest.mark.parametrize("module", EXPECTED)
def test_rules_that_depend_on_a_module(code: dict[str, str], module: str) -> None:
    path = ROOT / "scripts/lettermill" / module
    assert path.is_file()
    named = module if module != "review/page/review.css" else "review.css"
    found = {rule for rule, text in code.items() if f"{named} " in text}
    assert with_next(found) == with_next(EXPECTED[module])
