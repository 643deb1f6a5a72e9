"""What all rules share: the plan of the run (see scripts/lettermill/plan/workplan.py) and the code of each stage."""

import importlib.util
import os
import sys
import time
from functools import cache
from pathlib import Path

sys.path.insert(0, f"{workflow.basedir}/scripts")

from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.base.digests import digest
from lettermill.base.disk import full, unwritable
from lettermill.workflow.code import code_of
from lettermill.workflow.parameters import stamp_of
from lettermill.plan.workplan import Workplan


def planned(make, *arguments):
    """make(*arguments), with the library's messages for the user as the engine's."""
    try:
        return make(*arguments)
    except (InputError, CorruptedFileError) as error:
        sys.exit(f"Lettermill: {error}")


def check_writable(*folders):
    """End with a message when one of these cannot be written to."""
    for message in unwritable(folders):
        sys.exit(f"Lettermill: {message}")


check_writable(".", ".snakemake")  # where the engine would only fail with a traceback

STARTED = time.time()
CONFIG_FILES = [Path(workflow.basedir) / "config.yaml", *map(Path, workflow.overwrite_configfiles)]
PLAN = planned(Workplan, config, CONFIG_FILES, Path(workflow.basedir) / "schemas/config.schema.yaml")
BATCHES = planned(lambda: PLAN.batches)

# For OpenCV, in the jobs of this process, and in those of a cluster, which come here themselves.
os.environ.update(OPENCV_IO_MAX_IMAGE_PIXELS=str(config["download"]["max_pixels"]))

# The letters that are cut, by config `method`: {batch} is a row's batch.
ALIGNED = config["method"] == "align"
FOLDERS, TABLES = ["letters"], ["suspected"] if ALIGNED else []
if config["keep_intermediates"]:
    FOLDERS += ["downloaded", "cropped"]
    TABLES += ["segmented", "matched", *(["aligned"] if ALIGNED else [])]
CARD_SETTINGS = ["method", "crop", "segment", "cut", "split", "alphabet", "unreadable", *(["align"] if ALIGNED else [])]
SHEETS = ["delivered", "least_confident", "rejected_letters", "rejected_rows"]
LETTERS = "results/aligned/{batch}.csv" if ALIGNED else "results/matched/{batch}.csv"

# What `learn` makes, and what it learns with: it writes that down, see is_learnt.
LEARNT = [
    f"results/recogniser/{name}" for name in ("recogniser.npz", "reliability.csv", "lessons.csv", "learnt_with.txt")
]
LEARN_SETTINGS = {key: config[key] for key in ("align", "alphabet", "crop", "segment")}
LEARN_SETTINGS["align"] = {key: config["align"][key] for key in ("examples", "rounds")}
LEARN = f"{LEARN_SETTINGS}\n{code_of('lettermill.stages.learn')}\n"

# (rule, package, where it is asked for) of what is not needed to build a dataset, or was not needed once.
NEEDED = [
    ("export_huggingface", "pyarrow", "requirements-export.txt"),
    ("fit", "tensorflow", "requirements-train.txt"),
    ("report", "matplotlib", "requirements.txt"),
    ("evaluate", "matplotlib", "requirements.txt"),
]

# What the files that `cut` works on are made with.
STAGES = ["download", "crop", "segment", "match", *(["align"] if ALIGNED else [])]
EARLIER = [config["crop"], config["segment"], *(code_of(f"lettermill.stages.{stage}") for stage in STAGES)]


def intermediate(path):
    """An output that only later stages of the batch need."""
    return path if config["keep_intermediates"] else temp(path)


@cache
def sources_of(batch):
    return planned(PLAN.sources, batch)


def sources(wildcards):
    """The rows of a batch as `download` needs them."""
    return sources_of(wildcards.batch)


def images(wildcards):
    """The folder of the images of a batch, if it has any that are not fetched."""
    return planned(PLAN.images_of, wildcards.batch)


def fetching(wildcards):
    """1 if the batch has images to be fetched, 0 if all of them are files."""
    return int(not images(wildcards) or any("://" in image for _, image, _ in sources(wildcards)))


