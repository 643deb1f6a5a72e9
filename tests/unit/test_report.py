"""The report says what is in the tables, of any dataset, and what a table says of itself is text in it."""

import csv
import itertools
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from corrections import letter
from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.base.file_names import file_stem
from lettermill.base.findings import CONTRADICTED, DUPLICATES, MOVED
from lettermill.base.sampling import sample_key
from lettermill.corrections.correction import APPLIED, STALE
from lettermill.image.codec import encode_png
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.data_frames import LINES
from lettermill.records.schemas import (
    CorrectionEffect,
    CorrectionOutcome,
    Delivered,
    Diagnosed,
    Finding,
    Letter,
    Rejected,
    Reliability,
    ReviewLetter,
    ReviewWord,
    Suspect,
    TriedCorrection,
)
from lettermill.report.correction_summary import summarise_corrections
from lettermill.report.formatting import percent
from lettermill.report.letter_statistics import PER_ROW, SAMPLE, gather_letters
from lettermill.report.shapes import stroke_width
from lettermill.report.write_report import About, Sources, write_report
from lettermill.workflow.run_times import read_times
from project import digests

HOSTILE = "<img src=x onerror=alert(1)>"
TABLES = ("funnel", "classes", "shapes", "times", "confidence", "reliability")


def letter_image(stroke: int = 3) -> np.ndarray:
    image = np.full((20, 12), 255, np.uint8)
    image[:, 4 : 4 + stroke] = 10
    return image


def dataset(folder: Path, rows: dict[str, str], method: str = "align", name: str = HOSTILE) -> Sources:
    """A finished dataset of one batch: the last letter of each row is rejected where letters have confidences.

    rows: row id -> word. name: of one more row, whose image is blank, and of a suspect.
    """
    batch, results = folder / "letters/b", folder / "dataset"
    align = method == "align"
    delivered, rejected, uncertain = [], [], []
    for number, (row_id, word) in enumerate(sorted(rows.items())):
        for position, label in enumerate(word):
            sure = (0.9 + position / 50 if position < len(word) - 1 else 0.3) if align else None
            out = align and position == len(word) - 1
            file = f"{'rejected' if out else label}/{file_stem(row_id)}_{position}.png"
            for place in [batch] if out else [batch, results]:
                (place / file).parent.mkdir(parents=True, exist_ok=True)
                (place / file).write_bytes(encode_png(letter_image(1 + number % 3)))
            box = Box(12 * position, 0, 12, 20)
            if out:
                rejected.append(Rejected(row_id, position, label, "align", "low_confidence", sure, ""))
                uncertain.append(ReviewLetter(row_id, position, label, box, sure, "", "low_confidence"))
            else:
                delivered.append(Letter(file, label, row_id, position, box, sure, method))
    (batch / "review").mkdir(parents=True)
    word = f"review/{file_stem(name)}.png"
    (batch / word).write_bytes(encode_png(np.full((200, 3000), 255, np.uint8)))
    write_records(batch / "review_letters.csv", ReviewLetter, uncertain)
    lost = ReviewWord(name, "ABC", word, Box(0, 0, 3000, 200), "blank_image")
    write_records(batch / "review_words.csv", ReviewWord, [lost])
    write_records(batch / "corrections.csv", TriedCorrection, [])
    results.mkdir(exist_ok=True)
    parts = ("train", "validation", "test")
    written = [Delivered(*letter, parts[len(letter.row_id) % 3]) for letter in delivered]
    write_records(results / "metadata.csv", Delivered, written)
    rejected += [
        Rejected(name, None, "", "segment", "blank_image", None, HOSTILE),
        Rejected("7", None, "", "table", "empty_image", None, ""),
        Rejected("8", None, "", "table", "empty_image", None, ""),
    ]
    write_records(results / "rejected.csv", Rejected, rejected)
    write_records(folder / "suspects.csv", Suspect, [Suspect(name, HOSTILE, HOSTILE, 3.0)])
    bins = [
        Reliability(0.8, 0.9, 40.0, 20.0, 0.85, 0.8, 0.6, 0.92),
        Reliability(0.95, 1.0, 900.0, 400.0, 0.99, 0.9, 0.87, 0.93),
    ]
    write_records(folder / "reliability.csv", Reliability, bins)
    return Sources(
        metadata=results / "metadata.csv",
        rejected=results / "rejected.csv",
        batches=[batch],
        reliability=folder / "reliability.csv" if align else None,
        suspects=folder / "suspects.csv" if align else None,
        corrections=None,
        correction_effects=None,
        benchmarks=folder / "logs/benchmarks",
        logs=folder / "logs",
    )


