"""Which modules of the library a stage depends on, so that editing one of them reruns that stage."""

import ast
import contextlib
import hashlib
import importlib.metadata
import json
import sys
from functools import cache
from pathlib import Path

from lettermill.base.files import write_bytes

PACKAGE = Path(__file__).resolve().parents[1]

KEPT = Path(__file__).with_name("__pycache__") / f"names.{sys.implementation.cache_tag}.json"
"""What ``_names`` has found, by a digest of the file and of this one, beside what Python keeps of modules: to parse the
whole library takes longer than all else until Snakemake knows its jobs."""

PACKAGES = {
    "numpy": "numpy",
    "cv2": "opencv-python-headless",
    "sklearn": "scikit-learn",
    "keras": "keras",
    "tensorflow": "tensorflow-cpu",
    "onnx": "onnx",
    "pyarrow": "pyarrow",
}
"""Module -> package, of packages whose version may change boxes, pixels, or what is learned."""


@cache
def code_of(module: str) -> str:
    """Name and digest of every file of the library that ``module`` (``lettermill.stages.crop``) imports, itself
    included, of the templates beside them that they name, and the versions of those PACKAGES that they import.

    It changes if and only if one of these versions, a template, or what the code of one of these files says changes:
    comments, docstrings and line breaks say nothing.
    """
    files = sorted(_closure(module))
    _keep()
    packages = sorted({package for path in files if path.suffix == ".py" for package in _packages(path)})
    parts = [f"{path.relative_to(PACKAGE).as_posix()} {digest_of(path)}" for path in files]
    return ", ".join(parts + [f"{package} {_version(package)}" for package in packages])


def _closure(module: str) -> set[Path]:
    found: set[Path] = set()
    waiting = [_file(module)]
    while waiting:
        path = waiting.pop()
        if path is not None and path not in found:
            found.add(path)
            waiting += [_file(name) for name in _imports(path)]
            found |= _templates(path)
    return found


def _imports(path: Path) -> tuple[str, ...]:
    return tuple(name for name in _all_imports(path) if name.partition(".")[0] == PACKAGE.name)


def _templates(path: Path) -> set[Path]:
    """Templates in the folder of the module ``path`` that it names."""
    return {place for name in _names(path)[1] if (place := path.with_name(name)).is_file()}


def _packages(path: Path) -> set[str]:
    names = {name.partition(".")[0] for name in _all_imports(path)}
    return {package for name, package in PACKAGES.items() if name in names}


@cache
def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not here"  # other stages need it, or each rule has its own environment


def _all_imports(path: Path) -> list[str]:
    return _names(path)[0]


def _is_docstring(node: ast.AST) -> bool:
    """Whether ``node`` is a text alone: a docstring, of a constant too."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@cache
def _names(path: Path) -> tuple[list[str], list[str], str]:
    """(modules that the file imports, templates that it names, digest of its code)."""
    content = path.read_bytes()
    key = hashlib.sha256(_of_this_file() + content).hexdigest()
    _used()[key] = found = _kept().get(key) or _parsed(path, content)
    return found


def _parsed(path: Path, content: bytes) -> tuple[list[str], list[str], str]:
    """The syntax trees are not kept: together they would make every garbage collection slow."""
    imports, templates = [], []
    tree = ast.parse(content)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            if node.level or not node.module:
                raise ImportError(
                    f"{path}, line {node.lineno}: a relative import. Make it absolute, so that changes are noticed"
                )
            imports += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.endswith(".jinja"):
            templates.append(node.value)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _is_docstring(each)] or [ast.Pass()]  # type: ignore[attr-defined]
    return imports, templates, hashlib.sha256(ast.unparse(tree).encode()).hexdigest()[:8]


@cache
def _of_this_file() -> bytes:
    return hashlib.sha256(Path(__file__).read_bytes()).digest()


@cache
def _kept() -> dict[str, tuple[list[str], list[str], str]]:
    """What earlier processes have found."""
    try:
        return dict(json.loads(KEPT.read_bytes()))
    except (OSError, ValueError):
        return {}


@cache
def _used() -> dict[str, tuple[list[str], list[str], str]]:
    """What this process has found, or an earlier one has."""
    return {}


def _keep() -> None:
    """What is new, for later processes."""
    if not sys.dont_write_bytecode and _used().keys() - _kept().keys():
        _kept().update(_used())
        with contextlib.suppress(OSError):
            write_bytes(KEPT, json.dumps(_used()).encode())


@cache
def _file(module: str) -> Path | None:
    place = PACKAGE.parent.joinpath(*module.split("."))
    for path in (place.with_suffix(".py"), place / "__init__.py"):
        if path.is_file():
            return path
    return None


@cache
def digest_of(path: Path) -> str:
    """A digest of what the code in a file says, or of the bytes of another file."""
    return _names(path)[2] if path.suffix == ".py" else hashlib.sha256(path.read_bytes()).hexdigest()[:8]
