"""Drawing by lot: fair samples, and the same every time."""

import hashlib


def lot(name: str) -> bytes:
    """The lot of what is called ``name``: of some things, those with the smallest are a fair sample, whatever others
    come and go."""
    return hashlib.sha256(name.encode()).digest()