def about(method: str = "align", alphabet: str = "ABEN", **settings: object) -> About:
    min_confidence = 0.9 if method == "align" else None
    return About("words.csv", method, list(alphabet), min_confidence, {"method": method, **settings}, {"numpy": "2"})


class Page(HTMLParser):
    """Tags and text of a page, and what is wrong with them."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def made(folder: Path, sources: Sources, of: About | None = None) -> Page:
    write_report(sources, of or about(), folder / "report.html", folder / "report")
    return Page(folder / "report.html")


def table(path: Path) -> list[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_funnel_adds_up(tmp_path: Path) -> None:
    sources = dataset(tmp_path, {"1": "ANNA", "2": "BEA"})
    page = made(tmp_path, sources)
    lines = table(tmp_path / "report/funnel.csv")
    whole = [row for row in read_records(sources.rejected, Rejected) if row.position is None]
    assert [(line["stage"], line["reason"], line["rows"]) for line in lines if int(line["rows"])] == [
        ("table", "empty_image", "2"), ("segment", "blank_image", "1"),
    ]  # fmt: skip
    assert int(lines[0]["left"]) == 2 + len(whole) == 5 and int(lines[-1]["left"]) == 2
    assert "5 single letters in 4 classes, cut from 2 word images" in page.text
    # Of the 7 letters that were found, two are rejected, and three are of the word that gave none.
    assert percent(5 / 10) in page.text


def test_the_expected_precision_counts_suspects_and_is_kept_back_from_a_wrong_table(tmp_path: Path) -> None:
    """The delivered letters have confidences of 0.9, 0.92, 0.94 and 0.9, 0.92; the last two are of a suspect."""
    sources = dataset(tmp_path, {"1": "ANNA", "2": "BEA"})
    page = made(tmp_path, sources)
    assert f"The expected precision is {percent((2.76 + 1.82) / 5)}" in page.text
    assert "if all of these are wrong too" not in page.text
    write_records(tmp_path / "suspects.csv", Suspect, [Suspect("2", "BEA", "BEE", 2.0)])
    text = " ".join(made(tmp_path, sources).text.split())
    assert "2 letters are of words whose ink contradicts the transcription" in text
    lowest = " ".join(percent(2.76 / 5).split())
    assert f"if all of these are wrong too, the precision is {lowest}." in text
    write_records(sources.batches[0] / "findings.csv", Finding, [])
    for kind, known in ((MOVED, False), (CONTRADICTED, False), (DUPLICATES, True)):
        write_records(tmp_path / "diagnosis.csv", Diagnosed, [Diagnosed(kind, 0.9, "what was found", "")])
        page = made(tmp_path, sources._replace(diagnosis=tmp_path / "diagnosis.csv"))
        assert ("The expected precision is" in page.text) == known
        assert ("images and transcriptions do not fit" in page.text) != known
        assert ("What stricter thresholds would deliver" in page.text) == known


def test_classes_and_confidences_are_those_of_the_tables(tmp_path: Path) -> None:
    made(tmp_path, dataset(tmp_path, {"1": "ANNA", "2": "BEA"}), about(alphabet="ABENZ"))
    classes = {line["label"]: line for line in table(tmp_path / "report/classes.csv")}
    assert {label: (line["letters"], line["rejected"]) for label, line in classes.items()} == {
        "A": ("1", "2"), "B": ("1", "0"), "E": ("1", "0"), "N": ("2", "0"), "Z": ("0", "0"),
    }  # fmt: skip
    assert classes["N"]["confidence"] == "0.93" and classes["Z"]["confidence"] == ""
    bins = table(tmp_path / "report/confidence.csv")
    assert sum(int(line["delivered"]) for line in bins) == 5
    assert {line["low"]: line["rejected"] for line in bins if line["rejected"] != "0"} == {"0.3": "2"}
    shares = [float(line["share"]) for line in table(tmp_path / "report/shapes.csv") if line["measure"] == "height"]
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    assert sorted(path.stem for path in (tmp_path / "report/classes").iterdir()) == ["A", "B", "E", "N"]
    for name in TABLES:
        assert cv2.imread(str(tmp_path / f"report/{name}.png")).std() > 1


def test_letters_rejected_by_hand_are_counted_once(tmp_path: Path) -> None:
    """Also those of words with nothing else to look at, and of which nothing is left."""
    sources = dataset(tmp_path, {"1": "ANNA", "2": "BEA"})
    lines = [
        letter("1", 3, "A", "reject").decided(APPLIED, "", 0.3),
        letter("3", 0, "B", "reject").decided(APPLIED, "", 0.97),
        letter("3", 1, "E", "reject", box="0 0 9 9").decided(APPLIED, "", 0.95),
        letter("3", 1, "E", "reject").decided(APPLIED, "", 0.95),
        letter("3", 2, "E", "reject").decided(STALE, "the label there is A"),
        letter("3", 2, "A", "accept").decided(APPLIED, "", 0.5),
    ]
    write_records(sources.batches[0] / "corrections.csv", TriedCorrection, lines)
    made(tmp_path, sources)
    classes = table(tmp_path / "report/classes.csv")
    assert {line["label"]: line["rejected"] for line in classes} == {"A": "2", "B": "1", "E": "1", "N": "0"}
    assert sum(int(line["rejected"]) for line in table(tmp_path / "report/confidence.csv")) == 4


def test_what_the_table_says_is_text(tmp_path: Path) -> None:
    corrections = tmp_path / "corrections.csv"
    lines = [
        CorrectionOutcome(2, HOSTILE, "0", "A", "", "relabel", HOSTILE, "stale", HOSTILE),
        CorrectionOutcome(3, "1", "0", "A", "", "accept", "", "applied", "", 0.5),
        CorrectionOutcome(4, "1", "", "", "", HOSTILE, "", "malformed", "no such action"),
    ]
    write_records(corrections, CorrectionOutcome, lines)
    sources = dataset(tmp_path, {HOSTILE: "ANNA"})._replace(corrections=corrections)
    page = made(tmp_path, sources, about(alphabet="ABEN<&\"'", note=HOSTILE)._replace(source=HOSTILE))
    assert not {"script", "iframe", "object", "link", "base", "form"} & {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    for image in page.all("img"):
        assert image["src"].startswith(("data:image/png;base64,", "data:image/svg+xml;base64,"))
        assert image["alt"] is not None
    assert page.text.count(HOSTILE) >= 6  # title, heading, suspect, its reading, correction, setting
    assert all(re.match(r"#|dataset/|report/|review/|sheets/|[a-z]+\.(csv|txt)", a["href"]) for a in page.all("a"))
    policies = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ]
    assert "2 lines of the corrections were not applied" in page.text
    assert "rejected letters delivered1" in page.text


def test_what_corrections_have_changed_and_their_effect_on_the_recogniser(tmp_path: Path) -> None:
    def line(number: int, position: str, action: str, confidence: float | None, value: str = "") -> CorrectionOutcome:
        return CorrectionOutcome(number, "1", position, "A", "", action, value, "applied", "", confidence)

    lines = [
        line(2, "0", "accept", 0.5),
        line(3, "1", "accept", 0.95),
        line(4, "2", "reject", 0.95),
        line(5, "3", "reject", 0.5),
        line(6, "4", "relabel", 0.91, "B"),
        line(7, "4", "box", 0.91, "1 2 3 4"),
        line(8, "5", "accept", 0.1)._replace(outcome="stale"),
        line(9, "", "transcription", None, "EVA")._replace(detail="confirmed"),
        line(10, "", "transcription", None, "EVA")._replace(row_id="2"),
        line(11, "", "exclude", None)._replace(row_id="3"),
    ]
    effects = [
        CorrectionEffect("1", 0, "A", "right", 0.5, 0.97),
        CorrectionEffect("1", 1, "A", "right", 0.95, 0.99),
        CorrectionEffect("1", 2, "A", "wrong", 0.95, None),
    ]
    write_records(tmp_path / "outcomes.csv", CorrectionOutcome, lines)
    write_records(tmp_path / "lessons.csv", CorrectionEffect, effects)
    found = summarise_corrections(tmp_path / "outcomes.csv", tmp_path / "lessons.csv", 0.9)
    assert found.changes == {
        "rejected letters delivered": 1,
        "delivered letters rejected": 1,
        "letters relabelled": 1,
        "letters with a new box": 1,
        "delivered letters confirmed": 2,
        "rejected letters confirmed": 1,
        "transcriptions corrected": 1,
        "transcriptions confirmed": 1,
        "rows excluded": 1,
    }
    assert found.not_trained_on == 2 and found.not_applied == 1 and found.first_not_applied == [lines[6]]
    right, wrong = found.recogniser_effects
    assert right == ("right", 2, 1, 2, pytest.approx(0.725), pytest.approx(0.98))
    assert wrong == ("wrong", 1, 1, 0, pytest.approx(0.95), 0.0)
    sources = dataset(tmp_path, {"1": "ANNA"})._replace(
        corrections=tmp_path / "outcomes.csv", correction_effects=tmp_path / "lessons.csv"
    )
    text = made(tmp_path, sources).text
    assert "right2120.7250.980" in text and "2 corrected letters are not in the training data" in text


def test_the_page_can_be_read_without_seeing_it(tmp_path: Path) -> None:
    page = made(tmp_path, dataset(tmp_path, {"1": "ANNA"}))
    assert page.all("html") == [{"lang": "en"}] and len(page.all("h1")) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert len(page.all("caption")) == len(page.all("table")) > 4
    assert all(header.get("scope") in ("row", "col") for header in page.all("th"))
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a") if a["href"].startswith("#")} <= set(ids)


def test_the_same_dataset_gives_the_same_bytes(tmp_path: Path) -> None:
    sources = dataset(tmp_path, {"1": "ANNA", "2": "BEA"})
    found = []
    for run in ("first", "second"):
        sources.benchmarks.mkdir(parents=True, exist_ok=True)
        (sources.benchmarks / "cut.tsv").write_text(f"s\tmax_rss\tcpu_time\n{len(run)}\t100\t1\n")
        made(tmp_path / run, sources)
        page = (tmp_path / run / "report.html").read_text()
        cut = re.sub("<!-- times.*<!-- end of times -->", "", page, flags=re.DOTALL)
        assert len(cut) < len(page)
        files = digests(tmp_path / run / "report")
        found.append((cut, {name: digest for name, digest in files.items() if not name.startswith("times.")}))
    assert found[0] == found[1]
    times = [(tmp_path / run / "report/times.csv").read_text() for run in ("first", "second")]
    assert times[0] != times[1]


def test_without_confidences(tmp_path: Path) -> None:
    page = made(tmp_path, dataset(tmp_path, {"1": "ANNA"}, "histogram"), about("histogram"))
    assert "The letters have no confidence" in page.text and "4 of 4 letters have no confidence" in page.text
    assert not (tmp_path / "report/reliability.png").exists() and not (tmp_path / "report/confidence.csv").exists()


def test_letters_confirmed_by_hand_say_nothing_of_the_others(tmp_path: Path) -> None:
    sources = dataset(tmp_path, {"1": "ANNA"}, "histogram")
    letters = read_records(sources.metadata, Delivered)
    letters[0] = letters[0]._replace(confidence=1.0, method="hand")
    write_records(sources.metadata, Delivered, letters)
    page = made(tmp_path, sources, about("histogram"))
    assert "The precision is unknown" in page.text and "3 of 4 letters have no" in page.text


def test_no_recogniser_was_trained(tmp_path: Path) -> None:
    """`method: align` that has fallen back to counting."""
    sources = dataset(tmp_path, {"1": "ANNA"}, "histogram")
    write_records(tmp_path / "reliability.csv", Reliability, [])
    write_records(tmp_path / "suspects.csv", Suspect, [])
    sources = sources._replace(reliability=tmp_path / "reliability.csv", suspects=tmp_path / "suspects.csv")
    page = made(tmp_path, sources)
    assert "No letter has a confidence" in page.text and "logs/learn.log" in page.text
    assert (tmp_path / "report/reliability.png").exists()


@pytest.mark.parametrize("method", ["align", "histogram"])
def test_no_letters_at_all(tmp_path: Path, method: str) -> None:
    page = made(tmp_path, dataset(tmp_path, {}, method), about(method, "A"))
    assert "No letter was delivered" in page.text and "No letters were found" in page.text
    assert table(tmp_path / "report/classes.csv")[0]["letters"] == "0"


@pytest.mark.parametrize("letter", ["I", "字", "/"])
def test_an_alphabet_of_one_letter(tmp_path: Path, letter: str) -> None:
    sources = dataset(tmp_path, {"1": "II", "2": "II"})
    if letter != "I":
        for path in (sources.metadata, sources.batches[0] / "review_letters.csv"):
            rows = list(csv.reader(path.read_text().splitlines()))
            place = rows[0].index("label")
            for row in rows[1:]:
                row[place] = letter
            with open(path, "w", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
    made(tmp_path, sources, about(alphabet=letter))
    assert [line["label"] for line in table(tmp_path / "report/classes.csv")] == [letter]
    assert [path.name for path in (tmp_path / "report/classes").iterdir()] == [f"{file_stem(letter)}.png"]


def test_times_are_of_the_jobs_that_there_are(tmp_path: Path) -> None:
    benchmarks = tmp_path / "benchmarks"
    for name, seconds in {"cut/a": 1.5, "cut/b": 3.0, "cut/gone": 9.0, "learn": 4.0, "half": 0}.items():
        (benchmarks / name).parent.mkdir(parents=True, exist_ok=True)
        (benchmarks / f"{name}.tsv").write_text(f"s\tmax_rss\tcpu_time\n{seconds}\t50\t0.5\n" if seconds else "s\n")
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut/a.log").write_text("INFO done in 1.20 s, 1.10 s of CPU\n")
    learn, cut = read_times(benchmarks, tmp_path, {"a", "b"})
    assert (learn.rule, learn.jobs, learn.wall) == ("learn", 1, 4.0)
    assert cut == ("cut", 2, 4.5, 3.0, 1.6, 50.0)


def drawn_strokes() -> list[tuple[str, np.ndarray, float, float]]:
    found = []
    for width in range(1, 8):
        upright = np.full((30, width + 6), 255, np.uint8)
        upright[2:-2, 3 : 3 + width] = 0
        found.append((f"upright {width}", upright, width, 0.2))
        tight = np.zeros((30, width), np.uint8)
        tight[:3] = 255
        found.append((f"tight {width}", tight, width, 0.2))
    for width in (2, 3, 5):
        large = np.full((400, 400), 255, np.uint8)
        cv2.line(large, (60, 60), (340, 340), 0, 10 * width, cv2.LINE_AA)
        found.append((f"oblique {width}", cv2.resize(large, (40, 40), interpolation=cv2.INTER_AREA), width, 0.2))
        ring = np.full((400, 400), 255, np.uint8)
        cv2.circle(ring, (200, 200), 130, 0, 10 * width, cv2.LINE_AA)
        found.append((f"ring {width}", cv2.resize(ring, (40, 40), interpolation=cv2.INTER_AREA), width, 0.2))
        cross = np.full((40, 40), 255, np.uint8)
        cross[5:35, 20 : 20 + width] = 0
        cross[20 : 20 + width, 5:35] = 0
        found.append((f"cross {width}", cross, width, 0.2))
    return found


@pytest.mark.parametrize(
    ("name", "image", "width", "within"), drawn_strokes(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_strokes_are_as_thick_as_they_are_drawn(name: str, image: np.ndarray, width: float, within: float) -> None:
    assert stroke_width(image) == pytest.approx(width, abs=within)


def test_paper_has_no_strokes() -> None:
    assert stroke_width(np.full((9, 7), 250, np.uint8)) is None


def test_statistics_of_a_table_that_is_read_in_parts(tmp_path: Path) -> None:
    metadata = tmp_path / "metadata.csv"
    count = 30_000
    assert count > LINES
    confidences = [round(0.9 + (n * 7919 % count) / count / 10, 6) for n in range(count)]
    records = [
        Delivered(
            f"A/{n // 2:06}_{n % 2}.png", "A", f"{n // 2:06}", n % 2, Box(0, 0, 5, 5), confidences[n], "align", "train"
        )
        for n in range(count)
    ]
    write_records(metadata, Delivered, records)
    letters = gather_letters(metadata, [], "AB")
    assert letters.classes.loc["A", "letters"] == letters.with_confidence == count and letters.rows == count / 2
    assert letters.parts == {"train": count, "validation": 0, "test": 0}
    names = sorted((record.file_name for record in records), key=sample_key)
    assert list(letters.sample["A"]["path"]) == [tmp_path / name for name in names[:SAMPLE]]
    expected = [round(0.9 + n / count / 10, 6) for n in range(PER_ROW)]
    assert list(letters.least_confident["A"]["confidence"]) == expected
    above, sums = letters.expected(0.95)
    assert above == sum(0.9 + n / count / 10 >= 0.95 for n in range(count))
    assert sums / above == pytest.approx(0.975, abs=1e-4)
    assert math.isclose(letters.expected()[1] / count, letters.classes.loc["A", "confidence"])
    assert math.isnan(letters.classes.loc["B", "confidence"])


@pytest.mark.parametrize(
    "damage", ["", "file_name,label\n", "{whole}1_1.png,N,1", "{whole}N/1_1.png,N\n", "{whole}" + 12 * ","]
)
@pytest.mark.parametrize("name", ["metadata", "rejected"])
def test_a_damaged_table_is_named(tmp_path: Path, damage: str, name: str) -> None:
    sources = dataset(tmp_path, {"1": "ANNA"})
    path = getattr(sources, name)
    path.write_text(damage.format(whole=path.read_text()))
    with pytest.raises(CorruptedFileError, match=rf"{name}\.csv: .*Delete it and run again"):
        made(tmp_path, sources)


@pytest.mark.parametrize(
    ("share", "text"), [(1, "100.0"), (0.99999, ">\u200999.9"), (0, "0.0"), (0.00001, "<\u20090.1")]
)
def test_nearly_all_is_not_all(share: float, text: str) -> None:
    assert percent(share) == f"{text}\u00a0%"


def test_a_missing_letter_is_named(tmp_path: Path) -> None:
    sources = dataset(tmp_path, {"1": "ANNA"})
    (sources.metadata.parent / "N/1_1.png").unlink()
    with pytest.raises(CorruptedFileError, match=r"N/1_1\.png is missing"):
        made(tmp_path, sources)


def test_settings_are_written_as_in_a_config(tmp_path: Path) -> None:
    page = made(tmp_path, dataset(tmp_path, {"1": "ANNA"}), about(split={"train": 0.8}, crop=None))
    assert json.dumps({"train": 0.8}) in page.text and "null" in page.text
