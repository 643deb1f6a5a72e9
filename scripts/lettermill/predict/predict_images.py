"""Predict: read a folder of images."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from lettermill.base.files import atomic_writer, write_bytes
from lettermill.image.codec import decode, decode_detail, decode_error, encode_png
from lettermill.image.crop import Cropping
from lettermill.predict.prediction_picture import prediction_picture
from lettermill.predict.read import Reader, Text
from lettermill.predict.tables import Alternative, PredictedLetter, Prediction, json_line
from lettermill.records.csv_files import write_records

log = logging.getLogger(__name__)


class Outputs(NamedTuple):
    """Three tables, see ``predict.tables``, the same as JSON Lines, and a folder with a picture of every image that can
    be decoded, named like the image with ``.png`` appended."""

    predictions: Path
    alternatives: Path
    letters: Path
    json_lines: Path
    pictures: Path


def predict_images(images: Sequence[tuple[str, Path]], reader: Reader, cropping: Cropping, output: Outputs) -> None:
    """Read ``images``, (name, path), and write ``output``. An image that cannot be read gets a line with the reason."""
    predictions, alternatives, letters, lines = [], [], [], []
    output.pictures.mkdir(parents=True, exist_ok=True)
    for name, path in images:
        image, line = _read(path, reader, cropping)
        if image is not None:
            write_bytes(output.pictures / f"{name}.png", encode_png(prediction_picture(image, name, line)))
        words = len({letter.word for letter in line.letters})
        probability = _rounded(line.best.probability) if line.texts else None
        predictions.append(Prediction(name, line.best.text, probability, words, line.reason, line.detail))
        texts = [
            Alternative(name, rank, text, _rounded(share)) for rank, (text, share) in enumerate(line.texts, start=1)
        ]
        read: list[PredictedLetter] = []
        for letter in line.letters:
            place = sum(other.word == letter.word for other in read)
            share = _rounded(letter.probability)
            read.append(PredictedLetter(name, letter.line, letter.word, place, letter.letter, letter.box, share))
        alternatives += texts
        letters += read
        lines.append(json_line(predictions[-1], texts, read))
        log.info("%s: %s", name, line.best.text or f"{line.reason} {line.detail}")
    write_records(output.predictions, Prediction, predictions)
    write_records(output.alternatives, Alternative, alternatives)
    write_records(output.letters, PredictedLetter, letters)
    with atomic_writer(output.json_lines, text=True) as file:
        file.writelines(lines)


def _read(path: Path, reader: Reader, cropping: Cropping) -> tuple[np.ndarray | None, Text]:
    """The image at ``path``, None if it cannot be decoded, and its text with boxes in its pixels."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, Text([], [], "not_an_image", f"cannot be read: {error.strerror}")
    image = decode(content)
    if image is None:
        reason = decode_error(content)
        return None, Text([], [], reason, f"it is {decode_detail(content, reason)}")
    return image, reader.picture(image, cropping)


def _rounded(probability: float) -> float:
    """Rounded to 4 places, because the last bits of a sum differ between processors."""
    return round(probability, 4)
