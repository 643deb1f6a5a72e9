"""The embedded sample on other paper: with a ruled line under each word, or light on dark.

usage: python benchmarks/papers.py {ruled,dark} FOLDER [--gap 0] [--thickness 1]

Writes the images, their table, their true boxes (``boxes.csv``) and a config (``my.yaml``) to FOLDER. The line crosses
the whole image, ``--gap`` pixels below the feet of the letters (the median of their boxes), or at the lower edge if
there is no room. With ``--gap 0`` the letters stand on it. Run and score it:

    snakemake -j 8 --configfile FOLDER/my.yaml --directory FOLDER
    python benchmarks/score.py FOLDER/results/dataset/metadata.csv FOLDER/boxes.csv
"""

import argparse
import shutil
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

SAMPLE = Path(__file__).resolve().parents[1] / "resources/sample"

INK = 60
"""Grey level of the ruled line."""

CONFIG = """\
table: words.csv
columns: {id: null, image: image, text: text}
"""


def ruled(image: np.ndarray, bottom: int, gap: int, thickness: int) -> np.ndarray:
    """``image`` ((height, width) uint8) with a line that starts ``gap`` pixels below the row ``bottom``."""
    top = min(bottom + gap, image.shape[0] - thickness)
    result = image.copy()
    result[top : top + thickness] = INK
    return result


def main() -> None:
    """Write the sample in another look."""
    parser = argparse.ArgumentParser(description="The embedded sample on other paper.")
    parser.add_argument("kind", choices=["ruled", "dark"])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--gap", type=int, default=0, help="pixels between letters and line (default: %(default)s)")
    parser.add_argument("--thickness", type=int, default=1, help="of the line, in pixels (default: %(default)s)")
    args = parser.parse_args()
    (args.folder / "images").mkdir(parents=True, exist_ok=True)
    for name in ("words.csv", "boxes.csv"):
        shutil.copyfile(SAMPLE / name, args.folder / name)
    (args.folder / "my.yaml").write_text(CONFIG)
    bottoms = pd.read_csv(SAMPLE / "boxes.csv").groupby("row_id").y1.median().dropna().astype(int)
    for path in sorted((SAMPLE / "images").iterdir()):
        image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if args.kind == "dark":
            image = 255 - image
        else:
            image = ruled(image, bottoms.get(path.stem, image.shape[0]), args.gap, args.thickness)
        cv2.imwrite(str(args.folder / "images" / path.name), image, [cv2.IMWRITE_JPEG_QUALITY, 95])


if __name__ == "__main__":
    main()
