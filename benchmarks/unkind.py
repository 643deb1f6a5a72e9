"""What the most difficult images cost: as large as allowed, and with shapes that no word has.

usage: python benchmarks/unkind.py [--pixels 20000000] [NAME …]

Each image goes through the stages from download to cut alone, in its own process on one core, with a recogniser trained
on the sample: once with a transcription of one letter and once with one of two hundred.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import cv2
import numpy as np

from fuzz import LEARNT_FROM, learn, sample_words, through_the_stages
from lettermill.image.codec import encode_png

PIXELS = 20_000_000
"""Of an image, as config has it by default."""

SECONDS = 120
"""Of CPU, after which a process is ended."""

LONGEST = 65_535
"""Of a side."""

TEXTS = {"1 letter": "A", "200 letters": "ABCDEFGHIJ" * 20}


class Cost(NamedTuple):
    """outcome: DELIVERED or a reason. seconds: of CPU. memory: megabytes resident at most, those of Python included."""

    outcome: str
    seconds: float
    memory: float


def _paper(height: int, width: int) -> np.ndarray:
    return np.full((height, width), 255, np.uint8)


def _noise(height: int, width: int, share: float) -> np.ndarray:
    return np.where(np.random.default_rng(0).random((height, width), np.float32) < share, 0, 255).astype(np.uint8)


def _grid(height: int, width: int, side: int, gap: int) -> np.ndarray:
    """Squares with gaps between them and around."""
    rows, columns = ((np.arange(length) % (side + gap) >= gap) for length in (height, width))
    image = np.where(rows[:, None] & columns, 0, 255).astype(np.uint8)
    image[-gap:] = image[:, -gap:] = 255
    return image


def _framed(image: np.ndarray) -> np.ndarray:
    image[:50] = image[-50:] = image[:, :50] = image[:, -50:] = 255
    return image


def _comb(height: int, width: int, teeth: int) -> np.ndarray:
    """Upright bars on a line."""
    image = _framed(np.repeat(np.where(np.arange(width) % teeth < 2, 0, 255).astype(np.uint8)[None], height, 0))
    image[height // 2 : height // 2 + 9, 50:-50] = 0
    return image


def _slanted(height: int, width: int) -> np.ndarray:
    """Long parallel strokes: the box of each is full of others."""
    image = _paper(height, width)
    for x in range(-width, 2 * width, width // 8):
        cv2.line(image, (x, 50), (x + width // 2, height - 50), 0, 20)
    return image


def _toothed(height: int, width: int) -> np.ndarray:
    """Low combs in one line: each could be cut up in thousands of places."""
    image = _paper(height, width)
    for y in range(height // 2 - 40, height // 2 + 40, 8):
        image[y : y + 2, 2:-2] = image[y - 3 : y, 2:-2:7] = 0
    return image


def _strokes(height: int, width: int, count: int) -> np.ndarray:
    """As many letters in one line."""
    image, step = _paper(height, width), width // count
    for x in range(step // 2, width - step, step):
        image[height // 3 : 2 * height // 3, x : x + 2 * step // 3] = 0
    return image


def shapes(pixels: int) -> dict[str, Callable[[], np.ndarray]]:
    """Images ((height, width) uint8) of up to so many pixels, by name."""
    height, width = int((pixels * 0.8) ** 0.5), int((pixels / 0.8) ** 0.5)
    low = max(1, pixels // LONGEST)
    long = min(pixels, LONGEST)
    return {
        "one pixel": lambda: np.zeros((1, 1), np.uint8),
        "white": lambda: _paper(height, width),
        "black": lambda: np.zeros((height, width), np.uint8),
        "black, framed": lambda: _framed(np.zeros((height, width), np.uint8)),
        "noise of all greys": lambda: np.random.default_rng(0).integers(0, 256, (height, width), np.uint8),
        "noise, 30 % ink": lambda: _noise(height, width, 0.3),
        "noise, 2 % ink": lambda: _noise(height, width, 0.02),
        "noise, long": lambda: _noise(low, long, 0.3),
        "noise, tall": lambda: _noise(long, low, 0.3),
        "one row": lambda: _noise(1, long, 0.3),
        "one column": lambda: _noise(long, 1, 0.3),
        "chessboard": lambda: _grid(height, width, 1, 1),
        "10,000 squares": lambda: _grid(height, width, max(1, width // 160), max(1, width // 320)),
        "1,900 squares": lambda: _grid(height, width, max(1, width // 60), max(1, width // 120)),
        "1,900 squares in a line": lambda: _strokes(low, long, 1_900),
        "1,900 squares in a column": lambda: np.ascontiguousarray(_strokes(low, long, 1_900).T),
        "170 bars": lambda: _strokes(height, width, 170),
        "comb": lambda: _comb(height, width, 6),
        "long comb": lambda: _comb(max(low, 101), long, 6),
        "low combs": lambda: _toothed(max(low, 90), long),
        "slanted strokes": lambda: _slanted(height, width),
    }


def cost(name: str, pixels: int, text: str, recogniser: Path) -> Cost:
    """What shape ``name`` costs with the transcription ``text``, in a process of its own."""
    command = [sys.executable, __file__, "--pixels", str(pixels), "--work", str(recogniser), text, name]
    one_core = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, env=one_core, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"{name}: ended with {done.returncode}\n{done.stderr[-4000:]}")
    return Cost(*json.loads(done.stdout))


def work(name: str, pixels: int, text: str, recogniser: Path) -> None:
    """Print the cost of one shape as JSON."""
    cv2.setNumThreads(1)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder, "image.png")
        if not os.fork():  # drawing takes memory too
            image.write_bytes(encode_png(shapes(pixels)[name]()))
            os._exit(0)
        os.wait()
        content = image.read_bytes()
        started = time.process_time()
        found = through_the_stages({"a": content}, {"a": text}, recogniser, Path(folder, "batch"))
        spent = time.process_time() - started
    # getrusage would give the peak of the process that has started this one, if that is higher.
    memory = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
    print(json.dumps(Cost(found["a"], round(spent, 2), round(memory))))


def main() -> None:
    """Print what each shape costs."""
    parser = argparse.ArgumentParser(description="What the most difficult images cost.")
    parser.add_argument("--pixels", type=int, default=PIXELS, help="largest image, in pixels (default: %(default)s)")
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)  # recogniser and text, in a process of its own
    parser.add_argument("names", nargs="*", metavar="NAME", help="names of shapes (default: all)")
    args = parser.parse_args()
    if args.work:
        work(args.names[0], args.pixels, args.work[1], Path(args.work[0]))
        return
    print("| image | transcription | outcome | CPU seconds | MB |\n|---|---|---|---:|---:|")
    with tempfile.TemporaryDirectory() as folder:
        recogniser = learn(sample_words()[:LEARNT_FROM], Path(folder))
        for name in args.names or shapes(args.pixels):
            for label, text in TEXTS.items():
                found = cost(name, args.pixels, text, recogniser)
                print(f"| {name} | {label} | {found.outcome} | {found.seconds:.1f} | {found.memory:.0f} |", flush=True)


if __name__ == "__main__":
    main()
