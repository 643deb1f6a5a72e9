"""The word list, and the weight of each word in a lattice."""

import math
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from lettermill.base.alphabet import Alphabet, drawn_word, word
from lettermill.base.errors import InputError
from lettermill.predict.letter_lattice import LetterLattice


class WordList:
    """A word list as a trie, with nodes sorted by depth: the prefixes of up to n letters come before longer ones.

    spellings: letters of a word from left to right -> spelling of the list. The attribute ``words`` has its sorted
    keys.
    """

    def __init__(self, spellings: dict[str, str]) -> None:
        self.spellings = spellings
        self.words = sorted(spellings)
        self.letters = "".join(sorted(set("".join(self.words))))
        number = {letter: place for place, letter in enumerate(self.letters)}
        parent, letter, first = [0], [0], [0, 1]
        nodes = [0] * len(self.words)  # of the prefix of each word so far, finally of the word
        for depth in range(max(map(len, self.words), default=0)):
            before: tuple[int, str] | None = None
            for place, text in enumerate(self.words):
                if len(text) > depth:
                    # Words are sorted, so words with the same prefix are adjacent.
                    if (nodes[place], text[depth]) != before:
                        before = nodes[place], text[depth]
                        parent.append(nodes[place])
                        letter.append(number[text[depth]])
                    nodes[place] = len(parent) - 1
            first.append(len(parent))
        self._parent, self._letter = np.array(parent), np.array(letter)
        self._first = first  # [depth]: the first node of that depth
        self._node = np.array(nodes, np.int64)

    def weights(self, lattice: LetterLattice) -> np.ndarray:
        """(words,) float64: log of the weight of each word, -inf if it is too long for the ink.

        The weights are exact: every path that reads a word counts. A table of fragments by trie nodes is summed from
        left to right. Each fragment has its own scale, so that a weight only underflows (to -inf) if it is e^700 times
        smaller than the largest one.
        """
        likely = np.exp(lattice.columns(self.letters))
        passing, ends = np.exp(-lattice.skips), lattice.paths.ending
        rows: list[np.ndarray] = [np.ones(1)]
        factors = [0.0]  # log of the scale of each row
        for stop in range(1, len(ends)):
            row = np.zeros(self._first[min(stop + 1, len(self._first) - 1)])
            row[: len(rows[-1])] = rows[-1] * passing[stop - 1]
            for index, start in ends[stop]:
                last = self._first[min(start + 2, len(self._first) - 1)]
                share = math.exp(factors[start] - factors[-1])
                row[1:last] += rows[start][self._parent[1:last]] * (share * likely[index])[self._letter[1:last]]
            largest = float(row.max())
            rows.append(row / largest)
            factors.append(factors[-1] + math.log(largest))
        found = np.zeros(len(self.words))
        there = self._node < len(rows[-1])
        found[there] = rows[-1][self._node[there]]
        with np.errstate(divide="ignore"):
            return np.log(found) + factors[-1]


def read_word_list(path: Path, alphabet: Alphabet) -> WordList:
    """The word list in the text file ``path``, one word per line. The parts of a line with spaces are words too.

    Raises InputError if the file cannot be read, is not UTF-8 or is empty, or if a line has no letter of the alphabet.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").splitlines()
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}. Correct config `predict: {{word_list: …}}`."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise InputError(f"{path}, line {line}: the text is not UTF-8. Save the word list as UTF-8.") from error
    wrong = [
        f"{path}, line {number}: {line.strip()!r} has no letter of config `alphabet`. Delete the line."
        for number, line in enumerate(lines, start=1)
        if line.strip() and not word(alphabet.pattern(line))
    ]
    if wrong:
        raise InputError("\n".join([*wrong[:10], *([f"… and {len(wrong) - 10} more lines"] if wrong[10:] else [])]))
    words = [part for line in lines if line.strip() for part in (" ".join(line.split()), *line.split())]
    if not words:
        raise InputError(
            f"{path}: the word list is empty. Write one word per line, or set config `predict: {{word_list: null}}`."
        )
    return list_of(words, alphabet)


def list_of(words: Iterable[str], alphabet: Alphabet) -> WordList:
    """The word list of ``words``. Different spellings with the same letters of the alphabet become one word, which is
    spelled with these letters."""
    spellings: dict[str, str] = {}
    for written in words:
        pattern = alphabet.pattern(written)
        if drawn := drawn_word(pattern):
            spellings[drawn] = written if spellings.get(drawn, written) == written else word(pattern)
    return WordList(spellings)
