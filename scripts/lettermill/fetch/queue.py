"""The order in which URLs are downloaded."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator


class Queue:
    """Hands out URLs to threads, alternating between hosts, so that a slow or dead host does not delay the others.

    urls: (host, URL). per_host: maximum number of URLs of one host in work at a time.
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
        """The URLs for one thread. Taking the next one means that the last one is done."""
        while (taken := self._take()) is not None:
            host, url = taken
            try:
                yield url
            finally:
                with self._changed:
                    self._out[host] -= 1
                    self._changed.notify()

    def clear(self) -> None:
        """Hand out no more URLs."""
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
