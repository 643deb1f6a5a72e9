"""Notes on what of the transcriptions is not delivered, or is read as another character than it is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain

from lettermill.base.alphabet import Alphabet
from lettermill.records.schemas import TableNote
from lettermill.table.notes import note_on_lines

MAX_NAMED = 10
"""Characters that a note names, at most: the most frequent ones."""

_LACKING = "in transcriptions, `alphabet` lacks these characters, and they are not delivered"
_READ_AS = "in transcriptions, these characters are read as letters of `alphabet`"


def text_notes(texts: Mapping[int, str], alphabet: Alphabet) -> list[TableNote]:
    """The notes. texts: line -> transcription."""
    alone = {character for character in set(chain.from_iterable(texts.values())) if any(alphabet.changes(character))}
    lacking: Counter[str] = Counter()
    read_as: Counter[tuple[str, str]] = Counter()
    lines: tuple[list[int], list[int]] = ([], [])
    for line, text in texts.items():
        if alone.isdisjoint(text):
            continue
        changes = list(alphabet.changes(text))
        lost = [character for character, letters in changes if not letters]
        others = [change for change in changes if change[1]]
        lacking.update(lost)
        read_as.update(others)
        for places, found in zip(lines, (lost, others), strict=True):
            if found:
                places.append(line)
    notes = []
    if lacking:
        notes.append(note_on_lines(lines[0], f"{_LACKING}: {_named({repr(one): n for one, n in lacking.items()})}"))
    if read_as:
        named = {f"{one!r} (U+{ord(one):04X}) as {letters!r}": n for (one, letters), n in read_as.items()}
        notes.append(note_on_lines(lines[1], f"{_READ_AS}: {_named(named)}"))
    return notes


def _named(counts: Mapping[str, int]) -> str:
    ordered: Sequence[tuple[str, int]] = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{name}, {count:,} {'time' if count == 1 else 'times'}" for name, count in ordered[:MAX_NAMED]]
    return "; ".join(shown) + ("; …" if len(ordered) > MAX_NAMED else "")
