"""A stage depends on the modules that it imports, all of them and no others."""

import importlib.metadata
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lettermill.workflow.code import PACKAGE, _version, code_of, digest_of


def modules(stage: str) -> set[str]:
    return {part.split()[0] for part in code_of(f"lettermill.stages.{stage}").split(", ") if ".py " in part}


def test_a_stage_names_what_it_imports() -> None:
    wanted = {"stages/segment.py", "image/segmentation.py", "paper/ink.py", "base/box.py", "records/schemas.py"}
    assert wanted <= modules("segment")
    assert {"stages/download.py", "fetch/fetcher.py", "fetch/cache.py", "base/files.py"} <= modules("download")


def test_a_stage_does_not_depend_on_others() -> None:
    assert "image/segmentation.py" not in modules("crop") | modules("download") | modules("match")
    assert "image/printed.py" not in modules("segment") | modules("cut")
    assert not any(name.startswith("fetch/") for name in modules("crop"))


def test_every_file_has_a_digest() -> None:
    digests = dict(part.split() for part in code_of("lettermill.stages.crop").split(", ") if ".py " in part)
    assert all((PACKAGE / name).is_file() and len(digest) == 8 for name, digest in digests.items())
    written = {name for name in digests if not name.endswith("__init__.py")}  # the others only say what they are
    assert len({digests[name] for name in written}) == len(written)


@pytest.mark.parametrize(
    ("source", "same"),
    [
        (
            '"""Another docstring."""\n\nA = 1\n"""A constant."""\n\n\ndef f(x):  # a comment\n    return (x + A)\n',
            True,
        ),
        ('"""A docstring."""\nA = 2\n\ndef f(x):\n    """Adds."""\n    return x + A\n', False),
        ('"""A docstring."""\nA = 1\n\ndef f(x):\n    """Adds."""\n    return A + x\n', False),
        ('"""A docstring."""\nA = 1\n\ndef f(x, *, y="""Adds."""):\n    """Adds."""\n    return x + A\n', False),
    ],
)
def test_only_what_the_code_says_counts(source: str, same: bool, tmp_path) -> None:
    one, other = tmp_path / "one.py", tmp_path / "other.py"
    one.write_text('"""A docstring."""\nA = 1\n\ndef f(x):\n    return x + A\n')
    other.write_text(source.replace('    """Adds."""\n', ""))
    assert (digest_of(one) == digest_of(other)) == same


def test_versions_of_what_makes_the_pixels_count() -> None:
    assert f"opencv-python-headless {importlib.metadata.version('opencv-python-headless')}" in code_of(
        "lettermill.stages.crop"
    )
    assert "opencv" not in code_of("lettermill.base.split")


def test_only_learning_depends_on_the_learning_library() -> None:
    assert f"scikit-learn {importlib.metadata.version('scikit-learn')}" in code_of("lettermill.stages.learn")
    for stage in ("download", "crop", "segment", "match", "align", "cut"):
        assert "scikit-learn" not in code_of(f"lettermill.stages.{stage}")


def test_a_library_that_is_missing_does_not_stop_other_stages(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(package: str) -> str:
        raise importlib.metadata.PackageNotFoundError(package)

    monkeypatch.setattr(importlib.metadata, "version", version)
    _version.cache_clear()
    code_of.cache_clear()
    assert "scikit-learn not here" in code_of("lettermill.stages.learn")
    _version.cache_clear()
    code_of.cache_clear()


def test_only_parquet_depends_on_its_library() -> None:
    for module in ("huggingface", "folders"):
        assert f"pyarrow {importlib.metadata.version('pyarrow')}" in code_of(f"lettermill.export.{module}")
    for module in ("labelled_letters", "webdataset", "squares", "idx", "npz", "export_cards"):
        assert "pyarrow" not in code_of(f"lettermill.export.{module}")


def test_a_module_depends_on_the_template_that_it_names() -> None:
    assert {part.split()[0] for part in code_of("lettermill.report.render").split(", ")} >= {"report/page.html.jinja"}
    assert "jinja" not in code_of("lettermill.dataset.dataset_card")


def test_no_tree_of_a_module_is_kept() -> None:
    """Every job on a cluster comes past here; with all trees in memory, collecting garbage takes as long again."""
    code = (
        "import ast, gc; from lettermill.workflow.code import code_of; "
        "assert code_of('lettermill.report.write_report'); "
        "print(sum(isinstance(each, ast.Module) for each in gc.get_objects()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, stdout=subprocess.PIPE, text=True, check=True
    )
    assert int(done.stdout) == 0


def test_what_is_found_is_kept_by_what_the_files_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "")
    shutil.copytree(PACKAGE, tmp_path / "lettermill", ignore=shutil.ignore_patterns("__pycache__"))
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from lettermill.workflow.code import code_of, KEPT\n"
    code += "print(code_of('lettermill.base.split')); print(KEPT)"

    def found() -> str:
        return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout

    first = found()
    kept = Path(first.splitlines()[1])
    content = kept.read_bytes()
    assert found() == first and kept.read_bytes() == content
    entries = json.loads(content)
    kept.write_text(json.dumps({key: [[], [], "taken"] for key in entries}), encoding="utf-8")
    assert "base/split.py taken" in found()
    edited = tmp_path / "lettermill/base/split.py"
    edited.write_text(edited.read_text(encoding="utf-8") + "\nEDITED = 1\n", encoding="utf-8")
    assert "base/split.py taken" not in found()
    kept.write_text("half of")
    assert "taken" not in found()
