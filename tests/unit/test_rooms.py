"""The packages of the library are rooms: each says what it is for and what it may import, and imports run one way."""

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import lettermill

LIBRARY = Path(lettermill.__file__).parent
ROOMS = sorted(path.name for path in LIBRARY.iterdir() if any(path.glob("**/*.py")))
MODULES = {
    ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(LIBRARY.rglob("*.py"))
}


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of the library, and the names of other packages, that ``module`` imports anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, f"{module}, line {node.lineno}: imports are absolute"
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            found |= {name if name in MODULES else node.module for name in names}
    return frozenset(name if name in MODULES else name.partition(".")[0] for name in found)


def room_of(module: str) -> str:
    """The room of a module of the library: "" for one that is in none."""
    return next((name for name in module.split(".")[1:2] if name in ROOMS), "")


def may_import(room: str) -> list[str]:
    """The rooms that the docstring of ``room`` names."""
    text = ast.get_docstring(ast.parse(MODULES[f"lettermill.{room}"].read_text(encoding="utf-8"))) or ""
    (said,) = re.findall(r"^May import: (.*?)\.$", text, re.MULTILINE | re.DOTALL)
    return [] if said == "nothing else of Lettermill" else said.replace("\n", " ").split(", ")


def imported_rooms(room: str) -> set[str]:
    modules = [module for module in MODULES if room_of(module) == room]
    return {room_of(name) for module in modules for name in imports(module) if name in MODULES} - {room, ""}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for_and_imports_what_it_says(room: str) -> None:
    assert f"lettermill.{room}" in MODULES, f"{room} has no __init__.py"
    allowed = may_import(room)
    assert set(allowed) <= set(ROOMS)
    assert imported_rooms(room) <= set(allowed)


def test_the_rooms_are_listed_from_the_bottom_up() -> None:
    text = ast.get_docstring(ast.parse(MODULES["lettermill"].read_text(encoding="utf-8"))) or ""
    listed = list(re.findall(r"^([a-z]+) {2,}\S", text, re.MULTILINE))
    assert sorted(listed) == ROOMS
    for place, room in enumerate(listed):
        assert set(may_import(room)) <= set(listed[:place]), room


def test_no_modules_import_each_other_in_a_circle() -> None:
    """(CycleError names them.)"""
    TopologicalSorter({module: imports(module) - {module} for module in MODULES}).prepare()
    TopologicalSorter({room: imported_rooms(room) for room in ROOMS}).prepare()


def test_only_one_room_knows_snakemake() -> None:
    assert {room_of(module) for module in MODULES if "snakemake" in imports(module)} <= {"workflow"}
