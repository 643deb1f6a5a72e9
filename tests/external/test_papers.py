"""The embedded sample on other papers and forms, as ``benchmarks/papers.py`` draws it."""

from pathlib import Path

import pytest

from papers import measure


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "count"), [("foot", None), ("mixed_case", None), ("exam", 120)])
def test_letters_are_found_on_rules_beside_print_and_in_photographs(
    tmp_path: Path, kind: str, count: int | None
) -> None:
    found = measure(kind, tmp_path, count)
    assert found.precision >= 0.98, found.wrong
    assert found.recall >= 0.8
