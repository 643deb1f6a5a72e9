"""The documentation site: `make docs` builds it into site/. It loads nothing from elsewhere, and its search works from
disk, without a server."""

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

import lettermill

project = "Lettermill"
author = "The Lettermill developers"
copyright = author
version = release = lettermill.__version__
extensions = ["myst_parser", "sphinx_copybutton"]
myst_heading_anchors = 4
nitpicky = True

html_theme = "furo"
html_title = f"Lettermill {version}"
html_copy_source = False
html_show_sphinx = False


def show_titles(app: Sphinx, page: str, source: list[str]) -> None:
    """Make the title of a code block its caption: GitHub ignores ``title="my.yaml"``, Sphinx wants a directive."""
    titled = re.compile(r'^```(\w+) title="([^"]+)"$', re.MULTILINE)
    source[0] = titled.sub(lambda block: f"```{{code-block}} {_lexer(block[1])}\n:caption: {block[2]}\n", source[0])


def _lexer(language: str) -> str:
    return "text" if language == "csv" else language


def setup(app: Sphinx) -> None:
    app.connect("source-read", show_titles)
