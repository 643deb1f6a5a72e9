"""Rows as parameters of jobs: they agree with the plain list, and Snakemake is given something to compare."""

import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snakemake.iocontainers import Wildcards

from lettermill.workflow.parameters import Rows, recorded

LISTS = st.lists(st.tuples(st.text(max_size=3), st.text(max_size=3)), max_size=6)
PLACES = st.none() | st.integers(-8, 8)


def rows_of(plain: list) -> Rows:
    """Rows that are read whenever somebody looks."""
    return Rows(len(plain), "a name", lambda: iter(plain))


@given(LISTS, LISTS)
def test_rows_are_what_the_list_is(plain: list, other: list) -> None:
    rows = rows_of(plain)
    assert len(rows) == len(plain) and bool(rows) == bool(plain)
    assert list(rows) == [*rows] == plain and sorted(rows) == sorted(plain)
    assert list(reversed(rows)) == plain[::-1]
    assert all(row in rows for row in plain) and all((row in rows) == (row in plain) for row in other)
    assert all(rows.index(row) == plain.index(row) and rows.count(row) == plain.count(row) for row in plain)
    assert (rows == other) == (other == rows) == (rows == rows_of(other)) == (plain == other)
    assert rows == plain and rows != tuple(plain) and rows == Rows.of(plain)


@given(LISTS, PLACES, PLACES, PLACES.filter(lambda step: step != 0))
def test_places_and_slices_are_those_of_the_list(
    plain: list, start: int | None, stop: int | None, step: int | None
) -> None:
    rows = rows_of(plain)
    assert rows[start:stop:step] == plain[start:stop:step]
    for place in range(-len(plain), len(plain)):
        assert rows[place] == plain[place]
    with pytest.raises(IndexError):
        rows[len(plain)]


@given(LISTS)
def test_a_job_gets_the_list(plain: list) -> None:
    job = pickle.loads(pickle.dumps(rows_of(plain), protocol=4))
    assert type(job) is list and job == plain


@given(LISTS, LISTS)
def test_the_digest_differs_when_the_rows_do(plain: list, other: list) -> None:
    assert (repr(Rows.of(plain)) == repr(Rows.of(other))) == (plain == other)


def test_nothing_is_read_for_number_and_name() -> None:
    rows = Rows(130_000, "3fa9", lambda: pytest.fail("read"))
    assert len(rows) == 130_000 and rows and repr(rows) == "<130000 rows 3fa9>"


def test_no_sequence_can_be_a_key() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Rows.of([]))


def test_what_snakemake_records_is_a_text_beside_the_rows() -> None:
    asked = []

    def rows(wildcards: Any) -> Rows:
        asked.append(wildcards.batch)
        return Rows.of([("a", wildcards.batch)])

    parameters = recorded(rows=rows, size=lambda wildcards: 1)
    assert list(parameters) == ["rows", "rows_digest", "size", "size_digest"]
    for batch in ("0of2", "1of2"):
        wildcards = Wildcards(fromdict={"batch": batch})
        found = {name: value(wildcards) for name, value in parameters.items()}
        assert found["rows"] == [("a", batch)] and found["rows_digest"] == repr(found["rows"])
        assert found["size_digest"] == "1"
    assert asked == ["0of2", "1of2"]  # once for each job
