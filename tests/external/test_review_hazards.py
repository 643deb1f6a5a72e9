"""The review page when things go wrong: other windows, fields that are left, keys held down, little room."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from project import Project
from reviewing import Review, remake

KEY = """(init) => document.activeElement.dispatchEvent(
  new KeyboardEvent('keydown', {bubbles: true, cancelable: true, ...init}))"""


def with_other(review: Review) -> Review:
    """The same page in another window of the same browser."""
    return Review(review.page.context, review.folder)


def field(page: Page, word: int):
    return page.locator("#words article").nth(word).locator("input")


def button(page: Page, word: int, name: str):
    return page.locator("#words article").nth(word).get_by_role("button", name=name)


def test_what_is_written_is_what_the_button_right_keeps(review: Review) -> None:
    review.press("]")
    row, letters, _ = review.word(0)
    field(review.page, 0).fill("other")
    button(review.page, 0, "Confirm").click()
    assert review.exported() == [[row, "", letters, "", "transcription", "other"]]
    # Back there, Enter keeps what stands in the field.
    review.press("Home", "Enter")
    assert review.exported() == [[row, "", letters, "", "transcription", "other"]]


@pytest.mark.parametrize("shown", ["all", "open"])
def test_a_field_that_is_left_is_kept(review: Review, shown: str) -> None:
    review.press("]")
    review.page.locator("#words-filter").select_option(shown)
    (row, letters, _), (second, others, _) = review.word(0), review.word(1)
    field(review.page, 0).fill("other")
    button(review.page, 1, "Exclude").click()
    expected = [[row, "", letters, "", "transcription", "other"], [second, "", others, "", "exclude", ""]]
    assert review.exported() == sorted(expected)
    field(review.page, 2 if shown == "all" else 0).fill("?!")
    review.page.locator("#words-filter").focus()
    assert "no letter of the alphabet" in review.status and review.exported() == sorted(expected)
    field(review.page, 2 if shown == "all" else 0).fill("else")
    review.press("Escape")
    assert review.exported() == sorted(expected)


def test_a_key_that_is_held_down_decides_once(review: Review) -> None:
    for name in ("Enter", "Delete", "x", " "):
        review.page.evaluate(KEY, {"key": name, "repeat": True})
    assert review.exported() == [] and review.page.locator("[aria-selected=true]").count() == 0
    review.page.evaluate(KEY, {"key": "ArrowRight", "repeat": True})
    assert review.place == 1


def test_alt_gr_makes_letters_and_other_commands_are_the_browser_s(review: Review) -> None:
    review.page.evaluate(KEY, {"key": "é", "ctrlKey": True, "altKey": True, "modifierAltGraph": True})
    assert [line[4:] for line in review.exported()] == [["relabel", "E"]]
    prevented = f"(init) => !({KEY})(init)"
    for init in (
        {"key": "r", "ctrlKey": True},
        {"key": "f", "ctrlKey": True},
        {"key": "s", "metaKey": True},
        {"key": "ArrowLeft", "altKey": True},
        {"key": "F5"},
        {"key": "x", "altKey": True},
        {"key": "Dead"},
        {"key": "Process"},
        {"key": "Shift", "shiftKey": True},
    ):
        assert review.page.evaluate(prevented, init) is False, init
    assert len(review.exported()) == 1
    assert review.page.evaluate(prevented, {"key": "Backspace"})


def test_a_click_alone_selects_none(review: Review) -> None:
    review.card(2).locator(".pick").click()
    review.card(4).click(modifiers=["Control"])
    expect(review.page.locator("#detail-headline")).to_contain_text("2 selected")
    expect(review.page.locator("#reject")).to_contain_text("Reject all 2")
    review.card(7).click()
    review.page.locator("#reject").click()
    assert review.exported() == [[*review.letter(7), "reject", ""]]
    review.press("Home", "Space", "ArrowRight")
    expect(review.page.locator("#accept")).to_contain_text("Accept selected")
    review.page.get_by_role("button", name="Deselect all").click()
    assert review.page.locator("[aria-selected=true]").count() == 0 and review.place == 1


def test_taps_select_more(aligned: Project, opened: Callable) -> None:
    review = opened(aligned.folder / "results/review", viewport={"width": 400, "height": 800}, has_touch=True)
    review.card(0).tap()
    review.page.locator("#select").tap()
    review.card(1).tap()
    review.card(2).tap()
    review.card(1).tap()
    review.page.locator("#reject").tap()
    assert [line[:4] for line in review.exported()] == sorted([review.letter(0), review.letter(2)])


def test_two_windows_keep_each_other_s_decisions(review: Review) -> None:
    other = with_other(review)
    review.press("Enter", "Delete")
    expect(other.page.locator("#progress-text")).to_contain_text("2 of ")
    other.go(1)
    other.press("x", "Enter")
    expect(review.page.locator("#progress-text")).to_contain_text("3 of ")
    assert review.exported() == other.exported()
    # Undo takes nothing back that has been decided otherwise in the other window.
    review.page.bring_to_front()
    review.press("Control+z")
    assert review.status == "Changed in another window since."
    review.press("Control+z")
    expect(other.page.locator("#progress-text")).to_contain_text("2 of ")
    found = review.exported()
    other.page.bring_to_front()
    assert other.exported() == found and [line[4] for line in found].count("relabel") == 1
    assert other.errors == []


def test_an_older_page_keeps_its_decisions_when_a_newer_one_has_them(
    aligned: Project, opened: Callable, tmp_path: Path
) -> None:
    review = opened(remake(aligned.folder / "results", tmp_path))
    review.press("Enter", "x")
    before = review.download()
    applied = [(number, *line, "applied", "") for number, line in enumerate(review.exported(), 2)]
    remake(aligned.folder / "results", tmp_path, corrections=applied)
    newer = with_other(review)
    assert newer.download() == before
    expect(review.page.locator("#trouble")).to_contain_text("rebuilt")
    assert review.download() == before
    review.load()
    expect(review.page.locator("#trouble")).to_be_hidden()
    assert review.download() == before and newer.errors == []


def test_nothing_is_lost_unasked_where_a_browser_keeps_nothing(review: Review) -> None:
    review.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });"
    )
    review.load()
    expect(review.page.locator("#trouble")).to_contain_text("SecurityError")
    asks = "() => { const event = new Event('beforeunload', { cancelable: true }); return !dispatchEvent(event); }"
    assert not review.page.evaluate(asks)
    review.press("Enter")
    assert review.page.evaluate(asks)
    assert len(review.exported()) == 1
    assert not review.page.evaluate(asks)


def test_what_changes_nothing_is_no_step_to_undo(review: Review) -> None:
    review.press("Enter", "Home", "Enter", "Home", "Enter", "Control+z")
    assert review.exported() == []
    review.press("Control+z")
    assert review.status == "Nothing to undo."


def test_enlarged_to_200_percent_the_letters_are_seen(aligned: Project, opened: Callable) -> None:
    review = opened(aligned.folder / "results/review", viewport={"width": 640, "height": 450})
    card, grid = review.card(0).bounding_box(), review.page.locator("#grid").bounding_box()
    detail = review.page.locator("#detail").bounding_box()
    assert grid["y"] <= card["y"] and card["y"] + card["height"] <= detail["y"]
    for name in ("#accept", "#reject", "#download"):
        expect(review.page.locator(name)).to_be_in_viewport(ratio=1)
    assert review.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_last_decision_is_taken_back_in_the_list_of_decided_ones(review: Review) -> None:
    review.press("Enter")
    review.page.locator("#state-filter").select_option("done")
    review.page.locator("#clear").click()
    assert review.page.evaluate("document.activeElement.id") == "class-filter"


def test_the_letter_stays_in_view_when_the_strip_below_grows(aligned: Project, opened: Callable) -> None:
    review = opened(aligned.folder / "results/review", viewport={"width": 400, "height": 800})
    heights = set()
    below = "document.activeElement.getBoundingClientRect().bottom - document.querySelector('#detail').offsetTop"
    for _ in range(60):
        review.press("ArrowRight")
        review.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        heights.add(review.page.locator("#detail").bounding_box()["height"])
        assert review.page.evaluate(below) <= 0
    assert len(heights) > 1