def patterns(wildcards):
    """The rows of a batch as `match` needs them."""
    return planned(PLAN.patterns, wildcards.batch)


def corrections(wildcards):
    """The corrections of letters of a batch."""
    return planned(PLAN.corrections, wildcards.batch)


def outcomes(wildcards):
    """The lines of the table of corrections, with what has become of them as far as the plan tells."""
    return planned(lambda: PLAN.correction_outcomes)


def earlier(wildcards):
    """A digest of all that the files that `cut` works on are made from.

    Where these are not kept nothing else tells that they would be others now, and where they are it does no harm.
    """
    return digest([(repr(EARLIER), repr(sources(wildcards)), images(wildcards))])


@cache
def is_learnt():
    """Whether there is a recogniser, learnt with these settings and this code, and nobody asks to learn again."""
    forced = workflow.dag_settings.forceall or not {"learn", *LEARNT}.isdisjoint(workflow.dag_settings.forcerun)
    return not forced and all(map(os.path.exists, LEARNT)) and Path(LEARNT[-1]).read_text(encoding="utf-8") == LEARN


def before_learning(wildcards):
    """The group of stages that are one job of a cluster, for each batch: those before `learn`.

    There are none in local runs. (Groups are no part of the profile, because a cluster's job does not know those: it
    would start the engine anew for each of its stages.)
    """
    return None if workflow.local_exec else "stages"


def after_learning(wildcards):
    """The group of the stages after `learn`: the same, when nothing is to be learnt in between."""
    return "letters" if ALIGNED and not is_learnt() and not workflow.local_exec else before_learning(wildcards)


def learnt(path):
    """An input function: one of LEARNT, without the job that makes it once there is no need for that.

    ancient() would do for the files, but hides from the engine what else has changed in jobs that depend on it
    (https://github.com/snakemake/snakemake/issues/4166).
    """
    return lambda wildcards: before_update(path) if is_learnt() else path


recogniser, reliability, lessons = map(learnt, LEARNT[:3])


def batch_of(pattern):
    """An input function: `pattern` for the batch of the row that the job is about."""
    return lambda wildcards: pattern.format(batch=planned(PLAN.batch_of, wildcards.row))


def row_of(wildcards):
    """The id of that row: the wildcard is what its files are called."""
    return planned(PLAN.row_of, wildcards.row)


def dry_run():
    """A command that says what a run with this config would do, in the form in which the engine starts jobs."""
    settings = workflow.config_settings
    options = ["--configfile", *map(str, settings.configfiles)] if settings.configfiles else []
    options += ["--config", *settings.config_args] if settings.config_args else []
    return [sys.executable, "-m", "snakemake", "-n", "--quiet=rules", "-s", str(workflow.main_snakefile), *options]


def lift_rate_limit():
    """Take away the engine's limit of 100 new jobs a second, unless somebody has set another.

    To keep it, the engine's scheduler comes back a second after each time that it has looked for jobs to start, and one
    second after that, for ever: after hundreds of jobs it does nothing else, on a core of its own.
    """
    limit = workflow.scheduler.job_rate_limiter
    if limit is not None and (limit.max_jobs, limit.timespan) == (100, 1):
        workflow.scheduler.job_rate_limiter = None


def check_packages():
    """End with a message when a job of this run needs a package that is not there, before the others have run for long."""
    if workflow.deployment_settings.deployment_method:
        return
    planned_rules = {job.rule.name for job in workflow.dag.needrun_jobs()}
    for rule_name, package, requirements in NEEDED:
        if rule_name in planned_rules and importlib.util.find_spec(package) is None:
            sys.exit(
                f"Lettermill: {rule_name} needs {package}: pip install -r {requirements} -c constraints.txt. "
                "Nothing else of the workflow does."
            )


def print_hint():
    """Say so when a disk is full: the errors of the engine above then have all kinds of names."""
    for message in full([".", "results", "logs", config["cache"]]):
        print(f"Lettermill: {message}", file=sys.stderr)
