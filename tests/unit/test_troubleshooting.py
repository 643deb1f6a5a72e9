"""docs/troubleshooting.md has an entry for every message that ends a job or a run."""

import ast
import re
from collections.abc import Iterator

from project import ROOT

ERRORS = ("InputError", "CorruptedFileError")


def longest_piece(message: ast.expr) -> str:
    """The longest literal piece of a message: a string, an f-string, or an expression with strings in it."""
    pieces = [node.value for node in ast.walk(message) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return max(pieces, key=len, default="")


def messages() -> Iterator[tuple[str, str]]:
    """(file and line, longest literal piece) of every message."""
    for path in sorted((ROOT / "scripts/lettermill").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ERRORS and node.args:
                yield f"{path.relative_to(ROOT)}, line {node.lineno}", longest_piece(node.args[0])
    for path in sorted((ROOT / "rules").glob("*.smk")):
        for text in re.findall(r'sys\.exit\(\s*f"Lettermill: ([^"]+)"', path.read_text(encoding="utf-8")):
            yield f"rules/{path.name}", max(re.split(r"\{[^}]*\}|\\n", text), key=len)


def normalised(text: str) -> str:
    return " ".join(text.replace("`", "").split())


def test_every_message_is_on_the_page() -> None:
    page = normalised((ROOT / "docs/troubleshooting.md").read_text(encoding="utf-8"))
    found = list(messages())
    assert len(found) > 60
    missing = [f"{place}: {piece!r}" for place, piece in found if normalised(piece) not in page]
    assert not missing, "Add to docs/troubleshooting.md:\n" + "\n".join(missing)
