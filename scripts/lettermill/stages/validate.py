"""Validate: check a table, its corrections and its images before a run."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from lettermill.base.alphabet import word
from lettermill.base.find_file import find_file
from lettermill.base.findings import count_findings, diagnose
from lettermill.base.reasons import explain
from lettermill.base.sampling import sample_key
from lettermill.base.visible import shortened, visible
from lettermill.corrections.correction import APPLIED, MALFORMED, MEANINGS
from lettermill.fetch.settings import FetchSettings
from lettermill.image.codec import decode_colour, decode_detail, decode_error
from lettermill.image.crop import Cropping, crop_image
from lettermill.image.hypotheses import WordImage
from lettermill.image.segmentation import Tolerances
from lettermill.records.schemas import CorrectionOutcome, ImageSource, RejectedRow, TableNote
from lettermill.stages.download import read_image
from lettermill.stages.findings import OF_REASON, found_in_boxes
from lettermill.stages.segment import boxes_of, why_none

if TYPE_CHECKING:
    from lettermill.fetch.fetcher import Fetcher

EXAMPLES = 5
"""Maximum number of rows, hosts and files listed of each kind."""

SAMPLE = 20
"""Number of URLs that are requested, and of image files that are looked at."""


class Findings(NamedTuple):
    """What is known of a project before a run.

    table: path. size: number of rows. batches: name -> rows. rejected_rows, notes: see
    ``table_lines``. corrections_file: path, or empty. corrections: see ``correction_lines``. images: the images
    folder. patterns: row id -> pattern, see ``Alphabet.pattern``. cropping, tolerances: the settings.
    """

    table: str
    size: int
    batches: Mapping[str, Sequence[ImageSource]]
    rejected_rows: Sequence[RejectedRow]
    notes: Sequence[TableNote]
    corrections_file: str
    corrections: Sequence[CorrectionOutcome]
    images: Path
    patterns: Mapping[str, str] = MappingProxyType({})
    cropping: Cropping = Cropping()
    tolerances: Tolerances = Tolerances()


def validation_lines(found: Findings, settings: FetchSettings) -> Iterator[str]:
    """The report on a project, line by line. Control characters of the table are escaped."""
    yield "The config is valid.\n"
    yield f"Table {found.table}"
    yield from table_lines(found.size, len(found.batches), found.rejected_rows, found.notes)
    if found.corrections_file:
        yield f"\nCorrections {found.corrections_file}"
        yield from correction_lines(found.corrections)
    yield "\nImages"
    sources = [row for rows in found.batches.values() for row in rows]
    yield from image_lines(sources, found.images, settings)
    yield from ink_lines(sources, found, settings.max_bytes)


def table_lines(
    rows: int, batches: int, rejected_rows: Sequence[RejectedRow], notes: Sequence[TableNote]
) -> Iterator[str]:
    """The report on a table, line by line.

    rows, batches: their numbers. rejected_rows: those that are in no batch. notes: on the table.
    """
    yield f"{rows:>8,} rows, {rows - len(rejected_rows):,} of them usable; batches: {batches:,}"
    for reason, count in Counter(reason for _, reason, _ in rejected_rows).most_common():
        yield f"{-count:>8,} {reason} ({explain('table', reason)})"
        for row_id, _, detail in [row for row in rejected_rows if row[1] == reason][:EXAMPLES]:
            yield f"           {visible(': '.join(filter(None, (row_id, detail))))}"
    if notes:
        yield f"{len(notes):>8,} notes on repairs and assumptions"
        yield from _named([f"line {line}: {note}" for line, note in notes])


def correction_lines(lines: Sequence[CorrectionOutcome]) -> Iterator[str]:
    """The report on corrections, line by line. Corrections of letters have an empty outcome before the run."""
    actions = Counter(line.action for line in lines if line.outcome != MALFORMED)
    yield (
        f"{len(lines):>8,} lines"
        + (": " if actions else "")
        + ", ".join(f"{count:,} {action}" for action, count in sorted(actions.items()))
    )
    if tried := sum(not line.outcome for line in lines):
        yield f"{tried:>8,} are for letters: the rule cut checks whether they fit"
    for outcome, meaning in MEANINGS.items():
        found = [line for line in lines if line.outcome == outcome]
        if found:
            yield f"{len(found):>8,} {outcome}" + f" ({meaning})" * (meaning != outcome)
            if outcome != APPLIED:
                yield from _named([f"line {line.line}: {line.detail}" for line in found])


def image_lines(sources: Sequence[ImageSource], images: Path, settings: FetchSettings) -> Iterator[str]:
    """The report on the images, line by line. Checks that files exist, and requests a random sample of the URLs."""
    urls = sorted({row.image for row in sources if row.is_url})
    files = {row.image for row in sources if not row.is_url}
    if files:
        missing = sorted(shortened(name) for name in files if not os.path.exists(find_file(images, name)))
        yield f"{len(files):>8,} image files in {images}; missing: {len(missing):,}"
        yield from _named(missing)
        yield from _nothing(len(missing) == len(files))
    if urls:
        from lettermill.fetch.fetcher import Fetcher  # imports requests, which is slow

        with Fetcher(settings._replace(retries=0)) as fetcher:
            hosts = Counter(fetcher.origin(url) for url in urls)
            yield f"{len(urls):>8,} images to download; hosts: {len(hosts):,}"
            yield from _named([f"{host}: {count:,}" for host, count in hosts.most_common()])
            sample = sorted(urls, key=lambda url: hashlib.sha256(url.encode()).digest())[:SAMPLE]
            reasons = dict(fetcher.for_each(sample, lambda url: (url, _reason(fetcher, url))))
        yield f"{len(sample):>8,} of these requested as a sample; succeeded: {list(reasons.values()).count(''):,}"
        yield from (visible(f"           {reasons[url]}: {shortened(url)}") for url in sample if reasons[url])
        yield from _nothing(not any(reason == "" for reason in reasons.values()))


def ink_lines(sources: Sequence[ImageSource], found: Findings, max_bytes: int) -> Iterator[str]:
    """What a random sample of the image files is like, line by line. No URL is requested."""
    files = [row for row in sources if not row.is_url and os.path.exists(find_file(found.images, row.image))]
    sample = sorted(files, key=lambda row: sample_key(row.row_id))[:SAMPLE]
    if not sample:
        return
    rows: list[tuple[int, list[str]]] = []
    problems: list[str] = []
    for row in sample:
        content, reason, detail = read_image(found.images, row.image, max_bytes)
        if content is None:
            problems.append(f"{reason}: {detail}")
        else:
            rows += _found_in(row, content, found)
    diagnosis = diagnose(count_findings(rows), lost=None) if rows else []
    usual = "" if diagnosis or problems else ": nothing unusual"
    yield f"{len(sample):>8,} of the files looked at as a sample; decoded: {len(sample) - len(problems):,}{usual}"
    yield from _named(problems)
    yield from _nothing(len(problems) == len(sample))
    for one in diagnosis:
        yield f"           {one.text}." + (f" {one.advice}" if one.advice else "")


def _nothing(is_so: bool) -> Iterator[str]:
    """That a run would deliver nothing, if that is so."""
    if is_so:
        yield "           None of these can be read: a run would deliver nothing."


def _found_in(row: ImageSource, content: bytes, found: Findings) -> Iterator[tuple[int, list[str]]]:
    """(letters, kinds) of an image that can be decoded."""
    image = decode_colour(content)
    if image is None:  # it could be, a moment ago
        return
    cropped = crop_image(image, found.cropping)
    if cropped.box.width < 1 or cropped.box.height < 1:
        return
    letters = len(word(found.patterns.get(row.row_id, "")))
    image_of_word = WordImage(cropped.layers, cropped.region, cropped.line)
    boxes = boxes_of(image_of_word.voted(), found.tolerances)
    kinds = found_in_boxes(boxes, letters) if boxes else OF_REASON.get(why_none(cropped.layers[0])[0], ())
    yield letters, [*cropped.found, *kinds]


def _reason(fetcher: "Fetcher", url: str) -> str:
    last = fetcher.fetch(url).last
    if last.content is None:
        return last.reason
    reason = decode_error(last.content)
    return reason and f"{reason} ({decode_detail(last.content, reason)})"


def _named(names: Iterable[str]) -> Iterator[str]:
    shown = list(names)
    yield from (f"           {visible(name)}" for name in shown[:EXAMPLES])
    if len(shown) > EXAMPLES:
        yield f"           and {len(shown) - EXAMPLES:,} more"
