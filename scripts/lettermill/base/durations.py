"""Durations for people."""


def span(seconds: float) -> str:
    """``seconds`` in the unit that suits them: 90 s, 5 min, 2.5 h."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6_000 else f"{seconds / 3_600:.1f} h"
