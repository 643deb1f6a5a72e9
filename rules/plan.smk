"""The rows of the table in their batches, and the inputs and parameters of jobs that depend on them.

A batch is the group of rows that one job processes, {batch} in file names. What is known of the rows before any image is
looked at is in results/plan/, which is written when this file is read. See scripts/lettermill/plan/plan_files.py.
"""

from functools import cache

from lettermill.base.digests import digest
from lettermill.plan.workplan import Workplan
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import ImageSource, PlannedBatch

PLAN = checked(Workplan, config, CONFIG_FILES, ROOT / "schemas/config.schema.yaml")
PLAN_FOLDER = RESULTS / plan_files.FOLDER

# The table of the letters to cut, by config `method`.
ALIGNED = config["method"] == "align"
LETTERS = "results/aligned/{batch}.csv" if ALIGNED else "results/matched/{batch}.csv"

# Folders and tables below results/ that a run keeps for each batch.
FOLDERS, TABLES = ["letters"], ["suspected"] if ALIGNED else []
if config["keep_intermediates"]:
    FOLDERS += ["downloaded", "cropped"]
    TABLES += ["segmented", "matched", *(["aligned"] if ALIGNED else [])]

# Config keys that the dataset card and the report show.
CARD_SETTINGS = ["method", "crop", "segment", "cut", "split", "alphabet", "unreadable", *(["align"] if ALIGNED else [])]


def may_change_plan():
    """Whether files of the plan may be replaced: not while the clock is wrong, nor beside a run whose jobs read them."""
    folders = (RESULTS / folder / batch for folder in FOLDERS for batch in PLAN.batches)
    check_times(map(str, [*folders, *(RESULTS / table / f"{batch}.csv" for table in TABLES for batch in PLAN.batches)]))
    return not plan_files.is_run_at_work(RESULTS)


if INTERNALS.is_main() and not written(plan_files.write_plan, PLAN, PLAN_FOLDER, may_change_plan):
    logger.warning(
        f"Lettermill: table, images or corrections have changed, but {PLAN_FOLDER} is left as it is, because a run "
        "has locked the directory. The changes count as soon as that run has ended."
    )

# Batch -> what is known of it. Jobs on a cluster read it too, and not the table, which may have changed meanwhile.
BATCHES = {batch.batch: batch for batch in checked(read_records, PLAN_FOLDER / "batches.csv", PlannedBatch)}


def sources_of(batch):
    """Where the images of a batch are."""
    return checked(read_records, PLAN_FOLDER / f"images/{batch}.csv", ImageSource)


def images(wildcards):
    """The folder of the images of a batch; empty if all of them are URLs."""
    return str(PLAN.images) if BATCHES[wildcards.batch].files else ""


def fetching(wildcards):
    """1 if the batch has images to download, 0 if all of them are files."""
    return int(BATCHES[wildcards.batch].files < BATCHES[wildcards.batch].rows)


def all_stems(wildcards):
    """Row id -> file name, for rows whose file names would otherwise collide."""
    return checked(lambda: PLAN.stems)


def upstream(wildcards):
    """Settings and code that the inputs of `cut` depend on, besides the rows.

    If these files are not kept, nothing else shows that they would be different now. If they are kept, it does no harm.
    """
    stages = ["download", "crop", "segment", "match", *(["align"] if ALIGNED else [])]
    code = [code_of(f"lettermill.stages.{stage}") for stage in stages]
    return digest([(repr(config["crop"]), repr(config["segment"]), *code, images(wildcards))])


def of_rows(*settings):
    """A digest of settings and code that the results of all rows depend on, see scripts/lettermill/records/row_store.py.

    Empty if every row is a batch: then there is nothing to take over when a batch reruns.
    """
    return "" if config["batches"] == "image" else digest([settings])


def batch_of(pattern):
    """An input function: `pattern` for the batch of the job's row."""
    return lambda wildcards: pattern.format(batch=checked(PLAN.batch_of, wildcards.row))


def row_of(wildcards):
    """The id of that row. The wildcard is the name of its files."""
    return checked(PLAN.row_of, wildcards.row)
