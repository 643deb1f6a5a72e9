"""How well and how fast the images of a table are read, as `predict` reads them: as images that are in no table.

usage: python benchmarks/read_words.py RESULTS TABLE.csv IMAGES [--columns IMAGE,TEXT] [--no-ngrams]

RESULTS   the results of a run, with results/recogniser and results/model (`snakemake train`). Its rows must be others.
TABLE     names of images below IMAGES, and what is written on each. Rows without letters A to Z, and those transcribed
          EMPTY or UNREADABLE, are left out. Spaces and other characters do not count.
"""

import argparse
import csv
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from lettermill.base.alphabet import Alphabet, word
from lettermill.image.codec import decode
from lettermill.image.crop import Cropping
from lettermill.predict.cer import measure
from lettermill.predict.models import load_models
from lettermill.predict.read import Reader

ALPHABET = Alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def read_table(results: Path, table: Path, images: Path, columns: tuple[str, str], ngrams: bool) -> dict[str, object]:
    """The accuracy of ``lettermill.predict.cer.measure``, the number of rows, and CPU milliseconds per row."""
    model = results / "model"
    files = results / "recogniser/recogniser.npz", model / "model.onnx", model / "model.json"
    reader = Reader(load_models(*files, model / "ngrams.arpa" if ngrams else None, model / "reading.json"))
    with open(table, encoding="utf-8", newline="") as file:
        rows = [[row[column] for column in columns] for row in csv.DictReader(file)]
    spent, pairs = 0.0, []
    for name, text in rows:
        written = word(ALPHABET.pattern(text))
        if not written or text in ("EMPTY", "UNREADABLE"):
            continue
        started = time.process_time()
        image = decode((images / name).read_bytes())
        read = "" if image is None else reader.picture(image, Cropping("auto")).best.text
        spent += time.process_time() - started
        pairs.append((word(ALPHABET.pattern(read)), written))
    accuracy = measure(pairs)
    figures = accuracy._asdict() if accuracy else {}
    return {"rows": len(pairs), **figures, "cpu_ms_per_row": round(1000 * spent / max(len(pairs), 1), 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("results", "table", "images"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--columns", default="image,text", type=lambda names: tuple(names.split(",")))
    parser.add_argument("--no-ngrams", dest="ngrams", action="store_false")
    print(json.dumps(read_table(**vars(parser.parse_args())), indent=2))


if __name__ == "__main__":
    main()
