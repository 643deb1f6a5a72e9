"""Snakemake as its command line starts it, without importing it each time.

Importing Snakemake and what it needs takes longer than planning a small table, and the tests start it hundreds of
times. A process that has imported it, and nothing of Lettermill, waits for commands; for each it makes a fork of
itself, which takes over folder, environment and output and then does what ``python -m snakemake`` does, to its end.
Jobs start as they always do: each is a Python process of its own.

How Snakemake itself starts cannot be seen in this way. So there are tests that start the command, and so does
``Project.run`` where the environment says something about how Python is to start.
"""

import atexit
import contextlib
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

LATER = (
    "google", "jinja2", "jsonschema", "nbformat", "packaging.version", "platformdirs", "requests", "smart_open", "yte",
    "snakemake.profiles", "snakemake.report.html_reporter", "snakemake.storage",
)  # fmt: skip
"""What Snakemake imports when it plans, apart from what ``snakemake.cli`` does."""

LENGTH = 1 << 20


class Forks:
    """The process that waits, as its client sees it: one command at a time."""

    def __init__(self) -> None:
        self._socket, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            self._process = subprocess.Popen(
                [sys.executable, __file__, str(other.fileno())], pass_fds=[other.fileno()], stdin=subprocess.DEVNULL
            )

    def run(self, arguments: list[str], folder: Path, timeout: float) -> tuple[int, str]:
        """``python -m snakemake`` with these arguments in ``folder``: its exit status, and what it has printed.

        Raises TimeoutError after ``timeout`` seconds.
        """
        with tempfile.TemporaryFile() as output:
            command = {"arguments": arguments, "folder": str(folder), "environment": dict(os.environ)}
            socket.send_fds(self._socket, [json.dumps(command).encode()], [output.fileno()])
            child = json.loads(self._socket.recv(LENGTH))
            self._socket.settimeout(timeout)
            try:
                status = json.loads(self._socket.recv(LENGTH))
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
                self._socket.settimeout(None)
                self._socket.recv(LENGTH)
                raise
            finally:
                self._socket.settimeout(None)
            output.seek(0)
            return status, output.read().decode()

    def close(self) -> None:
        self._socket.close()
        self._process.wait(10)


@cache
def forks() -> Forks:
    """Those of this process."""
    found = Forks()
    atexit.register(found.close)
    return found


def serve_this_environment() -> bool:
    """Whether the forks do what a new process would: not where the environment says something else about how Python is
    to start than it did at first, or that processes are measured from their start."""
    return (
        sys.platform == "linux"
        and _for_python() == AT_FIRST
        and not any(name.startswith("COVERAGE") for name in os.environ)
    )


def _for_python() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("PYTHON")}


AT_FIRST = _for_python()


def serve(commands: socket.socket) -> dict:
    """Fork for each command. Returns, in the forks alone, the command."""
    while True:
        message, places, _, _ = socket.recv_fds(commands, LENGTH, 1)
        if not message:
            os._exit(0)
        child = os.fork()
        if child == 0:
            commands.close()
            os.dup2(places[0], 1)
            os.dup2(places[0], 2)
            os.close(places[0])
            return json.loads(message)
        os.close(places[0])
        commands.send(json.dumps(child).encode())
        commands.send(json.dumps(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])).encode())


if __name__ == "__main__":
    from snakemake import cli

    for name in LATER:
        with contextlib.suppress(ImportError):  # of another version of Snakemake
            importlib.import_module(name)
    command = serve(socket.socket(fileno=int(sys.argv[1])))
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["folder"])
    sys.path[0] = command["folder"]
    sys.argv = [cli.__file__.replace("cli.py", "__main__.py"), *command["arguments"]]
    cli.main()
