"""A real Slurm of one node on this machine, for tests: started in a scratch folder, and ended again.

Its programs find it by /etc/slurm/slurm.conf, because the executor takes SLURM_CONF out of the environment of its jobs.
So that file must not be there yet, or be one that a killed run of these tests has left.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

import pytest

CONFIG = Path("/etc/slurm/slurm.conf")
OURS = "# Lettermill's tests have written this, and remove it again.\n"
DAEMONS = ("slurmctld", "slurmd")
PARTITION = "tests"


class NoSlurm(Exception):
    """Why there can be no Slurm on this machine."""


class Slurm:
    """A running Slurm with one partition of one node."""

    def open(self, opened: bool) -> None:
        """Let jobs start, or only wait."""
        ask("scontrol", "update", f"PartitionName={PARTITION}", f"State={'UP' if opened else 'DOWN'}")

    def jobs(self, states: str = "all") -> list[str]:
        """The ids of all jobs, or of those in these states (pending, running, completed, cancelled)."""
        return ask("squeue", "--noheader", f"--states={states}", "--format=%i").split()

    def memory(self, job: str) -> int:
        """What a job has asked for, in megabytes."""
        return int(
            ask("squeue", "--noheader", "--states=all", f"--jobs={job}", "--format=%m").strip().removesuffix("M")
        )

    def cancel(self, *options: str) -> None:
        """Cancel the jobs that ``options`` of scancel name."""
        ask("scancel", *options)


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Slurm]:
    """A Slurm that writes into ``folder``; raises NoSlurm where there can be none."""
    with _config() as config, pytest.MonkeyPatch.context() as patch:
        config.write(OURS + _settings(folder))
        config.flush()
        patch.setenv("SLURM_CONF", str(CONFIG))
        try:
            for name in DAEMONS:
                subprocess.run([name], check=True)  # it goes to the background
            wait_until(_is_ready, "the node to be idle")
            slurm = Slurm()
            yield slurm
            slurm.cancel(f"--partition={PARTITION}")
            wait_until(lambda: not slurm.jobs("pending,running,completing"), "the jobs to end")
        finally:
            _end_daemons(folder)


def ask(*command: str) -> str:
    """What one of Slurm's commands prints."""
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


def wait_until(happens: Callable[[], object], what: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, f"waited {seconds} s for {what}"
        time.sleep(0.1)


@contextlib.contextmanager
def _config() -> Iterator[TextIO]:
    """Slurm's config file, empty, and locked, so that two runs of these tests do not meet. It is removed at the end."""
    if os.geteuid() != 0:
        raise NoSlurm("Slurm's daemons must be started by root")
    if not all(map(shutil.which, (*DAEMONS, "sbatch", "srun"))):
        raise NoSlurm("Slurm is not installed: apt-get install slurmctld slurmd slurm-client munge")
    CONFIG.parent.mkdir(parents=True, exist_ok=True)
    with open(CONFIG, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NoSlurm(f"another run of these tests uses {CONFIG}") from None
        file.seek(0)
        left = file.read()
        if left and not left.startswith(OURS):
            raise NoSlurm(f"this machine has a Slurm of its own: {CONFIG}")
        for line in left.splitlines():
            if line.startswith("StateSaveLocation="):
                _end_daemons(Path(line.partition("=")[2]).parent)
        file.truncate(0)
        try:
            yield file
        finally:
            CONFIG.unlink()


def _settings(folder: Path) -> str:
    """Settings with which all files are in ``folder``, no other service is asked, and jobs start at once.

    The node has more cores and memory than the machine may have: what jobs ask for is granted, not measured.
    """
    for name in ("state", "spool", "log"):
        (folder / name).mkdir(parents=True)
    host = socket.gethostname().partition(".")[0]
    controller, node = _free_ports(2)
    return f"""\
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller}
SlurmdPort={node}
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
SchedulerParameters=batch_sched_delay=0,sched_min_interval=200000
ReturnToService=2
MinJobAge=300
KillWait=5
NodeName={host} NodeAddr=127.0.0.1 CPUs=8 RealMemory=64000 State=UNKNOWN
PartitionName={PARTITION} Nodes={host} Default=YES MaxTime=INFINITE DefMemPerCPU=100 State=UP
"""


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _is_ready() -> bool:
    done = subprocess.run(["sinfo", "--noheader", "--format=%T"], capture_output=True, text=True, check=False)
    return done.stdout.strip() == "idle"


def _end_daemons(folder: Path) -> None:
    """End the daemons whose pid files are in ``folder``, the node's first."""
    for name in reversed(DAEMONS):
        with contextlib.suppress(OSError, ValueError):  # it has ended, or never began
            process = Path("/proc") / (folder / f"{name}.pid").read_text().strip()
            if (process / "comm").read_text().strip() == name:
                os.kill(int(process.name), signal.SIGTERM)
                wait_until(lambda process=process: not process.exists(), f"{name} to end")
