"""The user's config: checked against the schema, with messages that say where it is wrong and how to fix it."""

import difflib
import os
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import jsonschema
import yaml

from lettermill.base.errors import InputError
from lettermill.plan.settings import Schema, allowed_values, as_yaml, summary
from lettermill.table.encoding import is_encoding

Key = tuple[str, ...]

LONGEST_VALUE = 60
"""Characters of a wrong value that a message shows."""


def read_own_yaml(file: Path) -> Any:
    """The content of a file of the repository, by libyaml where it is there: ten times as fast."""
    return yaml.load(file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def check_config(config: dict, schema_file: Path, files: Sequence[Path]) -> None:
    """Check the merged ``config`` against the schema.

    files: the config files that it was merged from, later ones winning; they serve to name file and line.
    Raises InputError with one line for each error.
    """
    schema = read_own_yaml(schema_file)
    validator = jsonschema.Draft202012Validator(schema)
    errors = sorted(validator.iter_errors(config), key=lambda error: [str(part) for part in error.absolute_path])
    messages = [message for error in errors for message in _explain(error, files)]
    messages = messages or list(_check_meaning(config, files))
    if messages:
        raise InputError("The config is not valid.\n" + "\n".join(messages))


def find_path(value: str, key: str, files: Sequence[Path], folder: bool | None) -> Path:
    """The file (or folder, or with None either) that the config's ``key`` (``predict.images``: in a section) names.

    A relative path is looked for beside the config file that names it, then in the working directory. It is
    returned relative to the working directory where that is possible, so that a project can be moved.
    Raises InputError when it is at neither place, or a file for a folder.
    """
    path, parts = Path(value).expanduser(), tuple(key.split("."))
    naming = _naming_file(parts, value, files)
    places = [path] if path.is_absolute() or naming is None else [naming.parent / path, path]
    for place in places:
        if place.exists() if folder is None else place.is_dir() if folder else place.is_file():
            return _relative(Path(os.path.abspath(place)))  # not resolved: images lie beside a link
    tried = " or ".join(dict.fromkeys(str(place.absolute()) for place in places))
    kind = "file or folder" if folder is None else "folder" if folder else "file"
    raise InputError(f"{_place(parts, value, files)}: `{key}: {value}` does not exist. There is no {kind} {tried}.")


def _relative(path: Path) -> Path:
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _explain(error: jsonschema.ValidationError, files: Sequence[Path]) -> Iterator[str]:
    key: Key = tuple(str(part) for part in error.absolute_path)
    schema = cast(Schema, error.schema)
    if error.validator == "additionalProperties":
        allowed: list[str] = list(schema.get("properties", {}))
        for name in cast(dict[object, object], error.instance):
            if name not in allowed:
                close = difflib.get_close_matches(str(name), allowed, n=1)
                fix = f"Did you mean `{close[0]}`?" if close else f"The keys are {', '.join(allowed)}."
                yield f"{_place((*key, str(name)), None, files)}: unknown key `{'.'.join((*key, str(name)))}`. {fix}"
        return
    name = ".".join(key)
    if error.validator == "required":
        yield f"{_place(key, error.instance, files)}: a key of `{name or 'config'}` is missing: {error.message}."
    elif "propertyNames" in error.absolute_schema_path:
        where = _place(key, None, files)
        yield f"{where}: `{name}`: {error.instance!r} is not a size. Write width x height in pixels, such as 388x36."
    else:
        found = f"{_place(key, error.instance, files)}: `{name}: {_shown(error.instance)}` is not valid."
        yield " ".join(filter(None, (found, f"Use {allowed_values(schema)}.", summary(schema), _hint(error))))


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else as_yaml(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _hint(error: jsonschema.ValidationError) -> str:
    """What to do about a value that is not of the type that it looks like."""
    value = error.instance
    if isinstance(value, str) and "string" not in str(error.validator_value) and _is_quoted(value):
        return "Here it is text: write it without quotes, in a config file instead of on the command line."
    if isinstance(value, bool | int | float) and "string" in str(error.validator_value):
        return "Here it is not text: put it in quotes."
    return ""


def _is_quoted(text: str) -> bool:
    """Whether YAML reads ``text`` as something else than text, where it is not in quotes."""
    try:
        return not isinstance(yaml.safe_load(text), str)
    except yaml.YAMLError:
        return False


def _check_meaning(config: dict, files: Sequence[Path]) -> Iterator[str]:
    """Errors that a schema cannot express."""
    if not is_encoding(config["encoding"]):
        place = _place(("encoding",), config["encoding"], files)
        yield (
            f"{place}: `encoding: {config['encoding']}` is not valid. Use auto or the name of a Python codec, such as "
            "utf-8, cp1252, cp1251 or shift_jis."
        )
    for letter in unicodedata.normalize("NFC", config["alphabet"]):
        if not letter.isalnum():
            yield (
                f"{_place(('alphabet',), None, files)}: `alphabet` has {letter!r}, which is neither a letter nor a "
                "digit. List the letters one after the other, without separators: `alphabet: ABC`."
            )
    shares = [config["split"][part] for part in ("train", "validation", "test")]
    if not abs(sum(shares) - 1) < 1e-9:
        place = _place(("split",), None, files)
        yield f"{place}: train, validation and test of `split` add up to {sum(shares):g}. They must add up to 1."
    named = [("box", config["crop"]["box"]), *(("profiles", edges) for edges in config["crop"]["profiles"].values())]
    for part, edges in named:
        for low, high in (("left", "right"), ("top", "bottom")):
            if edges.get(high) is not None and edges[high] <= (edges.get(low) or 0):
                yield f"{_place(('crop', part), None, files)}: `crop.{part}`: `{high}` must be greater than `{low}`."


COMMAND_LINE = "--config"


def _place(key: Key, value: object, files: Sequence[Path]) -> str:
    """The file and line that set ``key``, or the command line when none does."""
    file = _naming_file(key, value, files)
    return f"{file}, line {_line(file, key)}" if file else COMMAND_LINE


def _naming_file(key: Key, value: object, files: Sequence[Path]) -> Path | None:
    """The last of ``files`` that sets ``key``; None when that is to something else than ``value``.

    value: None stands for any, and so does a section, for its keys may come from several files.
    """
    for file in reversed(files):
        found: object = _load(file)
        for part in key:
            if isinstance(found, list):
                break  # entries of a list have no place of their own
            found = {str(k): v for k, v in found.items()}.get(part, KeyError) if isinstance(found, dict) else KeyError
        if found is not KeyError:
            anything = value is None or isinstance(value, dict) or isinstance(found, list)
            return file if anything or found == value else None
    return None


def _load(file: Path) -> object:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except yaml.YAMLError:  # JSON with tabs, which Snakemake can read
        return None


def _line(file: Path, key: Key) -> int:
    node = yaml.compose(file.read_text(encoding="utf-8"))
    line = 1
    for part in key:
        for name, child in getattr(node, "value", []) if isinstance(node, yaml.MappingNode) else []:
            if name.value == part:
                line, node = name.start_mark.line + 1, child
                break
    return line
