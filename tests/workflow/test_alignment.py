"""`method: align` on the sample, in four batches: a recogniser that is trained once, and what a change aligns again."""

import csv
import re
from collections import Counter
from pathlib import Path

import cv2
import pytest

from corrections import letter, row, write
from lettermill.plan.batches import batch_of
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import CorrectionEffect, ReviewLetter
from project import Project

RECOGNISER = "results/recogniser/recogniser.npz"
END = {"suspects": 1, "compare": 1, "dataset": 1, "sheets": 1, "report": 1, "review": 1, "all": 1}


@pytest.fixture
def project(aligned: Project, tmp_path: Path) -> Project:
    return aligned.copy(tmp_path / "project")


@pytest.fixture
def few(few_aligned: Project, tmp_path: Path) -> Project:
    """To be trained again."""
    return few_aligned.copy(tmp_path / "few")


def test_every_letter_of_every_row_is_delivered_or_rejected_once(aligned: Project) -> None:
    account = Counter((letter["row_id"], letter["position"]) for letter in aligned.metadata())
    delivered = {letter["row_id"] for letter in aligned.metadata()}
    rows = aligned.rejected_rows()
    account += Counter((row["row_id"], row["position"]) for row in aligned.rejected() if row["position"])
    assert set(account.values()) == {1}
    assert not delivered & {row["row_id"] for row in rows}
    assert len(delivered) + len(rows) == len(aligned.rows)
    for row_id in delivered:
        letters = sum(map(str.isalpha, aligned.rows[row_id][1]))
        assert {(row_id, str(position)) for position in range(letters)} <= set(account)
    assert all(float(letter["confidence"]) >= 0.9 for letter in aligned.metadata())
    assert all(float(row["confidence"]) < 0.9 for row in aligned.rejected() if row["reason"] == "low_confidence")


def test_wrong_transcriptions_are_suspected(aligned: Project) -> None:
    with open(aligned.folder / "results/suspects.csv", encoding="utf-8", newline="") as file:
        readings = {row["transcription"]: row["reading"] for row in csv.DictReader(file)}
    assert "FERIX" in readings and readings["BLAONC"] == "BLANC"


def test_confidences_can_be_trusted(aligned: Project) -> None:
    with open(aligned.folder / "results/recogniser/reliability.csv", encoding="utf-8", newline="") as file:
        table = [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]
    confident = [line for line in table if line["low"] >= 0.9]
    assert sum(line["letters"] for line in confident) > 1_000
    assert all(abs(line["confidence"] - line["accuracy"]) < 0.06 for line in confident)


def test_edited_and_added_rows_are_aligned_with_the_recogniser_that_is_there(project: Project) -> None:
    row_id = project.metadata()[0]["row_id"]
    project.rows[row_id][1] += "A"
    assert project.planned() == {"match": 1, "align": 1, "cut": 1, **END}
    project.rows |= {f"added {number}": list(project.rows[row_id]) for number in range(10)}
    touched = len({batch_of(row, 4) for row in project.rows if row.startswith("added")} | {batch_of(row_id, 4)})
    stages = dict.fromkeys(("download", "crop", "segment", "match", "align", "cut"), touched)
    before = (project.folder / "results/recogniser/recogniser.npz").read_bytes()
    assert project.ran() == {**stages, **END}
    logs = [path.read_text() for path in (project.folder / "logs/align").iterdir()]
    assert sum(int(new) for log in logs for new in re.findall(r"of [1-9]\d* rows taken .* run, (\d+) new", log)) == 11
    assert (project.folder / "results/recogniser/recogniser.npz").read_bytes() == before
    assert project.planned() == {}
    assert project.planned("-R", "learn") == {"learn": 1, "align": 4, "cut": 4, **END}


