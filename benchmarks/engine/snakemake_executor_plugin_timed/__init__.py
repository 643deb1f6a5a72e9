"""An executor of Snakemake that does on this machine what others submit to a cluster, and says what each job costs.

With this folder's parent in PYTHONPATH: ``snakemake --executor timed``. The command that runs a job is made by the
engine, as for every executor that submits jobs. It is run ROUNDS times, one after the other, and the figures are added
to the file that the environment variable TIMED names: a line of JSON for each time, ``usage.Usage`` and, by the job's
log, ``before``, the seconds until its script began to work, and ``work``, those that this took.
"""

import json
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

from snakemake_interface_executor_plugins.executors.base import SubmittedJobInfo
from snakemake_interface_executor_plugins.executors.remote import RemoteExecutor
from snakemake_interface_executor_plugins.jobs import JobExecutorInterface
from snakemake_interface_executor_plugins.settings import CommonSettings

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from usage import measured

ROUNDS = 3

common_settings = CommonSettings(
    non_local_exec=True,
    implies_no_shared_fs=False,
    job_deploy_sources=False,
    auto_deploy_default_storage_provider=False,
)


class Executor(RemoteExecutor):
    """Jobs are done when they have been submitted."""

    def run_job(self, job: JobExecutorInterface) -> None:
        """Run the job's command and note what it cost."""
        command = self.format_job_exec(job)
        with open(os.environ["TIMED"], "a", encoding="utf-8") as file:
            for _ in range(ROUNDS):
                started = time.time()
                usage, _ = measured(["sh", "-c", command], Path.cwd())
                log = Path(job.log[0]).read_text(encoding="utf-8")
                done, took = re.search(r"^(\S+ \S+) INFO done in (\S+) s", log, re.MULTILINE).groups()
                before = datetime.fromisoformat(done).timestamp() - float(took) - started
                file.write(json.dumps({**usage._asdict(), "before": before, "work": float(took)}) + "\n")
        self.report_job_submission(SubmittedJobInfo(job))

    async def check_active_jobs(self, active_jobs: list[SubmittedJobInfo]) -> AsyncIterator[SubmittedJobInfo]:
        """None is active any more."""
        for job in active_jobs:
            self.report_job_success(job)
        for job in ():
            yield job

    def cancel_jobs(self, active_jobs: list[SubmittedJobInfo]) -> None:
        """There is nothing to cancel."""
