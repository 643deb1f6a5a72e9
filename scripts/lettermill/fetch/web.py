"""Fetching images over HTTP: tries again where that can help, and leaves alone hosts that are dead or ask for it."""

import random
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

from lettermill.base.reasons import TRANSIENT
from lettermill.fetch.addresses import Address, InvalidUrlError, mirrored, parse_address
from lettermill.fetch.attempt import Attempt, Attempts, Stopwatch
from lettermill.fetch.connections import Connections
from lettermill.fetch.machine import Machine
from lettermill.fetch.queue import Queue
from lettermill.fetch.settings import FetchSettings

T = TypeVar("T")

PASSING = TRANSIENT - {"tls_error"}
"""Reasons that may pass while one waits; certificates take longer."""


class Fetched(NamedTuple):
    """What came of asking for an address: the last of the ``attempts``, which took ``elapsed`` seconds in all.

    asked: the address that was asked for, see config ``download: {mirrors}``. attempts: 0 when its host was known to be
    dead, or to want to be left alone.
    """

    asked: str
    last: Attempt
    attempts: int
    elapsed: float


class _NotAskedError(Exception):
    """A host is not asked: what would come of it is known. attempt: that."""

    def __init__(self, attempt: Attempt):
        super().__init__(attempt.reason)
        self.attempt = attempt


class Fetcher:
    """Fetches addresses, for many threads. A context manager, which closes the connections."""

    def __init__(self, settings: FetchSettings, machine: Machine | None = None):
        self._settings, self._machine = settings, machine or Machine()
        self._connections = Connections(self._machine, settings.connections_per_host, settings.refuse_private_addresses)
        self._attempts = Attempts(settings, self._connections, self._wait_turn)
        self._dead: dict[str, Attempt] = {}  # how hosts have failed for this job

    def __enter__(self) -> "Fetcher":
        self._connections.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._connections.__exit__(*error)

    def asked(self, url: str) -> str:
        """The address that is asked for in place of ``url``."""
        return mirrored(url, self._settings.mirrors)

    def origin(self, url: str) -> str:
        """The host that is asked for ``url``; empty when that is no address."""
        try:
            return parse_address(self.asked(url)).origin
        except InvalidUrlError:
            return ""

    def fetch(self, url: str, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch ``url``, trying again as the settings say.

        etag, last_modified: those of the image that is there, if it is only wanted when there is another one.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in conditions.items() if value}
        asked, watch = self.asked(url), Stopwatch(self._settings.deadline)
        last, attempts = Attempt(None), 0
        while attempts <= self._settings.retries:
            try:
                last = self._attempts.make(asked, conditions, watch)
            except _NotAskedError as error:
                last = error.attempt
                break
            attempts += 1
            self._learn(last)
            if last.reason not in PASSING or not self._wait(last, attempts, watch):
                break
        return Fetched(asked, last, attempts, round(watch.spent, 3))

    def _wait(self, last: Attempt, attempts: int, watch: Stopwatch) -> bool:
        """Wait before the next try. False when there is none, or no time for it."""
        seconds = self._settings.backoff * 2 ** (attempts - 1) * random.uniform(0.5, 1.5)
        if last.retry_after is not None:
            seconds = max(seconds, last.retry_after)
            # Too many requests are the host's to judge; another error may be that of one address.
            if seconds < watch.left or last.reason == "too_many_requests":
                self._machine.pause(last.origin, last.retry_after)
        if attempts > self._settings.retries or seconds >= watch.left:
            return False
        time.sleep(seconds)
        return True

    def _learn(self, last: Attempt) -> None:
        """Tell the machine whether a host is alive."""
        if not last.origin:
            return
        if not last.answered:
            self._machine.failed(last.origin)
            self._dead[last.origin] = last
        elif self._machine.state(last.origin).failures:
            self._machine.answered(last.origin)
            self._dead.pop(last.origin, None)

    def _wait_turn(self, address: Address, watch: Stopwatch) -> None:
        """Wait until the host of ``address`` may be asked.

        Raises _NotAskedError when it is dead, though not before this job has found it so too, and when it wants to be
        left alone for longer than an address may take.
        """
        origin = address.origin
        while True:
            state = self._machine.state(origin)
            if state.is_dead(self._settings.host_failures) and origin in self._dead:
                raise _NotAskedError(self._dead[origin])
            if not state.pause:
                break
            if state.pause >= watch.left:
                raise _NotAskedError(Attempt(None, "too_many_requests", "the host wants to be left alone for longer"))
            watch.leave_out(_sleep(state.pause))
        if self._settings.requests_per_second:
            watch.leave_out(_sleep(self._machine.take_turn(origin, 1 / self._settings.requests_per_second)))


def _sleep(seconds: float) -> float:
    """Sleep; returns ``seconds``."""
    time.sleep(seconds)
    return seconds


def in_threads(fetcher: Fetcher, urls: Iterable[str], settings: FetchSettings, work: Callable[[str], T]) -> list[T]:
    """What ``work`` returns for each of ``urls``, in no order. An error of one ends the others too."""
    queue = Queue(((fetcher.origin(url), url) for url in urls), settings.connections_per_host)

    def run() -> list[T]:
        try:
            return [work(url) for url in queue]
        except BaseException:
            queue.clear()
            raise

    with ThreadPoolExecutor(settings.connections) as pool:
        futures = [pool.submit(run) for _ in range(settings.connections)]
        try:
            return [found for future in futures for found in future.result()]
        finally:
            queue.clear()  # nothing is left in it, unless somebody has interrupted this
