"""Download: the images of a batch, unchanged, and the outcome for each row."""

import errno
import hashlib
import logging
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from lettermill.base.file_names import file_stem
from lettermill.base.files import link_or_copy
from lettermill.base.find_file import find_file, similar_file
from lettermill.base.visible import shortened
from lettermill.fetch.cache import Cache
from lettermill.fetch.responses import KeptResponse, read_responses, write_responses
from lettermill.fetch.settings import FetchSettings
from lettermill.image.codec import decode_detail, decode_error
from lettermill.image.formats import suffix_of
from lettermill.plan.seen_images import SeenImage
from lettermill.records.csv_files import write_records
from lettermill.records.schemas import Downloaded, ImageSource

if TYPE_CHECKING:
    from lettermill.fetch.images import FetchedImage

log = logging.getLogger(__name__)


def download_batch(
    rows: Sequence[ImageSource],
    images: Path,
    cache_folder: Path,
    output: Path,
    settings: FetchSettings,
    memory: Path | None = None,
    seen: Path | None = None,
) -> None:
    """Put the images of ``rows`` into the folder ``output``, and write ``status.csv`` there.

    memory: the file that keeps the responses of the batch from run to run; a URL that failed in an earlier run is not
    requested again, see ``stages.refresh``. seen: the file for the ``SeenImage`` records of the images folder.
    """
    sources = sorted(rows)
    output.mkdir(parents=True, exist_ok=True)
    copies = [_copy(row, _stem(row), images, output, settings) for row in sources if not row.is_url]
    records = [record for record, _ in copies]
    if seen and copies:
        write_records(seen, SeenImage, (image for _, image in copies))
    fetched: dict[str, dict[str, str]] = {}
    for row in sources:
        if row.is_url:
            fetched.setdefault(row.image, {})[row.row_id] = _stem(row)
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


def _stem(row: ImageSource) -> str:
    """The name of the files of ``row`` without suffix, in later stages too."""
    return row.stem or file_stem(row.row_id)


class _Batch:
    """The rows of a batch with URLs. rows: URL -> row id -> file name without suffix. before: URL -> response of
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
        """Download all images that are not in the cache; returns a response for each URL."""
        # Importing requests takes 0.1 s, which batches of local images do not need.
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
                    missing.append(url)  # also images that have disappeared from the cache
            log.info("%d URLs, %d of them to download", len(self._rows), len(missing))
            if missing:
                responses += fetcher.for_each(missing, lambda url: self._deliver(fetcher.fetch(url)))
        return responses

    def _deliver(self, image: "FetchedImage") -> KeptResponse:
        """Put an image into the output folder for each of its rows. Called at once, to keep few images in memory."""
        response, content = image
        key = self._cache.key(response.url)
        for row_id, stem in self._rows[response.url].items():
            file = ""
            if content is not None:
                file = stem + suffix_of(content)
                if not _linked(self._cache.path(response.url), self._output / file):
                    (self._output / file).write_bytes(content)
            status = "failed" if response.reason else "ok"
            about = (response.http_status, response.bytes, response.sha256, response.attempts, response.elapsed, key)
            self.records.append(Downloaded(row_id, status, response.reason, response.detail, file, *about))
        return response


def _linked(kept: Path, target: Path) -> bool:
    """Hard-link ``target`` to the file in the cache to save disk space; False when that file has disappeared."""
    try:
        link_or_copy(kept, target)
    except FileNotFoundError:
        return False
    return True


def read_image(images: Path, name: str, largest: int) -> tuple[bytes | None, str, str]:
    """(content, reason, detail) of the image ``name`` of the folder ``images``, with either content or reason.

    largest: number of bytes.
    """
    content, reason, detail, _ = _read(images, name, largest)
    return _decodable(name, content, reason, detail)


def _decodable(name: str, content: bytes | None, reason: str, detail: str) -> tuple[bytes | None, str, str]:
    if content is not None and (reason := decode_error(content)):
        return None, reason, f"{name} is {decode_detail(content, reason)}"
    return content, reason, detail


def _copy(
    row: ImageSource, stem: str, images: Path, output: Path, settings: FetchSettings
) -> tuple[Downloaded, SeenImage]:
    """Copy the image of a row from the images folder, or record why that is not possible."""
    content, reason, detail, (size, modified) = _read(images, row.image, settings.max_bytes)
    digest = "" if content is None else hashlib.sha256(content).hexdigest()
    seen = SeenImage(row.row_id, row.image, size, modified, digest)
    content, reason, detail = _decodable(row.image, content, reason, detail)
    if content is None:
        return Downloaded(row.row_id, "failed", reason, detail, "", None, None, "", None, None), seen
    file = stem + suffix_of(content)
    (output / file).write_bytes(content)
    return Downloaded(row.row_id, "ok", "", "", file, None, len(content), digest, None, None), seen


def _read(images: Path, name: str, largest: int) -> tuple[bytes | None, str, str, tuple[int, int]]:
    """(content, reason, detail, (size, time in ns)) of a file of the images folder, with either content or reason."""
    found = 0, 0
    try:
        path = find_file(images, name).resolve()
        if not path.is_relative_to(images.resolve()):
            return None, "outside_images_folder", f"{name} links to a file outside of the folder `images`", found
        # Non-blocking, so that a named pipe without a writer does not block.
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return None, "not_an_image", f"{name} is not a regular file", found
            found = status.st_size, status.st_mtime_ns
            content = file.read(largest + 1)
    except (FileNotFoundError, NotADirectoryError):
        similar = similar_file(images, name)
        hint = f": there is {similar}, which is written differently" if similar else ""
        return None, "missing_file", f"{shortened(name)}{hint}", found
    except (OSError, ValueError, RuntimeError) as error:  # such as a folder, a NUL in the name, a loop of links
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            return None, "missing_file", f"{shortened(name)}: no file name is that long", found
        why = getattr(error, "strerror", None) or error
        return None, "not_an_image", f"{shortened(name)} cannot be read: {why}", found
    if len(content) > largest:
        return None, "too_large", f"{name}: more than {largest:,} bytes", found
    return content, "", "", found
