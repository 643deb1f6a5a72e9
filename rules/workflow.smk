"""Snakemake and the config: what a run is, what is done when it starts and ends. No other file of rules has `workflow`.

A run says how many rows are done, in place of a block of lines for each job that goes well. The blocks are in
.snakemake/log/; with -p they are in the terminal too. A dry run shows them as ever, and whatever goes wrong is shown as
ever. `quiet:` in a profile is no way to do this: it hides what goes wrong with the rest, and keeps both out of
.snakemake/log/.
"""

import importlib.util
import os
import sys
import time
from pathlib import Path

import yaml
from snakemake import __version__ as SNAKEMAKE_VERSION
from snakemake.logging import logger
from snakemake.utils import min_version, update_config

ROOT = Path(workflow.snakefile).parents[1]
if not ROOT.is_dir():
    sys.exit(f"Lettermill is to be used as a module from a copy on this disk: git clone it, in place of {ROOT}.")
sys.path.insert(0, str(ROOT / "scripts"))

from lettermill.base.disk import full, unwritable
from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.workflow.code import code_of
from lettermill.workflow.internals import LOWEST, Internals, version_warning
from lettermill.workflow.progress import Job, Progress
from lettermill.workflow.progress_log import Watch, is_news

min_version(LOWEST)
if version_warning(SNAKEMAKE_VERSION):
    logger.warning(version_warning(SNAKEMAKE_VERSION))


configfile: str(ROOT / "config.yaml")


# A workflow that uses this one as a module may give it a config that holds only what differs.
DEFAULTS = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
update_config(DEFAULTS, config)
config = DEFAULTS

STARTED = time.time()
INTERNALS = Internals(workflow, rules, logger.warning, SNAKEMAKE_VERSION)
CONFIG_FILES = [ROOT / "config.yaml", *INTERNALS.config_files()]
WATCHES = []

# For the jobs of this process, and those of a cluster, which come here themselves: how much OpenCV decodes, and which
# library it is. (Snakemake puts the folder of a script last on its path, after a Lettermill that has been installed.)
os.environ.update(
    OPENCV_IO_MAX_IMAGE_PIXELS=str(config["download"]["max_pixels"]),
    PYTHONPATH=os.pathsep.join(filter(None, [str(ROOT / "scripts"), os.environ.get("PYTHONPATH")])),
)

# (rule, package, where it is asked for) of what is not needed to build a dataset, or was not needed once.
OPTIONAL_PACKAGES = [
    ("export_huggingface", "pyarrow", "requirements-export.txt"),
    ("fit", "tensorflow", "requirements-train.txt"),
    ("report", "matplotlib", "requirements.txt"),
    ("evaluate", "matplotlib", "requirements.txt"),
]


def checked(make, *arguments):
    """make(*arguments); wrong input ends Snakemake with the library's message for the user."""
    try:
        return make(*arguments)
    except (InputError, CorruptedFileError) as error:
        sys.exit(f"Lettermill: {error}")


def check_writable(*folders):
    """End with a message when one of these cannot be written to."""
    for message in unwritable(folders):
        sys.exit(f"Lettermill: {message}")


check_writable(".", ".snakemake")  # where Snakemake would only fail with a traceback


def intermediate(path):
    """An output that only later stages of the batch need."""
    return path if config["keep_intermediates"] else temp(path)


def before_learning(wildcards):
    """The group of stages that are one job of a cluster, for each batch: those before `learn`.

    There are none in local runs. (Groups are no part of the profile, because a cluster's job does not know those: it
    would start Snakemake again for each of its stages.)
    """
    return None if INTERNALS.is_local() else "stages"


def after_learning(wildcards):
    """The group of the stages after `learn`: the same, when nothing is to be learned in between."""
    return "letters" if ALIGNED and not is_trained() and not INTERNALS.is_local() else before_learning(wildcards)


def start_run():
    """What is done before the first job."""
    check_writable(results_folder(), "logs", config["cache"])
    jobs = INTERNALS.planned_jobs()
    check_packages({job.rule for job in jobs})
    INTERNALS.lift_rate_limit()
    watch_run(jobs)


def end_run():
    """What is done when all jobs have ended well."""
    end_watch()
    show_summary()


def fail_run():
    """What is done when one has not. When a disk is full, the errors above have all kinds of names: it says so."""
    end_watch()
    for message in full([".", results_folder(), "logs", config["cache"]]):
        print(f"Lettermill: {message}", file=sys.stderr)


def results_folder():
    """results/, or where the prefix of a module puts it."""
    return Path(rules.dataset.output.summary).parent


def check_packages(planned_rules):
    """End with a message when a job of this run needs a package that is not there, before the others have run for long."""
    if INTERNALS.uses_environments():
        return
    for rule_name, package, requirements in OPTIONAL_PACKAGES:
        if rule_name in planned_rules and importlib.util.find_spec(package) is None:
            sys.exit(
                f"Lettermill: {rule_name} needs {package}: pip install -r {requirements} -c constraints.txt. "
                "Nothing else of the workflow does."
            )


def watch_run(planned_jobs):
    """Show the progress of the run that starts, unless nobody wants to see any."""
    wanted = INTERNALS.output()
    if wanted.quiet or INTERNALS.is_touch():
        return
    every_row = sum(map(PLAN.rows_in, BATCHES))
    jobs = [Job(rule, batch, PLAN.rows_in(batch) if batch else every_row) for rule, batch in planned_jobs if rule]
    progress = Progress(jobs, INTERNALS.jobs_at_a_time(len(jobs)), INTERNALS.is_local())
    if progress.is_over:
        return
    if not wanted.every_job:
        INTERNALS.filter_terminal(is_news)
    say = lambda line: INTERNALS.say_progress(f"Progress: {line}")
    growth, longest = (0.1, 10) if wanted.terminal else (1.0, 60)
    watch = Watch(progress, INTERNALS.own_name, say, growth, longest)
    INTERNALS.add_handler(watch)
    watch.start()
    WATCHES.append(watch)


def end_watch():
    """Show how far the run has come."""
    for watch in WATCHES:
        watch.end()


def show_summary():
    """Show the summary, if this run has written it."""
    path = Path(rules.dataset.output.summary)
    if path.exists() and path.stat().st_mtime >= STARTED:
        logger.info(f"\n{path.read_text(encoding='utf-8')}")
