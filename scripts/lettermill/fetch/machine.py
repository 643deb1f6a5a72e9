"""What the jobs of one machine share while they fetch: connections and pace of every host, and who fetches what.

All of it is in files that are locked (flock), so that nothing need be cleaned up after a job that was killed.
"""

import contextlib
import fcntl
import hashlib
import os
import random
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

LONGEST_PAUSE = 3600.0
"""Seconds that a host is left alone, at most, whatever it asks for (and whatever a clock says that has been set)."""

REMEMBERED = 600.0
"""Seconds for which a host that does not answer counts as dead."""


class HostState(NamedTuple):
    """What is known of a host.

    next_turn: when the next request may be sent; paused_until: until when it wants to be left alone; failed_at: when it
    last did not answer, all in seconds since the epoch. failures: tries in a row without any answer.
    """

    next_turn: float = 0.0
    paused_until: float = 0.0
    failures: int = 0
    failed_at: float = 0.0

    @property
    def pause(self) -> float:
        """Seconds for which it wants to be left alone yet."""
        return max(self.paused_until - time.time(), 0.0)

    def is_dead(self, most: int) -> bool:
        """Whether it has not answered ``most`` times in a row, and not long ago."""
        return self.failures >= most and abs(time.time() - self.failed_at) < REMEMBERED


class Machine:
    """The files that the jobs of a machine (of one user) share. folder: where they are."""

    def __init__(self, folder: Path | None = None):
        self._folder = folder or _shared_folder()

    def connection(self, origin: str, most: int) -> int | None:
        """One of ``most`` connections to a host, None when all are in use. Give it back with ``os.close``."""
        folder = self._host(origin)
        for number in random.sample(range(most), most):
            file = os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return file
            except OSError:
                os.close(file)
        return None

    def state(self, origin: str) -> HostState:
        """What is known of a host."""
        try:
            return _parse(_read(self._path(origin) / "state"))
        except FileNotFoundError:
            return HostState()

    def take_turn(self, origin: str, interval: float) -> float:
        """Seconds until a request may be sent, which counts as sent then. interval: seconds between two requests."""
        now = time.time()
        with self._changing(origin) as (state, write):
            turn = max(now, state.next_turn)
            write(state._replace(next_turn=turn + interval))
        return turn - now

    def pause(self, origin: str, seconds: float) -> None:
        """The host wants to be left alone for so long."""
        until = time.time() + min(seconds, LONGEST_PAUSE)
        with self._changing(origin) as (state, write):
            write(state._replace(paused_until=max(state.paused_until, until)))

    def failed(self, origin: str) -> None:
        """The host has not answered once more."""
        with self._changing(origin) as (state, write):
            write(state._replace(failures=state.failures + 1, failed_at=time.time()))

    def answered(self, origin: str) -> None:
        """The host has answered."""
        with self._changing(origin) as (state, write):
            write(state._replace(failures=0))

    @contextlib.contextmanager
    def fetching(self, url: str) -> Iterator[None]:
        """Be the only one on this machine who fetches ``url``; waits for whoever does."""
        path = self._folder / "urls" / hashlib.sha256(url.encode()).hexdigest()[:32]
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX)
                with contextlib.suppress(FileNotFoundError):
                    if os.path.samestat(os.fstat(file), os.stat(path)):  # else it was that of somebody who has finished
                        break
            except BaseException:
                os.close(file)
                raise
            os.close(file)
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            os.close(file)

    @contextlib.contextmanager
    def _changing(self, origin: str) -> Iterator[tuple]:
        file = os.open(self._host(origin) / "state", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield _parse(os.pread(file, 200, 0)), lambda state: os.pwrite(file, _format(state), 0)
        finally:
            os.close(file)

    def _host(self, origin: str) -> Path:
        folder = self._path(origin)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _path(self, origin: str) -> Path:
        return self._folder / hashlib.sha256(origin.encode()).hexdigest()[:32]


def _format(state: HostState) -> bytes:
    """Of one length always, so that whoever reads meanwhile reads no end of what was there before."""
    return f"{state.next_turn:20.3f} {state.paused_until:20.3f} {state.failures:9d} {state.failed_at:20.3f}\n".encode()


def _parse(content: bytes) -> HostState:
    try:
        next_turn, paused_until, failures, failed_at = content.split()
        state = HostState(float(next_turn), float(paused_until), int(failures), float(failed_at))
    except ValueError:
        return HostState()
    latest = time.time() + LONGEST_PAUSE  # later ones are of a clock that was wrong
    return state._replace(next_turn=min(state.next_turn, latest), paused_until=min(state.paused_until, latest))


def _read(path: Path) -> bytes:
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.pread(file, 200, 0)
    finally:
        os.close(file)


def _shared_folder() -> Path:
    """A folder that is this user's alone; of this process alone when somebody else has taken its name."""
    folder = Path(tempfile.gettempdir()) / f"lettermill-{os.getuid()}"
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        found = os.lstat(folder)
        if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077:
            return folder
    return Path(tempfile.mkdtemp(prefix="lettermill-"))
