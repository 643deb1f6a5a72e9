"""The scorer decides what is called right: each of its conditions by itself."""

import pandas as pd
import pytest

from score import score

TRUE = {"row_id": "r", "position": 0, "letter": "A", "x0": "10", "y0": "5", "x1": "20", "y1": "25", "status": "ok"}
FOUND = {"row_id": "r", "position": 0, "label": "A", "x": 10, "y": 5, "width": 10, "height": 20}


def judge(found: dict, true: dict):
    return score(pd.DataFrame([FOUND | found]), pd.DataFrame([TRUE | true]))


@pytest.mark.parametrize(
    ("found", "true", "right"),
    [
        ({}, {}, True),
        ({"label": "B"}, {}, False),
        ({"position": 1}, {}, False),
        ({"x": 13, "width": 7}, {}, True),  # 7 of 10 columns: three quarters less a pixel
        ({"x": 14, "width": 6}, {}, False),
        ({"x": 4, "width": 22}, {}, True),  # 14 of 22 of its columns on the true box, widened by two
        ({"x": 4, "width": 24}, {}, False),
        ({"y": 15, "height": 10}, {}, True),  # half of the height
        ({"y": 16, "height": 9}, {}, False),
        ({"y": 16, "height": 9}, {"y0": "", "y1": ""}, True),  # the truth gives no height
        ({}, {"status": "wrong"}, False),
    ],
)
def test_a_letter_is_right_when_all_conditions_hold(found: dict, true: dict, right: bool) -> None:
    result = judge(found, true)
    assert (result.delivered, result.correct) == (1, int(right))
    assert result.precision == right


def test_ambiguous_letters_count_neither_way() -> None:
    result = judge({}, {"status": "ambiguous"})
    assert (result.delivered, result.correct) == (0, 0)


def test_recall_is_of_all_letters_transcribed() -> None:
    truth = pd.DataFrame([TRUE, TRUE | {"position": 1}, TRUE | {"position": 2, "status": "wrong"}])
    result = score(pd.DataFrame([FOUND]), truth)
    assert result.recall == pytest.approx(1 / 3)
    assert result.reachable == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("found", "right"),
    [
        ({}, True),
        ({"x": 4, "width": 10, "y": 0, "height": 16}, False),  # the centre of the found box is left of the true one
        ({"x": 6, "width": 16, "y": 0, "height": 40}, True),
        ({"x": 6, "width": 20}, False),  # the centre of the next letter is in it
        ({"y": 20, "height": 30}, False),
    ],
)
def test_rough_boxes_need_only_agree_on_the_centres(found: dict, right: bool) -> None:
    neighbour = TRUE | {"position": 1, "x0": "20", "x1": "30"}
    result = score(pd.DataFrame([FOUND | found]), pd.DataFrame([TRUE, neighbour]), loose=True)
    assert result.correct == right