@pytest.mark.slow
def test_where_nothing_was_learnt_a_changed_table_is_tried_again(tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 3, batches="image", method="align")
    project.run()
    rows = list(project.rows)
    project.rows["added"] = list(project.rows[rows[1]])
    del project.rows[rows[0]]
    stages = dict.fromkeys(("download", "crop", "segment", "match", "learn"), 1)
    assert project.ran() == {**stages, "align": 3, "cut": 3, **END}
    assert project.planned() == {}
    assert project.planned() == {}
    assert project.planned("-R", "learn") == {"learn": 1, "align": 3, "cut": 3, **END}


def test_changes_of_rows_do_not_hide_other_changes(project: Project) -> None:
    """A job before `learn` and a setting after it change at once: Snakemake must see both."""
    row_id = project.metadata()[0]["row_id"]
    project.rows[row_id][1] += "A"
    project.settings["align"] = {"rounds": 1, "confidence": 0.5}
    assert project.planned() == {"match": 1, "align": 1, "cut": 4, **END}


def test_training_again_leads_to_the_same_dataset_or_follows_the_rows(few: Project, few_aligned: Project) -> None:
    assert few.ran("-R", "learn", "-j", "1") == {"learn": 1, "align": 2, "cut": 2, **END}
    assert (few.folder / RECOGNISER).read_bytes() == (few_aligned.folder / RECOGNISER).read_bytes()
    assert few.dataset() == few_aligned.dataset()
    for row_id in list(few.rows)[:30]:
        del few.rows[row_id]
    few.run("-R", "learn")
    assert "training on" in (few.folder / "logs/learn.log").read_text(encoding="utf-8")
    assert (few.folder / RECOGNISER).read_bytes() != (few_aligned.folder / RECOGNISER).read_bytes()
    assert few.planned() == {}


@pytest.mark.slow
def test_changed_settings_of_training_train_again(few: Project) -> None:
    few.settings["align"] = {"rounds": 2}
    assert few.planned() == {"learn": 1, "align": 2, "cut": 2, **END}
    few.run("--", RECOGNISER)
    log = (few.folder / "logs/learn.log").read_text(encoding="utf-8")
    letters = [int(count) for count in re.findall(r"training on .*: (\d+) letters", log)]
    assert len(letters) == 2 and letters[1] > letters[0]  # the second time also from words that do not fit
    assert few.planned() == {"align": 2, "cut": 2, **END}


def test_a_lost_recogniser_is_trained_again(project: Project) -> None:
    (project.folder / "results/recogniser/recogniser.npz").unlink()
    assert project.planned() == {"learn": 1, "align": 4, "cut": 4, **END}


def test_a_changed_confidence_only_cuts_again(project: Project) -> None:
    project.settings["align"] = {"rounds": 1, "confidence": 0.5}
    assert project.planned() == {"cut": 4, **{rule: count for rule, count in END.items() if rule != "suspects"}}


def test_what_changes_every_word_trains_again(project: Project) -> None:
    project.settings["alphabet"] = "ABCDEFGHIJKLMNOPQRSTUVWXYZÉ"
    assert project.planned() == {"learn": 1, "align": 4, "cut": 4, **END}
    project.settings["crop"] = {"mode": "none"}
    stages = dict.fromkeys(("crop", "segment", "match", "align", "cut"), 4)
    assert project.planned() == {"learn": 1, **stages, **END}


