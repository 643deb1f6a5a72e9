"""A large table from a small one: every row many times, with different ids and URLs.

usage: python benchmarks/replica.py --rows 130000 --output FOLDER [--url http://127.0.0.1:8000] [--table TABLE.csv …]

Writes FOLDER/words.csv (id, url, text) and FOLDER/my.yaml. Copy k of a row has the id {id}-{k}, and its image the URL
{url}/{k}/{image}, where benchmarks/image_server.py serves it.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import quote

import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))

from segment_match import SAMPLE, columns_of, table_arguments

COLUMNS = {"id": "id", "image": "url", "text": "text"}
"""Of the large table, as config ``columns``."""


SETTLED = 2.5
"""Seconds for which a table is left alone before a run, as a user's is: one that has just changed is not indexed."""


class Source(NamedTuple):
    """A row of the small table."""

    row_id: str
    image: str  # path below the folder of the images
    text: str


def read_sources(table: Path, columns: Sequence[str], by_name: bool = False) -> list[Source]:
    """The rows of a CSV table, all of them.

    columns: the names of the columns for id (empty: the name of the image file), image and text.
    by_name: the images are named by the last part of their path or URL.
    """
    id_column, image_column, text_column = columns
    sources = []
    with open(table, encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            image = PurePosixPath(row[image_column]).name if by_name else row[image_column]
            row_id = row[id_column] if id_column else PurePosixPath(image).stem
            sources.append(Source(row_id, image, row[text_column]))
    if not sources:
        sys.exit(f"{table}: there are no rows to make more of.")
    return sources


def replicate(sources: Sequence[Source], count: int, url: str) -> list[list[str]]:
    """``count`` rows (id, url, text): all of ``sources``, then all of them again, and so on."""
    rows = []
    for number in range(count):
        copy, place = divmod(number, len(sources))
        rows.append(copied(sources[place], str(copy), url))
    return rows


def copied(source: Source, copy: str, url: str) -> list[str]:
    """The row (id, url, text) that is ``source`` under another id."""
    return [f"{source.row_id}-{copy}", f"{url}/{copy}/{quote(source.image)}", source.text]


def write_project(folder: Path, rows: Iterable[Sequence[str]], settings: dict[str, object]) -> Path:
    """Write ``words.csv`` and the config ``my.yaml`` into ``folder``; returns the latter.

    settings: come on top of Lettermill's defaults.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder / "words.csv", rows)
    config = folder / "my.yaml"
    text = yaml.safe_dump({"table": "words.csv", "columns": COLUMNS, **settings}, allow_unicode=True)
    config.write_text(text, encoding="utf-8")
    return config


def write_table(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write ``rows`` (id, url, text) as CSV with a header."""
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS.values(), *rows])


def main() -> None:
    """Write a large table and its config."""
    parser = argparse.ArgumentParser(description="A large table from a small one.")
    table_arguments(parser, SAMPLE / "words.csv")
    parser.add_argument("--rows", type=int, default=130_000, help="of the large table (default: %(default)s)")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="of the server (default: %(default)s)")
    parser.add_argument("--output", type=Path, required=True, help="folder for the table and its config")
    args = parser.parse_args()
    sources = read_sources(args.table, columns_of(args), args.by_name)
    write_project(args.output, replicate(sources, args.rows, args.url), {})


if __name__ == "__main__":
    main()
