"""What others make, and the workflow must get on with: browsers, clusters, real scans, readers of datasets. Where one
is missing, its tests are skipped and say so."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from project import Project

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator:
    """Debian's Chromium, without a window. (Of a module: while it runs, no other event loop can.)"""
    if not CHROMIUM:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def opened(browser) -> Iterator[Callable]:
    """A function that opens the page in a folder as somebody with a fresh browser does, and gives a ``Review``; what
    goes wrong in one of the pages fails the test."""
    from reviewing import Review

    pages: list[Review] = []

    def open_page(folder: Path, **settings: object) -> Review:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **settings})
        context.set_default_timeout(10_000)
        pages.append(Review(context, folder))
        return pages[-1]

    yield open_page
    for page in pages:
        page.page.context.close()
    assert [error for page in pages for error in page.errors] == []


@pytest.fixture
def review(opened: Callable, aligned: Project):
    """The page as the workflow has made it."""
    return opened(aligned.folder / "results/review")
