"""The n-gram model: its probabilities, its file, and what it changes in a reading."""

import itertools
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from test_predict import brute_force, random_lattice

from lettermill.align.fragments import Candidate
from lettermill.base.box import Box
from lettermill.base.errors import CorruptedFileError
from lettermill.predict.models import DEFAULTS, Opinions, ReadingWeights, load_weights
from lettermill.predict.ngrams import END, NEW, Prior, learn_ngrams, load_ngrams
from lettermill.predict.search import read_lattice
from lettermill.predict.tune import TunedRow, choose_weights
from lettermill.predict.word_list import WordList
from models import models_without_networks

WORDS = {"ABBA": 3, "BAB": 2, "CAB": 1, "A": 1}


def test_probabilities_are_those_of_kneser_and_ney() -> None:
    model = learn_ngrams({"AB": 2, "AC": 1, "BB": 1}, order=2)
    # Bigrams: ^A 3, ^B 1, AB 2, AC 1, BB 1, B$ 3, C$ 1. Four of seven occur once, one twice: the discount is 4 / 6.
    discount = 4 / 6
    # Unigrams count the letters before them: A 1, B 3, C 1, $ 2. Two occur once, one twice: the discount is 2 / 4.
    uniform = 1 / 5
    b = (3 - 0.5) / 7 + 0.5 * 4 / 7 * uniform
    after_a = (2 - discount) / 3 + discount * 2 / 3 * b
    assert math.exp(model.after("A", "B")) == pytest.approx(after_a)
    assert math.exp(model.after("C", "B")) == pytest.approx(discount * b)


@pytest.mark.parametrize("order", [1, 2, 3, 5])
@pytest.mark.parametrize("text", ["", "A", "AB", "ABBA", "CC", "XA"])
def test_what_may_follow_has_a_probability_of_one_in_all(order: int, text: str) -> None:
    model = learn_ngrams(WORDS, order)
    assert sum(math.exp(model.after(text, letter)) for letter in ("A", "B", "C", END, NEW)) == pytest.approx(1)
    assert model.after(text, "X") == model.after(text, NEW) < model.after("", "A")


def test_a_word_of_the_table_is_likelier_than_its_letters_in_another_order() -> None:
    model = learn_ngrams(WORDS)
    assert model.word("ABBA") > max(model.word("".join(w)) for w in set(itertools.permutations("ABBA")) if w[0] == "B")


def test_a_saved_model_is_the_same(tmp_path: Path) -> None:
    model, path = learn_ngrams(WORDS), tmp_path / "ngrams.arpa"
    model.save(path)
    read = load_ngrams(path)
    for text in ("ABBA", "CAB", "XAB", ""):
        assert read.word(text) == pytest.approx(model.word(text), abs=1e-4)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["\\data\\", "ngram 1=6"] and "\t<s> A B\t" in "\n".join(lines)
    read.save(tmp_path / "again.arpa")
    assert (tmp_path / "again.arpa").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("content", ["", "-1\tA\n", "-x\tA\n\\end\\\n", "-1\tA\n\\end\\\n"])
def test_a_damaged_model_is_named(content: str, tmp_path: Path) -> None:
    path = tmp_path / "ngrams.arpa"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CorruptedFileError, match=r"ngrams\.arpa cannot be read .* Rerun the rule `tune_reading`"):
        load_ngrams(path)


