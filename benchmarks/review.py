"""How large the review page of 5,000 letters is, how soon it shows the first letter, and how fast it responds to a key.

usage: python benchmarks/review.py [--results DIR] [--letters 5000] [--keys 200]

DIR: the results of a finished run, `results` by default. Its uncertain letters are repeated under different ids until
there are enough. Each copy has its own picture, slightly lighter, so that no two have the same bytes. The page is
opened from disk in Chromium (`chromium` on the path, by Playwright, as in the tests), at 1280 by 800 pixels.

First letter: from the start of the navigation until the first card is painted with its picture decoded. Key to paint:
from the key event to the frame after the one in which the page has responded, for as many decisions.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

import numpy as np

from lettermill.image.codec import decode, encode_png
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import ReviewLetter, ReviewWord
from lettermill.review.candidates import candidate
from lettermill.review.write_page import Settings, write_page

REVIEW_CONFIDENCE = 0.95
"""As config `review: {confidence}` has it."""

FIRST_LETTER = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  let image = null;
  while (!(image = document.querySelector("[role=option] image"))) await frame();
  const picture = new Image();
  picture.src = image.getAttribute("href");
  await picture.decode();
  await frame();
  await frame();
  return performance.now() / 1000;
}"""

LATENCY = """() => {
  window.latencies = [];
  addEventListener("keydown", (event) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => window.latencies.push(performance.now() - event.timeStamp);
    channel.port2.postMessage(null);
  }), true);
}"""


def repeat(results: Path, folder: Path, letters: int) -> list[Path]:
    """Batches in ``folder`` like those of ``results``, with so many candidates or some more."""
    batches, number, count = sorted((results / "letters").iterdir()), 0, 0
    made: list[Path] = []
    while count < letters:
        for batch in batches:
            found = read_records(batch / "review_letters.csv", ReviewLetter)
            words = read_records(batch / "review_words.csv", ReviewWord)
            copy = folder / f"{number}-{batch.name}"
            (copy / "review").mkdir(parents=True)
            for word in words:
                image = decode((batch / word.file).read_bytes())
                (copy / word.file).write_bytes(encode_png(np.maximum(image, 2 * number).astype(np.uint8)))
            write_records(copy / "review_words.csv", ReviewWord, [_renamed(word, number) for word in words])
            write_records(copy / "review_letters.csv", ReviewLetter, [_renamed(letter, number) for letter in found])
            count += sum(candidate(letter, REVIEW_CONFIDENCE, ()) is not None for letter in found)
            made.append(copy)
        if not count:
            sys.exit(f"{results} has no uncertain letters.")
        number += 1
    return made


def _renamed(record: ReviewLetter | ReviewWord, number: int) -> ReviewLetter | ReviewWord:
    return record._replace(row_id=f"{record.row_id}-{number}")


def measure(page: Path, keys: int) -> tuple[float, list[float]]:
    """Seconds to the first letter, and milliseconds from each of so many keys to the paint that answers it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 800})
        tab.goto((page / "index.html").as_uri(), wait_until="commit")
        first = tab.evaluate(FIRST_LETTER)
        tab.evaluate(LATENCY)
        for number in range(keys):
            tab.keyboard.press(("Enter", "Delete", "x", "Enter")[number % 4])
            tab.wait_for_function("count => window.latencies.length === count", arg=number + 1)
        latencies = tab.evaluate("window.latencies")
        browser.close()
    return first, latencies


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", type=Path, default=Path("results"))
    parser.add_argument("--letters", type=int, default=5_000)
    parser.add_argument("--keys", type=int, default=200)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batches = repeat(given.results, folder / "letters", given.letters)
        settings = Settings("words.csv", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "align", REVIEW_CONFIDENCE, given.letters)
        write_page(batches, None, [], folder / "page", settings)
        files = [path for path in (folder / "page").rglob("*") if path.is_file()]
        print(
            f"{given.letters} letters: {sum(path.stat().st_size for path in files) / 1e6:.1f} MB in {len(files)} files"
        )
        first, latencies = measure(folder / "page", given.keys)
        print(f"first letter: {first:.2f} s")
        late = statistics.quantiles(latencies, n=20)[-1]
        print(f"key to paint: median {statistics.median(latencies):.0f} ms, 95 % within {late:.0f} ms, of {given.keys}")


if __name__ == "__main__":
    main(sys.argv[1:])
