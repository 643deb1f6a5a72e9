"""What the exports are made of: classes, parts, and the files of each format."""

from lettermill.base.split import PARTS
from lettermill.export.labelled_letters import classes_of, idx_labels

FORMATS = config["export"]["formats"]
CLASSES = classes_of(config["alphabet"])

# A format that is written by batches has no files for a part that never gets a row.
SHARED = [part for part in PARTS if config["split"][part] > 0]
PARQUET = {part: f"results/export/huggingface/data/{part}/{{batch}}.parquet" for part in SHARED}
SHARDS = {part: f"results/export/webdataset/{part}/{{batch}}.tar" for part in SHARED}
IDX = [f"{part}-{name}" for part in PARTS for name in ("images-idx3-ubyte.gz", idx_labels(CLASSES), "provenance.csv")]
SQUARES = "results/normalised/{batch}.npy"
FILES = {
    "huggingface": [*PARQUET.values()],
    "webdataset": [*SHARDS.values()],
    "idx": expand("results/export/idx/{name}", name=[*IDX, "mapping.txt"]),
    "npz": expand("results/export/npz/{part}.npz", part=PARTS),
    "folders": ["results/export/folders/metadata.csv"],
}

# Where the files of a format are that is written by batches: those of batches without rows are removed there.
BY_BATCH = {"huggingface": "results/export/huggingface/data", "webdataset": "results/export/webdataset"}


def export_files(format):
    """The files of a format."""
    return [path for pattern in FILES[format] for path in expand(pattern, batch=BATCHES)]
