"""Snakemake and its jobs, without importing the same packages for each of them.

Importing Snakemake and what it needs takes longer than planning a small table, importing numpy and the like longer than
a job on ten rows, and the tests start thousands of these processes. One process has imported them, and nothing of
Lettermill. It listens, and for each command it makes a fork of itself, which takes over folder, environment and output
and then does what ``python -m snakemake`` does, or ``python script.py`` for a job of such a run, to its end.

How processes start cannot be seen in this way, nor what changes before a package is imported. So there are tests that
start the command line, and so does ``Project.run`` where the environment says something about how Python is to start.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from functools import cache
from pathlib import Path

PACKAGES = (
    "google", "jinja2", "jsonschema", "nbformat", "packaging.version", "platformdirs", "requests", "smart_open", "yte",
    "snakemake.cli", "snakemake.profiles", "snakemake.report.html_reporter", "snakemake.script", "snakemake.storage",
    "numpy", "pandas", "sklearn.linear_model", "sklearn.neural_network", "threadpoolctl", "matplotlib.pyplot",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg",
)  # fmt: skip
"""What Snakemake imports when it plans, and jobs when they start. (Not cv2: it reads the limits of images when it is
imported. Nor tensorflow, which starts threads.)"""

LENGTH = 1 << 20

LAUNCHER = """#!{python} -IS
import json, os, socket, sys
arguments = sys.argv[1:]
if len(arguments) != 1 or "/.snakemake/scripts/" not in arguments[0]:
    os.execv({python!r}, [{python!r}, *arguments])
connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
connection.connect({place!r})
command = {{"script": arguments[0], "folder": os.getcwd(), "environment": dict(os.environ)}}
socket.send_fds(connection, [json.dumps(command).encode()], [1, 2])
connection.recv(64)
sys.exit(int(connection.recv(64)) % 256)
"""
"""What a run takes for Python: it hands scripts of jobs to the process that listens at ``place``."""


class Forks:
    """The process that listens, as its client sees it."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="forks"))
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self._folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout and self._process.stdout.readline(), "it does not start"

    def run(self, arguments: list[str], folder: Path, timeout: float) -> tuple[int, str]:
        """``python -m snakemake`` with these arguments in ``folder``: its exit status, and what it has printed.

        Raises TimeoutError after ``timeout`` seconds.
        """
        command = {"arguments": arguments, "folder": str(folder), "environment": dict(os.environ)}
        with tempfile.TemporaryFile() as output, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
            connection.connect(str(self._folder / "socket"))
            socket.send_fds(connection, [json.dumps(command).encode()], [output.fileno(), output.fileno()])
            child = int(connection.recv(64))
            connection.settimeout(timeout)
            try:
                status = int(connection.recv(64))
            except TimeoutError:
                os.kill(child, signal.SIGKILL)
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


def listen(folder: Path) -> dict:
    """Fork for each command, until the input ends. Returns, in the forks alone, the command."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(str(folder / "socket"))
    listener.listen(100)
    print("listening", flush=True)
    while True:
        ready, _, _ = select.select([listener, sys.stdin], [], [])
        if sys.stdin in ready:
            os._exit(0)
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            return take_over(connection)
        connection.close()
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass  # what has ended is no longer kept


def take_over(connection: socket.socket) -> dict:
    """Returns the command in a fork of its own, whose process id and exit status go back."""
    message, outputs, _, _ = socket.recv_fds(connection, LENGTH, 2)
    child = os.fork()
    if child:
        connection.send(str(child).encode())
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        with contextlib.suppress(BrokenPipeError):
            connection.send(str(status).encode())
        os._exit(0)
    connection.close()
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    for number, output in enumerate(outputs, start=1):
        os.dup2(output, number)
        os.close(output)
    command = json.loads(message)
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["folder"])
    return command


def main(folder: Path) -> None:
    """The process that listens, and its forks."""
    for name in PACKAGES:
        with contextlib.suppress(ImportError):  # another version of Snakemake has other modules
            importlib.import_module(name)
    launcher = folder / "python"
    launcher.write_text(LAUNCHER.format(python=sys.executable, place=str(folder / "socket")), encoding="utf-8")
    launcher.chmod(0o755)
    gc.freeze()  # what is there stays, in all forks
    command = listen(folder)
    try:
        work(command, launcher)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        status = 1
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # to free memory piece by piece takes as long as to import what is there


def work(command: dict, launcher: Path) -> None:
    """What the command says."""
    if "script" in command:
        script = command["script"]
        sys.path[0], sys.argv = os.path.dirname(script), [script]
        runpy.run_path(script, run_name="__main__")
    else:
        from snakemake import cli

        sys.executable = str(launcher)
        sys.path[0], sys.argv = (
            command["folder"],
            [str(Path(cli.__file__).with_name("__main__.py")), *command["arguments"]],
        )
        cli.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
