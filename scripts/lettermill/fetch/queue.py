"""Which URL is fetched next."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator


class Queue:
    """URLs, handed out to threads: hosts in turns, so that one that is slow or dead holds up no other.

    urls: (host, URL). per_host: URLs of one host that are out at a time, at most.
    """

    def __init__(self, urls: Iterable[tuple[str, str]], per_host: int):
        waiting: dict[str, deque[str]] = {}
        for host, url in urls:
            waiting.setdefault(host, deque()).append(url)
        self._waiting = deque(waiting.items())
        self._out = dict.fromkeys(waiting, 0)
        self._per_host = per_host
        self._changed = threading.Condition()

    def __iter__(self) -> Iterator[str]:
        """The URLs that a thread gets; it is done with one when it asks for the next."""
        while (taken := self._take()) is not None:
            host, url = taken
            try:
                yield url
            finally:
                with self._changed:
                    self._out[host] -= 1
                    self._changed.notify()

    def clear(self) -> None:
        """Hand out no more."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()

    def _take(self) -> tuple[str, str] | None:
        with self._changed:
            while self._waiting:
                for _ in range(len(self._waiting)):
                    host, urls = self._waiting.popleft()
                    if self._out[host] < self._per_host:
                        url = urls.popleft()
                        if urls:
                            self._waiting.append((host, urls))
                        self._out[host] += 1
                        return host, url
                    self._waiting.append((host, urls))
                self._changed.wait()
            self._changed.notify_all()
            return None
