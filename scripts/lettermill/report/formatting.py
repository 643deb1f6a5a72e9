"""Formatting of numbers and settings for the report."""

import json
import math


def count(number: float) -> str:
    """A number rounded to an integer, with thousands separators."""
    return f"{number:,.0f}"


def percent(share: float, digits: int = 1) -> str:
    """A share in per cent. Shares below 1 are never shown as 100 %, nor shares above 0 as 0 %."""
    text, step = f"{100 * share:.{digits}f}", 10**-digits
    if share < 1 and float(text) == 100:
        text = f">\u2009{100 - step:.{digits}f}"
    if share > 0 and float(text.lstrip(">\u2009")) == 0:
        text = f"<\u2009{step:.{digits}f}"
    return f"{text}\u00a0%"


def seconds(time: float) -> str:
    """A duration, in seconds or minutes. time: seconds."""
    return f"{time:,.1f} s" if time < 600 else f"{time / 60:,.1f} min"


def as_json(value: object) -> str:
    """A setting as it can be written in a config file."""
    return json.dumps(value, ensure_ascii=False)


def decimals(number: float | None, digits: int) -> str:
    """A number with ``digits`` decimals; a dash for None and NaN."""
    return "–" if number is None or math.isnan(number) else f"{number:,.{digits}f}"
