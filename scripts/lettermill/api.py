"""The Python API: read the image of a word, or align it with its transcription.

>>> from lettermill.api import align_word, read_word
>>> word = read_word("word.png", "results/model")
>>> word.text, word.probability
('ANNA', 0.98)
>>> [(letter.letter, letter.box.x) for letter in word.letters]
[('A', 12), ('N', 27), ('N', 44), ('A', 60)]
>>> align_word("word.png", "Anna", "results/recogniser/recogniser.npz")[0]
AlignedLetter(letter='A', box=Box(x=12, y=8, width=14, height=17), confidence=0.9937)

A run with `method: align` writes ``results/recogniser/recogniser.npz``; its target `train` writes ``results/model``.
Models stay in memory between calls until their files change.

May import: base, image, align, predict.
"""

from dataclasses import replace
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.align.recogniser import Recogniser, trained_recogniser
from lettermill.align.views import views_of
from lettermill.base.alphabet import Alphabet, as_read, drawn_letters, drawn_word
from lettermill.base.alphabet import word as letters_of
from lettermill.base.box import Box
from lettermill.base.errors import InputError
from lettermill.image.codec import decode_colour, decode_detail, decode_error
from lettermill.image.crop import Cropping, crop_image
from lettermill.image.hypotheses import WordImage
from lettermill.predict.models import Models, load_models
from lettermill.predict.read import Reader, ReadLetter
from lettermill.predict.search import Reading
from lettermill.predict.word_list import list_of

Image = np.ndarray | str | PathLike[str]
"""(height, width) uint8 grey levels, dark ink on light paper, or the path of an image file."""


class ReadWord(NamedTuple):
    """The reading of an image.

    text: the most likely text, with spaces between words; empty if nothing is read. probability: that the whole text is
    right, 0 to 1. letters: of the text, each with the number of its word, its box in pixels of the image and its
    probability. alternatives: the most likely texts, including ``text``. reason: why nothing is read; empty otherwise,
    see ``base.reasons``.
    """

    text: str
    probability: float
    letters: list[ReadLetter]
    alternatives: list[Reading]
    reason: str


class AlignedLetter(NamedTuple):
    """A letter of a transcription with its box.

    box: in pixels of the image. confidence: calibrated probability that letter and box are right, 0 to 1.
    """

    letter: str
    box: Box
    confidence: float


def read_word(
    image: Image,
    model_folder: str | PathLike[str],
    recogniser: str | PathLike[str] | None = None,
    words: list[str] | None = None,
    other_words: float = 0.0,
    cropping: Cropping = Cropping("none"),
    ngrams: bool = True,
) -> ReadWord:
    """Read the image of a word, or of words in one line or several.

    image: an array, or the path of an image file. model_folder: with ``model.onnx`` and ``model.json``, and
    with the n-grams and weights of the rule `tune_reading`, if these have been made. recogniser: the
    path of ``recogniser.npz``; by default the one that the same run has written. words: a word list; None for any text.
    other_words: the share of words that are missing from the list, see config `predict`. cropping: how to find the
    handwriting in the image, see config `crop`; by default the whole image is read.
    ngrams: whether texts are preferred whose letters follow each other as in the transcriptions of the table.
    Raises InputError if a file is missing, the image is not valid or no recogniser could be trained;
    CorruptedFileError if a model file is damaged.
    """
    folder = Path(model_folder)
    learnt = Path(recogniser) if recogniser else folder.parent / "recogniser/recogniser.npz"
    files = [learnt, folder / "model.onnx", folder / "model.json"]
    tuned = [folder / "ngrams.arpa", folder / "reading.json"]
    models = _models(*map(_state, [*files, *tuned] if all(path.exists() for path in tuned) else files))
    if not ngrams:
        models = replace(models, ngrams=None)
    alphabet = Alphabet("".join((*models.recogniser.letters, *models.classifier.classes)))
    reader = Reader(models, None if words is None else list_of(words, alphabet), other_words)
    found = reader.picture(_pixels(image), cropping)
    return ReadWord(found.best.text, found.best.probability, found.letters, found.texts, found.reason)


def align_word(
    image: Image,
    transcription: str,
    recogniser: str | PathLike[str],
    alphabet: str | None = None,
    row_id: str = "",
    cropping: Cropping = Cropping("none"),
) -> list[AlignedLetter]:
    """Forced alignment: find the letters of ``transcription`` in the image of a word, as `align` does in the workflow.

    image: an array, or the path of an image file. recogniser: the path of ``recogniser.npz``. alphabet: the letters to
    find, as in config `alphabet`; None for those that the recogniser has learnt. Other characters, such as hyphens, are
    ignored. row_id: the id of the row, if the recogniser was trained on its table; then the network is used that was
    not trained on this row. cropping: how to find the handwriting in the image, see config `crop`; by default the whole
    image is used.
    Returns the letters in the order of the transcription.
    Raises InputError if a file is missing, the image is not valid, the transcription has no letter, the image has too
    little ink for its letters, or no recogniser could be trained; CorruptedFileError if the recogniser is damaged.
    """
    trained = _recogniser(_state(Path(recogniser)))
    pattern = Alphabet(alphabet or trained.letters).pattern(transcription)
    word = drawn_word(pattern)
    if not word:
        raise InputError(
            f"The transcription {transcription!r} has no letter of the alphabet {alphabet or trained.letters}. "
            "Correct it, or pass another `alphabet`."
        )
    cropped = crop_image(_pixels(image), cropping)
    x, y, width, height = cropped.box
    word_image = WordImage(cropped.layers, cropped.region, cropped.line, trained.forms)
    found = trained.align(row_id, views_of(word_image.hypotheses()), word) if width and height else None
    if found is None:
        raise InputError(
            f"The image has too few fragments of ink for the {len(word)} letters of {letters_of(pattern)}. "
            "Check the transcription and the cropping."
        )
    view, aligned = found
    confidences = trained.confidence.of(aligned.evidence).tolist()
    boxes = [view.candidates[index].box.moved(x, y) for index in aligned.chosen]
    letters = [AlignedLetter(*each) for each in zip(word, boxes, confidences, strict=True)]
    return as_read(letters, drawn_letters(pattern))


def _pixels(image: Image) -> np.ndarray:
    if isinstance(image, np.ndarray):
        if image.ndim != 2 or image.dtype != np.uint8 or not image.size:
            raise InputError(
                f"The image array is {image.shape} {image.dtype}. Convert it to (height, width) uint8 grey levels."
            )
        return image
    try:
        content = Path(image).read_bytes()
    except OSError as error:
        raise InputError(f"{image} cannot be read: {error.strerror}. Correct the path.") from error
    pixels = decode_colour(content)
    if pixels is None:
        raise InputError(f"{image} cannot be read: it is {decode_detail(content, decode_error(content))}.")
    return pixels


def _state(path: Path) -> tuple[Path, int]:
    """The file and its modification time, together the key of the cache. Raises InputError if it is missing."""
    try:
        return path, path.stat().st_mtime_ns
    except OSError as error:
        raise InputError(
            f"{path} cannot be read: {error.strerror}. Correct the path, or run `snakemake train` with `method: align`."
        ) from error


@lru_cache(maxsize=4)
def _models(*files: tuple[Path, int]) -> Models:
    paths = [path for path, _ in files]
    return load_models(*paths)


@lru_cache(maxsize=4)
def _recogniser(file: tuple[Path, int]) -> Recogniser:
    return trained_recogniser(file[0])
