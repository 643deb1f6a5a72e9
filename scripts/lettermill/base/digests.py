"""Digests: short names of values that change when the values change."""

import hashlib
from collections.abc import Iterable


def digest(rows: Iterable[tuple]) -> str:
    """A digest of ``rows``."""
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).hexdigest()[:12]
