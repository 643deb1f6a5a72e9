"""The process of snakemake_forks.py that listens: it makes a fork of itself for each command."""

import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import socket
import sys
import threading
import traceback
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
if os.path.basename(sys.argv[0]) == "snakemake":
    command = {{"arguments": arguments}}
elif len(arguments) == 1 and "/.snakemake/scripts/" in arguments[0]:
    command = {{"script": arguments[0]}}
else:
    os.execv({python!r}, [{python!r}, *arguments])
command |= {{"folder": os.getcwd(), "environment": dict(os.environ), "group": os.getpgrp()}}
connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
connection.connect({place!r})
socket.send_fds(connection, [json.dumps(command).encode()], [1, 2])
connection.recv(64)
sys.exit(int(connection.recv(64)) % 256)
"""
"""What a run takes for Python, or a shell for Snakemake: it hands the script of a job, or the command line, to the
process that listens at ``place``."""


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
    try:
        os.setpgid(0, command["group"])
    except OSError:  # all of its run have been killed
        os._exit(1)
    os.environ.clear()
    os.environ.update(command["environment"])
    os.chdir(command["folder"])
    return command


def main(folder: Path) -> None:
    """The process that listens, and its forks."""
    for name in PACKAGES:
        with contextlib.suppress(ImportError):  # another version of Snakemake has other modules
            importlib.import_module(name)
    importlib.import_module("snakemake.cli").get_argument_parser()  # it looks for plugins, in all of site-packages
    for name in ("python", "snakemake"):
        launcher = folder / name
        launcher.write_text(LAUNCHER.format(python=sys.executable, place=str(folder / "socket")), encoding="utf-8")
        launcher.chmod(0o755)
    gc.freeze()  # what is there stays, in all forks
    command = listen(folder)
    try:
        work(command, folder / "python")
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
