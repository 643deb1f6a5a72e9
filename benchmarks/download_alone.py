"""The workflow's download stage without the workflow: the images of a whole table as one batch.

usage: python benchmarks/download_alone.py words.csv FOLDER --connections 32

words.csv is a table written by benchmarks/replica.py. Images and status.csv are written to FOLDER/downloaded, the cache
to FOLDER/cache.
"""

import argparse
import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from lettermill.fetch.settings import FetchSettings
from lettermill.records.schemas import ImageSource
from lettermill.stages.download import download_batch


def main() -> None:
    """Download the images of a table."""
    parser = argparse.ArgumentParser(description="The download stage without the workflow.")
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--connections", type=int, default=32, help="(default: %(default)s)")
    args = parser.parse_args()
    with open(args.table, encoding="utf-8", newline="") as file:
        rows = [ImageSource(row["id"], row["url"], "") for row in csv.DictReader(file)]
    download_batch(
        rows=rows,
        images=args.folder,
        cache_folder=args.folder / "cache",
        output=args.folder / "downloaded",
        settings=FetchSettings(connections=args.connections, connections_per_host=args.connections),
        memory=args.folder / "responses.csv",
    )


if __name__ == "__main__":
    main()
