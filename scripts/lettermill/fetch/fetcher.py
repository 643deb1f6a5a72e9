"""Fetching URLs: redirects are followed one by one, what may pass is tried again, and hosts that do not respond, or ask
for it, are left alone."""

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
"""Reasons that may pass while one waits; certificates take longer."""


class Fetched(NamedTuple):
    """What came of fetching a URL: the last of the ``attempts``, which took ``elapsed`` seconds in all.

    requested: the URL that was requested, see config ``download: {mirrors}``. attempts: 0 when its host had been given
    up, or wanted to be left alone.
    """

    requested: str
    last: Attempt
    attempts: int
    elapsed: float


class _NotSentError(Exception):
    """No request is sent: what would come of it is known. attempt: that."""

    def __init__(self, attempt: Attempt):
        super().__init__(attempt.reason)
        self.attempt = attempt


class Fetcher:
    """Fetches URLs, for many threads. A context manager, which closes the connections."""

    def __init__(self, settings: FetchSettings):
        self._settings = settings
        self._session = Session(settings)
        self._hosts = Hosts(settings.connections_per_host)

    def __enter__(self) -> "Fetcher":
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def requested(self, url: str) -> str:
        """The URL that is requested in place of ``url``."""
        return mirrored(url, self._settings.mirrors)

    def origin(self, url: str) -> str:
        """The host that ``url`` is requested of; empty when that is no URL."""
        try:
            return origin_of(self.requested(url))
        except InvalidUrlError:
            return ""

    def fetch(self, url: str, etag: str = "", last_modified: str = "") -> Fetched:
        """Fetch ``url``, trying again as the settings say.

        etag, last_modified: those of the image that is there, if it is only wanted when there is another one.
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
        """What ``work`` returns for each of ``urls``, in no order, in threads: an error of one ends the others too."""
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
                queue.clear()  # nothing is left in it, unless somebody has interrupted this

    def _attempt(self, url: str, conditions: Mapping[str, str], deadline: Deadline) -> Attempt:
        """Try to fetch ``url``. conditions: headers such as If-None-Match."""
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
        """What the response to ``request`` comes to, or the request that it redirects to."""
        began = time.monotonic()
        with host.slots:
            deadline.leave_out(time.monotonic() - began)
            self._wait_turn(host, deadline)  # with a connection at hand: the host may have said something meanwhile
            try:
                response = self._session.send_once(request, max(min(self._settings.timeout, deadline.left), 0.001))
            except RefusedAddressError:
                return Attempt(None, "refused_address", "a private or loopback address")
            except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
                return of_error(error, deadline)
            with response:  # its connection is kept if it is read to its end, and closed if not
                target = self._session.redirect_of(response)
                if not target:
                    return of_response(response, self._settings, deadline)
                skip(response.raw, deadline)
        return self._session.redirected(response, target)

    def _wait(self, last: Attempt, attempts: int, deadline: Deadline) -> bool:
        """Wait before the next try. False when there is none, or no time for it."""
        seconds = self._settings.backoff * 2 ** (attempts - 1) * random.uniform(0.5, 1.5)
        if last.retry_after is not None:
            seconds = max(seconds, last.retry_after)
            # Too many requests concern the host; another error may be that of one URL.
            if seconds < deadline.left or last.reason == "too_many_requests":
                self._hosts[last.origin].leave_alone(last.retry_after)
        if attempts > self._settings.retries or seconds >= deadline.left:
            return False
        time.sleep(seconds)
        return True

    def _note(self, url: str, last: Attempt) -> None:
        """Note whether a host responds."""
        if last.origin and last.is_whole:
            self._hosts[last.origin].responded()
        elif last.origin:
            self._hosts[last.origin].failed(url, Failure(last.reason, last.detail))

    def _wait_turn(self, host: Host, deadline: Deadline) -> None:
        """Wait until a request may be sent to ``host``.

        Raises _NotSentError when it has been given up, and when it wants to be left alone for longer than a URL may
        take.
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
