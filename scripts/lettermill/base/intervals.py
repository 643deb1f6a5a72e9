"""Confidence intervals of a share that is estimated from a sample."""

import math

Z = 1.959964
"""95 % of a normal distribution lie within so many standard deviations of the mean."""


def wilson(hits: float, total: float) -> tuple[float, float]:
    """The 95 % interval of a share, estimated from ``hits`` of ``total``; (0, 1) if ``total`` is 0.

    Both numbers may be sums of weights.

    This is the score interval (Wilson, "Probable inference, the law of succession, and statistical inference", Journal
    of the American Statistical Association 22(158), 1927).
    """
    if total == 0:
        return 0.0, 1.0
    share = hits / total
    middle, whole = share + Z * Z / (2 * total), 1 + Z * Z / total
    spread = Z * math.sqrt(share * (1 - share) / total + Z * Z / (4 * total * total))
    return max(0.0, middle - spread) / whole, min(whole, middle + spread) / whole
