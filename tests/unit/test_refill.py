"""A deleted cache is filled again from results/downloaded, with what is still valid."""

import shutil
from pathlib import Path

import pytest

from lettermill.fetch.cache import Cache
from lettermill.fetch.refill import lost_images, refill
from lettermill.fetch.responses import read_responses, responses_of, write_responses
from lettermill.fetch.settings import FetchSettings
from lettermill.records.schemas import ImageSource
from lettermill.stages.download import download_batch
from project import SAMPLE
from server import Server

SETTINGS = FetchSettings(retries=0, backoff=0.0)
BATCH = "0of1"


@pytest.fixture
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: Server) -> list[ImageSource]:
    """Rows that have been downloaded, and whose cache has been deleted. The server has nothing any more."""
    monkeypatch.chdir(tmp_path)
    for number, image in zip("123", sorted((SAMPLE / "images").iterdir()), strict=False):
        server.responses[f"/{number}"] = (200, {}, image.read_bytes())
    found = [ImageSource(number, f"{server.url}/{number}", "") for number in "123"]
    download(found)
    shutil.rmtree("cache")
    server.responses.clear()
    return found


def download(rows: list[ImageSource]) -> list[str]:
    """The files that there are after it."""
    shutil.rmtree(BATCH, ignore_errors=True)  # as Snakemake does
    download_batch(rows, Path(), Path("cache"), Path(BATCH), SETTINGS, responses_of(BATCH))
    return sorted(path.name for path in Path(BATCH).glob("*.jpg"))


def test_images_are_taken_from_what_was_downloaded(rows: list) -> None:
    cache = Cache(Path("cache"))
    assert lost_images(cache, {BATCH: rows}) == 3
    assert refill(cache, [Path(BATCH), Path("no such batch")]) == 3
    assert lost_images(cache, {BATCH: rows}) == 0 == refill(cache, [Path(BATCH)])
    assert Path(BATCH, "1.jpg").samefile(cache.path(rows[0][1]))
    assert download([*rows, rows[0]._replace(row_id="4")]) == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]


def test_what_is_damaged_or_has_been_replaced_is_not_taken(rows: list) -> None:
    Path(BATCH, "1.jpg").write_bytes(Path(BATCH, "1.jpg").read_bytes()[:-9])
    responses = read_responses(responses_of(BATCH))
    url = rows[1][1]
    write_responses(responses_of(BATCH), (responses | {url: responses[url]._replace(sha256="of another")}).values())
    cache = Cache(Path("cache"))
    assert refill(cache, [Path(BATCH)]) == 1
    assert [cache.path(url).exists() for _, url, *_ in rows] == [False, False, True]
    assert lost_images(cache, {BATCH: rows}) == 2
