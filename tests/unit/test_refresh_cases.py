"""Fetching again, in the library: what a cache that is shared, or has been emptied, has to do with it."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

from fetching import FAST, PNG, proxied_by
from lettermill.fetch.cache import Cache
from lettermill.fetch.responses import read_responses, responses_of
from lettermill.plan.image_versions import VERSIONS, read_versions
from lettermill.records.schemas import ImageSource
from lettermill.stages.download import download_batch
from lettermill.stages.refresh import FAILED, LOST, NEW, SAME, refresh
from server import Server

SETTINGS = FAST._replace(retries=0)


@pytest.fixture
def url(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of the only row of a batch, which is yet to be downloaded."""
    monkeypatch.chdir(tmp_path)
    server.responses = {"/a.png": (200, {"ETag": "1"}, PNG)}
    return f"{server.url}/a.png"


def download(url: str) -> None:
    with proxied_by():
        download_batch([ImageSource("a", url, "")], Path(), Path("cache"), Path("out"), SETTINGS, responses_of("1of1"))


def again(url: str, only_failed: bool = False) -> Counter[str]:
    with proxied_by():
        return refresh({"1of1": [ImageSource("a", url, "")]}, only_failed, Path("cache"), SETTINGS)


def test_an_emptied_cache_is_filled_and_nothing_has_changed(url: str, server: Server) -> None:
    download(url)
    shutil.rmtree("cache")
    assert again(url) == {SAME: 1}
    assert "If-None-Match" not in server.requests[-1].headers  # there is none to compare with
    assert Cache(Path("cache")).get(url) == PNG and not VERSIONS.exists()


def test_an_image_that_is_lost_everywhere_but_in_the_results_stays_there(url: str, server: Server) -> None:
    download(url)
    shutil.rmtree("cache")
    server.responses = {}
    assert again(url) == {LOST: 1}
    assert read_responses(responses_of("1of1"))[url].reason == "" and not VERSIONS.exists()


@pytest.mark.parametrize("only_failed", [False, True])
def test_an_image_that_another_dataset_has_fetched_is_new(url: str, server: Server, only_failed: bool) -> None:
    server.responses = {"/a.png": (503, {}, b"")}
    download(url)
    assert again(url, only_failed) == {FAILED: 1}
    Cache(Path("cache")).put(url, PNG)
    assert again(url, only_failed) == {NEW: 1}
    assert set(read_versions(VERSIONS)) == {"a"}


def test_what_has_never_been_asked_for_is_left_to_the_next_run(url: str, server: Server) -> None:
    assert again(url) == {} and server.paths == []
