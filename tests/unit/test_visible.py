"""What comes from tables and servers cannot write into terminals and logs."""

import logging
from pathlib import Path

import pytest

from fetching import fetch
from lettermill.base.visible import LONGEST, shortened, visible
from lettermill.dataset.account import Account
from lettermill.dataset.summary import summary
from lettermill.fetch.settings import FetchSettings
from lettermill.records.schemas import CorrectionOutcome, ImageSource, RejectedRow, TableNote
from lettermill.stages.validate import Findings, validation_lines
from lettermill.workflow.job import VisibleFormatter, job_log

HOSTILE = "a\x1b]0;renamed\x07\x1b[31m\x9b2J\r\u202egpj\u2028\u2066\x7f\ud800\nusable: all.png"


def is_safe(text: str) -> bool:
    """Whether each line of ``text`` can be printed."""
    return all(line.isprintable() for line in text.split("\n")) and bool(text.encode())


def test_control_characters_are_escaped() -> None:
    assert visible("\x1b[2J\x9b\u202e") == r"\x1b[2J\x9b\u202e" and is_safe(visible(HOSTILE))
    assert visible("É א 字 “'\\ \t", keep="\t") == "É א 字 “'\\ \t"
    assert visible("a\nb") == r"a\nb" and visible("a\nb", keep="\n") == "a\nb"
    assert shortened("x" * LONGEST) == "x" * LONGEST and len(shortened("x" * 9_999)) == LONGEST + 1


def test_validate_prints_no_control_characters(tmp_path: Path) -> None:
    (tmp_path / "b\x1b[2J.png").write_bytes(b"\x1b[2J no image")
    rows = [
        ImageSource(HOSTILE, HOSTILE, ""),
        ImageSource("b", "b\x1b[2J.png", ""),
        ImageSource("c", "http://127.0.0.1:1/\x1b[2J.png", ""),
    ]
    correction = CorrectionOutcome(2, HOSTILE, "", "", "", HOSTILE, "", "malformed", HOSTILE)
    rejected, notes = [RejectedRow(HOSTILE, "unsafe_id", HOSTILE)], [TableNote(3, HOSTILE)]
    found = Findings("t.csv", 5, {"1of1": rows}, rejected, notes, "c.csv", [correction], tmp_path)
    text = "\n".join(validation_lines(found, FetchSettings(retries=0)))
    assert is_safe(text) and text.count(r"\x1b]0;renamed") >= 5 and "\nusable" not in text
    assert r"not_an_image: b\x1b[2J.png is a file of an unknown format" in text


def test_the_summary_has_no_control_characters() -> None:
    correction = CorrectionOutcome(2, "a", "", "", "", "exclude", "", "malformed", HOSTILE)
    assert is_safe(summary(Account(), Path("d"), corrections=[correction]))


def test_logs_have_no_control_characters(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    formatter = VisibleFormatter("%(levelname)s %(message)s")
    try:
        raise ValueError(HOSTILE)
    except ValueError as error:
        about = (ValueError, error, error.__traceback__)
        record = logging.LogRecord("x", logging.INFO, "x.py", 1, "%s", (HOSTILE,), about)
    text = formatter.format(record)
    assert is_safe(text) and "\n    usable: all.png\nTraceback" in text and "ValueError: a\\x1b]0;renamed" in text
    logging.getLogger().handlers, handlers = [], logging.getLogger().handlers
    try:
        with pytest.raises(SystemExit) as ended, job_log(str(tmp_path / "a.log")):
            raise ValueError(HOSTILE)
        assert is_safe(str(ended.value)) and "ValueError: a\\x1b" in str(ended.value)
        assert is_safe((tmp_path / "a.log").read_text(encoding="utf-8"))
    finally:
        logging.getLogger().handlers = handlers


def test_a_path_that_is_too_long_is_a_missing_file(tmp_path: Path) -> None:
    name = "a" * 300 + ".png"
    found = Findings("t.csv", 1, {"1of1": [ImageSource("a", name, "")]}, [], [], "", [], tmp_path)
    text = "\n".join(validation_lines(found, FetchSettings()))
    assert f"1 image files in {tmp_path}; missing: 1\n           {'a' * LONGEST}…\n" in text
    assert "None of these can be read: a run would deliver nothing." in text
    (tmp_path / "images").mkdir()
    record = fetch(tmp_path, [("a", name)])["a"]
    assert (record.reason, len(record.detail)) == ("missing_file", LONGEST + len("…: no file name is that long"))


def test_validate_says_what_cannot_be_decoded(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.png").write_bytes(b"%PDF-1.4")
    rows = [ImageSource(str(number), f"{number}.png", "") for number in range(30)]
    found = Findings("t.csv", 30, {"1of1": rows}, [], [], "", [], tmp_path)
    text = "\n".join(validation_lines(found, FetchSettings()))
    assert "      20 of the files looked at as a sample; decoded: 0\n" in text and "nothing unusual" not in text
    assert text.count(".png is a PDF document (8 bytes): save the page") == 5 and "and 15 more" in text
    assert text.endswith("None of these can be read: a run would deliver nothing.")
