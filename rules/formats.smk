"""What the exports are made of: classes, parts, and the files of each format."""

import importlib.util

from lettermill.dataset.account import PARTS
from lettermill.export.letters import classes_of, idx_labels

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


def check_parquet():
    """End with a message when parquet is to be written and the package for that is not there."""
    rules_to_run = {job.rule.name for job in workflow.dag.needrun_jobs()}
    if "export_huggingface" not in rules_to_run or workflow.deployment_settings.deployment_method:
        return
    if importlib.util.find_spec("pyarrow") is None:
        sys.exit(
            "Lettermill: the export huggingface needs pyarrow: pip install -r requirements-export.txt -c constraints.txt. "
            "Or leave it out: config `export: {formats: [webdataset, idx, npz, folders]}`."
        )
