"""Snakemake and its jobs, without importing the same packages for each of them.

Importing Snakemake and what it needs takes longer than planning a small table, importing numpy and the like longer than
a job on ten rows, and the tests start thousands of these processes. One process has imported them, and nothing of
Lettermill. It listens, and for each command it makes a fork of itself, which takes over folder, environment and output
and then does what ``python -m snakemake`` does, or ``python script.py`` for a job of such a run, to its end.

How processes start cannot be seen in this way, nor what changes before a package is imported. So there are tests that
start the command line, and so does ``Project.run`` where the environment says something about how Python is to start.
"""

import atexit
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import NamedTuple

SERVER = Path(__file__).with_name("fork_server.py")


class Fork(NamedTuple):
    """Snakemake in a process group of its own, in which its jobs are too. To be used as a ``Popen``."""

    connection: socket.socket
    pid: int

    def wait(self, timeout: float) -> int:
        self.connection.settimeout(timeout)
        with self.connection:
            return int(self.connection.recv(64))

    def poll(self) -> int | None:
        return self.wait(0) if select.select([self.connection], [], [], 0)[0] else None


class Forks:
    """The process that listens, as its client sees it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="forks"))
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER), str(self._folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout and self._process.stdout.readline(), "it does not start"

    @property
    def snakemake(self) -> Path:
        """The command ``snakemake`` for a shell."""
        return self._folder / "snakemake"

    def start(self, arguments: list[str], folder: Path, output: int) -> "Fork":
        """``python -m snakemake`` with these arguments in ``folder``; what it prints goes to this file descriptor."""
        command = {"arguments": arguments, "folder": str(folder), "environment": dict(os.environ), "group": 0}
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        connection.connect(str(self._folder / "socket"))
        socket.send_fds(connection, [json.dumps(command).encode()], [output, output])
        return Fork(connection, int(connection.recv(64)))

    def run(self, arguments: list[str], folder: Path, timeout: float) -> tuple[int, str]:
        """The same to its end: its exit status, and what it has printed. Raises TimeoutError after so many seconds."""
        with tempfile.TemporaryFile() as output:
            fork = self.start(arguments, folder, output.fileno())
            try:
                status = fork.wait(timeout)
            except BaseException:
                os.killpg(fork.pid, signal.SIGKILL)
                raise
            output.seek(0)
            return status, output.read().decode()

    def close(self) -> None:
        self._process.communicate()
        shutil.rmtree(self._folder)


@cache
def forks() -> Forks:
    """Those of this process."""
    found = Forks()
    atexit.register(found.close)
    return found


def serve_this_environment() -> bool:
    """Whether the forks do what a new process would: not where the environment says something else about how Python is
    to start than it did at first, or that processes are measured from their start."""
    return sys.platform == "linux" and _for_python() == AT_FIRST and not any(map(_is_coverage, os.environ))


def _for_python() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}


def _is_coverage(name: str) -> bool:
    return name.startswith("COVERAGE")


AT_FIRST = _for_python()
