"""The workflow as a benchmark runs it: what a run costs, the jobs that it does, and what its stages take of it."""

import re
import statistics
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from segment_match import ROOT
from usage import Usage, measured


def run_workflow(
    config: Path, folder: Path, cores: int, *options: str, variables: Mapping[str, str] | None = None
) -> tuple[Usage, Counter[str]]:
    """Run the workflow on ``config`` in ``folder``: what it cost, and rule -> jobs.

    variables: come on top of the environment.
    """
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--configfile", str(config.absolute())]
    folder.mkdir(parents=True, exist_ok=True)
    usage, output = measured([*command, "--directory", str(folder.absolute()), *options], ROOT, variables)
    return usage, jobs_of(output)


def jobs_of(output: str) -> Counter[str]:
    """Rule -> jobs in the first table of job counts that the engine prints; empty when there is nothing to do.

    Raises ValueError, with the output, when it says neither.
    """
    if "Nothing to be done" in output:
        return Counter()
    table = re.search(r"\njob +count\n[- ]+\n(.*?)\ntotal", output, re.DOTALL)
    if not table:
        raise ValueError(output)
    return Counter({rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table[1], re.MULTILINE)})


def stage_seconds(logs: Path) -> Counter[str]:
    """Rule -> CPU seconds of its jobs' work, by the last lines of the logs below ``logs``: without what came before,
    which is starting Python and importing."""
    spent: Counter[str] = Counter()
    for path in logs.rglob("*.log"):
        done = re.search(r" done in \S+ s, (\S+) s of CPU\n\Z", path.read_text(encoding="utf-8"))
        if done:
            spent[path.relative_to(logs).parts[0].removesuffix(".log")] += float(done[1])
    return spent


def median_usage(used: Iterable[Usage]) -> Usage:
    """The median of each figure of several runs."""
    return Usage(*(statistics.median(values) for values in zip(*used, strict=True)))
