"""Downloading URLs: redirects are checked one by one, transient errors are retried, and hosts that do not respond, or
that ask for a pause, get no more requests."""

import random
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import requests
import urllib3

from lettermill.base.reasons import TRANSIENT
from lettermill.fetch.attempt import UNMODIFIED, Attempt, of_error, of_response, skip
from lettermill.fetch.connections import RefusedAddressError
from lettermill.fetch.deadline import Deadline
from lettermill.fetch.hosts import Failure, Host, Hosts
from lettermill.fetch.queue import Queue
from lettermill.fetch.session import Session
from lettermill.fetch.settings import FetchSettings
from lettermill.fetch.urls import InvalidUrlError, mirrored, origin_of

T = TypeVar("T")

MAX_REDIRECTS = 5

WAITED_OUT = TRANSIENT - {"tls_error"}
"""Reasons that justify a retry within the run. Certificates do not change that fast."""


class Fetched(NamedTuple):
    """The outcome of downloading a URL.

    requested: the URL actually requested, see config ``download: {mirrors}``. last: the last attempt. attempts: their
    number; 0 when the host had been given up or had asked for a pause. elapsed: seconds for all attempts.
    """

    requested: str
    last: Attempt
    attempts: int
    elapsed: float


class _NotSentError(Exception):
    """No request was sent, because its outcome is known. attempt: the outcome."""

    def __init__(self, attempt: Attempt):
        super().__init__(attempt.reason)
        self.attempt = attempt


class Fetcher:
    """Downloads URLs. Thread-safe. A context manager that closes the connections."""

    def __init__(self, settings: FetchSettings):
        self._settings = settings
        self._session = Session(settings)
        self._hosts = Hosts(settings.connections_per_host)

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def requested(self, url: str) -> str:
        """The URL to request for ``url``: its mirror, if config `mirrors` has one."""
        return mirrored(url, self._settings.mirrors)

    def origin(self, url: str) -> str:
        """The host and port that serve ``url``; empty when it is not a valid URL."""
        try:
            return origin_of(self.requested(url))
        except InvalidUrlError:
            return ""

    def fetch(self, url: str, etag: str = "", last_modified: str = "") -> Fetched:
        """Download ``url``, with retries as set in the config.

        etag, last_modified: of the cached image, to download it only if it has changed.
        """
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in conditions.items() if value}
        requested, deadline = self.requested(url), Deadline(self._settings.deadline)
        last, attempts = Attempt(None), 0
        while attempts <= self._settings.retries:
            try:
                with deadline.enforced():
                    last = self._attempt(requested, conditions, deadline)
            except _NotSentError as error:
                last = error.attempt
                break
            attempts += 1
            self._note(url, last)
            if last.reason not in WAITED_OUT or not self._wait(last, attempts, deadline):
                break
        return Fetched(requested, last, attempts, round(deadline.spent, 3))

    def for_each(self, urls: Iterable[str], work: Callable[[str], T]) -> list[T]:
        """Call ``work`` for each of ``urls`` in threads; returns the results in any order. An error ends all."""
        queue = Queue(((self.origin(url), url) for url in urls), self._settings.connections_per_host)

        def run() -> list[T]:
            try:
                return [work(url) for url in queue]
            except BaseException:
                queue.clear()
                raise

        with ThreadPoolExecutor(self._settings.connections) as pool:
            futures = [pool.submit(run) for _ in range(self._settings.connections)]
            try:
                return [found for future in futures for found in future.result()]
            finally:
                queue.clear()  # empty already, except after an interrupt

    def _attempt(self, url: str, conditions: Mapping[str, str], deadline: Deadline) -> Attempt:
        """Make one attempt to download ``url``. conditions: headers such as If-None-Match."""
        try:
            request = self._session.request_for(url, conditions)
            for _ in range(MAX_REDIRECTS + 1):
                origin = origin_of(request.url or "")
                found = self._request(request, self._hosts[origin], deadline)
                if isinstance(found, Attempt):
                    if found.reason == UNMODIFIED and not conditions:
                        found = found._replace(reason="http_error")
                    return found._replace(origin=origin)
                request = found
        except InvalidUrlError as error:
            return Attempt(None, "invalid_url", str(error))
        return Attempt(None, "too_many_redirects", f"more than {MAX_REDIRECTS} redirects")

    def _request(
        self, request: requests.PreparedRequest, host: Host, deadline: Deadline
    ) -> Attempt | requests.PreparedRequest:
        """Send ``request``; returns the outcome, or the request that follows a redirect."""
        began = time.monotonic()
        with host.slots:
            deadline.leave_out(time.monotonic() - began)
            self._wait_turn(host, deadline)  # only now: the host may have asked for a pause in the meantime
            try:
                response = self._session.send_once(request, max(min(self._settings.timeout, deadline.left), 0.001))
            except RefusedAddressError:
                return Attempt(None, "refused_address", "a private or loopback address")
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                return of_error(error, deadline)
            with response:  # the connection is reused if the body was read to its end, and closed otherwise
                target = self._session.redirect_of(response)
                if not target:
                    return of_response(response, self._settings, deadline)
                skip(response.raw, deadline)
        return self._session.redirected(response, target)

    def _wait(self, last: Attempt, attempts: int, deadline: Deadline) -> bool:
        """Wait before the next attempt. Returns False when there are no attempts, or no time, left."""
        seconds = self._settings.backoff * 2 ** (attempts - 1) * random.uniform(0.5, 1.5)
        if last.retry_after is not None:
            seconds = max(seconds, last.retry_after)
            # 429 concerns the whole host; other errors may concern one URL.
            if seconds < deadline.left or last.reason == "too_many_requests":
                self._hosts[last.origin].leave_alone(last.retry_after)
        if attempts > self._settings.retries or seconds >= deadline.left:
            return False
        time.sleep(seconds)
        return True

    def _note(self, url: str, last: Attempt) -> None:
        """Record whether the host responded."""
        if last.origin and last.is_whole:
            self._hosts[last.origin].responded()
        elif last.origin:
            self._hosts[last.origin].failed(url, Failure(last.reason, last.detail))

    def _wait_turn(self, host: Host, deadline: Deadline) -> None:
        """Wait until a request may be sent to ``host``.

        Raises _NotSentError when the host has been given up, or has asked for a pause longer than the deadline.
        """
        while True:
            if failure := host.given_up(self._settings.host_failures):
                raise _NotSentError(Attempt(None, *failure))
            if not host.pause:
                break
            if host.pause >= deadline.left:
                raise _NotSentError(
                    Attempt(None, "too_many_requests", "the host asks for a pause that exceeds the deadline")
                )
            deadline.leave_out(_sleep(host.pause))
        if self._settings.requests_per_second:
            deadline.leave_out(_sleep(host.take_turn(1 / self._settings.requests_per_second)))


def _sleep(seconds: float) -> float:
    """Sleep; returns ``seconds``."""
    time.sleep(seconds)
    return seconds
