"""The time that a download may take with all attempts, enforced for each read from the network."""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar


class Deadline:
    """Measures the time spent on a URL. Waiting for a connection, for the request rate or for a pause does not count.

    seconds: how long the download may take.
    """

    def __init__(self, seconds: float):
        self._started, self._seconds = time.monotonic(), seconds

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds left, at least 0."""
        return max(self._seconds - self.spent, 0.0)

    def leave_out(self, seconds: float) -> None:
        """Do not count these seconds."""
        self._started += seconds

    @contextlib.contextmanager
    def enforced(self) -> Iterator[None]:
        """Enforce the deadline for all reads of this thread from the network inside the block."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def in_time(seconds: float | None) -> float | None:
    """``seconds`` or the time left until the deadline of this thread, whichever is less; None means no limit.

    Raises TimeoutError when no time is left.
    """
    deadline = _CURRENT.get()
    if deadline is None:
        return seconds
    left = deadline.left
    if not left:
        raise TimeoutError("deadline exceeded")
    return left if seconds is None else min(seconds, left)
