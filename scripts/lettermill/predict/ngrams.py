"""A character n-gram model of words: which letters follow which in the transcriptions of the training split.

Interpolated Kneser-Ney smoothing with one discount per order (Kneser and Ney, ICASSP 1995; Chen and Goodman, "An
empirical study of smoothing techniques for language modeling", Computer Speech & Language 13(4), 1999). Its file is in
the ARPA format, which other tools for language models read as well.
"""

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import atomic_writer

ORDER = 5
"""Maximum number of letters in an n-gram. The beginning and the end of the word count as letters."""

BEGIN, END, NEW = "\x02", "\x03", "\x00"
"""Stand for the beginning and the end of a word, and for a letter that was never seen. No alphabet contains them."""

NAMES = {BEGIN: "<s>", END: "</s>", NEW: "<unk>"}
"""How the ARPA format calls these."""

_NATURAL = math.log(10)


class NGrams:
    """The model. Words are their letters from left to right.

    probability: n-gram -> log10 of the probability of its last letter after the others. back_off: context -> log10 of
    the weight of the model of the next lower order after this context; 0 for contexts that it lacks.
    """

    def __init__(self, probability: Mapping[str, float], back_off: Mapping[str, float]) -> None:
        self.probability, self.back_off = probability, back_off
        self.order = max(map(len, probability))
        self._found: dict[tuple[str, str], float] = {}

    def __len__(self) -> int:
        return len(self.probability)

    def after(self, text: str, letter: str) -> float:
        """Natural logarithm of the probability of ``letter``, or ``END``, after the beginning ``text`` of a word."""
        key = (BEGIN + text)[1 - self.order :] if self.order > 1 else "", letter
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = _NATURAL * self._after(*key)
        return found

    def _after(self, context: str, letter: str) -> float:
        penalty = 0.0
        while context + letter not in self.probability:
            if not context:
                return penalty + self.probability[NEW]
            penalty += self.back_off.get(context, 0.0)
            context = context[1:]
        return penalty + self.probability[context + letter]

    def word(self, text: str) -> float:
        """Natural logarithm of the probability of the word ``text``."""
        return sum(self.after(text[:place], letter) for place, letter in enumerate(text + END))

    def save(self, path: Path) -> None:
        """Write the model to ``path``, in the ARPA format. The same model gives the same bytes."""
        by_length: list[list[str]] = [[] for _ in range(self.order)]
        for ngram in sorted(self.probability.keys() | self.back_off.keys()):
            by_length[len(ngram) - 1].append(ngram)
        with atomic_writer(path, text=True) as file:
            file.write("\\data\\\n")
            file.writelines(f"ngram {length}={len(ngrams)}\n" for length, ngrams in enumerate(by_length, start=1))
            for length, ngrams in enumerate(by_length, start=1):
                file.write(f"\n\\{length}-grams:\n")
                for ngram in ngrams:
                    names = " ".join(NAMES.get(letter, letter) for letter in ngram)
                    weight = f"\t{self.back_off[ngram]:.6f}" if ngram in self.back_off else ""
                    file.write(f"{self.probability.get(ngram, -99):.6f}\t{names}{weight}\n")
            file.write("\n\\end\\\n")


@dataclass(frozen=True)
class Prior:
    """What is more likely to be written, whatever the ink looks like: the probabilities of ``ngrams``, to the power of
    ``weight``. Its values are natural logarithms."""

    ngrams: NGrams
    weight: float

    def after(self, text: str, letter: str) -> float:
        """See ``NGrams.after``. At most 0."""
        return self.weight * self.ngrams.after(text, letter)

    def word(self, text: str) -> float:
        """Of the word ``text``."""
        return self.weight * self.ngrams.word(text)


def learn_ngrams(words: Mapping[str, int], order: int = ORDER) -> NGrams:
    """Learn a model. words: word -> how often it was written."""
    probability: dict[str, float] = {}
    back_off: dict[str, float] = {}
    counts = _counts(words, order)
    uniform = 1 / (len(counts[0]) + 1)  # one letter was never seen
    for of_length in counts:
        frequency = Counter(of_length.values())
        once, twice = frequency[1], frequency[2]
        discount = once / (once + 2 * twice) if once and twice else 0.5
        total: dict[str, int] = defaultdict(int)
        kinds: dict[str, int] = defaultdict(int)
        for ngram, count in of_length.items():
            total[ngram[:-1]] += count
            kinds[ngram[:-1]] += 1
        weight = {context: discount * kinds[context] / total[context] for context in total}
        for ngram, count in of_length.items():
            context = ngram[:-1]
            lower = probability[ngram[1:]] if context else uniform
            probability[ngram] = (count - discount) / total[context] + weight[context] * lower
        back_off |= weight
    probability[NEW] = back_off.pop("", 1.0) * uniform
    return NGrams(*({name: math.log10(share) for name, share in shares.items()} for shares in (probability, back_off)))


def _counts(words: Mapping[str, int], order: int) -> list[Counter[str]]:
    """For each length, n-gram -> count. N-grams of the largest length, and those at the beginning of a word, count as
    often as they occur, others as often as there are different letters before them."""
    counts: list[Counter[str]] = [Counter() for _ in range(order)]
    for word, times in words.items():
        text = BEGIN + word + END
        for stop in range(2, len(text) + 1):
            start = max(0, stop - order)
            counts[stop - start - 1][text[start:stop]] += times
    for shorter, longer in reversed(list(itertools.pairwise(counts))):
        for ngram in longer:
            shorter[ngram[1:]] += 1
    return counts


def load_ngrams(path: Path) -> NGrams:
    """Read the file ``path`` of ``NGrams.save``. Raises CorruptedFileError if it is missing or damaged."""
    marks = {name: mark for mark, name in NAMES.items()}
    probability: dict[str, float] = {}
    back_off: dict[str, float] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        if "\\end\\" not in lines:
            raise ValueError("its end is missing")
        for line in lines:
            share, tab, rest = line.partition("\t")
            if tab:
                names, _, weight = rest.partition("\t")
                ngram = "".join(marks.get(name, name) for name in names.split(" "))
                probability[ngram] = float(share)
                if weight:
                    back_off[ngram] = float(weight)
        if NEW not in probability:
            raise ValueError("it has no probability of a new letter")
    except (OSError, ValueError) as error:
        raise CorruptedFileError(
            f"{path} cannot be read as an n-gram model: {error}. Rerun the rule `tune_reading`."
        ) from error
    return NGrams(probability, back_off)
