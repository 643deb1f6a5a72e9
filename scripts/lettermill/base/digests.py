"""Digests: short names for values, which differ when the values do."""

import hashlib
from collections.abc import Iterable


def digest(rows: Iterable[tuple]) -> str:
    """A name for ``rows`` that differs when they do."""
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:12]
