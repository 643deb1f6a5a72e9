"""The models for reading: one finds the letters among the fragments, two decide which letters these are, and a third
knows which letters follow which.

The recogniser of `learn` can reject what is not a letter, because it was also trained on parts and pairs of letters.
The classifier of `train` has only seen letters, and distinguishes these better.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.align.features import appearance_of
from lettermill.align.fragments import Candidate, Fragments
from lettermill.align.lattice import Lattice, skip_costs
from lettermill.align.network import FLOOR
from lettermill.align.recogniser import Recogniser, trained_recogniser
from lettermill.base.errors import CorruptedFileError
from lettermill.image.cut import with_halo
from lettermill.model.classifier import Classifier, load_classifier
from lettermill.predict.letter_lattice import LetterLattice, path_shares
from lettermill.predict.ngrams import NGrams, Prior, load_ngrams

MIN_SHARE = 0.03
"""Minimum share of all paths, by weight, that take a candidate as a letter, for which the classifier is used. It takes
most of the time, and other candidates hardly matter."""


class ReadingWeights(NamedTuple):
    """Exponents of the probabilities that are multiplied (a log-linear combination; Och and Ney, "Discriminative
    training and maximum entropy models for statistical machine translation", ACL 2002).

    recogniser, classifier: of the probability of a letter, given that it is one. ngrams: of the probability of the text
    by the n-gram model, 0 for none. The defaults are for tables without validation rows.
    """

    recogniser: float = 0.6
    classifier: float = 0.4
    ngrams: float = 0.4


DEFAULTS = ReadingWeights()


class Opinions(NamedTuple):
    """What the models say of the candidates of a word.

    letters: all letters that can be read. is_letter: (candidates,) float64, log probability of being a letter.
    recognised, classified: (candidates, letters) float64 log probabilities of each letter, given that it is one; NaN
    where a model has not been asked or has not learnt the letter. skips: see ``LetterLattice``.
    """

    candidates: Sequence[Candidate]
    letters: str
    is_letter: np.ndarray
    recognised: np.ndarray
    classified: np.ndarray
    skips: np.ndarray

    def lattice(self, weights: ReadingWeights) -> LetterLattice:
        """The lattice of the word. Where only one model has an opinion, it counts for both."""
        first = np.where(np.isnan(self.recognised), self.classified, self.recognised)
        second = np.where(np.isnan(self.classified), self.recognised, self.classified)
        which = weights.recogniser * first + weights.classifier * second
        scores = self.is_letter[:, None] + np.where(np.isnan(which), np.log(FLOOR), which)
        unknown = self.is_letter - np.log(len(self.letters))
        return LetterLattice(self.candidates, self.letters, scores, unknown, self.skips)


@dataclass(frozen=True)
class Models:
    """The models for reading. recogniser: trained on the table. classifier: trained on the letters of the dataset.
    ngrams: learnt from the transcriptions of the table; None for none."""

    recogniser: Recogniser
    classifier: Classifier
    ngrams: NGrams | None = None
    weights: ReadingWeights = DEFAULTS

    @property
    def prior(self) -> Prior | None:
        """What is more likely to be written; None if nothing is known of that."""
        return Prior(self.ngrams, self.weights.ngrams) if self.ngrams and self.weights.ngrams else None

    def lattice(self, fragments: Fragments, candidates: Sequence[Candidate], fold: int | None = None) -> LetterLattice:
        """The lattice of a word; see ``opinions``."""
        return self.opinions(fragments, candidates, fold).lattice(self.weights)

    def opinions(self, fragments: Fragments, candidates: Sequence[Candidate], fold: int | None = None) -> Opinions:
        """What the models say of ``candidates``.

        fold: of a row of the table, so that only the network is used that was not trained on this row; None for other
        images, for which the networks are averaged.
        """
        networks = self.recogniser.networks if fold is None else self.recogniser.networks[fold : fold + 1]
        features = appearance_of(fragments, candidates).features()
        likely = np.mean([np.exp(network.log_probabilities(features)) for network in networks], axis=0)
        is_letter = np.maximum(1 - likely[:, -1], FLOOR)
        letters = "".join(sorted({*self.recogniser.letters, *self.classifier.classes}))
        recognised = _by_letter(np.log(likely[:, :-1] / is_letter[:, None]), self.recogniser.letters, letters)
        skips = skip_costs(fragments.area)
        matter = np.flatnonzero(path_shares(Lattice(candidates, skips), np.log(is_letter)) >= MIN_SHARE)
        classified = np.full_like(recognised, np.nan)
        classified[matter] = _by_letter(
            self.classifier.log_probabilities(pictures(fragments, [candidates[index] for index in matter.tolist()])),
            self.classifier.classes,
            letters,
        )
        return Opinions(candidates, letters, np.log(is_letter), recognised, classified, skips)


MODEL_FILES = ("recogniser", "onnx", "preprocessing", "ngrams", "weights")
"""The parameters of ``load_models``."""


def load_models(
    recogniser: Path, onnx: Path, preprocessing: Path, ngrams: Path | None = None, weights: Path | None = None
) -> Models:
    """Read the models. Raises CorruptedFileError if a file is damaged, InputError if no recogniser could be trained.

    ngrams, weights: the files of the rule `tune_reading`; None for no n-grams, and for the default weights.
    """
    return Models(
        trained_recogniser(recogniser),
        load_classifier(onnx, preprocessing),
        load_ngrams(ngrams) if ngrams else None,
        load_weights(weights) if weights else DEFAULTS,
    )


def load_weights(path: Path) -> ReadingWeights:
    """Read the JSON file ``path`` of the rule `tune_reading`. Raises CorruptedFileError if it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return ReadingWeights(**{name: float(content[name]) for name in ReadingWeights._fields})
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptedFileError(
            f"{path} cannot be read as weights for reading: {error!r}. Rerun the rule `tune_reading`."
        ) from error


def pictures(fragments: Fragments, candidates: Sequence[Candidate]) -> list[np.ndarray]:
    """Each candidate as a letter crop, (height, width) uint8, with the ink of other fragments painted over."""
    bare = fragments.image[fragments.labels == 0]
    paper = np.uint8(np.median(bare)) if len(bare) else np.uint8(255)
    found = []
    for candidate in candidates:
        picture, labels = candidate.box.of(fragments.image).copy(), candidate.box.of(fragments.labels)
        foreign = (labels > 0) & ((labels <= candidate.start) | (labels > candidate.stop))
        if foreign.any():
            picture[with_halo(foreign, labels)] = paper
        found.append(picture)
    return found


def _by_letter(values: np.ndarray, classes: Sequence[str], letters: str) -> np.ndarray:
    """(n, classes) values as (n, letters), with NaN for letters that are not a class."""
    spread = np.full((len(values), len(letters)), np.nan)
    spread[:, [letters.index(letter) for letter in classes]] = values
    return spread
