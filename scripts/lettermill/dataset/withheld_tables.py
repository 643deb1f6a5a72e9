"""The tables of a batch without the letters that are withheld, which replace those that `cut` has written."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from lettermill.base.reasons import COMPARE
from lettermill.corrections.correction import BY_HAND, HAND
from lettermill.records.csv_files import read_fields, read_records, write_records
from lettermill.records.current import current
from lettermill.records.schemas import Letter, Rejected, ReviewLetter, ReviewWord, Withheld

LOW = "low_confidence"


def write_without(batch: Path, withheld: Mapping[str, Withheld], output: Path) -> int:
    """Write to the folder ``output`` the tables of ``batch``, a folder written by ``cut_batch``, that list letters.

    withheld: row id -> record. Letters that a person has accepted stay. Rows that are rejected for another reason than
    their confidences keep it. Writes nothing if that concerns no row of the batch. Returns the number of such rows.
    """
    letters = read_records(batch / "letters.csv", Letter)
    rejected = read_records(batch / "rejected.csv", Rejected)
    with_letters = {letter.row_id for letter in letters}
    unsure = {row.row_id for row in rejected if row.position is None and row.reason == LOW}
    concerned = {row_id for row_id in with_letters | unsure if row_id in withheld}
    if not concerned:
        return 0
    output.mkdir(parents=True, exist_ok=True)
    kept = [letter for letter in letters if letter.row_id not in concerned or letter.method == HAND]
    by_hand: dict[str, set[int]] = defaultdict(set)
    for letter in kept:
        if letter.row_id in concerned:
            by_hand[letter.row_id].add(letter.position)
    lost = [letter for letter in letters if letter.row_id in by_hand and letter.position not in by_hand[letter.row_id]]
    others = [row for row in rejected if row.row_id not in concerned]
    others += [
        row if row.reason == BY_HAND else row._replace(stage=COMPARE, reason=withheld[row.row_id].reason)
        for row in rejected
        if row.row_id in by_hand
    ]
    others += [
        Rejected(letter.row_id, letter.position, letter.label, COMPARE, reason, letter.confidence, "")
        for letter, reason in ((letter, withheld[letter.row_id].reason) for letter in lost)
    ]
    others += [
        Rejected(row_id, None, "", COMPARE, withheld[row_id].reason, None, withheld[row_id].detail)
        for row_id in concerned - by_hand.keys()
    ]
    others.sort(key=lambda row: (row.row_id, -1 if row.position is None else row.position))
    review = [
        letter
        for letter in read_records(batch / "review_letters.csv", ReviewLetter)
        if letter.row_id not in concerned or letter.position in by_hand.get(letter.row_id, ())
    ]
    words = [
        word._replace(reason=withheld[word.row_id].reason) if word.row_id in concerned - by_hand.keys() else word
        for word in read_records(batch / "review_words.csv", ReviewWord)
    ]
    write_records(output / "letters.csv", Letter, kept)
    write_records(output / "rejected.csv", Rejected, others)
    write_records(output / "review_letters.csv", ReviewLetter, review)
    write_records(output / "review_words.csv", ReviewWord, words)
    return len(concerned)


def withheld_files(batch: Path) -> set[str]:
    """Names of the files of those letters of ``batch`` that are withheld, such as A/1_0.png."""
    table = current(batch, "letters.csv")
    if table.parent == batch:
        return set()
    every, kept = (read_fields(path, Letter) for path in (batch / "letters.csv", table))
    return {name for name, *_ in every} - {name for name, *_ in kept}
