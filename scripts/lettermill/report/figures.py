"""Figures for the page and for elsewhere: one style, and the same bytes whenever the numbers are the same."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from lettermill.report.letter_pictures import data_uri

INK, MUTED, GRID, MAIN, OTHER, THIRD = "#22262b", "#5b626b", "#dcd8cf", "#2c5f8d", "#c2622a", "#8a9a5b"
"""Colours: text, its lesser kind, lines behind the figure; what is meant, what is set against it, what is third."""

DARK = {
    INK: "#e7e4de",
    MUTED: "#a6acb4",
    GRID: "#3a4048",
    MAIN: "#7fb2e0",
    OTHER: "#eb9d66",
    THIRD: "#b4c481",
}
"""The same on a dark page."""

PAPER = "#ffffff"

WIDTH = 4.6
"""Inches: a figure is read on a telephone too, where it is as wide as the screen."""

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",  # comes with Matplotlib
    "font.size": 9.5,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.titlesize": 9.5,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.facecolor": "none",
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "ytick.left": False,
    "xtick.bottom": False,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "figure.facecolor": PAPER,
    "svg.fonttype": "none",
    "svg.hashsalt": "lettermill",
}

PAGE_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
"""What the page is set in, see its template."""


class PageFigure:
    """A figure that is drawn: its URL for a light and for a dark page, and its size in CSS pixels."""

    def __init__(self, svg: str, width: int, height: int) -> None:
        self.light = data_uri(svg.encode(), "image/svg+xml")
        for colour, dark in DARK.items():
            svg = svg.replace(colour, dark)
        self.dark = data_uri(svg.encode(), "image/svg+xml")
        self.width, self.height = width, height


@contextmanager
def style() -> Iterator[None]:
    """Figures of the block look as they should."""
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # A letter that the font lacks is a box in the PNG; a browser finds another font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def save(figure: Figure, path: Path) -> PageFigure:
    """Draw ``figure`` to the PNG ``path``, and for the page."""
    figure.savefig(path, dpi=160, metadata={"Software": None})
    file = io.StringIO()
    about = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(file, format="svg", transparent=True, metadata=about)
    plt.close(figure)
    svg = file.getvalue().replace("'DejaVu Sans'", PAGE_FONT)
    width, height = figure.get_size_inches() * 96
    return PageFigure(svg, round(width), round(height))
