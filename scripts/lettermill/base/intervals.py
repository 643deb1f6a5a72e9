"""Intervals: how far a share of a sample may be from that of all."""

import math

Z = 1.959964
"""Standard deviations on each side of the mean that 95 % of a normal distribution are within."""


def wilson(hits: float, total: float) -> tuple[float, float]:
    """The 95 % interval of a share of which ``hits`` of ``total`` are seen, 0 to 1; all of it when there are none.

    What is seen may be weighted, and so be no whole number.

    It is the score interval (Wilson, "Probable inference, the law of succession, and statistical inference", Journal of
    the American Statistical Association 22(158), 1927).
    """
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    middle, whole = share + Z * Z / (2 * total), 1 + Z * Z / total
    spread = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    return max(0.0, middle - spread) / whole, min(whole, middle + spread) / whole
