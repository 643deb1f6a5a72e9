"""How long a fetch may take, with all tries: enforced down to each read from the network."""

import contextlib
import time
from collections.abc import Iterator
from contextvars import ContextVar


class Deadline:
    """Measures what a URL takes. Waiting for one's turn is left out.

    seconds: how long it may take.
    """

    def __init__(self, seconds: float):
        self._started, self._seconds = time.monotonic(), seconds

    @property
    def spent(self) -> float:
        """Seconds so far."""
        return time.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds that are left, 0 at least."""
        return max(self._seconds - self.spent, 0.0)

    def leave_out(self, seconds: float) -> None:
        """These seconds do not count."""
        self._started += seconds

    @contextlib.contextmanager
    def enforced(self) -> Iterator[None]:
        """What this thread reads from the network while the block lasts is read in time, or not at all."""
        token = _CURRENT.set(self)
        try:
            yield
        finally:
            _CURRENT.reset(token)


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def in_time(seconds: float | None) -> float | None:
    """``seconds``, or what is left until the deadline that is enforced in this thread, whichever is less; None is no
    limit. Raises TimeoutError when nothing is left."""
    deadline = _CURRENT.get()
    if deadline is None:
        return seconds
    left = deadline.left
    if not left:
        raise TimeoutError("deadline exceeded")
    return left if seconds is None else min(seconds, left)
