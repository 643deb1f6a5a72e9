"""The rows of the table in their batches, and the inputs and parameters of jobs that depend on them.

A batch is the group of rows that one job processes, {batch} in file names. See scripts/lettermill/plan/workplan.py.
"""

from functools import cache

from lettermill.base.digests import digest
from lettermill.plan.workplan import Workplan
from lettermill.workflow.parameters import recorded

PLAN = checked(Workplan, config, CONFIG_FILES, ROOT / "schemas/config.schema.yaml")
BATCHES = checked(lambda: PLAN.batches)

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

# Settings and code that the inputs of `cut` depend on.
UPSTREAM_STAGES = ["download", "crop", "segment", "match", *(["align"] if ALIGNED else [])]
UPSTREAM = [
    config["crop"],
    config["segment"],
    *(code_of(f"lettermill.stages.{stage}") for stage in UPSTREAM_STAGES),
]


@cache
def sources_of(batch):
    """The rows of a batch as `download` needs them: (row id, image, stamp)."""
    return checked(PLAN.sources, batch)


def sources(wildcards):
    """The same for the batch of a job."""
    return sources_of(wildcards.batch)


def images(wildcards):
    """The folder of the images of a batch; empty if all of them are URLs."""
    return checked(PLAN.images_of, wildcards.batch)


def stems(wildcards):
    """Row id -> file name, for rows of a batch whose file names would otherwise collide."""
    return checked(PLAN.stems_in, wildcards.batch)


def all_stems(wildcards):
    """The same for all rows."""
    return checked(lambda: PLAN.stems)


def fetching(wildcards):
    """1 if the batch has images to download, 0 if all of them are files."""
    return int(not images(wildcards) or any("://" in image for _, image, _ in sources(wildcards)))


def patterns(wildcards):
    """The rows of a batch as `match` needs them: (row id, pattern of the transcription)."""
    return checked(PLAN.patterns, wildcards.batch)


def patterns_by_batch(wildcards):
    """The same for all rows: batch -> rows."""
    return {batch: checked(PLAN.patterns, batch) for batch in BATCHES}


def sources_by_batch(wildcards):
    """Batch -> rows as `download` needs them."""
    return {batch: sources_of(batch) for batch in BATCHES}


def corrections(wildcards):
    """The corrections of letters of a batch."""
    return checked(PLAN.corrections, wildcards.batch)


def letter_corrections(wildcards):
    """The same for all rows."""
    return checked(lambda: PLAN.letter_corrections)


def rejected_rows(wildcards):
    """The rows of the table that are in no batch, because they are not usable."""
    return checked(lambda: PLAN.rejected_rows)


def notes(wildcards):
    """The repairs of the table and the assumptions about it."""
    return checked(lambda: PLAN.notes)


def lengths(wildcards):
    """The numbers of letters of all rows, in the order of the table."""
    return checked(lambda: PLAN.lengths)


def confirmed_rows(wildcards):
    """The rows whose transcription is corrected or confirmed."""
    return checked(lambda: PLAN.confirmed_rows)


def outcomes(wildcards):
    """The lines of the table of corrections, with outcomes as far as the plan knows them."""
    return checked(lambda: PLAN.correction_outcomes)


def upstream(wildcards):
    """A digest of everything that the inputs of `cut` depend on.

    If these files are not kept, nothing else shows that they would be different now. If they are kept, it does no harm.
    """
    return digest([(repr(UPSTREAM), repr(sources(wildcards)), images(wildcards), *stems(wildcards).items())])


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


def corrections_of_row(wildcards):
    """The corrections of letters of the batch of that row."""
    return checked(PLAN.corrections, checked(PLAN.batch_of, wildcards.row))
