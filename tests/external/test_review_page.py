"""The review page in a real browser, from disk: keys, selection, undo, filters, words, boxes, and what is kept."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from project import Project, digests
from reviewing import Review, remake


def test_the_letters_are_there_when_it_opens(review: Review) -> None:
    assert review.shown == len(review.data["cards"]) > 50
    assert review.place == 0 and review.progress == f"0 of {review.shown} reviewed"
    row, position, label, _ = review.letter(0)
    assert review.card(0).get_attribute("aria-label").startswith(f"{label}, ")
    expect(review.page.locator("#detail-headline")).to_contain_text(f"{label}, letter {int(position) + 1} of")
    expect(review.page.locator("#detail-headline")).to_contain_text(row)
    boxes = review.page.locator("#detail-picture .letter")
    expect(boxes).to_have_count(len(review.data["words"][review.data["cards"][0][0]][6]))
    loaded = (
        "async () => { const i = new Image(); i.src = 'words/0000.webp'; await i.decode(); return i.naturalWidth; }"
    )
    assert review.page.evaluate(loaded) == review.data["sheets"][0][1]
    # Of all cards, only those in view are in the document.
    assert review.page.locator("[role=option]").count() < review.shown


def test_a_key_accepts_rejects_or_relabels_and_moves_on(review: Review) -> None:
    own, other = review.letter(3)[2], "X" if review.letter(2)[2] != "X" else "Q"
    review.press("Enter", "Delete", other.lower(), own.lower(), "Backspace")
    assert review.place == 5
    assert review.status.endswith(f"; {review.shown - 5} left") and review.progress.startswith("5 of ")
    assert review.card(1).get_attribute("aria-label").endswith(", rejected")
    assert review.card(2).get_attribute("aria-label").endswith(f", relabelled {other}")
    assert review.card(2).locator(".state").inner_text() == f"→ {other}"
    actions = [("accept", ""), ("reject", ""), ("relabel", other), ("accept", ""), ("reject", "")]
    assert review.exported() == sorted([*review.letter(place), *action] for place, action in enumerate(actions))


def test_arrows_and_their_like_move(review: Review) -> None:
    review.press("ArrowDown")
    columns = review.place
    assert columns > 3
    review.press("ArrowRight", "ArrowUp")
    assert review.place == 1
    review.press("ArrowUp", "ArrowLeft", "ArrowLeft")
    assert review.place == 0
    review.press("PageDown")
    assert review.place % columns == 0 and review.place >= 2 * columns
    review.press("End")
    assert review.place == review.shown - 1
    review.press("ArrowDown", "PageUp")
    assert review.place < review.shown - columns
    review.press("Home")
    assert review.place == 0
    review.press("Tab")
    assert review.page.evaluate("document.activeElement.id") == "accept"


def test_what_is_selected_is_decided_together(review: Review) -> None:
    review.press("Space", "ArrowRight", "ArrowRight", "Space", "Delete")
    assert [line[4] for line in review.exported()] == ["reject"] * 2
    review.page.locator("#grid").press("Home")
    other = next(label for label in "QXY" if label not in (review.letter(0)[2], review.letter(1)[2]))
    review.press("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft", other.lower())
    found = {tuple(line[:3]): line[4:] for line in review.exported()}
    assert found[tuple(review.letter(0)[:3])] == found[tuple(review.letter(1)[:3])] == ["relabel", other]
    assert found[tuple(review.letter(2)[:3])] == ["reject", ""]
    review.press("Control+a")
    assert review.page.locator("[aria-selected=false]").count() == 0
    review.press("Escape")
    assert review.page.locator("[aria-selected=true]").count() == 0
    review.press("Control+a", "Enter")
    assert review.progress == f"{review.shown} of {review.shown} reviewed"
    assert {line[4] for line in review.exported()} == {"accept"}
    review.press("Control+z")
    assert review.progress.startswith("3 of ")


def test_the_mouse_does_what_keys_do(review: Review) -> None:
    review.card(4).click()
    review.page.locator("#reject").click()
    assert review.place == 5
    review.card(6).click(modifiers=["Control"])
    review.card(8).click(modifiers=["Shift"])
    assert review.page.locator("[aria-selected=true]").count() == 3
    review.page.locator("#accept").click()
    review.card(0).locator(".pick").click()
    review.page.locator("#relabel").press_sequentially("é")
    actions = [("relabel", "E"), ("reject", ""), *[("accept", "")] * 3]
    expected = [[*review.letter(place), *action] for place, action in zip((0, 4, 6, 7, 8), actions, strict=True)]
    assert sorted(review.exported()) == sorted(expected)
    review.card(4).click()
    review.page.locator("#clear").click()
    assert len(review.exported()) == 4


def test_undo_and_redo_go_where_it_was(review: Review) -> None:
    review.press("Enter", "Delete", "q", "End", "Control+z")
    assert review.place == 2 and review.progress.startswith("2 of ")
    review.press("Control+z", "Control+z", "Control+z")
    assert review.place == 0 and review.status == "Nothing to undo."
    review.press("Control+Shift+z", "Control+y")
    assert review.place == 1 and review.progress.startswith("2 of ")
    review.press("Home", "x", "Control+y")  # what has been undone is gone once something else is decided
    assert review.status == "Nothing to redo."
    assert [line[4:] for line in review.exported() if line[:4] == review.letter(0)] == [["relabel", "X"]]
    review.page.locator("#undo").click()
    assert [line[4:] for line in review.exported() if line[:4] == review.letter(0)] == [["accept", ""]]


def test_filters(review: Review) -> None:
    kinds = [kind for *_, kind in review.data["cards"]]
    assert {"disagreement", "least_confident", "rejected"} == set(kinds)
    for kind in ("disagreement", "least_confident", "rejected"):
        review.page.locator(f"[data-kind={kind}]").click()
        assert review.shown == kinds.count(kind)
    review.page.locator("[data-kind='']").click()
    labels = [review.letter(card)[2] for card in range(len(kinds))]
    review.press("Home")
    review.press("/")
    review.press("a", "Escape")
    assert review.shown == labels.count("A") and review.place == 0
    review.page.locator("#state-filter").select_option("open")
    review.card(0).click()
    review.press("Enter", "Delete")
    assert review.shown == labels.count("A") - 2 and review.place == 0
    review.press("Control+z")
    assert review.shown == labels.count("A") - 1 and review.place == 0
    review.page.locator("#state-filter").select_option("done")
    assert review.shown == 1
    review.page.locator("#class-filter").select_option("")
    assert review.shown == 1


def test_what_is_decided_is_there_when_the_page_comes_back(review: Review) -> None:
    review.press("Enter", "x", "]", "Delete")
    before = review.download()
    assert before.count("\n") == 4
    review.press("[")
    progress = review.progress
    review.load()
    assert review.progress == progress and review.download() == before
    context = review.page.context
    review.page.close()
    again = Review(context, review.folder)
    assert again.download() == before
    again.press("Control+z")
    assert again.status == "Nothing to undo."


def test_a_browser_that_keeps_nothing_says_so(review: Review) -> None:
    review.page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }"
    )
    review.load()
    expect(review.page.locator("#trouble")).to_be_hidden()
    review.press("Enter")
    expect(review.page.locator("#trouble")).to_contain_text("QuotaExceededError")
    expect(review.page.locator("#trouble")).to_contain_text("Download corrections.csv before you close this page")
    assert len(review.exported()) == 1


def test_decisions_are_forgotten_only_when_somebody_means_it(review: Review) -> None:
    review.press("Enter", "x", "[")
    forget = review.page.get_by_role("button", name="Discard my decisions…")
    forget.click()
    review.page.get_by_role("button", name="Keep", exact=True).click()
    assert len(review.exported()) == 2
    forget.click()
    review.page.get_by_role("button", name="Discard", exact=True).click()
    assert review.exported() == []
    review.press("Control+z")
    assert len(review.exported()) == 2


def test_words(review: Review) -> None:
    review.press("]")
    words = [review.word(place) for place in range(len(review.data["rows"]))]
    assert len(words) >= 4 and words[0][2] and words[1][2]
    articles = review.page.locator("#words article")
    expect(articles).to_have_count(len(words))
    expect(articles.nth(0).locator(".word .letter")).to_have_count(len(words[0][1]))
    review.press("Shift+Enter", "Enter", "Delete", "a", "b", "c", "Enter")
    expected = [
        [words[0][0], "", words[0][1], "", "transcription", words[0][2]],
        [words[1][0], "", words[1][1], "", "transcription", words[1][1]],
        [words[2][0], "", words[2][1], "", "exclude", ""],
        [words[3][0], "", words[3][1], "", "transcription", "abc"],
    ]
    assert review.exported() == sorted(expected)
    expect(articles.nth(2)).to_contain_text("row excluded")
    review.press("Control+z")
    assert len(review.exported()) == 3
    expect(articles.nth(3)).to_be_focused()
    review.press("F2")
    review.page.keyboard.insert_text("123")
    review.press("Enter")
    assert "no letter of the alphabet" in review.status and len(review.exported()) == 3
    review.press("Escape", "F2", "z", "Control+Enter")
    assert [words[3][0], "", words[3][1], "", "transcription", words[3][1]] in review.exported()
    articles.nth(0).get_by_role("button", name="Clear decision").click()
    assert len(review.exported()) == 3
    articles.nth(0).get_by_role("button", name=f"Use {words[0][2]}").click()
    assert review.exported() == sorted([*expected[:3], [*expected[3][:5], words[3][1]]])


def test_letters_of_a_word_that_is_corrected_need_no_decision(review: Review) -> None:
    left = int(review.page.locator("#count-letters").inner_text())
    review.press("]", "Delete")
    row = review.word(0)[0]
    own = sum(review.data["words"][number][0] == row for number, *_ in review.data["cards"])
    assert own and int(review.page.locator("#count-letters").inner_text()) == left - own
    review.press("Control+z")
    assert int(review.page.locator("#count-letters").inner_text()) == left


def test_a_box_is_cut_elsewhere_by_numbers(review: Review) -> None:
    *_, box = letter = review.letter(0)
    x, y, width, height = map(int, box.split())
    field = review.page.get_by_label("width")
    field.focus()
    review.press("ArrowUp", "ArrowUp")
    assert review.exported() == [[*letter, "box", f"{x} {y} {width + 2} {height}"]]
    field.focus()
    review.press("Control+z")
    assert review.exported() == [] and review.place == 0
    review.page.get_by_label("y", exact=True).fill("-5")
    review.press("Enter")
    region = review.data["words"][review.data["cards"][0][0]][3]
    expected = [[*letter, "box", f"{x} {region[1]} {width} {height}"]]
    assert review.exported() == expected
    review.card(0).click()
    review.press("x")
    assert review.exported() == [*expected, [*letter, "relabel", "X"]]
    review.card(0).click()
    review.press("Delete")
    assert review.exported() == [[*letter, "reject", ""]]


@pytest.mark.parametrize("edges", ["e", "nw"])
def test_a_box_is_cut_elsewhere_by_dragging(review: Review, edges: str) -> None:
    *_, box = letter = review.letter(0)
    x, y, width, height = map(int, box.split())
    handle = review.page.locator(f"#detail-picture .handle.{edges}")
    place = handle.bounding_box()
    scale = review.page.evaluate("document.querySelector('#detail-picture svg').getScreenCTM().a")
    middle = (place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    by = 3 * scale if edges == "e" else -3 * scale
    review.page.mouse.move(*middle)
    review.page.mouse.down()
    review.page.mouse.move(middle[0] + by / 2, middle[1] + by / 2)
    review.page.mouse.move(middle[0] + by, middle[1] + by)
    review.page.mouse.up()
    up, left = min(y, 3), min(x, 3)  # not beyond the edge of the image
    cut = f"{x} {y} {width + 3} {height}" if edges == "e" else f"{x - left} {y - up} {width + left} {height + up}"
    assert review.exported() == [[*letter, "box", cut]]
    assert review.page.get_by_label("width").input_value() == str(width + 3)
    review.press("Control+z")
    assert review.exported() == []


def test_earlier_corrections_are_shown_and_can_be_changed(aligned: Project, opened: Callable, tmp_path: Path) -> None:
    plain = remake(aligned.folder / "results", tmp_path / "plain")
    page = opened(plain)
    first, second = sorted(page.letter(card) for card in (0, 1))
    earlier = [
        (2, *first, "reject", "", "applied", ""),
        (3, *second, "relabel", "X", "applied", ""),
        (4, *second, "box", "80 10 9 9", "applied", ""),
        (5, "gone", "0", "A", "", "accept", "", "unneeded", ""),
        (6, "word_0001", "77", "A", "", "accept", "", "stale", "the row has no letter at 77"),
        (7, "word_0001", "x", "A", "", "accept", "", "malformed", "position: a whole number"),
    ]
    folder = remake(aligned.folder / "results", tmp_path / "page", corrections=earlier)
    review = opened(folder)
    assert [review.letter(0), review.letter(1)] == [first, second] and review.progress.startswith("2 of ")
    assert review.card(0).get_attribute("aria-label").endswith("rejected")
    assert review.card(1).get_attribute("aria-label").endswith("relabelled X, box changed")
    everything = [list(line[1:7]) for line in earlier]
    assert sorted(review.exported()) == sorted(everything)
    review.press("[")
    summary = review.page.locator("#summary")
    expect(summary).to_contain_text("the row has no letter at 77")
    expect(summary).to_contain_text("Decisions not on this page")
    summary.get_by_role("button", name="Remove line 6").click()
    summary.get_by_role("button", name="Remove A, letter 1 of row gone").click()
    review.press("]", "Home", "Enter")
    expected = [[*first, "accept", ""], everything[1], everything[2], everything[5]]
    assert sorted(review.exported()) == sorted(expected)
    review.load()
    assert sorted(review.exported()) == sorted(expected)
    review.press("[")
    review.page.get_by_role("button", name="Discard my decisions…").click()
    review.page.get_by_role("button", name="Discard", exact=True).click()
    assert sorted(review.exported()) == sorted(everything)


def test_decisions_outlive_their_letters(aligned: Project, opened: Callable, tmp_path: Path) -> None:
    review = opened(remake(aligned.folder / "results", tmp_path))
    review.press("Home", "Enter", "End", "x")
    before = review.download()
    remake(aligned.folder / "results", tmp_path, letters=3)
    review.load()
    assert review.progress.startswith("1 of 3") and review.download() == before
    review.press("[")
    expect(review.page.locator("#summary")).to_contain_text("Decisions not on this page")
    review.page.get_by_role("button", name="Remove", exact=False).click()
    assert len(review.exported()) == 1


def test_counting_boxes_gives_no_confidences(opened: Callable, tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 40, batches=1, review={"confidence": 0.95, "letters": 5})
    project.run("results/review/index.html")
    review = opened(project.folder / "results/review")
    assert review.data["cards"] == [] and len(review.data["rows"]) > 3
    review.press("a", "b", "Enter")
    assert review.exported() == [[review.word(0)[0], "", review.word(0)[1], "", "transcription", "ab"]]
    review.press("[")
    expect(review.page.locator("#letters-notice")).to_contain_text("method: histogram")


def test_the_same_run_gives_the_same_page(aligned: Project, tmp_path: Path) -> None:
    made = digests(aligned.folder / "results/review")
    made.pop("words/.snakemake_timestamp")  # Snakemake's
    assert digests(remake(aligned.folder / "results", tmp_path)) == made
    assert aligned.planned() == {}
