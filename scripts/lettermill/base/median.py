"""The median of few numbers."""

import numpy as np


def median(values: np.ndarray) -> float:
    """The median of ``values`` ((n,), at least one); NumPy's takes ten times as long for a few."""
    ordered, half = np.sort(values), len(values) // 2
    return (float(ordered[half]) + float(ordered[len(values) - 1 - half])) / 2
