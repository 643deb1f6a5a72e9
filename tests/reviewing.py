"""The review page in a headless browser, as a person uses it."""

import csv
import io
import json
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page

from lettermill.corrections.formula_escape import unescape_formula
from lettermill.records.schemas import CorrectionOutcome
from lettermill.review.write_page import Settings, write_page

HEADER = ["row_id", "position", "label", "box", "action", "value"]


def data_of(folder: Path) -> dict:
    """What data.js of the page in ``folder`` holds."""
    text = (folder / "data.js").read_text(encoding="ascii")
    return json.loads(text[text.index("= ") + 2 :].rstrip().removesuffix(";"))


def remake(results: Path, folder: Path, corrections: list[tuple] = (), **settings: object) -> Path:
    """Write the page of a run's ``results`` into ``folder`` as the workflow does, with other settings."""
    usual = {"name": "words.csv", "alphabet": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "method": "align"}
    batches = sorted((results / "letters").iterdir())
    given = Settings(**{**usual, "review_confidence": 0.995, "letters": 400, **settings})
    suspects = results / "suspects.csv"
    outcomes = [CorrectionOutcome(*line) for line in corrections]
    write_page(batches, suspects if suspects.exists() else None, outcomes, folder, given)
    return folder


def corrections(text: str) -> list[list[str]]:
    """The lines of a corrections.csv after its header."""
    header, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header == HEADER
    return [[unescape_formula(field) for field in line] for line in lines]


class Review:
    """The page of ``folder``, opened in ``context``; what goes wrong in it is in ``errors``."""

    def __init__(self, context: BrowserContext, folder: Path):
        self.folder = folder
        self.data = data_of(folder)
        self.errors: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.errors.append(f"dialog {dialog.message}"), dialog.dismiss()))
        self.load()

    def load(self) -> None:
        self.page.goto((self.folder / "index.html").as_uri())
        self.page.wait_for_selector("#progress-text:not(:empty)")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def letter(self, card: int) -> list:
        """[row id, position, label, box as text] of a letter, by its place among ``cards`` of the data."""
        number, position, _ = self.data["cards"][card]
        row, *_, letters = self.data["words"][number]
        found = next(letter for letter in letters if letter[0] == position)
        return [row, str(position), found[1], " ".join(map(str, found[2:6]))]

    def word(self, place: int) -> tuple[str, str, str]:
        """(row id, transcription, reading) of a word, by its place in the view of words."""
        number = self.data["rows"][place]
        readings = dict(self.data["suspects"])
        return self.data["words"][number][0], self.data["words"][number][1], readings.get(number, "")

    @property
    def place(self) -> int:
        """Which of the cards that are shown has the focus, from 0."""
        return int(self.page.locator("[role=option]:focus").get_attribute("aria-posinset")) - 1

    def card(self, place: int) -> Locator:
        return self.page.locator(f"[role=option][aria-posinset='{place + 1}']")

    def go(self, place: int) -> None:
        """Move the focus to a card by keys."""
        self.page.locator("[role=option][tabindex='0']").focus()
        self.press("Home", *["ArrowRight"] * place)

    @property
    def shown(self) -> int:
        """How many cards the grid has."""
        first = self.page.locator("[role=option]").first
        return int(first.get_attribute("aria-setsize")) if first.count() else 0

    @property
    def status(self) -> str:
        return self.page.locator("#status").inner_text()

    @property
    def progress(self) -> str:
        return self.page.locator("#progress-text").inner_text()

    def download(self) -> str:
        """The text of corrections.csv as the browser saves it."""
        with self.page.expect_download() as found:
            self.page.locator("#download").click()
        assert found.value.suggested_filename == "corrections.csv"
        return Path(found.value.path()).read_bytes().decode()

    def exported(self) -> list[list[str]]:
        return corrections(self.download())
