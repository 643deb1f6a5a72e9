"""Rows stay in their batch whatever happens to other rows."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.plan.batches import FEW, MOST, ROWS_PER_BATCH, batch_count, batch_of


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (1, 2),
        (1_000, 2),
        (1_001, 4),
        (4_000, 8),
        (4_001, 16),
        (20_000, 16),
        (20_001, 32),
        (130_000, 128),
        (1_000_000, 1024),
        (10**9, MOST),
    ],
)
def test_auto_doubles_as_the_table_grows(rows: int, count: int) -> None:
    assert batch_count("auto", rows) == count


@given(st.integers(FEW * ROWS_PER_BATCH, MOST * ROWS_PER_BATCH))
def test_large_tables_have_about_a_thousand_rows_a_batch(rows: int) -> None:
    assert ROWS_PER_BATCH / 2 <= rows / batch_count("auto", rows) <= ROWS_PER_BATCH


def test_a_number_and_image_are_taken_as_they_are() -> None:
    assert batch_count(7, 10**6) == 7
    assert batch_count("image", 10**6) is None
    assert batch_of("952459271", None) == "952459271"


def test_batches_are_of_like_size_and_sort_by_number() -> None:
    sizes = Counter(batch_of(str(row), 16) for row in range(16_000))
    assert sorted(sizes) == [f"{number:02d}of16" for number in range(16)]
    assert min(sizes.values()) > 850 and max(sizes.values()) < 1_150


@given(st.text(st.characters(codec="utf-8"), min_size=1), st.integers(1, 10**6))
def test_a_batch_is_one_of_its_number(row_id: str, count: int) -> None:
    number, total = batch_of(row_id, count).split("of")
    assert 0 <= int(number) < int(total) == count


def test_names_do_not_change_between_versions() -> None:
    """A change here makes every user's next run start from nothing."""
    assert [batch_of(row, 256) for row in ("a", "b", "952459271", "Zoë")] == [
        "202of256", "062of256", "131of256", "198of256",
    ]  # fmt: skip
