"""Rows stay in their batch whatever happens to other rows."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lettermill.plan.batches import GROWTH_STEPS, MOST_BATCHES, batch_count, batch_of


def test_auto_gives_every_row_of_a_small_table_its_own_job() -> None:
    assert batch_count("auto", 48) is None
    assert batch_of("952459271", None) == "952459271"


@pytest.mark.parametrize(("rows", "count"), [(49, 16), (8_000, 16), (8_001, 64), (130_000, 256), (1_000_000, 1024)])
def test_auto_grows_in_steps(rows: int, count: int) -> None:
    assert batch_count("auto", rows) == count


def test_large_tables_have_hundreds_to_two_thousand_rows_a_batch() -> None:
    assert all(rows / count <= 2_000 for rows, count in GROWTH_STEPS)
    for rows in (130_000, 500_000, 1_000_000, 2_000_000, 8_000_000):
        assert 250 <= rows / batch_count("auto", rows) <= 2_000
    assert batch_count("auto", 10**9) == MOST_BATCHES


def test_a_number_and_image_are_taken_as_they_are() -> None:
    assert batch_count(7, 10**6) == 7
    assert batch_count("image", 10**6) is None


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
