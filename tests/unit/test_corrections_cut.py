"""Cutting a batch with corrections: still every letter of every row is delivered or rejected, once."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corrections import letter
from downloaded_rows import downloaded
from lettermill.base.box import Box
from lettermill.image.codec import decode, encode_png
from lettermill.records.csv_files import read_records, write_records, write_results
from lettermill.records.schemas import (
    Cropped,
    Downloaded,
    Letter,
    MatchedLetter,
    Rejected,
    ReviewLetter,
    ReviewWord,
    SegmentedBox,
    StoppedRow,
    TriedCorrection,
)
from lettermill.stages.cut import BatchFiles, cut_batch

IMAGE = np.random.default_rng(0).integers(0, 256, (20, 60), np.uint8)
ACTIONS = ["", "accept", "reject", "relabel", "box", "stale"]
LETTERS = st.lists(st.tuples(st.sampled_from([0.5, 0.92, 1.0]), st.sampled_from(ACTIONS)), max_size=5)
"""(confidence, what a person has decided) of the letters of a row; a row without any did not fit."""


@settings(max_examples=60)
@given(st.lists(LETTERS, min_size=1, max_size=4), st.booleans())
def test_every_letter_is_delivered_or_rejected_once(rows: list, counted: bool) -> None:
    """counted: by a method that gives no confidences."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corrections = write_batch(folder, rows, counted)
        files = BatchFiles(folder / "downloaded", folder / "cropped", folder / "segmented.csv", folder / "aligned.csv")
        patterns = [(str(number), "A" * (len(row) or 1)) for number, row in enumerate(rows)]
        cut_batch(files, patterns, folder / "out", False, 0.9, 0.95, [tuple(line) for line in corrections])
        delivered = {(each.row_id, each.position): each for each in read_records(folder / "out/letters.csv", Letter)}
        rejected = {(each.row_id, each.position): each for each in read_records(folder / "out/rejected.csv", Rejected)}
        words = {each.row_id: each for each in read_records(folder / "out/review_words.csv", ReviewWord)}
        looks = read_records(folder / "out/review_letters.csv", ReviewLetter)
        outcomes = read_records(folder / "out/corrections.csv", TriedCorrection)
        for number, row in enumerate(rows):
            row_id = str(number)
            sure = [is_sure(1.0 if counted else confidence, action) for confidence, action in row]
            for place, (_, action) in enumerate(row):
                if any(sure):
                    assert ((row_id, place) in delivered, (row_id, place) in rejected) == (
                        sure[place],
                        not sure[place],
                    )
                if sure[place]:
                    check_delivered(delivered[row_id, place], place, action, folder / "out")
                elif any(sure):
                    by_hand = rejected[row_id, place].reason == "rejected_by_hand"
                    assert by_hand == (action == "reject")
            assert ((row_id, None) in rejected) == (not any(sure))
            all_by_hand = bool(row) and all(action == "reject" for _, action in row)
            if not any(sure):
                assert (rejected[row_id, None].stage == "review") == all_by_hand
            undecided = [not counted and confidence < 0.95 for confidence, action in row if action in ("", "stale")]
            assert (row_id in words) == (any(undecided) or not row)
        assert {look.row_id for look in looks} == {row_id for row_id in words if rows[int(row_id)]}
        for look in looks:
            action = rows[int(look.row_id)][look.position][1]
            assert look.label == ("B" if action == "relabel" else "A")
            assert (look.reason == "rejected_by_hand") == (action == "reject")
        assert sorted(line.correction for line in outcomes) == sorted(map(tuple, corrections))
        assert all((line.outcome == "stale") == (line.label == "C") for line in outcomes)


def is_sure(confidence: float, action: str) -> bool:
    return action not in ("", "stale", "reject") or (action != "reject" and confidence >= 0.9)


def check_delivered(found: Letter, place: int, action: str, output: Path) -> None:
    assert found.label == ("B" if action == "relabel" else "A")
    assert found.file_name == f"{found.label}/{found.row_id}_{place}.png"
    assert (found.method == "hand") == (action not in ("", "stale"))
    assert found.confidence == 1.0 or action in ("", "stale")
    width = 5 if action == "box" else 9
    assert (found.box.x, found.box.width) == (5 + 10 * place, width)
    assert np.array_equal(decode((output / found.file_name).read_bytes()), IMAGE[:, 10 * place : 10 * place + width])


def write_batch(folder: Path, rows: list, counted: bool) -> list:
    """Write what comes before ``cut``; returns the corrections. Every letter is an A."""
    for name in ("downloaded", "cropped"):
        (folder / name).mkdir()
    for number in range(len(rows)):
        (folder / f"cropped/{number}.png").write_bytes(encode_png(IMAGE))
    method = "histogram" if counted else "align"
    records, corrections = [], []
    for number, row in enumerate(rows):
        for place, (confidence, action) in enumerate(row):
            box = Box(5 + 10 * place, 7, 9, 20)
            confidence = None if counted else confidence
            records.append(MatchedLetter(str(number), place, "A", box, confidence, "", method))
            value = {"relabel": "B", "box": f"{box.x} 7 5 20"}.get(action, "")
            if action == "stale":
                corrections.append(letter(str(number), place, "C", "accept"))
            elif action:
                corrections.append(letter(str(number), place, "A", action, value))
        if not row:
            records.append(StoppedRow(str(number), "align", "too_few_pieces", "", "A"))
    crops = [Cropped(str(number), f"{number}.png", Box(5, 7, 60, 20), None) for number in range(len(rows))]
    write_records(folder / "downloaded/status.csv", Downloaded, map(downloaded, map(str, range(len(rows)))))
    write_results(folder / "cropped/offsets.csv", Cropped, crops)
    write_results(folder / "segmented.csv", SegmentedBox, [])
    write_results(folder / "aligned.csv", MatchedLetter, records)
    return corrections
