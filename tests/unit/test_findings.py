"""What stands in the way of a table is found in its images, counted, and said in words."""

from collections import Counter
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.base.box import Box
from lettermill.base.findings import KINDS, count_findings, diagnose, nothing_learnt
from lettermill.base.reasons import REASONS
from lettermill.dataset.account import Account
from lettermill.dataset.diagnosis import Learnt, diagnosis_of
from lettermill.dataset.findings import read_findings
from lettermill.dataset.summary import summary
from lettermill.fetch.settings import FetchSettings
from lettermill.image.codec import decode_colour, encode_png
from lettermill.image.crop import Cropping, crop_image
from lettermill.records.csv_files import read_records, write_records, write_results
from lettermill.records.schemas import (
    Cropped,
    Diagnosed,
    Downloaded,
    Finding,
    ImageSource,
    Learning,
    Printed,
    ReviewWord,
    SegmentedBox,
    StoppedRow,
)
from lettermill.report.diagnosis import diagnosed
from lettermill.stages.boxes import Boxes, read_boxes
from lettermill.stages.findings import EXAMPLES, LARGEST, OF_REASON, found_in_boxes, write_findings
from lettermill.stages.validate import Findings, validation_lines


def word(letters: int = 5, height: int = 20) -> np.ndarray:
    """A word of letters like an H, dark on light paper: (60, 240) uint8."""
    image = np.full((60, 240), 240, np.uint8)
    for number in range(letters):
        x, y = 20 + 40 * number, 20
        image[y : y + height, x : x + 3] = image[y : y + height, x + 14 : x + 17] = 30
        image[y + height // 2 - 1 : y + height // 2 + 2, x : x + 17] = 30
    return image


def ruled() -> np.ndarray:
    image = word()
    image[44:46] = 60
    return image


def boxes(number: int, width: int = 10, height: int = 12, y: int = 20) -> Boxes:
    return Boxes(f"{y}", 1, [Box(x * (width + 4), y, width, height) for x in range(number)])


def kinds(rows: list[tuple[int, list[str]]], lost: int | None) -> list[str]:
    return [found.kind for found in diagnose(count_findings(rows), lost)]


def test_a_plain_image_has_nothing_to_say() -> None:
    assert crop_image(word(), Cropping()).found == ()


def test_the_crop_says_what_it_took_away() -> None:
    assert crop_image(ruled(), Cropping()).found == ("line",)
    assert crop_image(255 - word(), Cropping()).found == ("inverted",)
    assert set(crop_image(255 - ruled(), Cropping()).found) == {"inverted", "line"}


def test_all_that_can_be_found_can_be_said() -> None:
    assert {kind for found in OF_REASON.values() for kind in found} <= KINDS.keys()
    assert OF_REASON.keys() == REASONS["segment"].keys()


@pytest.mark.parametrize(
    ("every", "letters", "found"),
    [
        ([boxes(5)], 5, []),
        ([boxes(5, height=7)], 5, ["tiny"]),
        ([boxes(2, width=40)], 5, ["joined"]),
        ([boxes(2)], 5, []),  # letters are missing, none is joined
        ([boxes(2, width=40)], 2, []),  # wide letters
        ([boxes(5), boxes(4, y=40)], 5, ["lines"]),
        ([boxes(5), boxes(4, y=40, height=5)], 5, []),  # accents or small print
        ([boxes(5), boxes(4, y=24)], 5, []),  # the same line
    ],
)
def test_boxes_show_what_an_image_is_like(every: list[Boxes], letters: int, found: list[str]) -> None:
    assert list(found_in_boxes(every, letters)) == found


def test_what_concerns_few_images_is_not_mentioned() -> None:
    assert kinds([(5, ["line"])] * 19 + [(5, [])] * 81, 0) == []
    (found,) = diagnose(count_findings([(5, ["line"])] * 20 + [(5, [])] * 80), 0)
    assert (found.kind, found.share, found.advice) == ("line", 0.2, "")
    assert found.text == "a line crosses the word or runs along it in 20 % of the images (removed)"


def test_what_does_no_harm_is_mentioned_only_where_rows_are_lost() -> None:
    rows = [(5, ["lines", "inverted"])] * 10
    assert kinds(rows, 1) == ["inverted"]
    assert kinds(rows, 2) == kinds(rows, None) == ["lines", "inverted"]
    assert [found.kind for found in diagnose(count_findings(rows), 2, 0.37)] == ["lines", "print", "inverted"]
    (_, found, _) = diagnose(count_findings(rows), 2, 0.37)
    assert found.text == "there is print of the same kind in 37 % of the images (left out)"
    assert "crop: {mode: box" in found.advice


def test_connected_writing_is_told_by_longer_words() -> None:
    short = [(2, [])] * 90
    (found,) = diagnose(count_findings([*short, *[(6, ["joined"])] * 7, *[(6, [])] * 3]), 100)
    assert found.text == (
        "letters are joined in 70 % of the words of 4 letters and more: this looks like connected writing"
    )
    assert "written apart" in found.advice
    (found,) = diagnose(count_findings([*short, *[(6, ["joined"])] * 3, *[(6, [])] * 7]), 100)
    assert "connected" not in found.text and "written apart" not in found.advice
    assert kinds([(2, ["joined"])] * 10, 10) == []


def test_why_nothing_was_learnt() -> None:
    found = nothing_learnt(30, 20, 43, 100, [])
    assert found.text == "only 43 letters of 20 words fit their transcriptions, and 100 are needed to learn from"
    assert "about 110 like these" in found.advice and "-R learn" in found.advice
    assert "about" not in nothing_learnt(600, 20, 43, 100, []).advice
    assert "do not look alike" in nothing_learnt(600, 200, 430, 100, []).text
    connected = diagnose(count_findings([(6, ["joined"])] * 10), 10)
    assert nothing_learnt(600, 200, 43, 100, connected).advice == ""  # no number of rows helps


def write_batch(folder: Path, rows: int, found: str, stopped: str = "", image: np.ndarray | None = None) -> Path:
    """The findings of ``rows`` rows with these images, of which the first is ``stopped`` by segment."""
    (folder / "downloaded").mkdir(parents=True)
    (folder / "letters").mkdir()
    names = [f"r{number:02}" for number in range(rows)]
    image = 255 - word() if image is None else image
    for name in names:
        (folder / f"downloaded/{name}.jpg").write_bytes(encode_png(image))
    status = [Downloaded(name, "ok", "", "", f"{name}.jpg", None, None, "", None, None) for name in names]
    write_records(folder / "downloaded/status.csv", Downloaded, status)
    crops = {name: Cropped(name, f"{name}.png", Box(0, 0, 240, 60), None, found=found) for name in names}
    segmented: list[SegmentedBox | StoppedRow] = [
        SegmentedBox(name, number, 5, Box(20 + 40 * number, 20, 17, 20), "0.0.50.0", 1)
        for name in names
        for number in range(5)
    ]
    if stopped:
        segmented = [StoppedRow(names[0], "segment", stopped, ""), *segmented[5:]]
    write_results(folder / "segmented.csv", SegmentedBox, segmented)
    words = dict.fromkeys(names, "HHHHH")
    write_findings(folder / "downloaded", crops, read_boxes(folder / "segmented.csv"), words, folder / "letters")
    return folder / "letters"


def test_the_findings_of_a_batch_have_a_few_examples_as_downloaded(tmp_path: Path) -> None:
    rows = read_records(write_batch(tmp_path, 10, "inverted", "blank_image") / "findings.csv", Finding)
    assert [row.found for row in rows] == ["inverted blank", *["inverted"] * 9]
    pictures = [tmp_path / "letters" / row.picture for row in rows if row.picture]
    assert len(pictures) == EXAMPLES == len(list((tmp_path / "letters/found").iterdir()))
    assert np.array_equal(decode_colour(pictures[0].read_bytes()), 255 - word())
    assert not any(row.picture for row in read_records(write_batch(tmp_path / "b", 3, "") / "findings.csv", Finding))


def test_large_examples_are_reduced(tmp_path: Path) -> None:
    folder = write_batch(tmp_path, 1, "line", image=np.full((3000, 4000, 3), 200, np.uint8))
    (row,) = read_records(folder / "findings.csv", Finding)
    assert decode_colour((folder / row.picture).read_bytes()).shape[0] == LARGEST[0]


def learning(folder: Path, learnt: int, fitting: int = 9) -> Learnt:
    write_records(folder / "learning.csv", Learning, [Learning(10, fitting, 54, 100, learnt)])
    write_records(folder / "printed.csv", Printed, [Printed(f"r{number:02}", number % 2) for number in range(10)])
    return Learnt(folder / "learning.csv", folder / "printed.csv")


def test_a_table_that_is_read_well_gets_no_diagnosis(tmp_path: Path) -> None:
    findings = read_findings([write_batch(tmp_path, 10, "")])
    assert diagnosis_of(findings, 9, learning(tmp_path, 1)) == []
    assert [found.kind for found in diagnosis_of(findings, 5, learning(tmp_path, 1))] == ["print"]


def test_why_nothing_was_learnt_comes_first(tmp_path: Path) -> None:
    findings = read_findings([write_batch(tmp_path, 10, "inverted")])
    found = diagnosis_of(findings, 0, learning(tmp_path, 0))
    # Nearly all words fit, so their images are not to blame: there are too few of them.
    assert [one.kind for one in found] == ["learning", "inverted"]
    found = diagnosis_of(findings, 0, learning(tmp_path, 0, fitting=1))
    assert [one.kind for one in found] == ["learning", "print", "inverted"]


def test_the_summary_says_first_that_nothing_is_delivered_and_why() -> None:
    account = Account(stopped=Counter({("align", "nothing_learnt"): 10}))
    why = Diagnosed("learning", 0.9, "only 5 letters fit", "Add rows.")
    joined = Diagnosed("joined", 0.7, "letters are joined", "No setting helps.")
    line = Diagnosed("line", 0.7, "a line crosses the word (removed)", "")
    text = summary(account, Path("results/dataset"), [why, joined, line])
    assert text.startswith("Nothing is delivered: only 5 letters fit; letters are joined.\n")
    assert "- Letters are joined. No setting helps." in text and "- A line crosses the word (removed).\n" in text
    assert summary(account, Path("d"), [why, line]).startswith("Nothing is delivered: only 5 letters fit.\n")
    assert summary(account, Path("d")).startswith("Nothing is delivered: no recogniser could be trained")
    account.letters["A"] = 2
    assert summary(account, Path("d"), [why]).startswith("Only the letters of corrections are delivered: only 5")
    assert "delivered:" not in summary(account, Path("d"), [line])


def test_the_report_shows_each_diagnosis_with_examples(tmp_path: Path) -> None:
    batch = write_batch(tmp_path, 10, "inverted")
    (batch / "review").mkdir()
    (batch / "review/r01.png").write_bytes(encode_png(word()))
    (batch / "review/r02.png").write_bytes(encode_png(word()))
    words = [ReviewWord(row_id, "HHHHH", f"review/{row_id}.png", Box(0, 0, 240, 60), "") for row_id in ("r01", "r02")]
    write_records(batch / "review_words.csv", ReviewWord, words)
    printed = learning(tmp_path, 1).printed
    lines = [Diagnosed(kind, 0.5, kind, "") for kind in ("print", "inverted", "grid")]
    write_records(tmp_path / "diagnosis.csv", Diagnosed, lines)
    (_, of_print), (_, of_inverted), (_, none) = diagnosed(tmp_path / "diagnosis.csv", printed, [batch])
    assert [row_id for row_id, _ in of_print] == ["r01"] and none == []
    assert len(of_inverted) == EXAMPLES and all(uri.startswith("data:image/png;") for _, uri in of_inverted)
    assert diagnosed(None, None, [batch]) == []


def test_validate_looks_at_a_sample_of_the_files(tmp_path: Path) -> None:
    for number in range(30):
        cv2.imwrite(str(tmp_path / f"{number}.png"), 255 - ruled())
    rows = [ImageSource(str(number), f"{number}.png", "") for number in range(30)]
    found = Findings("t.csv", 30, {"1of1": rows}, [], [], "", [], tmp_path, {str(n): "HHHHH" for n in range(30)})
    text = "\n".join(validation_lines(found, FetchSettings()))
    assert "20 of the files looked at as a sample; decoded: 20\n" in text
    assert "           a line crosses the word or runs along it in all of the images (removed).\n" in text
    assert "           the ink is lighter than the paper in all of the images (inverted)." in text
    assert "looked at" not in "\n".join(validation_lines(found._replace(batches={}), FetchSettings()))
    for number in range(30):
        cv2.imwrite(str(tmp_path / f"{number}.png"), word())
    assert "sample; decoded: 20: nothing unusual" in "\n".join(validation_lines(found, FetchSettings()))


def test_validate_looks_at_no_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "lettermill.fetch.fetcher.Fetcher.for_each", lambda self, urls, make: [(u, "dns_error") for u in urls]
    )
    rows = [ImageSource("1", "https://nowhere.test/1.png", "")]
    assert rows[0].is_url
    text = "\n".join(validation_lines(Findings("t", 1, {"b": rows}, [], [], "", [], tmp_path), FetchSettings()))
    assert "requested as a sample" in text and "looked at" not in text
