"""The rows of the table in their batches, and what each job is given of them.

A batch is what one job works on, {batch} in the names of files. See scripts/lettermill/plan/workplan.py.
"""

from functools import cache

from lettermill.base.digests import digest
from lettermill.plan.workplan import Workplan
from lettermill.workflow.parameters import recorded

PLAN = checked(Workplan, config, CONFIG_FILES, ROOT / "schemas/config.schema.yaml")
BATCHES = checked(lambda: PLAN.batches)

# The letters that are cut, by config `method`.
ALIGNED = config["method"] == "align"
LETTERS = "results/aligned/{batch}.csv" if ALIGNED else "results/matched/{batch}.csv"

# What a run keeps of each batch: folders and tables below results/.
FOLDERS, TABLES = ["letters"], ["suspected"] if ALIGNED else []
if config["keep_intermediates"]:
    FOLDERS += ["downloaded", "cropped"]
    TABLES += ["segmented", "matched", *(["aligned"] if ALIGNED else [])]

# What the card of the dataset and the report tell of the config.
CARD_SETTINGS = ["method", "crop", "segment", "cut", "split", "alphabet", "unreadable", *(["align"] if ALIGNED else [])]

# What the files that `cut` works on are made with.
UPSTREAM_STAGES = ["download", "crop", "segment", "match", *(["align"] if ALIGNED else [])]
UPSTREAM = [
    config["crop"],
    config["segment"],
    *(code_of(f"lettermill.stages.{stage}") for stage in UPSTREAM_STAGES),
]


@cache
def sources_of(batch):
    """The rows of a batch as `download` needs them: where their images are."""
    return checked(PLAN.sources, batch)


def sources(wildcards):
    """The same, of a job's batch."""
    return sources_of(wildcards.batch)


def images(wildcards):
    """The folder of the images of a batch, if it has any that are not fetched."""
    return checked(PLAN.images_of, wildcards.batch)


def stems(wildcards):
    """The names of the files of those rows of a batch whose names would be like those of others."""
    return checked(PLAN.stems_in, wildcards.batch)


def all_stems(wildcards):
    """The same of all rows."""
    return checked(lambda: PLAN.stems)


def fetching(wildcards):
    """1 if the batch has images to be fetched, 0 if all of them are files."""
    return int(not images(wildcards) or any("://" in image for _, image, _ in sources(wildcards)))


def patterns(wildcards):
    """The rows of a batch as `match` needs them: what is written in them."""
    return checked(PLAN.patterns, wildcards.batch)


def patterns_by_batch(wildcards):
    """The same of all rows: batch -> rows."""
    return {batch: checked(PLAN.patterns, batch) for batch in BATCHES}


def sources_by_batch(wildcards):
    """batch -> rows as `download` needs them."""
    return {batch: sources_of(batch) for batch in BATCHES}


def corrections(wildcards):
    """The corrections of letters of a batch."""
    return checked(PLAN.corrections, wildcards.batch)


def letter_corrections(wildcards):
    """The same of all rows."""
    return checked(lambda: PLAN.letter_corrections)


def rejected_rows(wildcards):
    """The rows of the table that no batch has got."""
    return checked(lambda: PLAN.rejected_rows)


def notes(wildcards):
    """What was repaired in the table."""
    return checked(lambda: PLAN.notes)


def confirmed_rows(wildcards):
    """The rows of which a person has said what is written in them."""
    return checked(lambda: PLAN.confirmed_rows)


def outcomes(wildcards):
    """The lines of the table of corrections, with what has become of them as far as the plan tells."""
    return checked(lambda: PLAN.correction_outcomes)


def upstream(wildcards):
    """A digest of all that the files that `cut` works on are made from.

    Where these are not kept nothing else tells that they would be others now, and where they are it does no harm.
    """
    return digest([(repr(UPSTREAM), repr(sources(wildcards)), images(wildcards), *stems(wildcards).items())])


def batch_of(pattern):
    """An input function: `pattern` for the batch of the row that the job is about."""
    return lambda wildcards: pattern.format(batch=checked(PLAN.batch_of, wildcards.row))


def row_of(wildcards):
    """The id of that row: the wildcard is what its files are called."""
    return checked(PLAN.row_of, wildcards.row)


def corrections_of_row(wildcards):
    """The corrections of letters of its batch."""
    return checked(PLAN.corrections, checked(PLAN.batch_of, wildcards.row))
