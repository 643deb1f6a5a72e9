"""Corrections of whole rows, applied when the table is read."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from lettermill.base.alphabet import Alphabet, word
from lettermill.corrections.correction import APPLIED, CONFIRMED, EXCLUDED, STALE, UNNEEDED, Correction
from lettermill.records.schemas import TriedCorrection

NO_ROW = "the table has no row with this id"


class RowCorrections:
    """The corrections of a table's rows, which do not contradict each other.

    ids, texts: of every row of the table. unreadable: casefolded transcriptions of unreadable images. Afterwards
    ``texts`` are the corrected transcriptions, and ``excluded`` the ids of excluded rows.
    """

    def __init__(
        self,
        corrections: Iterable[Correction],
        ids: Sequence[str],
        texts: Sequence[str],
        alphabet: Alphabet,
        unreadable: Collection[str],
    ):
        self.texts = list(texts)
        self.excluded: set[str] = set()
        self._alphabet, self._unreadable = alphabet, unreadable
        self._tried: list[TriedCorrection] = []
        by_row: dict[str, list[Correction]] = {}
        for correction in sorted(corrections):
            by_row.setdefault(correction.row_id, []).append(correction)
        places: dict[str, list[int]] = {row_id: [] for row_id in by_row}
        if places:
            for place, row_id in enumerate(ids):
                if row_id in places:
                    places[row_id].append(place)
        for row_id, lines in by_row.items():
            if not places[row_id]:
                self._tried += [line.decided(STALE, NO_ROW) for line in lines]
            else:
                self._apply(lines, places[row_id])

    @property
    def row_ids(self) -> set[str]:
        """The corrected rows."""
        return {line.row_id for line in self._tried}

    def outcomes(self, good: Iterable[str], rejected: Mapping[str, str]) -> list[TriedCorrection]:
        """The outcomes of the corrections.

        good: ids of the usable rows among ``row_ids``. rejected: id -> reason of the others.
        """
        kept = set(good)
        result = []
        for line in self._tried:
            reason = "" if line.row_id in kept else rejected.get(line.row_id, "")
            if line.outcome == APPLIED and reason not in ("", EXCLUDED):
                if line.action == "exclude":
                    line = line._replace(outcome=UNNEEDED, detail=f"the row is already rejected: {reason}")
                else:
                    line = line._replace(detail=f"the row is still rejected: {reason}")
            result.append(line)
        return result

    def _apply(self, lines: Sequence[Correction], places: Sequence[int]) -> None:
        """Apply the corrections of one row, which may occur more than once in the table."""
        own = {self.texts[place] for place in places}
        letters = {word(self._alphabet.pattern(text)) for text in own}
        current = letters | {"" for text in own if self._says_nothing(text)}
        new = ""
        waiting = []
        for line in lines:
            fits = not line.label or line.label in current
            if line.action == "transcription" and self._is(line.value, own):
                said = (APPLIED, CONFIRMED) if fits else (UNNEEDED, "the table already says so")
                self._tried.append(line.decided(*said))
            elif not fits:
                waiting.append(line)
            else:
                self._tried.append(line.decided(APPLIED))
                if line.action == "exclude":
                    self.excluded.add(line.row_id)
                else:
                    new = line.value
        for place in places if new else ():
            self.texts[place] = new
        for line in waiting:
            stale = (STALE, f"the table now says {' or '.join(sorted(letters)) or 'nothing'}")
            same = new and line.value == new and line.label == word(self._alphabet.pattern(new))
            self._tried.append(line.decided(*((UNNEEDED, "another line already says so") if same else stale)))

    def _is(self, value: str, own: Collection[str]) -> bool:
        """Whether the transcription ``value`` means the same as the table's."""
        patterns = {self._alphabet.pattern(text) for text in own}
        return patterns == {self._alphabet.pattern(value)} and not any(map(self._says_nothing, own))

    def _says_nothing(self, text: str) -> bool:
        return text.strip().casefold() in self._unreadable
