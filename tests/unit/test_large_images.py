"""Large images take memory and time in proportion to their pixels, whatever is drawn on them."""

import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.image.hypotheses import MAX_HYPOTHESES, whole
from lettermill.paper import colour, ink
from lettermill.paper.colour import find_inks
from lettermill.paper.ink import MAX_SPECKS, components, histogram_of
from lettermill.paper.light import STROKE
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Downloaded
from lettermill.stages.segment import why_none
from project import ROOT, SAMPLE

HEIGHT, WIDTH = 3_000, 3_000

BYTES_PER_PIXEL, BYTES = 20, 200_000_000
"""What `docs/security.md` promises."""

STAGES = """
import sys
from pathlib import Path
from lettermill.image.crop import Cropping
from lettermill.image.segmentation import Tolerances
from lettermill.stages.crop import crop_batch
from lettermill.stages.segment import segment_batch

def most():  # bytes resident since the program began
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) << 10

folder = Path(sys.argv[1])
crop_batch(folder / "downloaded", folder / "cropped", Cropping())
segment_batch(folder / "cropped", folder / "segmented.csv", Tolerances())
print(most(), (folder / "segmented.csv").read_text())
"""


def checkerboard() -> np.ndarray:
    """(height, width, 3) BGR: single black and red pixels on white, more than two million of them."""
    image = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    image[::2, ::2] = 0
    image[:, WIDTH // 2 :, 2] = 255
    return image


def colours() -> np.ndarray:
    """(height, width, 3) BGR: a blue word on red rules, enlarged."""
    word = cv2.imread(str(SAMPLE / "images/word_0001.jpg"), cv2.IMREAD_GRAYSCALE)
    large = cv2.resize(word, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    image = cv2.merge([np.full_like(large, 255), large, large])
    image[::300], image[1::300] = (60, 60, 220), (60, 60, 220)
    return image


@pytest.mark.parametrize("draw", [checkerboard, colours])
def test_memory_is_in_proportion_to_the_pixels(tmp_path: Path, draw: object) -> None:
    downloaded = tmp_path / "downloaded"
    downloaded.mkdir()
    (downloaded / "a.png").write_bytes(cv2.imencode(".png", draw())[1].tobytes())
    row = Downloaded("a", "ok", "", "", "a.png", None, None, "", None, None)
    write_records(downloaded / "status.csv", Downloaded, [row])
    command, library = [sys.executable, "-c", STAGES, str(tmp_path)], {"PYTHONPATH": str(ROOT / "scripts")}
    done = subprocess.run(command, env=library, capture_output=True, text=True, check=True)
    memory, _, result = done.stdout.partition(" ")
    assert int(memory) < BYTES + BYTES_PER_PIXEL * HEIGHT * WIDTH
    assert ("too_many_pieces" in result) == (draw is checkerboard)


def test_more_specks_than_a_word_has_are_counted_but_not_listed() -> None:
    mask = np.zeros((700, 700), bool)
    mask[::2, ::2] = True
    found = components(mask)
    assert found.count == 350**2 > MAX_SPECKS and len(found) == 0 and found.no_word
    mask[:, 500:] = False
    assert len(components(mask)) == components(mask).count == 350 * 250 and components(mask).labels.max() == 350 * 250


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_no_word_though_its_pieces_merge(seed: int) -> None:
    """From some grey level on nearly all of it is ink: one piece, and a few specks that look like an I."""
    image = np.random.default_rng(seed).integers(0, 256, (1200, 400), np.uint8)
    assert whole(image).voted() == [] and why_none(image)[0] == "too_many_pieces"


def test_thousands_of_lines_are_not_compared_with_each_other() -> None:
    image = np.full((24_000, 60), 255, np.uint8)
    for top in range(3, 24_000, 12):
        image[top : top + 6, 5 + top % 40 :] = 0
    started = time.process_time()
    assert len(whole(image).voted()) == MAX_HYPOTHESES
    assert time.process_time() - started < 5


def test_levels_are_counted_a_part_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.default_rng(0).integers(0, 200, (70, 90), np.uint8)
    for counted in (1 << 20, 1_000, 6_300):
        monkeypatch.setattr(ink, "COUNTED", counted)
        assert np.array_equal(histogram_of(image), np.bincount(image.ravel(), minlength=256))


def test_inks_of_large_images_are_drawn_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    image = cv2.resize(colours(), (900, 900), interpolation=cv2.INTER_AREA)
    at_once = find_inks(image, STROKE)
    assert len(at_once.layers) > 1
    monkeypatch.setattr(colour, "LARGEST", 400_000)
    in_parts = find_inks(image, STROKE)
    for one, other in zip(at_once.layers, in_parts.layers, strict=True):
        assert np.mean(np.abs(one.astype(int) - other)) < 3
