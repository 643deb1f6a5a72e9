"""Make the pictures of the documents, docs/pictures/*.png, from the embedded sample.

Run `make run` and `make train` first, then `python docs/pictures.py` in the repository, with the environment of
`make test` active (it has Playwright). Chromium must be on the PATH.
"""

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from lettermill.base.box import Box
from lettermill.image.crop import Cropping
from lettermill.predict.models import load_models
from lettermill.predict.prediction_picture import prediction_picture
from lettermill.predict.read import Reader

RESULTS, PICTURES = ROOT / "results", ROOT / "docs/pictures"

WORDS = {"word": "word_0007", "touching": "word_0061", "label_error": "word_0253"}
"""Name of a debug picture -> row: separate letters, touching letters, a wrong transcription."""

LINE = ("BENOIT", "MONIQUE", "NOEMIE")
"""Words of the split `test` that are joined to a line and read."""

COPIES = {
    "letters": "sheets/delivered.png",
    "least_confident": "sheets/least_confident.png",
    **{name: f"debug/{row}.png" for name, row in WORDS.items()},
    "funnel": "report/funnel.png",
    "confidences": "report/confidence.png",
    "calibration": "report/reliability.png",
    "learning_curves": "model/curves.png",
    "confusion_matrix": "model/evaluation/confusion_test.png",
}
"""Name of a picture -> file in results/."""

MAX_BYTES, MAX_WIDTH, MARGIN = 250_000, 1400, 12
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def main() -> None:
    """Make all pictures."""
    for needed in ("report.html", "review/index.html", "model/evaluation"):
        if not (RESULTS / needed).exists():
            sys.exit(f"{RESULTS / needed} is missing. Run `make run` and `make train` first.")
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        sys.exit(f"No browser found on the PATH. Install one of {', '.join(BROWSERS)}.")
    debug = [f"results/debug/{row}.png" for row in WORDS.values()]
    subprocess.run([sys.executable, "-m", "snakemake", "-j", "1", "--quiet=all", *debug], cwd=ROOT, check=True)
    for name, file in COPIES.items():
        image = cv2.imread(str(RESULTS / file))
        save(name, cv2.copyMakeBorder(image, *[MARGIN] * 4, cv2.BORDER_CONSTANT, value=(255, 255, 255)))
    save("reading", reading())
    for name, image in screenshots(browser):
        save(name, image)


def save(name: str, image: np.ndarray) -> None:
    """Write ``image`` ((height, width, 3) uint8) as a small PNG: scaled down, with fewer colours if necessary."""
    if image.shape[1] > MAX_WIDTH:
        scale = MAX_WIDTH / image.shape[1]
        image = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if (image == image[:, :, :1]).all():
        image = image[:, :, 0]
    for levels in (256, 64, 32, 16, 8):
        reduced = np.round(np.round(image / 255 * (levels - 1)) / (levels - 1) * 255).astype(np.uint8)
        _, content = cv2.imencode(".png", reduced, [cv2.IMWRITE_PNG_COMPRESSION, 9])
        if len(content) <= MAX_BYTES:
            break
    (PICTURES / f"{name}.png").write_bytes(content.tobytes())
    print(f"{name}.png: {image.shape[1]} × {image.shape[0]}, {len(content) // 1000} kB, {levels} levels")


def reading() -> np.ndarray:
    """The picture of a prediction: three words of the split `test`, joined to a line and enlarged."""
    words = np.hstack([next(test_words(text)) for text in LINE])
    line = cv2.resize(words, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    model = RESULTS / "model"
    models = load_models(RESULTS / "recogniser/recogniser.npz", model / "model.onnx", model / "model.json")
    return prediction_picture(line, "line.png", Reader(models).picture(line, Cropping("none")))


def test_words(text: str) -> Iterator[np.ndarray]:
    """The words of the split `test` with this transcription, cut out with a margin: (40, width) uint8."""
    rows: dict[str, list[dict[str, str]]] = {}
    with open(RESULTS / "dataset/metadata.csv", encoding="utf-8", newline="") as file:
        for letter in csv.DictReader(file):
            if letter["split"] == "test":
                rows.setdefault(letter["row_id"], []).append(letter)
    for row_id, letters in rows.items():
        if "".join(letter["label"] for letter in letters) == text:
            image = cv2.imread(str(ROOT / f"resources/sample/images/{row_id}.jpg"), cv2.IMREAD_GRAYSCALE)
            boxes = [Box(*(int(letter[side]) for side in ("x", "y", "width", "height"))) for letter in letters]
            word = boxes[0]
            for box in boxes:
                word = word.joined(box)
            yield cv2.copyMakeBorder(word.of(image), *margins(word.height), 18, 18, cv2.BORDER_CONSTANT, value=255)


def margins(height: int, wanted: int = 40) -> tuple[int, int]:
    """White rows above and below a word of this height, so that it has the wanted height."""
    return (wanted - height) // 2, wanted - height - (wanted - height) // 2


def screenshots(browser: str) -> Iterator[tuple[str, np.ndarray]]:
    """The top of the report, and the review page with a few decisions."""
    with opened(browser) as page:
        page.goto((RESULTS / "report.html").as_uri())
        end = page.locator("#rows").bounding_box()
        yield "report", shot(page, round(end["y"] + end["height"] + 30))
        page.goto((RESULTS / "review/index.html").as_uri())
        page.wait_for_selector("[role=option]:focus")
        for key in ("Enter", "Enter", "ArrowRight", "Enter", "Enter"):
            page.keyboard.press(key)
        page.get_by_role("option", name=re.compile("^H, .*HELENE")).first.click()  # cut together with half an E
        page.keyboard.press("Delete")
        yield "review", shot(page, 880)


@contextmanager
def opened(browser: str) -> Iterator:
    """A page in light mode."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        yield running.new_page(viewport={"width": 1280, "height": 880}, color_scheme="light")
        running.close()


def shot(page, height: int) -> np.ndarray:
    """The top of a page, ``height`` pixels: (height, 1280, 3) uint8."""
    page.set_viewport_size({"width": 1280, "height": height})
    page.wait_for_timeout(500)  # fonts, pictures
    return cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)


if __name__ == "__main__":
    main()
