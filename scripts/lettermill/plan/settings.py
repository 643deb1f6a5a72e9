"""What the schema of the config says about a key, in words: for error messages, and for docs/reference.py."""

import re
from typing import Any

import yaml

Schema = dict[str, Any]
"""The schema of one key."""

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}


def summary(schema: Schema) -> str:
    """The first sentence of a key's description; empty when it has none."""
    first = " ".join(str(schema.get("description", "")).split("\n\n")[0].split())
    found = re.match(r".+?\.(?= |$)", first)
    return found[0] if found else first


def allowed_values(schema: Schema) -> str:
    """The values that a key may have, such as ``a whole number from 0 to 20``."""
    if "enum" in schema:
        return any_of(list(map(str, schema["enum"])))
    if "anyOf" in schema:
        kinds = schema["anyOf"]
        named = [str(value) for kind in kinds for value in kind.get("enum", ())]
        return any_of(named + [allowed_values(kind) for kind in kinds if "enum" not in kind])
    types = schema.get("type", "object")
    return any_of([_of_type(name, schema) for name in ([types] if isinstance(types, str) else types)])


def any_of(names: list[str]) -> str:
    """``a, b or c``."""
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def as_yaml(value: object) -> str:
    """A value on one line, as it is written in a config file."""
    width = 10**6
    return yaml.safe_dump(value, default_flow_style=True, width=width, allow_unicode=True, sort_keys=False).split("\n")[
        0
    ]


def _of_type(name: str, schema: Schema) -> str:
    if name == "array":
        once = ", each at most once" if schema.get("uniqueItems") else ""
        return f"a list of {_of_items(schema['items'])}{once}"
    if name == "object":
        keys = schema.get("properties")
        return f"a section with the keys {', '.join(keys)}" if keys else "a mapping"
    if name in ("integer", "number"):
        return _TYPES[name] + _range(schema)
    if name == "string" and "pattern" in schema:
        return f"text that matches `{schema['pattern']}`"
    return _TYPES[name]


def _of_items(schema: Schema) -> str:
    return ", ".join(map(str, schema["enum"])) if "enum" in schema else "texts"


def _range(schema: Schema) -> str:
    low, above, high = (schema.get(name) for name in ("minimum", "exclusiveMinimum", "maximum"))
    if low is not None:
        return f" from {low:,} to {high:,}" if high is not None else f" of at least {low:,}"
    if above is not None:
        return f" above {above:,}" + (f", at most {high:,}" if high is not None else "")
    return ""
