"""What a command costs: wall and CPU seconds, and memory. All processes that it starts count.

usage: python -I -S benchmarks/usage.py FIGURES.json COMMAND ...

On Linux, a new process starts with at least the peak memory of the process that starts it. A benchmark, with everything
it has imported, must therefore not start the measured command directly. ``measured`` starts it by way of this file, as
a small program.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

SAMPLED = 0.5
"""Seconds between two looks at the memory of all processes."""

TAIL = 40
"""Lines of the output of a failed command that are shown."""


class Usage(NamedTuple):
    """Seconds, and megabytes of resident memory."""

    wall: float
    cpu: float  # user and system, of all processes
    largest: float  # peak of the largest process
    together: float  # peak of all processes at one time, as seen every SAMPLED seconds; 0 where there is no /proc


def measured(command: list[str], cwd: Path, variables: Mapping[str, str] | None = None) -> tuple[Usage, str]:
    """Run ``command`` in the folder ``cwd``: what it cost, and all that it printed.

    variables: come on top of the environment. Ends the program, with the command's last lines, if it fails.
    """
    environment = {**os.environ, **(variables or {})}
    # Jobs find Python where this one is, whether or not its environment is active.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder, "figures.json")
        done = subprocess.run(
            [sys.executable, "-I", "-S", __file__, str(figures), *command], cwd=cwd, env=environment, text=True,
            errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        if done.returncode:
            last = "\n".join(done.stdout.splitlines()[-TAIL:])
            sys.exit(f"{' '.join(command)}\nended with {done.returncode}:\n{last}")
        return Usage(**json.loads(figures.read_text(encoding="utf-8"))), done.stdout


def _watch(command: list[str]) -> tuple[Usage, int]:
    """Run ``command``: what it cost, and its exit status."""
    started = time.perf_counter()
    running = subprocess.Popen(command)
    together, seen = 0.0, 0.0
    while True:
        pid, status, usage = os.wait4(running.pid, os.WNOHANG)
        wall = time.perf_counter() - started
        if pid:
            break
        if wall - seen > SAMPLED:
            together, seen = max(together, _resident(running.pid)), wall
        time.sleep(0.02)
    megabytes = usage.ru_maxrss / (1_000_000 if sys.platform == "darwin" else 1_000_000 / 1024)
    running.returncode = os.waitstatus_to_exitcode(status)
    return Usage(wall, usage.ru_utime + usage.ru_stime, megabytes, together), running.returncode


def _resident(root: int) -> float:
    """Megabytes that the process ``root`` and its descendants hold now; pages that they share count for each."""
    parents, pages = {}, {}
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else []:
        if entry.isdigit():
            with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()  # the name before may hold anything
                parents[int(entry)], pages[int(entry)] = int(fields[1]), int(fields[21])
    family, generation = {root}, {root}
    while generation:
        generation = {pid for pid, parent in parents.items() if parent in generation} - family
        family |= generation
    return sum(pages.get(pid, 0) for pid in family) * os.sysconf("SC_PAGE_SIZE") / 1_000_000


if __name__ == "__main__":
    used, ended = _watch(sys.argv[2:])
    Path(sys.argv[1]).write_text(json.dumps(used._asdict()), encoding="utf-8")
    sys.exit(ended)
