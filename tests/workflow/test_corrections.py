"""Corrections re-run exactly what they touch, are accounted for line by line, and can be undone. The project has 40
rows in four batches, whose letters are counted."""

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from corrections import letter, row, write
from lettermill.corrections.correction import Correction
from lettermill.plan.batches import batch_of
from project import Project, digests

DATASET = {"dataset": 1, "report": 1, "review": 1, "all": 1}
END = {"compare": 1, "sheets": 1, **DATASET}
ONE_BATCH = {"download": 1, "crop": 1, "segment": 1, "match": 1, "cut": 1, **END}


def correct(project: Project, *lines: Correction) -> None:
    write(project.folder / "corrections.csv", lines)
    project.settings["corrections"] = "corrections.csv"


def letters_of(project: Project, row_id: str) -> list[dict[str, str]]:
    return [found for found in project.metadata() if found["row_id"] == row_id]


def some_rows(project: Project, count: int) -> list[list[dict[str, str]]]:
    """The letters of rows of one batch."""
    letters = project.metadata()
    batch = batch_of(letters[0]["row_id"], 4)
    rows = dict.fromkeys(found["row_id"] for found in letters if batch_of(found["row_id"], 4) == batch)
    return [letters_of(project, row_id) for row_id in list(rows)[:count]]


def box(found: dict[str, str]) -> str:
    return " ".join(found[name] for name in ("x", "y", "width", "height"))


def of(found: dict[str, str], action: str, value: str = "", guard: str | None = None) -> Correction:
    """A correction of a letter as it is."""
    guard = box(found) if guard is None and action != "box" else guard
    return letter(found["row_id"], int(found["position"]), found["label"], action, value, guard or "")


def other(label: str) -> str:
    return "B" if label == "A" else "A"


def test_an_empty_table_changes_nothing(project: Project) -> None:
    correct(project)
    assert project.planned() == {}
    assert (project.folder / "results/corrections.csv").read_text(encoding="utf-8").count("\n") == 1


def test_each_action_is_done_and_undone(project: Project, finished: Project) -> None:
    """Once for all four actions on letters: they re-run the same."""
    first, second = some_rows(project, 2)
    x, y, width, height = map(int, box(first[3]).split())
    there = f"{x} {y} {width - 1} {height - 1}"
    lines = [
        of(first[0], "accept"),
        of(first[1], "relabel", other(first[1]["label"])),
        of(first[2], "reject"),
        of(first[3], "box", there),
        *(of(found, "reject") for found in second),
    ]
    correct(project, *lines)
    assert project.ran() == {"cut": 1, **END}
    assert project.planned() == {}
    assert project.outcomes() == [("applied", "")] * len(lines)
    found = letters_of(project, first[0]["row_id"])
    assert [each["position"] for each in found] == [str(place) for place in range(len(first)) if place != 2]
    for each, label, where in zip(found, (first[0]["label"], other(first[1]["label"])), first, strict=False):
        assert (each["label"], box(each), each["confidence"], each["method"]) == (label, box(where), "1.0", "hand")
        assert each["file_name"] == f"{label}/{each['row_id']}_{each['position']}.png"
    assert (box(found[2]), found[2]["method"]) == (there, "hand")
    image = cv2.imread(str(project.folder / "results/dataset" / found[2]["file_name"]))
    assert image.shape[:2] == (height - 1, width - 1)
    left_out = [each for each in project.rejected() if each["stage"] == "review"]
    assert [(each["row_id"], each["position"], each["reason"]) for each in left_out] == [
        (first[2]["row_id"], "2", "rejected_by_hand"),
        (second[0]["row_id"], "", "rejected_by_hand"),
    ]
    delivered = {each["row_id"] for each in project.metadata()}
    assert len(delivered) + len(project.rejected_rows()) == 40
    names = {name for name in project.dataset() if name.endswith(".png")}
    assert names == {each["file_name"] for each in project.metadata()}
    summary = (project.folder / "results/summary.txt").read_text(encoding="utf-8")
    assert f"{len(lines)} corrections: {len(lines)} applied: results/corrections.csv" in summary
    assert "-1 letter of these rows rejected (by a correction)" in summary

    corrected = project.dataset()
    correct(project, *reversed(lines))
    assert project.ran() == DATASET  # for the numbers of the lines
    assert project.dataset() == corrected
    project.settings["corrections"] = None
    assert project.ran() == {"cut": 1, **END}
    assert project.dataset() == finished.dataset()
    assert digests(project.folder / "results/sheets") == digests(finished.folder / "results/sheets")


def test_rows_are_transcribed_and_excluded(project: Project, finished: Project) -> None:
    (first,) = some_rows(project, 1)
    row_id, word = first[0]["row_id"], "".join(found["label"] for found in first)
    new = other(word[0]) + word[1:]
    correct(project, row(row_id, "transcription", new, label=word), of(first[1], "accept"), of(first[0], "reject"))
    assert project.ran() == {"match": 1, "cut": 1, **END}
    assert [found["label"] for found in letters_of(project, row_id)] == list(new)
    assert project.outcomes() == [("applied", ""), ("applied", ""), ("stale", f"the label there is {new[0]}")]
    assert "line 4: stale: the label there is" in (project.folder / "results/summary.txt").read_text(encoding="utf-8")

    correct(project, row(row_id, "exclude"), of(first[1], "accept"))
    assert project.ran() == ONE_BATCH
    assert project.outcomes() == [("applied", ""), ("unneeded", "its row is excluded")]
    assert not letters_of(project, row_id)
    assert [found["reason"] for found in project.rejected() if found["row_id"] == row_id] == ["excluded_by_hand"]
    assert "no debug picture of row" in project.run(f"results/debug/{row_id}.png", fails=True)

    correct(project)
    assert project.ran() == ONE_BATCH
    assert project.dataset() == finished.dataset()


