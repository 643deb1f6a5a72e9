"""The two models for reading: one finds the letters among the fragments, both decide which letters these are.

The recogniser of `learn` can reject what is not a letter, because it was also trained on parts and pairs of letters.
The classifier of `train` has only seen letters, and distinguishes these better.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lettermill.align.features import appearance_of
from lettermill.align.fragments import Candidate, Fragments
from lettermill.align.lattice import skip_costs
from lettermill.align.network import FLOOR
from lettermill.align.recogniser import Recogniser, trained_recogniser
from lettermill.image.cut import with_halo
from lettermill.model.classifier import Classifier, load_classifier
from lettermill.predict.letter_lattice import LetterLattice

CLASSIFIER = 0.6
"""Weight of the log probabilities of the classifier, 0 to 1; the rest is the weight of those of the recogniser."""

MIN_LETTER_PROBABILITY = 0.01
"""Minimum probability of being a letter for which the classifier is used."""


@dataclass(frozen=True)
class Models:
    """The models for reading. recogniser: trained on the table. classifier: trained on the letters of the dataset."""

    recogniser: Recogniser
    classifier: Classifier

    def lattice(self, fragments: Fragments, candidates: Sequence[Candidate], fold: int | None = None) -> LetterLattice:
        """The lattice of a word.

        fold: of a row of the table, so that only the network is used that was not trained on this row; None for other
        images, for which the networks are averaged.
        """
        networks = self.recogniser.networks if fold is None else self.recogniser.networks[fold : fold + 1]
        features = appearance_of(fragments, candidates).features()
        likely = np.mean([np.exp(network.log_probabilities(features)) for network in networks], axis=0)
        is_letter = np.maximum(1 - likely[:, -1], FLOOR)
        letters = "".join(sorted({*self.recogniser.letters, *self.classifier.classes}))
        recognised = _by_letter(np.log(likely[:, :-1] / is_letter[:, None]), self.recogniser.letters, letters)
        probable = np.flatnonzero(is_letter >= MIN_LETTER_PROBABILITY)
        classified = np.full_like(recognised, np.nan)
        classified[probable] = _by_letter(
            self.classifier.log_probabilities(pictures(fragments, [candidates[index] for index in probable.tolist()])),
            self.classifier.classes,
            letters,
        )
        which = (1 - CLASSIFIER) * recognised + CLASSIFIER * classified
        for opinion in (recognised, classified):  # a letter that one model has not learnt is left to the other
            which = np.where(np.isnan(which), opinion, which)
        which = np.where(np.isnan(which), np.log(FLOOR), which)
        return LetterLattice(
            candidates,
            letters,
            np.log(is_letter)[:, None] + which,
            np.log(is_letter / len(letters)),
            skip_costs(fragments.area),
        )


def load_models(recogniser: Path, onnx: Path, preprocessing: Path) -> Models:
    """Read the models. Raises CorruptedFileError if a file is damaged, InputError if no recogniser could be trained."""
    return Models(trained_recogniser(recogniser), load_classifier(onnx, preprocessing))


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
