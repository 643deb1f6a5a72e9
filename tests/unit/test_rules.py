"""Rules and their scripts are of one form: files have names, and one place looks into Snakemake."""

import ast
import re
from pathlib import Path

import pytest

from project import ROOT

RULES = [ROOT / "Snakefile", *sorted((ROOT / "rules").glob("*.smk"))]
SCRIPTS = sorted((ROOT / "scripts").glob("*.py"))
TARGETS = {"all", "train", "export"}
"""Rules that make nothing themselves."""


def blocks(path: Path) -> list[tuple[str, str, list[str]]]:
    """(rule, section, lines of the section) of a file as snakefmt leaves it."""
    found: list[tuple[str, str, list[str]]] = []
    rule = section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"(?:use )?rule (?:\w+ as )?(\w+)", line):
            rule, section = match[1], ""
        elif line and not line.startswith(" "):
            rule = ""
        elif match := re.match(r" {4}(\w+):", line):
            section = match[1]
            found.append((rule, section, []))
        elif rule and section and line.strip():
            found[-1][2].append(line)
    return [block for block in found if block[0]]


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_files_of_rules_have_names(path: Path) -> None:
    for rule, section, lines in blocks(path):
        if rule not in TARGETS and section in ("input", "output", "params", "resources"):
            entries = [line for line in lines if re.match(r" {8}[^ )#\]}]", line)]
            assert entries, f"{path.name}: {section} of {rule} is empty"
            for line in entries:
                assert re.match(r" {8}(\w+=|\*\*)", line), f"{path.name}, {rule}: {section} without a name: {line}"


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_every_rule_has_a_log(path: Path) -> None:
    sections: dict[str, set[str]] = {}
    for rule, section, _ in blocks(path):
        sections.setdefault(rule, set()).add(section)
    assert all("log" in found for rule, found in sections.items() if rule not in TARGETS)


@pytest.mark.parametrize("path", RULES, ids=lambda path: path.name)
def test_only_one_file_looks_into_snakemake(path: Path) -> None:
    code = re.sub(r'""".*?"""|#.*', "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert path.name == "workflow.smk" or not re.search(
        r"(?<![\w./])workflow\.|^(from|import) snakemake", code, re.MULTILINE
    )


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_take_files_by_their_names(path: Path) -> None:
    """What may be done with snakemake.input: take an entry by its name, or all with their names; call it otherwise."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    others = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target, value in pairs(node.targets[0], node.value)
        if isinstance(target, ast.Name) and is_files(value)
    }
    for node in ast.walk(tree):
        if is_files(node) or (isinstance(node, ast.Name) and node.id in others):
            parent = parents[node]
            by_name = isinstance(parent, ast.Attribute | ast.Assign | ast.Tuple) or (
                isinstance(parent, ast.Call) and isinstance(parent.func, ast.Name) and parent.func.id == "paths_by_name"
            )
            assert by_name, f"{path.name}, line {node.lineno}: {ast.unparse(parent)}"


def is_files(node: ast.AST) -> bool:
    return ast.unparse(node) in ("snakemake.input", "snakemake.output") if isinstance(node, ast.Attribute) else False


def pairs(target: ast.AST, value: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        return list(zip(target.elts, value.elts, strict=True))
    return [(target, value)]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_thin(path: Path) -> None:
    """They say what they are for, and do it in a job's log."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    assert "with job_log(str(snakemake.log)):" in ast.unparse(tree)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80
