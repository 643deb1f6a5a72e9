"""The style of all figures, and how they are saved: equal numbers give equal bytes."""

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

from lettermill.report.page_figure import GRID, INK, MUTED, PageFigure

PAPER = "#ffffff"

WIDTH = 4.6
"""Width of a figure in inches. It must be readable on a phone, where it is as wide as the screen."""

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
"""Fonts of the page, see its template."""


@contextmanager
def style() -> Iterator[None]:
    """Apply the style to the figures drawn in the block."""
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        # A letter that the font lacks is an empty box in the PNG. Browsers fall back to another font.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def save(figure: Figure, path: Path) -> PageFigure:
    """Save ``figure`` as the PNG ``path``, and return it for the page."""
    figure.savefig(path, dpi=160, metadata={"Software": None})
    file = io.StringIO()
    about = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(file, format="svg", transparent=True, metadata=about)
    plt.close(figure)
    svg = file.getvalue().replace("'DejaVu Sans'", PAGE_FONT)
    width, height = figure.get_size_inches() * 96
    return PageFigure(svg, round(width), round(height))
