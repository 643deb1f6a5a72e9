"""Letters cut out by their true boxes, to test a model on.

usage: python benchmarks/true_letters.py IMAGES TRUTH.csv FOLDER

IMAGES   the folder of the downloaded images, each named after its row, with any suffix.
TRUTH    see benchmarks/score.py. Letters that are not ``ok``, or have no complete box, are left out.
FOLDER   gets a folder for each letter, as config `train: {test_on: [FOLDER]}` expects.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from lettermill.base.box import Box
from lettermill.image.codec import decode, encode_png
from score import read_letters


def cut_true_letters(images: Path, truth: Path, folder: Path) -> int:
    """Write ``folder``/{letter}/{row_id}_{position}.png; returns how many letters.

    Raises FileNotFoundError, naming the row, when a row has no image.
    """
    files = {path.stem: path for path in sorted(images.iterdir())}
    count = 0
    for letter in read_letters(truth).itertuples():
        sides = (letter.x0, letter.y0, letter.x1, letter.y1)
        if letter.status != "ok" or not all(str(side) for side in sides):
            continue
        if letter.row_id not in files:
            raise FileNotFoundError(f"{images} has no image of row {letter.row_id}")
        image = Box.around(*map(int, sides)).of(decode(files[letter.row_id].read_bytes()))
        place = folder / letter.letter
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{letter.row_id}_{letter.position}.png").write_bytes(encode_png(image))
        count += 1
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("images", "truth", "folder"):
        parser.add_argument(name, type=Path)
    arguments = parser.parse_args()
    print(f"{cut_true_letters(**vars(arguments))} letters in {arguments.folder}")


if __name__ == "__main__":
    main()
