"""The code blocks of README.md and docs/, as a reader finds them.

- ``bash`` is run, and every command must succeed; ``python`` without a title is run.
- A block with a title is the file of that name; ``add to my.yaml`` puts its keys into that file.
- ``text`` is only shown, and so is a block after ``<!-- snippet: not run: REASON -->``. A block after
  ``<!-- snippet: slurm -->`` is run where Slurm is.
"""

import re
from pathlib import Path
from typing import NamedTuple

from project import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

_BLOCK = re.compile(
    r"(?:^<!-- snippet: (?P<note>[^\n]*) -->\n+)?"
    r'^```(?P<language>\S*)(?: title="(?P<title>[^"\n]+)")?\n(?P<text>.*?)^```$',
    re.MULTILINE | re.DOTALL,
)


class Snippet(NamedTuple):
    """A code block. line: of its first line in the document, from 1."""

    line: int
    language: str
    title: str
    note: str
    text: str

    @property
    def runs(self) -> bool:
        return self.language in ("bash", "python") and not self.title and not self.note.startswith("not run: ")


def snippets(document: Path) -> list[Snippet]:
    text = document.read_text(encoding="utf-8")
    return [
        Snippet(
            text.count("\n", 0, block.start("text")) + 1,
            block["language"],
            block["title"] or "",
            block["note"] or "",
            block["text"],
        )
        for block in _BLOCK.finditer(text)
    ]
