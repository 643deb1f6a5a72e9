"""Whether a table has outgrown its recogniser."""

import pytest

from lettermill.plan.rows import Row
from lettermill.plan.training import FEWEST, SKETCH, TableSketch, sketch_of, table_then, why_again
from lettermill.records.schemas import Learning

LEARNT = Learning(words=300, fitting=250, letters=1_500, needed=100, learnt=1)


def rows(first: int, stop: int, pattern: str = "AB") -> list[Row]:
    return [Row(f"row {number}", f"{number}.png", pattern) for number in range(first, stop)]


def why(
    then: list[Row],
    now: list[Row],
    tried: Learning = LEARNT,
    content: str = "same",
    most: int = 4_000,
    missing: tuple[int, int] = (0, 0),
) -> str:
    """missing: images then and now."""
    table = TableSketch(len(then), "same", sketch_of(then), missing[0])
    return why_again(table, len(now), sketch_of(now), lambda: content, lambda: missing[1], tried, most)


def test_a_table_that_has_doubled_is_learnt_again() -> None:
    assert why(rows(0, 300), rows(0, 599)) == ""
    assert why(rows(0, 300), rows(0, 600)) == "The table has grown from 300 to 600 rows"
    assert why(rows(0, 300), rows(0, 600), most=250) == ""  # more would not be learnt


def test_a_table_with_twice_the_images_is_learnt_again() -> None:
    table = rows(0, 300)
    assert why(table, table, missing=(200, 101)) == why(table, table, missing=(0, 0)) == ""
    assert why(table, table, missing=(200, 100)) == "100 images were there to learn from, and 200 are there now"
    assert why(table, table, missing=(200, 100), most=250) == ""


@pytest.mark.parametrize("size", [20, 5_000])
def test_another_table_is_learnt_again_and_edited_rows_are_not(size: int) -> None:
    then, other = rows(0, size), rows(size, 2 * size)
    assert "gone or have other" in why(then, other)
    assert "gone or have other" in why(then, rows(0, size, "ABC"))
    assert why(then, [*rows(0, size // 4, "ABC"), *then[size // 4 :]]) == ""
    assert why(then, then[: 2 * size // 3]) == ""


def test_a_few_rows_tell_nothing() -> None:
    few = FEWEST - 1
    assert why(rows(0, few), rows(few, 2 * few - 1)) == ""


def test_a_sketch_tells_the_share_that_remains() -> None:
    then = TableSketch(4_000, "", sketch_of(rows(0, 4_000)))
    now = TableSketch(6_000, "", sketch_of(rows(2_000, 8_000)))
    assert len(then.sketch) == SKETCH and then.share_in(now) == pytest.approx(0.5, abs=0.12)


def test_where_nothing_was_learnt_any_change_is_tried() -> None:
    nothing = LEARNT._replace(learnt=0)
    assert why(rows(0, 30), rows(0, 30), nothing) == ""
    assert "Nothing could be learnt before" in why(rows(0, 30), rows(0, 31), nothing, "other")


def test_a_file_without_a_table_tells_nothing(tmp_path) -> None:
    assert table_then(tmp_path / "none.txt") is None
    (tmp_path / "old.txt").write_text("{'align': 1}\n0123\n")
    assert table_then(tmp_path / "old.txt") is None
