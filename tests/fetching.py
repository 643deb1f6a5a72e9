"""Batches of downloads for tests, and pictures to download."""

import contextlib
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from lettermill.fetch.settings import FetchSettings
from lettermill.image.codec import encode_png
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Downloaded, ImageSource
from lettermill.stages.download import download_batch

NOISE = np.random.default_rng(7).integers(0, 256, (36, 388), np.uint8)
PNG = encode_png(NOISE)
JPEG = cv2.imencode(".jpg", NOISE)[1].tobytes()

FAST = FetchSettings(
    connections=4, connections_per_host=4, timeout=2.0, deadline=20.0, retries=2, backoff=0.01,
    max_bytes=200_000, contact="test@example.org",
)  # fmt: skip
"""Settings with little patience: the server is on this machine."""

Rows = Sequence[tuple[str, str]]


@contextlib.contextmanager
def proxied_by(proxy: str = "", no_proxy: str = "") -> Iterator[None]:
    """Use ``proxy`` except for ``no_proxy``, and no other proxy, whatever the environment of the tests says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("no_proxy", no_proxy if proxy else "*")
        for name in ("http_proxy", "https_proxy") if proxy else ():
            patch.setenv(name, proxy)
        yield


def fetch(
    folder: Path,
    rows: Rows,
    settings: FetchSettings = FAST,
    memory: Path | None = None,
    output: str = "out",
    proxy: str = "",
    no_proxy: str = "",
) -> dict[str, Downloaded]:
    """Download ``rows`` (row_id, image) into ``folder / output``; row_id -> its outcome."""
    folder.mkdir(exist_ok=True)
    with proxied_by(proxy, no_proxy):
        download_batch(_sources(rows), folder / "images", folder / "cache", folder / output, settings, memory)
    return outcomes(folder / output, rows)


def outcomes(output: Path, rows: Rows) -> dict[str, Downloaded]:
    """row_id -> its record in ``output``; checks that there is one for each row, and that there are no other files."""
    records = read_records(output / "status.csv", Downloaded)
    assert [record.row_id for record in records] == sorted(row_id for row_id, _ in rows)
    assert {path.name for path in output.iterdir()} == {"status.csv", *(r.file for r in records if r.file)}
    for record in records:
        if record.status == "ok":
            assert (record.reason, record.detail) == ("", "") and record.file
        else:
            assert record.status == "failed" and record.reason and not record.file
    return {record.row_id: record for record in records}


def reasons(records: dict[str, Downloaded]) -> dict[str, str]:
    """row_id -> reason, empty where the image is there."""
    return {row_id: record.reason for row_id, record in records.items()}


def forget(output: Path) -> None:
    """Delete what a batch has written, as Snakemake does before a job runs again."""
    for path in output.iterdir():
        path.unlink()
    output.rmdir()


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that says it has this size, and has the data of one row."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(width + 1))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def _sources(rows: Rows) -> list[ImageSource]:
    return [ImageSource(row_id, image, "") for row_id, image in rows]
