"""Refresh: request URLs again, either those that failed and may succeed now, or all of them, to find what has changed.

This does not touch the dataset. Changes are recorded, and the next run processes only the batches of the changed rows.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.base.reasons import TRANSIENT
from lettermill.fetch.attempt import UNMODIFIED
from lettermill.fetch.cache import Cache
from lettermill.fetch.images import ImageFetcher
from lettermill.fetch.responses import KeptResponse, read_responses, responses_of, write_responses
from lettermill.fetch.settings import FetchSettings
from lettermill.plan.image_versions import VERSIONS, read_versions, write_versions
from lettermill.records.schemas import ImageSource

log = logging.getLogger(__name__)

NEW = "now available"
CHANGED = "changed"
SAME = "unchanged"
LOST = "no longer available; the images downloaded before are kept"
OTHERWISE = "failed for another reason than before"
FAILED = "failed as before"
KINDS = (NEW, CHANGED, SAME, LOST, OTHERWISE, FAILED)


class RefreshResult(NamedTuple):
    """The outcome of requesting a URL again. response: the one that is valid now. kind: one of ``KINDS``."""

    response: KeptResponse
    kind: str


def refresh(
    batches: Mapping[str, Sequence[ImageSource]],
    only_failed: bool,
    cache_folder: Path,
    settings: FetchSettings,
) -> Counter[str]:
    """Request the URLs of ``batches`` (name -> rows) again that were requested before.

    only_failed: only those that failed and may succeed now, because the error was transient or because the settings
    that decided the outcome have changed. Returns the number of URLs for each of ``KINDS``. Reads and writes files
    below ``.snakemake/lettermill`` in the working directory.
    """
    before: dict[str, KeptResponse] = {}
    rows: dict[str, list[str]] = {}  # of a URL
    for batch, sources in batches.items():
        responses = read_responses(responses_of(batch))
        before.update(responses)
        for row in sources:
            if row.image in responses:
                rows.setdefault(row.image, []).append(row.row_id)
    with ImageFetcher(Cache(cache_folder), settings) as fetcher:
        urls = [url for url in rows if not only_failed or _may_do_better(before[url], fetcher, settings)]
        log.info("downloading %d of %d URLs again", len(urls), len(rows))
        found = fetcher.for_each(urls, lambda url: (_retry if only_failed else _refresh)(fetcher, before[url]))
    for response, kind in sorted(found):
        log.info("%s: %s (%s)", response.url, kind, response.reason or response.sha256)
    changed = [response for response, kind in found if kind in (NEW, CHANGED, OTHERWISE)]
    versions = {row_id: (one.sha256 or one.reason)[:16] for one in changed for row_id in rows[one.url]}
    # Versions are written first: if this is killed in between, some rows are processed in vain, but none is missed.
    if versions:
        write_versions(VERSIONS, read_versions(VERSIONS) | versions)
    current = before | {response.url: response for response, _ in found}
    for batch in batches:
        if responses := read_responses(responses_of(batch)):
            write_responses(responses_of(batch), (current[url] for url in responses))
    return Counter(kind for _, kind in found)


def refresh_lines(counts: Counter[str]) -> Iterator[str]:
    """The report on the result of ``refresh``, line by line."""
    yield f"URLs requested again: {counts.total():,}"
    yield from (f"{counts[kind]:>8,} {kind}" for kind in KINDS if counts[kind])
    if counts[NEW] + counts[CHANGED] + counts[OTHERWISE]:
        yield "The next run processes the batches that these changes concern."


def _may_do_better(response: KeptResponse, fetcher: ImageFetcher, settings: FetchSettings) -> bool:
    return response.reason in TRANSIENT or (
        bool(response.reason) and not response.holds(fetcher.requested(response.url), settings.limits)
    )


def _retry(fetcher: ImageFetcher, before: KeptResponse) -> RefreshResult:
    """Request an image that has never been downloaded."""
    response, content = fetcher.cached(before.url, None) or fetcher.fetch(before.url)
    if content is not None:
        return RefreshResult(response, NEW)
    return RefreshResult(response, FAILED if response.reason == before.reason else OTHERWISE)


def _refresh(fetcher: ImageFetcher, before: KeptResponse) -> RefreshResult:
    """Request an image conditionally: it is downloaded only if it has changed."""
    here = fetcher.cached(before.url, before)
    response, content = fetcher.fetch(before.url, here.response if here else None)
    if content is not None:
        kind = NEW if not before.sha256 else SAME if response.sha256 == before.sha256 else CHANGED
        return RefreshResult(response, kind)
    if response.reason == UNMODIFIED:
        return RefreshResult(before, SAME)
    if not before.reason:
        return RefreshResult(before, LOST)
    if here:  # put there by another dataset that shares the cache
        return RefreshResult(here.response, NEW)
    return RefreshResult(response, FAILED if response.reason == before.reason else OTHERWISE)
