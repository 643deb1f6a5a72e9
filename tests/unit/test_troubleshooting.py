"""docs/troubleshooting.md has every message that the library and the rules have for users."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from project import ROOT

PAGE = ROOT / "docs/troubleshooting.md"
LIBRARY = ROOT / "scripts/lettermill"

CALLS = {"InputError", "CorruptedFileError", "TableNote", "note_on_lines", "log.warning", "_malformed"}
"""What is called with a message for users, in every room."""

ROOMS_OF_LINES = {"table", "corrections"}
"""Rooms whose ValueErrors are the details of lines that cannot be read."""

MIN_LENGTH = 8
"""Characters of a piece that is looked for. Shorter ones are of messages whose text is written elsewhere."""


def plain(text: str) -> str:
    return " ".join(text.split())


def longest(texts: list[str]) -> str:
    """The longest piece of a message without placeholders."""
    return max(
        (plain(piece) for text in texts for piece in re.split(r"%[sd]|\{[^}]*\}|\\n", text)),
        key=len,
        default="",
    )


def in_module(path: Path) -> Iterator[str]:
    calls = CALLS | ({"ValueError"} if path.parent.name in ROOMS_OF_LINES else set())
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in calls:
            nodes = [node for argument in call.args for node in ast.walk(argument)]
            yield longest(
                [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
            )


def in_rules(path: Path) -> Iterator[str]:
    """Snakemake's language is not quite Python, so it is searched as text."""
    for text in re.findall(r'sys\.exit\(\s*f"Lettermill: ([^"]+)"', path.read_text(encoding="utf-8")):
        yield longest([text])


FOUND = {
    **{path.relative_to(ROOT).as_posix(): list(in_module(path)) for path in sorted(LIBRARY.rglob("*.py"))},
    **{path.relative_to(ROOT).as_posix(): list(in_rules(path)) for path in sorted((ROOT / "rules").glob("*.smk"))},
}


@pytest.mark.parametrize("file", [file for file, pieces in FOUND.items() if pieces])
def test_every_message_is_on_the_page(file: str) -> None:
    page = plain(PAGE.read_text(encoding="utf-8"))
    assert [piece for piece in FOUND[file] if len(piece) >= MIN_LENGTH and piece not in page] == []


def test_messages_are_found() -> None:
    assert sum(map(len, FOUND.values())) > 80 and FOUND["rules/workflow.smk"]
