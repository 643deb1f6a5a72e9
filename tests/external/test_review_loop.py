"""From the review page back into the workflow: what is decided in the browser is what the dataset has then."""

import shutil
from collections.abc import Callable

from playwright.sync_api import expect

from project import Project
from reviewing import data_of


def of_letter(rows: list[dict[str, str]], letter: list) -> list[dict[str, str]]:
    return [row for row in rows if [row["row_id"], row["position"]] == letter[:2]]


def test_decisions_are_applied_and_shown_again(aligned: Project, opened: Callable, tmp_path) -> None:
    project = aligned.copy(tmp_path / "project")
    page = project.folder / "results/review"
    review = opened(page)
    kinds = [kind for *_, kind in review.data["cards"]]
    words = [review.word(place) for place in range(3)]
    # Letters of words that are not corrected themselves.
    free = [card for card in range(len(kinds)) if review.letter(card)[0] not in {row for row, *_ in words}]
    kept, renamed = [card for card in free if kinds[card] == "rejected"][:2]
    left_out, cut = [card for card in free if kinds[card] == "least_confident"][:2]
    letters = {card: review.letter(card) for card in (kept, left_out, renamed, cut)}
    for card, key in ((kept, "Enter"), (left_out, "Delete"), (renamed, "x")):
        review.go(card)
        review.press(key)
    review.go(cut)
    x, y, width, height = map(int, letters[cut][3].split())
    expect(review.page.get_by_label("width")).to_have_value(str(width))  # it is this letter that is shown
    review.page.get_by_label("width").press("ArrowDown")
    expect(review.page.get_by_label("width")).to_have_value(str(width - 1))
    there = f"{x} {y} {width - 1} {height}"
    review.page.locator("#tab-words").click()
    review.press("Shift+Enter", "Delete", "Enter")
    text = review.download()

    (project.folder / "corrections.csv").write_bytes(text.encode())
    project.settings["corrections"] = "corrections.csv"
    project.run()
    outcomes = project.outcomes()
    assert len(outcomes) == 7 and {outcome for outcome, _ in outcomes} <= {"applied", "unneeded"}
    delivered, rejected = project.metadata(), project.rejected()
    for card, label, box in (
        (kept, letters[kept][2], letters[kept][3]),
        (renamed, "X", letters[renamed][3]),
        (cut, letters[cut][2], there),
    ):
        (found,) = of_letter(delivered, letters[card])
        assert (found["label"], found["confidence"], found["method"]) == (label, "1.0", "hand")
        assert " ".join(found[part] for part in ("x", "y", "width", "height")) == box
    assert not of_letter(delivered, letters[left_out])
    assert [row["reason"] for row in of_letter(rejected, letters[left_out])] == ["rejected_by_hand"]
    assert [row["reason"] for row in rejected if row["row_id"] == words[1][0]] == ["excluded_by_hand"]
    taken = {
        (row["position"], row["label"]) for row in delivered + rejected if row["row_id"] == words[0][0] and row["label"]
    }
    assert taken and taken <= {(str(position), label) for position, label in enumerate(words[0][2])}

    # The page made again shows them as decided, to those too who have not made them, and gives back the same file.
    again = opened(page)
    assert again.download() == text
    corrected = [again.letter(card) for card, (*_, kind) in enumerate(again.data["cards"]) if kind == "corrected"]
    assert all(letter in letters.values() for letter in corrected)
    for card in range(len(corrected)):
        assert again.card(card).locator(".state").inner_text() != ""
    project.run()
    assert project.planned() == {}
    # The one who has made them sees the same: nothing counts twice.
    review.load()
    assert review.download() == text

    # What is taken back is as it was.
    for card in range(len(corrected)):
        again.go(card)
        again.page.locator("#clear").click()
    assert len(again.exported()) == 7 - len(corrected)
    shutil.rmtree(page)
    project.run()
    assert data_of(page) == again.data
