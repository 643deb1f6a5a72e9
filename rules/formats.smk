"""Classes, splits and files of the export formats."""

from lettermill.base.split import PARTS
from lettermill.export.labelled_letters import classes_of, idx_labels
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Duplicate, Withheld

FORMATS = config["export"]["formats"]
CLASSES = classes_of(config["alphabet"])

# A format that is written by batches has no files for a split whose share is 0.
SHARED = [part for part in PARTS if config["split"][part] > 0]
SQUARES = "results/normalised/{batch}.npy"
IDX = {"images": "images-idx3-ubyte.gz", "labels": idx_labels(CLASSES), "provenance": "provenance.csv"}

# Format -> name of an output -> file.
FILES = {
    "huggingface": {part: f"results/export/huggingface/data/{part}/{{batch}}.parquet" for part in SHARED},
    "webdataset": {part: f"results/export/webdataset/{part}/{{batch}}.tar" for part in SHARED},
    "idx": {
        **{f"{part}_{what}": f"results/export/idx/{part}-{name}" for part in PARTS for what, name in IDX.items()},
        "mapping": "results/export/idx/mapping.txt",
    },
    "npz": {part: f"results/export/npz/{part}.npz" for part in PARTS},
    "folders": {"metadata": "results/export/folders/metadata.csv"},
}

# Format that is written by batches -> where its files are, below its folder. Files of batches without rows are deleted.
BY_BATCH = {"huggingface": "data", "webdataset": "."}


def export_files(format):
    """The files of a format."""
    return [path for pattern in FILES[format].values() for path in expand(pattern, batch=BATCHES)]


def duplicates(wildcards):
    """The rows with the same image, for the export of a batch: as they are once all rows are compared, so that a change
    of one batch does not export all of them again."""
    checkpoints.export_plan.get()
    return before_update(rules.compare.output.duplicates)


def compared(wildcards):
    """A digest of what `compare` says of the rows of a batch: which are withheld, and which are in the part of the
    split of another row. Empty if it says nothing."""
    done = rules.export_plan.output.plan
    return rows_compared(os.stat(done).st_mtime_ns).get(wildcards.batch, "") if os.path.exists(done) else ""


@cache
def rows_compared(stamp):
    """Batch -> that digest. stamp: changes when all rows have been compared again."""
    found = read_records(Path(rules.compare.output.duplicates), Duplicate)
    found += read_records(Path(rules.compare.output.withheld), Withheld)
    batches = {}
    for row in found:
        batches.setdefault(PLAN.batch_of(row.row_id), []).append(row[:2])
    return {batch: digest(rows) for batch, rows in batches.items()}
