"""The recogniser: the probabilities of each letter for a candidate, and the confidence of an aligned letter.

It consists of three small neural networks, a lexicon and a logistic regression. Rows are in three folds by their id. A
row is read only with the network and the words of the other folds, so that a wrong transcription cannot confirm itself,
and confidences mean the same for old and new rows.
"""

import io
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.align.folds import FOLDS, fold_of
from lettermill.align.lexicon import Lexicon
from lettermill.align.network import Layer, Network
from lettermill.align.views import View
from lettermill.align.word_alignment import WordAlignment, align_views
from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.base.files import write_bytes
from lettermill.paper.print_forms import PrintForms

FORMAT = 5
"""Format version of the file. Other versions are not read."""


class Confidence(NamedTuple):
    """A logistic regression from the evidence for an aligned letter to the probability that it is right."""

    weights: np.ndarray  # (evidence,) float64
    bias: float

    def of(self, evidence: np.ndarray) -> np.ndarray:
        """Probabilities (n,) float64, rounded to 4 places, of (n, evidence) float64."""
        probabilities: np.ndarray = 1 / (1 + np.exp(-(evidence @ self.weights + self.bias)))
        return np.round(probabilities, 4)


@dataclass(frozen=True)
class Recogniser:
    """A trained recogniser.

    letters: the classes of the networks; one more class means no letter. networks: one for each fold, trained on the
    other folds. forms: what is printed on the forms of the table.
    """

    letters: str
    networks: tuple[Network, ...]
    lexicon: Lexicon
    confidence: Confidence
    forms: PrintForms = field(default_factory=PrintForms)

    def align(self, row_id: str, views: Iterable[View], word: str) -> tuple[View, WordAlignment] | None:
        """Align ``word`` with the view whose path explains it best, with the network and the words of the other folds;
        None if no view has enough fragments.

        views: the word under each ink hypothesis. They are tried in order until one explains all of the ink.
        """
        network, counts = self.networks[fold_of(row_id)], self.lexicon.elsewhere(row_id)
        return align_views(views, lambda view: view.log_probabilities(network), self.letters, word, counts)

    def save(self, path: Path) -> None:
        """Write the recogniser to ``path``. The same recogniser gives the same bytes."""
        arrays = {
            "format": np.array(FORMAT),
            "letters": np.array(self.letters),
            "words": np.array(self.lexicon.words, np.str_),
            "counts": self.lexicon.counts,
            "weights": self.confidence.weights,
            "bias": np.array(self.confidence.bias),
            "layers": np.array(len(self.networks[0].layers) if self.networks else 0),
        }
        for fold, network in enumerate(self.networks):
            for number, layer in enumerate(network.layers):
                arrays |= {f"{name}{fold}.{number}": v.astype(np.float32) for name, v in layer._asdict().items()}
        arrays |= {f"print_{name}": values for name, values in self.forms.arrays().items()}
        content = io.BytesIO()
        np.savez_compressed(content, allow_pickle=False, **arrays)
        write_bytes(path, content.getvalue())


def load_recogniser(path: Path) -> Recogniser | None:
    """The recogniser in the file ``path``; None if none could be trained. Raises CorruptedFileError."""
    try:
        with np.load(path) as arrays:
            if int(arrays["format"]) != FORMAT:
                raise ValueError("another version of Lettermill has written it")
            letters = str(arrays["letters"])
            if not letters:
                return None
            networks = []
            for fold in range(FOLDS):
                layers = range(int(arrays["layers"]))
                names = [[f"{name}{fold}.{number}" for name in Layer._fields] for number in layers]
                values = [[arrays[name].astype(np.float64) for name in layer] for layer in names]
                networks.append(Network(tuple(Layer(*layer) for layer in values)))
            lexicon = Lexicon(arrays["words"].tolist(), arrays["counts"])
            confidence = Confidence(arrays["weights"], float(arrays["bias"]))
            prefix = "print_"
            forms = PrintForms.from_arrays(
                {name.removeprefix(prefix): arrays[name] for name in arrays if name.startswith(prefix)}
            )
            return Recogniser(letters, tuple(networks), lexicon, confidence, forms)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise CorruptedFileError(f"{path} cannot be read as a recogniser: {error}. Rerun the rule `learn`.") from error


def trained_recogniser(path: Path) -> Recogniser:
    """The recogniser in the file ``path``. Raises CorruptedFileError if it is damaged, InputError if none could be
    trained."""
    recogniser = load_recogniser(path)
    if recogniser is None:
        raise InputError(
            f"{path} contains no trained recogniser: the boxes of too few words fit their transcriptions. "
            "Add rows to the table, then rerun the rule `learn`."
        )
    return recogniser


def write_untrained(path: Path) -> None:
    """Write a file to ``path`` that says that no recogniser could be trained."""
    Recogniser("", (), Lexicon.of([]), Confidence(np.zeros(0), 0.0)).save(path)
