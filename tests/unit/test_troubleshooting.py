"""docs/troubleshooting.md has every message that the library has for its users."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from project import ROOT

LIBRARY = ROOT / "scripts/lettermill"
PAGE = ROOT / "docs/troubleshooting.md"

FOR_USERS = {"InputError", "CorruptedFileError", "TableNote", "note_on_lines", "log.warning"}
"""What is called with such messages, anywhere."""

OF_LINES = {"table", "corrections"}
"""Rooms whose ValueErrors become the details of lines that cannot be read."""

MIN_LENGTH = 8
"""Characters of a piece that is looked for: shorter ones belong to messages that other places write."""


def messages(path: Path) -> Iterator[tuple[int, str]]:
    """(line, longest piece between two placeholders) of each message in a module."""
    wanted = FOR_USERS | ({"ValueError"} if path.parent.name in OF_LINES else set())
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func) in wanted:
            nodes = [node for argument in call.args for node in ast.walk(argument)]
            texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
            pieces = [plain(piece) for text in texts for piece in text.replace("%d", "%s").split("%s")]
            longest = max(pieces, key=len, default="")
            if len(longest) >= MIN_LENGTH:
                yield call.lineno, longest


def plain(text: str) -> str:
    return " ".join(text.split())


def test_messages_are_found() -> None:
    found = [piece for path in LIBRARY.rglob("*.py") for _, piece in messages(path)]
    assert len(found) > 60


@pytest.mark.parametrize("room", sorted({path.parent for path in LIBRARY.rglob("*.py")}), ids=lambda room: room.name)
def test_every_message_is_on_the_page(room: Path) -> None:
    page = plain(PAGE.read_text(encoding="utf-8"))
    found = [(path.name, *message) for path in sorted(room.glob("*.py")) for message in messages(path)]
    assert [message for message in found if message[-1] not in page] == []