def test_a_row_that_could_not_be_read_is(project: Project) -> None:
    (first,) = some_rows(project, 1)
    row_id, text = first[0]["row_id"], project.rows[first[0]["row_id"]][1]
    project.rows[row_id][1] = "UNREADABLE"
    project.run()
    assert not letters_of(project, row_id)
    correct(project, row(row_id, "transcription", text))
    assert project.ran() == ONE_BATCH
    assert letters_of(project, row_id) == first


def test_lines_that_are_not_applied_re_run_no_batch(project: Project, finished: Project) -> None:
    rows = [*some_rows(project, 1), letters_of(project, project.metadata()[-1]["row_id"])]
    (first, *_), (second, *_) = rows
    lost = project.rejected_rows()[0]
    correct(
        project,
        letter("nobody", 0, "A", "accept"),
        row("nobody", "exclude"),
        of(first, "accept"),
        of(first, "reject"),
        row(second["row_id"], "transcription", project.rows[second["row_id"]][1]),
        row(second["row_id"], "transcription", project.rows[second["row_id"]][1]),
        letter(first["row_id"], 0, "AB", "accept"),
        row(second["row_id"], "exclude", label="QQ"),
    )
    assert project.ran() == DATASET
    contradicts = "contradicts line {}: keep one of them"
    assert project.outcomes() == [
        ("stale", "the table has no row with this id"),
        ("stale", "the table has no row with this id"),
        ("conflict", contradicts.format(5)),
        ("conflict", contradicts.format(4)),
        ("conflict", contradicts.format(9)),
        ("unneeded", "the same as line 6"),
        ("malformed", "column label: 'AB' is not a letter of the alphabet: write one letter"),
        ("conflict", contradicts.format(6)),
    ]
    assert project.dataset() == finished.dataset()
    summary = (project.folder / "results/summary.txt").read_text(encoding="utf-8")
    assert "8 corrections: 1 not needed, 2 no longer fit, 4 contradict others, 1 cannot be read" in summary
    assert "line 2: stale: the table has no row with this id" in summary and "and 2 more" in summary
    output = project.run("validate")
    assert "corrections.csv\n       8 lines: 2 accept, 2 exclude, 1 reject, 2 transcription\n" in output
    assert "1 malformed (cannot be read)\n           line 8: column label" in output

    correct(project, letter(lost["row_id"], 0, "A", "accept"))
    expected = {"cut": 1, **END} if lost["stage"] != "table" else DATASET
    assert project.ran() == expected
    assert project.outcomes() == [("stale", f"the row has no letters: {lost['reason']}")]


@pytest.mark.parametrize("content", [None, "row_id,position\n"])
def test_a_table_that_is_none_ends_the_run_before_it_begins(project: Project, content: str | None) -> None:
    project.settings["corrections"] = "corrections.csv"
    if content:
        (project.folder / "corrections.csv").write_text(content, encoding="utf-8")
    output = project.run(fails=True)
    assert ("does not exist" if content is None else "line 1: column `label` is missing") in output
    assert "Lettermill: " in output and "Traceback" not in output


@pytest.mark.slow
def test_without_intermediates(project: Project, finished: Project) -> None:
    project.settings["keep_intermediates"] = False
    project.run("--delete-temp-output")
    project.run()
    (first,) = some_rows(project, 1)
    correct(project, of(first[0], "reject"))
    assert project.ran() == ONE_BATCH
    assert len(letters_of(project, first[0]["row_id"])) == len(first) - 1
    correct(project)
    project.run()
    assert project.dataset() == finished.dataset()


def test_a_picture_shows_the_row_as_it_is_corrected(project: Project) -> None:
    (first,) = some_rows(project, 1)
    picture = project.folder / f"results/debug/{first[0]['row_id']}.png"
    project.run(str(picture.relative_to(project.folder)))
    before = picture.read_bytes()
    correct(project, of(first[0], "relabel", other(first[0]["label"])))
    assert project.planned(str(picture.relative_to(project.folder))) == {"debug": 1}
    project.run(str(picture.relative_to(project.folder)))
    assert picture.read_bytes() != before


@pytest.mark.slow
def test_exports_have_the_letters_as_they_are_corrected(project: Project) -> None:
    project.settings["export"] = {"formats": ["folders", "npz", "huggingface"]}
    project.run("export")
    (first,) = some_rows(project, 1)
    correct(project, of(first[0], "relabel", other(first[0]["label"])), of(first[1], "reject"), of(first[2], "accept"))
    project.run("all", "export")
    folder, part = project.folder / "results/export", first[0]["split"]
    expected = {
        (found["row_id"], int(found["position"]), found["label"], found["method"])
        for found in project.metadata()
        if found["split"] == part
    }
    assert {(found[2], found[3]) for found in expected if found[0] == first[0]["row_id"]} >= {
        (other(first[0]["label"]), "hand"),
        (first[2]["label"], "hand"),
    }
    with np.load(folder / f"npz/{part}.npz") as found:
        labels = found["classes"][found["labels"]]
        letters = zip(found["row_id"], found["position"], labels, found["method"], strict=True)
        assert {
            (str(row_id), int(place), str(label), str(method)) for row_id, place, label, method in letters
        } == expected
    tables = [pq.read_table(path).to_pylist() for path in folder.glob(f"huggingface/data/{part}/*.parquet")]
    names = sorted("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    assert {
        (line["row_id"], line["position"], names[line["label"]], line["method"]) for table in tables for line in table
    } == expected
    assert {
        path.relative_to(folder / "folders" / part).as_posix() for path in folder.glob(f"folders/{part}/*/*.png")
    } == {f"{label}/{row_id}_{place}.png" for row_id, place, label, _ in expected}
