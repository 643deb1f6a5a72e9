"""Snakemake and the config: what a run does when it starts and ends. No other file of rules uses `workflow`.

A run shows progress lines instead of a block of lines for each job. The blocks are in .snakemake/log/; with -p they are
in the terminal too. A dry run shows the blocks, and a failed job is always shown. `quiet:` in a profile is no
alternative: it also hides failed jobs, and keeps all of this out of .snakemake/log/.
"""

import importlib.util
import os
import sys
import time
from pathlib import Path

from snakemake import __version__ as SNAKEMAKE_VERSION
from snakemake.logging import logger
from snakemake.utils import min_version, update_config

ROOT = Path(workflow.snakefile).parents[1]
if not ROOT.is_dir():
    sys.exit(f"Lettermill: {ROOT} is not a folder. Clone the repository and name its Snakefile in `module`.")
sys.path.insert(0, str(ROOT / "scripts"))

from lettermill.base.disk import dated_in_future, full, unwritable
from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.base.visible import visible
from lettermill.dataset.sync import remove_others
from lettermill.fetch.cache import Cache
from lettermill.fetch.refill import lost_images, refill
from lettermill.plan import plan_files
from lettermill.plan.config import read_own_yaml
from lettermill.plan.image_files import check_images
from lettermill.records import row_store
from lettermill.workflow.code import code_of
from lettermill.workflow.internals import LOWEST, Internals, version_warning
from lettermill.workflow.job import OF_THE_MACHINE
from lettermill.workflow.progress import Job, Progress
from lettermill.workflow.progress_log import Watch, is_news
from lettermill.workflow.records import Records

min_version(LOWEST)
if version_warning(SNAKEMAKE_VERSION):
    logger.warning(version_warning(SNAKEMAKE_VERSION))


configfile: str(ROOT / "config.yaml")


# A workflow that uses this one as a module may pass a config that contains only what differs from the defaults.
DEFAULTS = read_own_yaml(ROOT / "config.yaml")
update_config(DEFAULTS, config)
config = DEFAULTS

STARTED = time.time()
INTERNALS = Internals(workflow, rules, logger.warning, SNAKEMAKE_VERSION)
RESULTS = Path(INTERNALS.place_of("results"))
CONFIG_FILES = [ROOT / "config.yaml", *INTERNALS.config_files()]
WATCHES = []

# For the jobs of this process, and for cluster jobs, which read this file too: the largest image that OpenCV decodes,
# and the library of this repository. (Snakemake puts the folder of a script last on the path, after an installed
# Lettermill.)
os.environ.update(
    OPENCV_IO_MAX_IMAGE_PIXELS=str(config["download"]["max_pixels"]),
    PYTHONPATH=os.pathsep.join(filter(None, [str(ROOT / "scripts"), os.environ.get("PYTHONPATH")])),
)

# (rule, package, file of requirements) of packages that may be missing: optional ones, and ones added later.
OPTIONAL_PACKAGES = [
    ("export_huggingface", "pyarrow", "requirements-export.txt"),
    ("export_folders", "pyarrow", "requirements-export.txt"),
    ("fit", "tensorflow", "requirements-train.txt"),
    ("fit", "keras", "requirements-train.txt"),
    ("fit", "onnx", "requirements-train.txt"),
    ("report", "matplotlib", "requirements.txt"),
    ("evaluate", "matplotlib", "requirements.txt"),
]


def sweep(rule_name, folder, only_temp):
    """Delete the folders of letters that the outputs of a rule do not name, and what is kept of rows. With
    ``only_temp``, delete the crops that are kept of rows."""
    if only_temp:
        if rule_name == "crop":
            remove_others(folder.parent / row_store.FOLDER / folder.name, ())
    elif rule_name in ("dataset", "export_folders"):
        remove_others(folder, (), only_folders=True)
        remove_others(folder.parent / row_store.FOLDER, ())
        remove_others(RESULTS / plan_files.FOLDER, ())


INTERNALS.keep_records(
    Records(workflow, INTERNALS.own_name, ROOT / "scripts", ("retry_failed", "refresh"), sweep, logger.warning)
)


def checked(make, *arguments):
    """make(*arguments). Wrong input ends Snakemake with the library's message for the user."""
    try:
        return make(*arguments)
    except (InputError, CorruptedFileError) as error:
        sys.exit(visible(f"Lettermill: {error}", keep="\n"))