def test_words_of_no_letters_teach_nothing() -> None:
    assert learn_ngrams({}).word("AB") == 0


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("other_words", [None, 0.0, 0.1])
def test_readings_with_n_grams_are_those_of_brute_force(
    seed: int, other_words: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lettermill.predict.search.BEAM", 1000)
    monkeypatch.setattr("lettermill.predict.search.WIDTH", 100)
    lattice, prior = random_lattice(4, seed), Prior(learn_ngrams(WORDS), 0.7)
    words = None if other_words is None else WordList({word: word for word in ("ABBA", "BAB", "CC", "A")})
    every = brute_force(lattice)
    every.pop("")
    weights = {text: weight * math.exp(prior.word(text)) for text, weight in every.items()}
    if words is not None and other_words is not None:
        of_list = sum(math.exp(prior.ngrams.word(word)) for word in words.words)
        for text in weights:
            weights[text] *= (other_words + (text in words.spellings) * (1 - other_words) / of_list) ** prior.weight
    best = [text for text in sorted(weights, key=lambda text: -weights[text]) if weights[text] > 0][:4]
    found = read_lattice(lattice, 4, words, other_words or 0.0, prior)
    assert [reading.text for reading in found] == best
    total = sum(weights.values())
    assert [reading.probability for reading in found] == pytest.approx([weights[text] / total for text in best])


def test_a_list_counts_as_much_as_it_says_what_the_n_grams_do_not_know() -> None:
    """The words of a list of known words are read as without it, those of one of new words much more easily."""
    rows = words_with_an_unclear_letter()
    lattice, prior = rows[0].opinions.lattice(DEFAULTS), Prior(learn_ngrams({"ABBC": 80, "ABBA": 20}), 0.5)

    def probability(*words: str) -> float:
        found = read_lattice(lattice, 4, WordList({word: word for word in words}), 0.1, prior)
        return next(reading.probability for reading in found if reading.text == "ABBA")

    free = next(reading.probability for reading in read_lattice(lattice, 4, prior=prior) if reading.text == "ABBA")
    assert probability("ABBC", "ABBA") == pytest.approx(free, abs=0.03) and free < 0.4
    assert probability("ABBA", "CCCC") > 0.6


def test_with_all_texts_from_elsewhere_a_list_does_not_count() -> None:
    lattice, prior = random_lattice(4, 1), Prior(learn_ngrams(WORDS), 0.7)
    words = WordList({word: word for word in ("ABBA", "CC")})
    readings, free = read_lattice(lattice, 4, words, 1.0, prior), read_lattice(lattice, 4, prior=prior)
    assert [reading.text for reading in readings] == [reading.text for reading in free]


@pytest.mark.parametrize("seed", range(10))
def test_the_beam_finds_the_best_text_of_longer_words(seed: int) -> None:
    lattice, prior = random_lattice(6, seed), Prior(learn_ngrams(WORDS), 0.5)
    every = {text: weight * math.exp(prior.word(text)) for text, weight in brute_force(lattice).items() if text}
    assert read_lattice(lattice, 1, prior=prior)[0].text == max(every, key=lambda text: every[text])


def words_with_an_unclear_letter() -> list[TunedRow]:
    """ABBA, of which the classifier and the recogniser take the last letter for a C, just about."""
    candidates = [Candidate(place, place + 1, Box(10 * place, 0, 9, 9)) for place in range(4)]
    clear = np.log(np.array([[0.98, 0.01, 0.01], [0.01, 0.98, 0.01], [0.01, 0.98, 0.01], [0.45, 0.05, 0.5]]))
    opinions = Opinions(candidates, "ABC", np.full(4, -0.01), clear, clear, np.full(4, 6.0))
    return [TunedRow(opinions, "ABBA")] * 3


def test_weights_are_chosen_that_read_the_rows_best() -> None:
    models = replace(models_without_networks(), ngrams=learn_ngrams(WORDS))
    assert choose_weights(models, words_with_an_unclear_letter()).ngrams > 0
    against = replace(models, ngrams=learn_ngrams({"ABBC": 3, "CCC": 2, "B": 1}))
    assert choose_weights(against, words_with_an_unclear_letter()).ngrams == 0


def test_weights_are_read_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "reading.json"
    path.write_text('{"recogniser": 1, "classifier": 0.5, "ngrams": 0, "rows": 3}', encoding="utf-8")
    assert load_weights(path) == ReadingWeights(1, 0.5, 0) != DEFAULTS
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(CorruptedFileError, match=r"reading\.json cannot be read .* Rerun the rule `tune_reading`"):
        load_weights(path)
