"""The review page for everybody: what axe finds, narrow screens, both colour schemes, no mouse, little motion."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from project import Project
from reviewing import Review, remake

NARROW, WIDE = {"width": 400, "height": 800}, {"width": 1280, "height": 800}
EARLIER = [
    (2, "gone", "0", "A", "1 1 9 9", "accept", "", "applied", ""),
    (3, "x", "0", "A", "", "box", "q", "malformed", "value"),
]


def check(review: Review, where: str) -> None:
    found = Axe().run(review.page, options={"preload": False})  # it would fetch style sheets, which the page forbids
    assert found.violations_count == 0, f"{where}: {found.generate_report()}"
    width = review.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width[0] <= width[1], f"{where}: scrolls sideways"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_no_barriers(aligned: Project, opened: Callable, tmp_path, scheme: str, viewport: dict) -> None:
    folder = remake(aligned.folder / "results", tmp_path, corrections=EARLIER)
    review = opened(folder, viewport=viewport, color_scheme=scheme)
    check(review, "letters")
    review.press("Enter", "Delete", "x", "Space", "Shift+ArrowRight")
    check(review, "letters decided and selected")
    review.press("]", "Enter", "Delete")
    expect(review.page.locator("#words svg").first).to_be_attached()
    check(review, "words")
    review.press("]")
    check(review, "decisions")
    review.page.get_by_role("button", name="Discard my decisions…").click()
    check(review, "forget")
    review.press("Escape", "?")
    check(review, "help")


def test_what_is_tapped_is_large_enough(aligned: Project, opened: Callable) -> None:
    review = opened(aligned.folder / "results/review", viewport=NARROW, has_touch=True)
    review.card(1).tap()
    review.page.locator("#accept").tap()
    assert review.exported() == [[*review.letter(1), "accept", ""]]
    small = """() => [...document.querySelectorAll('button, select, input, summary, .pick')]
      .filter((each) => each.checkVisibility()).map((each) => [each.id || each.className, each.getBoundingClientRect()])
      .filter(([, box]) => box.width < 32 || box.height < 32).map(([name]) => name)"""
    for _ in range(3):
        assert review.page.evaluate(small) == []
        review.press("]")


def test_the_focus_is_seen_and_always_somewhere(review: Review) -> None:
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert review.page.evaluate(outline) == "solid"
    for keys in (
        ["Enter"],
        ["]"],
        ["Enter"],
        ["Delete"],
        ["Control+z"],
        ["]"],
        ["]"],
        ["Control+a", "Enter"],
        ["?"],
        ["Escape"],
    ):
        review.press(*keys)
        assert review.page.evaluate("document.activeElement !== document.body"), keys


def test_a_screen_reader_is_told(review: Review) -> None:
    status = review.page.get_by_role("status")
    row, position, label, _ = review.letter(0)
    review.press("Delete")
    assert status.inner_text() == f"{label}, letter {int(position) + 1} of row {row}: rejected; {review.shown - 1} left"
    listbox = review.page.get_by_role("listbox")
    expect(listbox).to_have_attribute("aria-multiselectable", "true")
    assert review.page.locator("html").get_attribute("lang") == "en"
    review.press("Space")
    assert listbox.get_by_role("option", selected=True).count() == 1


def test_little_motion_for_those_who_ask(aligned: Project, opened: Callable) -> None:
    review = opened(aligned.folder / "results/review", reduced_motion="reduce")
    assert review.page.evaluate("getComputedStyle(document.querySelector('.card')).transitionDuration") == "0s"