def written(make, *arguments):
    """The same of what is written into the folder of the results."""
    try:
        return checked(make, *arguments)
    except OSError as error:
        check_writable(RESULTS, RESULTS / plan_files.FOLDER)
        sys.exit(visible(f"Lettermill: {error}. {OF_THE_MACHINE.get(error.errno, '')}"))


def check_writable(*folders):
    """End with a message if one of these folders is not writable."""
    for message in unwritable(folders):
        sys.exit(f"Lettermill: {message}")


check_writable(".", ".snakemake")  # Snakemake itself would fail with a traceback


def intermediate(path):
    """An output that only later stages of the batch need."""
    return path if config["keep_intermediates"] else temp(path)


def before_learning(wildcards):
    """The group of the stages before `learn`: on a cluster, they are one job per batch.

    There are no groups in local runs. (Groups are not part of the profile, because a cluster job does not read it: it
    would start Snakemake again for each of its stages.)
    """
    return None if INTERNALS.is_local() else "stages"


def after_learning(wildcards):
    """The group of the stages after `learn`: the same group, if the recogniser need not be trained in between."""
    return "letters" if ALIGNED and not is_trained() and not INTERNALS.is_local() else before_learning(wildcards)


def start_run():
    """Check folders and packages, and start the progress lines, before the first job."""
    check_writable(RESULTS, "logs", config["cache"])
    jobs = INTERNALS.planned_jobs()
    planned = {job.rule for job in jobs}
    check_packages(planned)
    if "fit" in planned:
        checked(check_weights, initial_weights())
    check_clock()
    keep_images([job.batch for job in jobs if job.rule == "download"])
    INTERNALS.lift_rate_limit()
    watch_run(jobs)


def end_run():
    """Show the last progress line and the summary when all jobs have succeeded."""
    end_watch()
    show_summary()


def fail_run():
    """Show the last progress line when a job has failed, and name full disks, which cause all kinds of errors."""
    end_watch()
    for message in full([".", RESULTS, "logs", config["cache"]]):
        print(f"Lettermill: {message}", file=sys.stderr)


def check_packages(planned_rules):
    """End with a message if a job of this run needs a package that is not installed, before other jobs run."""
    if INTERNALS.uses_environments():
        return
    for rule_name, package, requirements in OPTIONAL_PACKAGES:
        if rule_name in planned_rules and importlib.util.find_spec(package) is None:
            sys.exit(
                f"Lettermill: {package} is not installed, and {rule_name} needs it. Install it:\n"
                f"pip install -r {requirements} -c constraints.txt"
            )


def check_clock():
    """End with a message if a file of this run is dated in the future, before Snakemake deletes what looks too old."""
    if not INTERNALS.is_touch():
        check_times(INTERNALS.files())


def check_times(files):
    """End with a message if one of these files is dated in the future."""
    if message := dated_in_future(files, RESULTS, "logs"):
        sys.exit(f"Lettermill: {message}")


def keep_images(batches):
    """Keep images that the jobs of these batches would lose, because the images folder or the cache has been emptied."""
    if not batches or INTERNALS.is_touch():
        return
    if not config["accept_lost_images"]:
        local = {batch: sources_of(batch) for batch, about in BATCHES.items() if about.files}
        checked(check_images, local, batches, PLAN.images, Path(rules.dataset.output.metadata))
    cache, others = Cache(Path(config["cache"]).expanduser()), {*BATCHES} - {*batches}
    refill(cache, [path for path in RESULTS.glob("downloaded/*") if path.name not in others])
    if lost := lost_images(cache, {batch: sources_of(batch) for batch in batches}):
        logger.warning(
            f"Lettermill: {lost:,} images that were downloaded before are no longer in {config['cache']}. They are "
            "downloaded again; rows whose images their servers no longer have are rejected."
        )


def watch_run(planned_jobs):
    """Show progress lines from now on, unless they are switched off."""
    wanted = INTERNALS.output()
    if wanted.quiet or INTERNALS.is_touch():
        return
    every_row = sum(about.rows for about in BATCHES.values())
    jobs = [Job(rule, batch, BATCHES[batch].rows if batch else every_row) for rule, batch in planned_jobs if rule]
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
    """Show the last progress line."""
    for watch in WATCHES:
        watch.end()


def show_summary():
    """Show the summary if this run has written it."""
    path = Path(rules.dataset.output.summary)
    if path.exists() and path.stat().st_mtime >= STARTED:
        logger.info(visible(f"\n{path.read_text(encoding='utf-8')}", keep="\n"))
