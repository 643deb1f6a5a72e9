"""Cutting a batch: every letter of every row is delivered or rejected, once."""

import tempfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from downloaded_rows import downloaded
from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.image.codec import decode, encode_png
from lettermill.records.csv_files import read_records, write_records, write_results
from lettermill.records.schemas import (
    Cropped,
    Downloaded,
    Letter,
    MatchedLetter,
    Rejected,
    ReviewLetter,
    SegmentedBox,
    StoppedRow,
)
from lettermill.stages.cut import BatchFiles, cut_batch

CONFIDENCES = st.lists(st.sampled_from([0.0, 0.5, 0.8999, 0.9, 1.0]), max_size=5)
"""Of the letters of a row; a row without any did not fit."""


@settings(max_examples=40)
@given(st.lists(CONFIDENCES, min_size=1, max_size=5), st.sampled_from([0.0, 0.9, 1.0]))
def test_every_letter_is_delivered_or_rejected_once(rows: list[list[float]], least: float) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = BatchFiles(folder / "downloaded", folder / "cropped", folder / "segmented.csv", folder / "aligned.csv")
        files.downloaded.mkdir()
        files.cropped.mkdir()
        image = np.random.default_rng(0).integers(0, 256, (20, 60), np.uint8)
        letters, crops = [], []
        for number, row in enumerate(rows):
            (files.cropped / f"{number}.png").write_bytes(encode_png(image))
            crops.append(Cropped(str(number), f"{number}.png", Box(5, 7, 60, 20), None))
            for position, sure in enumerate(row):
                box = Box(5 + 10 * position, 7, 9, 20)
                letters.append(MatchedLetter(str(number), position, "AB"[position % 2], box, sure, "", "align"))
            if not row:
                letters.append(StoppedRow(str(number), "align", "too_few_pieces", "", "AB"))
        write_records(files.downloaded / "status.csv", Downloaded, map(downloaded, map(str, range(len(rows)))))
        write_results(files.cropped / "offsets.csv", Cropped, crops)
        write_results(files.segmented, SegmentedBox, [])
        write_results(files.letters, MatchedLetter, letters)
        patterns = [(str(number), ("AB" * 3)[: len(row) or 2]) for number, row in enumerate(rows)]
        cut_batch(files, patterns, folder / "out", False, least, 0.95, folders={"B": "B_other"})
        delivered = read_records(folder / "out/letters.csv", Letter)
        rejected = read_records(folder / "out/rejected.csv", Rejected)
        assert all(letter.confidence >= least for letter in delivered)
        assert all(row.confidence < least for row in rejected if row.reason == "low_confidence")
        account = Counter((letter.row_id, letter.position) for letter in delivered)
        account += Counter((row.row_id, row.position) for row in rejected if row.position is not None)
        whole = Counter(row.row_id for row in rejected if row.position is None)
        for number, row in enumerate(rows):
            own = {key for key in account if key[0] == str(number)}
            if any(sure >= least for sure in row):
                assert own == {(str(number), position) for position in range(len(row))} and not whole[str(number)]
            else:
                assert not own and whole[str(number)] == 1
        assert set(account.values()) <= {1}
        for letter in delivered:
            assert letter.file_name.partition("/")[0] == {"A": "A", "B": "B_other"}[letter.label]
            cut = decode((folder / "out" / letter.file_name).read_bytes())
            assert np.array_equal(cut, image[:, letter.box.x - 5 : letter.box.x - 5 + 9])
        pictures = {path.name for path in (folder / "out").glob("rejected/*.png")}
        assert pictures == {
            f"{number}_{position}.png"
            for number, row in enumerate(rows)
            for position, sure in enumerate(row)
            if sure < least
        }
        words = {path.name for path in (folder / "out").glob("review/*.png")}
        uncertain = {str(number) for number, row in enumerate(rows) if not row or min(row) < 0.95} | whole.keys()
        assert words == {f"{row_id}.png" for row_id in uncertain}
        look = read_records(folder / "out/review_letters.csv", ReviewLetter)
        assert [(letter.row_id, letter.position) for letter in look] == [
            (r.row_id, r.position) for r in letters if r.row_id in uncertain and isinstance(r, MatchedLetter)
        ]
        assert all(bool(letter.reason) == (letter.confidence < least) for letter in look)


@pytest.mark.parametrize("lost", ["a letter", "a row", "a crop"])
def test_what_was_lost_on_the_way_is_noticed(tmp_path: Path, lost: str) -> None:
    """Files that end early, even where a line does."""
    files = BatchFiles(*(tmp_path / name for name in ("downloaded", "cropped", "segmented.csv", "matched.csv")))
    for folder in (files.downloaded, files.cropped):
        folder.mkdir()
    for row_id in "xy":
        (files.cropped / f"{row_id}.png").write_bytes(encode_png(np.zeros((20, 60), np.uint8)))
    write_records(files.downloaded / "status.csv", Downloaded, map(downloaded, "xy"))
    write_results(files.segmented, SegmentedBox, [])
    crops = [Cropped(row_id, f"{row_id}.png", Box(0, 0, 60, 20), None) for row_id in "xy"]
    stopped = [StoppedRow("z", "crop", "outside_image", "")]
    write_results(files.cropped / "offsets.csv", Cropped, crops + stopped[: lost != "a crop"])
    letters = [
        MatchedLetter(row_id, position, "AB"[position], Box(10 * position, 0, 9, 20), None, "", "histogram")
        for row_id in "xy"
        for position in (0, 1)
    ]
    write_results(files.letters, MatchedLetter, letters[: {"a letter": 3, "a row": 2}.get(lost, 4)])
    message = {
        "a letter": "matched.csv is incomplete: row y lacks letters. Delete it and run again",
        "a row": "Row y is missing or duplicated in one of .*matched.csv. Delete these and run again",
        "a crop": "Row z is missing or duplicated in one of .*cropped, .*. Delete these and run again",
    }[lost]
    with pytest.raises(CorruptedFileError, match=message):
        cut_batch(files, [("x", "AB"), ("y", "AB"), ("z", "AB")], tmp_path / "out", False, 0.0, 0.95)
