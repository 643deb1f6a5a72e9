"""Download: the images of a batch, as they are at their source, and what became of each row."""

import hashlib
import logging
import os
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from lettermill.base.file_names import file_stem
from lettermill.base.files import link_or_copy
from lettermill.fetch.cache import Cache
from lettermill.fetch.responses import KeptResponse, read_responses, write_responses
from lettermill.fetch.settings import FetchSettings
from lettermill.image.codec import decode_error
from lettermill.image.formats import suffix_of
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Downloaded

if TYPE_CHECKING:
    from lettermill.fetch.images import FetchedImage

log = logging.getLogger(__name__)


class ImageSource(NamedTuple):
    """Where a row's image is: an http(s) URL, or a path below the images folder.

    stamp: tells versions of an image apart; not used here, but a change of it re-runs the batch.
    """

    row_id: str
    image: str
    stamp: str

    @property
    def is_url(self) -> bool:
        """Whether it is to be fetched."""
        return "://" in self.image


def download_batch(
    rows: Sequence[tuple[str, str, str]],
    images: Path,
    cache_folder: Path,
    output: Path,
    settings: FetchSettings,
    memory: Path | None = None,
    stems: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Put the images of ``rows`` (see ``ImageSource``) into the folder ``output``, with ``status.csv`` beside them.

    memory: the file that keeps the responses of the batch from run to run: what has failed there is not fetched again,
    see ``stages.refresh``. stems: names of files, see ``file_stem``; those of later stages are called after these.
    """
    sources = sorted(ImageSource(*row) for row in rows)
    output.mkdir(parents=True, exist_ok=True)
    records = [_copy(row, file_stem(row.row_id, stems), images, output, settings) for row in sources if not row.is_url]
    fetched: dict[str, dict[str, str]] = {}
    for row in sources:
        if row.is_url:
            fetched.setdefault(row.image, {})[row.row_id] = file_stem(row.row_id, stems)
    if fetched:
        batch = _Batch(fetched, Cache(cache_folder), output, settings, read_responses(memory) if memory else {})
        responses = batch.fetch()
        if memory:
            write_responses(memory, responses)
        records += batch.records
    records.sort()
    for record in records:
        if record.reason:
            log.warning("%s: %s %s", record.row_id, record.reason, record.detail)
    write_records(output / "status.csv", Downloaded, records)
    log.info("%d of %d images downloaded or copied", sum(record.status == "ok" for record in records), len(records))


class _Batch:
    """The rows of a batch that are fetched. rows: URL -> row id -> stem of its file. before: URL -> response, of
    earlier runs."""

    def __init__(
        self,
        rows: dict[str, dict[str, str]],
        cache: Cache,
        output: Path,
        settings: FetchSettings,
        before: dict[str, KeptResponse],
    ):
        self._rows, self._cache, self._output, self._settings, self._before = rows, cache, output, settings, before
        self.records: list[Downloaded] = []

    def fetch(self) -> list[KeptResponse]:
        """Bring them all here."""
        # requests takes 0.1 s to import, which batches of local images need not pay for.
        from lettermill.fetch.images import FetchedImage, ImageFetcher

        with ImageFetcher(self._cache, self._settings) as fetcher:
            responses, missing = [], []
            for url in self._rows:
                before = self._before.get(url)
                if cached := fetcher.cached(url, before):
                    responses.append(self._deliver(cached))
                elif before and before.reason and before.holds(fetcher.requested(url), self._settings.limits):
                    responses.append(self._deliver(FetchedImage(before, None)))
                else:
                    missing.append(url)  # also what was there and is no longer in the cache
            log.info("%d URLs, %d of them to download", len(self._rows), len(missing))
            if missing:
                responses += fetcher.for_each(missing, lambda url: self._deliver(fetcher.fetch(url)))
        return responses

    def _deliver(self, image: "FetchedImage") -> KeptResponse:
        """Put an image where its rows are looked for, at once, so that few are in memory at a time."""
        response, content = image
        for row_id, stem in self._rows[response.url].items():
            file = ""
            if content is not None:
                file = stem + suffix_of(content)
                if not _linked(self._cache.path(response.url), self._output / file):
                    (self._output / file).write_bytes(content)
            status = "failed" if response.reason else "ok"
            about = (response.http_status, response.bytes, response.sha256, response.attempts, response.elapsed)
            self.records.append(Downloaded(row_id, status, response.reason, response.detail, file, *about))
        return response


def _linked(kept: Path, target: Path) -> bool:
    """Make ``target`` one file with that in the cache, so that the disk holds it once; False when it has gone there."""
    try:
        link_or_copy(kept, target)
    except FileNotFoundError:
        return False
    return True


def _copy(row: ImageSource, stem: str, images: Path, output: Path, settings: FetchSettings) -> Downloaded:
    """Copy the image of a row from the images folder, unless there is a reason not to."""
    content, reason, detail = _read(images, row.image, settings.max_bytes)
    if content is not None and (reason := decode_error(content)):
        detail, content = f"{row.image}: {len(content)} bytes", None
    if content is None:
        return Downloaded(row.row_id, "failed", reason, detail, "", None, None, "", None, None)
    file = stem + suffix_of(content)
    (output / file).write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return Downloaded(row.row_id, "ok", "", "", file, None, len(content), digest, None, None)


def _read(images: Path, name: str, largest: int) -> tuple[bytes | None, str, str]:
    """(content, reason, detail) of a file of the images folder, with either content or reason."""
    try:
        path = (images / name).resolve()
        if not path.is_relative_to(images.resolve()):
            return (
                None,
                "outside_images_folder",
                f"{name} links to a file outside; set `images` to a folder that has it",
            )
        # Not to wait for a pipe to which nobody writes.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None, "not_an_image", f"{name} is not a regular file"
            content = file.read(largest + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None, "missing_file", name
    except (OSError, ValueError, RuntimeError) as error:  # such as a folder, a name with a NUL, a loop of links
        return None, "not_an_image", f"{name} cannot be read: {type(error).__name__}"
    return (None, "too_large", f"{name}: more than {largest} bytes") if len(content) > largest else (content, "", "")
