"""Ask again: for the addresses that have failed and may do better now, or for all of them, to see what has changed.

Nothing of the dataset is made here. It is noted what has changed; the next run works on the batches of those rows, and
on no others.
"""

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from lettermill.base.reasons import TRANSIENT
from lettermill.fetch.answers import Answer, answers_of, read_answers, write_answers
from lettermill.fetch.ask import Asker
from lettermill.fetch.attempt import UNMODIFIED
from lettermill.fetch.cache import Cache
from lettermill.fetch.settings import FetchSettings
from lettermill.plan.image_versions import VERSIONS, read_versions, write_versions
from lettermill.stages.download import ImageSource

log = logging.getLogger(__name__)

NEW = "are there now"
CHANGED = "are other images than before"
SAME = "are the same as before"
LOST = "are not to be had any more; the images that are here are kept"
OTHERWISE = "fail for another reason than before"
FAILED = "fail as before"
KINDS = (NEW, CHANGED, SAME, LOST, OTHERWISE, FAILED)


class RefreshResult(NamedTuple):
    """What came of asking again for an address: the answer that holds now, and which of ``KINDS`` that is."""

    answer: Answer
    kind: str


def refresh(
    batches: Mapping[str, Sequence[tuple[str, str, str]]],
    only_failed: bool,
    cache_folder: Path,
    settings: FetchSettings,
) -> Counter[str]:
    """Ask again for the images of ``batches`` (name -> rows, see ``Source``) that have been asked for before.

    only_failed: for those only that have failed and may do better now, because what has failed may pass, or because
    the settings that decided about it are others. Returns how many addresses there are of each of ``KINDS``. Reads and
    writes its notes below the working directory.
    """
    known: dict[str, Answer] = {}
    rows: dict[str, list[str]] = {}  # of an address
    for batch, sources in batches.items():
        answers = read_answers(answers_of(batch))
        known.update(answers)
        for row in map(ImageSource._make, sources):
            if row.image in answers:
                rows.setdefault(row.image, []).append(row.row_id)
    with Asker(Cache(cache_folder), settings) as asker:
        urls = [url for url in rows if not only_failed or _may_do_better(known[url], asker, settings)]
        log.info("%d of %d addresses are asked for again", len(urls), len(rows))
        found = asker.for_each(urls, lambda url: (_retry if only_failed else _refresh)(asker, known[url]))
    for answer, kind in sorted(found):
        log.info("%s %s: %s", answer.url, kind, answer.reason or answer.sha256)
    changed = [answer for answer, kind in found if kind in (NEW, CHANGED, OTHERWISE)]
    versions = {row_id: (one.sha256 or one.reason)[:16] for one in changed for row_id in rows[one.url]}
    # What has changed is noted first: when this is killed in between, some rows are worked on for nothing, but none is
    # overlooked.
    if versions:
        write_versions(VERSIONS, read_versions(VERSIONS) | versions)
    current = known | {answer.url: answer for answer, _ in found}
    for batch in batches:
        if answers := read_answers(answers_of(batch)):
            write_answers(answers_of(batch), (current[url] for url in answers))
    return Counter(kind for _, kind in found)


def refresh_lines(counts: Counter[str]) -> Iterator[str]:
    """What there is to say of the result of ``refresh``."""
    yield f"Asked again for {counts.total():,} addresses."
    yield from (f"{counts[kind]:>8,} {kind}" for kind in KINDS if counts[kind])
    if counts[NEW] + counts[CHANGED] + counts[OTHERWISE]:
        yield "The next run works on the batches of those that have changed."


def _may_do_better(answer: Answer, asker: Asker, settings: FetchSettings) -> bool:
    return answer.reason in TRANSIENT or (
        bool(answer.reason) and not answer.holds(asker.asked(answer.url), settings.limits)
    )


def _retry(asker: Asker, before: Answer) -> RefreshResult:
    """Ask for an image that has never come."""
    answer, content = asker.ask_once(before.url)
    if content is not None:
        return RefreshResult(answer, NEW)
    return RefreshResult(answer, FAILED if answer.reason == before.reason else OTHERWISE)


def _refresh(asker: Asker, before: Answer) -> RefreshResult:
    """Ask whether an image is still the one that is here, and for it if it is not."""
    here = asker.kept(before.url, before)
    answer, content = asker.ask(before.url, here.answer if here else None)
    if content is not None:
        return RefreshResult(answer, NEW if not before.sha256 else SAME if answer.sha256 == before.sha256 else CHANGED)
    if answer.reason == UNMODIFIED:
        return RefreshResult(before, SAME)
    if not before.reason:
        return RefreshResult(before, LOST)
    if here:  # by another dataset that shares the cache
        return RefreshResult(here.answer, NEW)
    return RefreshResult(answer, FAILED if answer.reason == before.reason else OTHERWISE)
