"""Classes, splits and files of the export formats."""

from lettermill.base.split import PARTS
from lettermill.export.labelled_letters import classes_of, idx_labels

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
    """The rows with the same image, which are in the same part of the split, for the export of a batch: as they are, so
    that a change of one batch does not export all of them again."""
    path = rules.compare.output.duplicates
    return before_update(path) if os.path.exists(path) else path


def same_images(wildcards):
    """A digest of these, so that the next run notices when they have changed. Empty if there are none."""
    path = Path(rules.compare.output.duplicates)
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return digest([tuple(lines)]) if len(lines) > 1 else ""
