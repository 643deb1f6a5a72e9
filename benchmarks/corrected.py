"""What corrections change: the letters that the review page shows first, decided by somebody who knows the truth.

usage: python benchmarks/corrected.py --directory DIR --configfile MY.yaml --truth TRUTH.csv [--letters 200]

DIR: where the workflow has run with MY.yaml (`method: align`); it is copied, and stays as it is.
TRUTH: true boxes of its letters, or of some rows, see score.py.

The first letters of the page whose truth is known, as many of each kind as the page shows, are accepted when they are
right and rejected when not. Then the workflow runs again: with these corrections; and learning again from them. Yield
and precision are given of rows that have a correction and of all others, for what is corrected is no surprise there.
"""

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))


import pandas as pd
import yaml

from lettermill.corrections.correction import Correction
from lettermill.corrections.guard import guarded
from lettermill.records import DoubtfulLetter, Lesson, read_records
from lettermill.review.candidates import KINDS, Candidate, best_letters, share_out
from score import is_correct, read_letters, score

ROOT = Path(__file__).resolve().parents[1]


def review(results: Path, truth: pd.DataFrame, letters: int) -> list[Correction]:
    """Corrections of the first ``letters`` letters of the review page of ``results`` that ``truth`` knows."""
    known = {(row.row_id, int(row.position)): row for row in truth.itertuples() if row.status != "ambiguous"}
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["review"]
    batches = (
        [letter for letter in read_records(path, DoubtfulLetter) if (letter.row_id, letter.position) in known]
        for path in sorted(results.glob("letters/*/doubtful_letters.csv"))
    )
    shown = best_letters(batches, config["letters"], config["confidence"], ())
    kinds = [[each for each in shown if each.kind == kind] for kind in KINDS[1:]]
    shares = share_out(letters, list(map(len, kinds)))
    chosen = [each for kind, share in zip(kinds, shares, strict=True) for each in kind[:share]]
    return [_decided(each, known[each.letter.row_id, each.letter.position]) for each in chosen]


def _decided(shown: Candidate, true: tuple) -> Correction:
    letter = shown.letter
    box = f"{letter.x} {letter.y} {letter.width} {letter.height}"
    action = "accept" if is_correct(letter, true) else "reject"
    return Correction(letter.row_id, str(letter.position), letter.label, box, action, "")


def run(folder: Path, config: Path, *options: str) -> None:
    """Run the workflow."""
    places = ["--configfile", str(config), "--directory", str(folder)]
    command = [sys.executable, "-m", "snakemake", "-j", "2", "--quiet", "all", *places, *options]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def say(what: str, results: Path, truth: pd.DataFrame, corrected: set[str]) -> None:
    """Print precision and yield."""
    letters = read_letters(results / "dataset/metadata.csv")
    cells = []
    for rows in (truth[truth.row_id.isin(corrected)], truth[~truth.row_id.isin(corrected)]):
        found = score(letters, rows)
        cells.append(f"{found.yield_:7.2%} {found.precision:7.2%} {found.delivered:6d}")
    print(f"{what:24} | {' | '.join(cells)}", flush=True)


def say_lessons(lessons: Sequence[Lesson], threshold: float) -> None:
    """Print how sure the recogniser is of the corrected letters, without and with what it has learnt from them."""
    for verdict in ("right", "wrong"):
        found = [lesson for lesson in lessons if lesson.verdict == verdict]
        sure = [sum((getattr(lesson, when) or 0) >= threshold for lesson in found) for when in ("before", "after")]
        print(
            f"of {len(found)} letters that are {verdict}, sure without learning from them: {sure[0]}, with: {sure[1]}"
        )


def main() -> None:
    """Correct, run, learn again; print what has changed."""
    parser = argparse.ArgumentParser(description="What corrections of the most doubtful letters change.")
    parser.add_argument("--directory", type=Path, required=True)
    parser.add_argument("--configfile", type=Path, required=True)
    parser.add_argument("--truth", type=Path, required=True)
    parser.add_argument("--letters", type=int, default=200)
    given = parser.parse_args()
    truth = read_letters(given.truth)
    with tempfile.TemporaryDirectory() as name:
        folder, lines = Path(name) / "run", Path(name) / "corrections.csv"
        shutil.copytree(given.directory, folder, symlinks=True)
        results = folder / "results"
        corrections = review(results, truth, given.letters)
        with open(lines, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(Correction._fields)
            writer.writerows(map(guarded, correction) for correction in corrections)
        corrected = {correction.row_id for correction in corrections}
        accepted = sum(correction.action == "accept" for correction in corrections)
        print(f"{len(corrections)} corrections in {len(corrected)} rows: {accepted} accepted, the others rejected")
        print(f"{'yield, precision, letters':24} | {'rows with corrections':22} | other rows")
        say("as it was", results, truth, corrected)
        setting = ["--config", f"corrections={lines}"]
        run(folder, given.configfile.resolve(), *setting)
        say("corrected", results, truth, corrected)
        run(folder, given.configfile.resolve(), *setting, "-R", "learn")
        say("and learnt from", results, truth, corrected)
        config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
        say_lessons(read_records(results / "recogniser/lessons.csv", Lesson), config["align"]["confidence"])


if __name__ == "__main__":
    main()