def test_letters_that_are_rejected_can_be_looked_at(aligned: Project) -> None:
    letters = [row for row in aligned.rejected() if row["position"]]
    found = {path.name for path in aligned.folder.glob("results/letters/*/rejected/*.png")}
    assert {f"{row['row_id']}_{row['position']}.png" for row in letters} <= found
    assert not (aligned.folder / "results/dataset/rejected").exists()
    sheet = cv2.imread(str(aligned.folder / "results/sheets/rejected_letters.png"))
    assert (sheet < 128).any() and sheet.shape[0] == 60 * -(-len(letters) // 24)


def test_a_suspect_is_confirmed_or_corrected(project: Project) -> None:
    project.settings["corrections"] = "corrections.csv"
    with open(project.folder / "results/suspects.csv", encoding="utf-8", newline="") as file:
        suspects = {found["transcription"]: found["row_id"] for found in csv.DictReader(file)}
    confirmed, wrong = suspects["BLAONC"], suspects["FERIX"]
    write(project.folder / "corrections.csv", [row(confirmed, "transcription", "BLAONC", label="BLAONC")])
    assert project.ran() == END
    assert project.outcomes() == [("applied", "confirmed")]
    assert f"\n{confirmed}," not in (project.folder / "results/suspects.csv").read_text(encoding="utf-8")
    write(project.folder / "corrections.csv", [row(wrong, "transcription", "FELIX", label="FERIX")])
    assert project.ran() == {"match": 1, "align": 1, "cut": 1, **END}
    assert "".join(found["label"] for found in project.metadata() if found["row_id"] == wrong) == "FELIX"
    listed = (project.folder / "results/suspects.csv").read_text(encoding="utf-8")
    assert f"\n{confirmed}," in listed and f"\n{wrong}," not in listed


def test_where_too_little_can_be_learnt_nothing_is_delivered(tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path, 10, batches=1, method="align")
    project.run("dataset", "report")
    assert project.metadata() == []
    reasons = Counter(found["reason"] for found in project.rejected_rows())
    assert reasons.total() == 10 and reasons["nothing_learnt"] >= 8
    assert "no recogniser is trained" in (project.folder / "logs/learn.log").read_text(encoding="utf-8")
    said = (project.folder / "results/summary.txt").read_text(encoding="utf-8")
    assert re.match(r"Nothing is delivered: only \d+ letters of \d+ words fit .*, and 100 are needed", said)
    project.settings["method"] = "histogram"  # what the reason advises
    project.run("dataset")
    assert len(project.metadata()) > 20


@pytest.mark.slow
def test_corrections_are_trained_on_and_stay(few: Project) -> None:
    uncertain = [
        found
        for path in sorted(few.folder.glob("results/letters/*/review_letters.csv"))
        for found in read_records(path, ReviewLetter)
    ]
    rejected = [found for found in uncertain if found.reason][:12]
    delivered = [found for found in uncertain if not found.reason][:6]
    lines = []
    for found in rejected + delivered:
        box = " ".join(map(str, found.box))
        action = "accept" if found.reason else "reject"
        lines.append(letter(found.row_id, found.position, found.label, action, box=box))
    write(few.folder / "corrections.csv", lines)
    few.settings["corrections"] = "corrections.csv"
    touched = len({batch_of(line.row_id, 2) for line in lines})
    assert few.planned() == {"cut": touched, **{rule: 1 for rule in END if rule != "suspects"}}
    recogniser = few.folder / RECOGNISER
    before = recogniser.read_bytes()
    few.run("-R", "learn")
    assert recogniser.read_bytes() != before
    effects = read_records(recogniser.with_name("lessons.csv"), CorrectionEffect)
    told = {(found.row_id, found.position): "right" if found.reason else "wrong" for found in rejected + delivered}
    assert {(effect.row_id, effect.position): effect.verdict for effect in effects} == told
    places = {(found["row_id"], int(found["position"])): found for found in few.metadata()}
    for found in rejected:
        assert places[found.row_id, found.position]["method"] == "hand"
    assert not places.keys() & {(found.row_id, found.position) for found in delivered}
    assert {outcome for outcome, _ in few.outcomes()} == {"applied"}
    accepted = {(found.row_id, found.position) for found in rejected}
    for path in few.folder.glob("results/letters/*/review_letters.csv"):
        for found in read_records(path, ReviewLetter):
            if (found.row_id, found.position) in accepted:
                assert (found.confidence, found.reason) == (1.0, "")
    assert few.planned() == {}
