"""The embedded sample on other papers and forms, as ``benchmarks/papers.py`` draws it."""

from pathlib import Path

import pytest

from papers import measure


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["foot", "mixed_case", "exam"])
def test_letters_are_found_on_rules_beside_print_and_in_photographs(tmp_path: Path, kind: str) -> None:
    found = measure(kind, tmp_path, 120)
    assert found.precision >= 0.98, found.wrong
    assert found.recall >= 0.8
