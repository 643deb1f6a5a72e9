"""What a job keeps for each host: free connections, the request rate, and whether the host responds."""

import threading
import time
from typing import NamedTuple

LONGEST_PAUSE = 3600.0
"""Longest pause in seconds that a host can ask for."""


class Failure(NamedTuple):
    """How a host failed; see ``attempt.Attempt``."""

    reason: str
    detail: str


class Host:
    """The state of a host. Thread-safe.

    slots: one for each connection allowed. failures: consecutive attempts without a complete response.
    """

    def __init__(self, connections: int):
        self.slots = threading.BoundedSemaphore(connections)
        self.failures = 0
        self._failure = Failure("", "")
        self._failed_urls: set[str] = set()
        self._paused_until = self._next_turn = 0.0
        self._lock = threading.Lock()

    @property
    def pause(self) -> float:
        """Seconds left of the pause that the host asked for."""
        return max(self._paused_until - time.monotonic(), 0.0)

    def leave_alone(self, seconds: float) -> None:
        """Send no requests to the host for this many seconds."""
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + min(seconds, LONGEST_PAUSE))

    def take_turn(self, interval: float) -> float:
        """Reserve the next request; returns the seconds to wait for it. interval: seconds between two requests."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next_turn)
            self._next_turn = turn + interval
            return turn - now

    def responded(self) -> None:
        """Record a complete response."""
        with self._lock:
            self.failures = 0
            self._failed_urls.clear()

    def failed(self, url: str, failure: Failure) -> None:
        """Record an attempt without a complete response."""
        with self._lock:
            self.failures += 1
            self._failed_urls.add(url)
            self._failure = failure

    def given_up(self, most: int) -> Failure | None:
        """The last failure, if ``most`` consecutive attempts failed and they concern more than one URL; else None."""
        with self._lock:
            return self._failure if self.failures >= most and len(self._failed_urls) > 1 else None


class Hosts:
    """The hosts of a job. connections: maximum per host."""

    def __init__(self, connections: int):
        self._connections = connections
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()

    def __getitem__(self, origin: str) -> Host:
        with self._lock:
            if origin not in self._hosts:
                self._hosts[origin] = Host(self._connections)
            return self._hosts[origin]
