"""Downloads with a plain requests.Session: a pool of threads writes every image to a file, and nothing else.

usage: python benchmarks/session.py words.csv FOLDER --connections 32

words.csv is a table written by benchmarks/replica.py. An image is written to FOLDER/{id}.jpg. An error ends the
program.
"""

import argparse
import csv
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

TIMEOUT = 20
"""Seconds, as in config.yaml."""


def main() -> None:
    """Download the images of a table."""
    parser = argparse.ArgumentParser(description="Downloads with a plain requests.Session.")
    parser.add_argument("table", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--connections", type=int, default=32, help="connections, and threads (default: %(default)s)")
    args = parser.parse_args()
    with open(args.table, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    args.folder.mkdir(parents=True)
    with requests.Session() as session, ThreadPoolExecutor(args.connections) as pool:
        session.mount("http://", HTTPAdapter(pool_connections=1, pool_maxsize=args.connections))

        def download(row: dict[str, str]) -> None:
            response = session.get(row["url"], timeout=TIMEOUT)
            response.raise_for_status()
            (args.folder / f"{row['id']}.jpg").write_bytes(response.content)

        for _ in pool.map(download, rows):
            pass  # but raise what a download has raised


if __name__ == "__main__":
    main()
