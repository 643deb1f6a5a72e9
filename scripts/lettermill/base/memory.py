"""Memory of the process."""

import numpy as np


def keep_freed_memory() -> None:
    """Let the process keep memory that arrays of up to 31 MiB have freed, for the next arrays.

    Otherwise the C library of Linux returns the memory of large arrays to the operating system and asks for new memory
    each time, and filling that with zeros takes as long as the arithmetic. It adapts to the largest block that was
    freed so far (see ``M_MMAP_THRESHOLD`` in mallopt(3)). This block is never used, so it takes no memory; with other
    libraries it has no effect.
    """
    np.empty(31 << 20, np.uint8)
