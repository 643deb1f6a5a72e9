"""What a job knows of each host: how many connections it has, its pace, and whether it responds at all."""

import threading
import time
from typing import NamedTuple

LONGEST_PAUSE = 3600.0
"""Seconds that a host is left alone, at most, whatever it asks for."""


class Failure(NamedTuple):
    """How a host has failed: see ``attempt.Attempt``."""

    reason: str
    detail: str


class Host:
    """A host, for many threads.

    slots: one for each connection that it may have. failures: tries in a row without a whole response.
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
        """Seconds for which it wants to be left alone yet."""
        return max(self._paused_until - time.monotonic(), 0.0)

    def leave_alone(self, seconds: float) -> None:
        """It wants to be left alone for so long."""
        with self._lock:
            self._paused_until = max(self._paused_until, time.monotonic() + min(seconds, LONGEST_PAUSE))

    def take_turn(self, interval: float) -> float:
        """Seconds until a request may be sent, which counts as sent then. interval: seconds between two requests."""
        with self._lock:
            now = time.monotonic()
            turn = max(now, self._next_turn)
            self._next_turn = turn + interval
            return turn - now

    def responded(self) -> None:
        """It has sent a whole response."""
        with self._lock:
            self.failures = 0
            self._failed_urls.clear()

    def failed(self, url: str, failure: Failure) -> None:
        """Once more it has sent no whole response."""
        with self._lock:
            self.failures += 1
            self._failed_urls.add(url)
            self._failure = failure

    def given_up(self, most: int) -> Failure | None:
        """How it has failed, if ``most`` times in a row; one URL alone, however often it is tried, gives up no host."""
        with self._lock:
            return self._failure if self.failures >= most and len(self._failed_urls) > 1 else None


class Hosts:
    """The hosts of a job. connections: to each of them, at most."""

    def __init__(self, connections: int):
        self._connections = connections
        self._hosts: dict[str, Host] = {}
        self._lock = threading.Lock()

    def __getitem__(self, origin: str) -> Host:
        with self._lock:
            if origin not in self._hosts:
                self._hosts[origin] = Host(self._connections)
            return self._hosts[origin]
