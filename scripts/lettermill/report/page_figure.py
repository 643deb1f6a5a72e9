"""The figures of the page, and their colours. Matplotlib is only imported to draw one that was not drawn before."""

import json
from collections.abc import Callable
from pathlib import Path

from lettermill.base.files import write_bytes
from lettermill.base.kept import Kept
from lettermill.report.letter_pictures import data_uri

INK, MUTED, GRID, MAIN, OTHER, THIRD = "#22262b", "#5b626b", "#dcd8cf", "#2c5f8d", "#c2622a", "#8a9a5b"
"""Colours: text, secondary text, grid lines; first, second and third data series."""

DARK = {
    INK: "#e7e4de",
    MUTED: "#a6acb4",
    GRID: "#3a4048",
    MAIN: "#7fb2e0",
    OTHER: "#eb9d66",
    THIRD: "#b4c481",
}
"""The same colours on a dark page."""


class PageFigure:
    """A drawn figure: its URLs for a light and a dark page, and its size in CSS pixels."""

    def __init__(self, svg: str, width: int, height: int) -> None:
        self.svg = svg
        self.light = data_uri(svg.encode(), "image/svg+xml")
        for colour, dark in DARK.items():
            svg = svg.replace(colour, dark)
        self.dark = data_uri(svg.encode(), "image/svg+xml")
        self.width, self.height = width, height


def figure_of(kept: Kept, data: str, path: Path, draw: Callable[[Path], PageFigure]) -> PageFigure:
    """The figure that ``draw`` draws to the PNG ``path``. kept: those of the same ``data``, all that it depends on."""

    def drawn() -> bytes:
        figure = draw(path)
        return json.dumps([figure.svg, figure.width, figure.height]).encode() + b"\n" + path.read_bytes()

    known, _, png = kept.get(f"{path.name} {data}".encode(), drawn).partition(b"\n")
    write_bytes(path, png)
    return PageFigure(*json.loads(known))
