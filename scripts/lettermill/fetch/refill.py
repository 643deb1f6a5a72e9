"""Images that are no longer in the cache are taken from what a run has made of it, `results/downloaded/`."""

import hashlib
import logging
from collections.abc import Iterable, Mapping
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.files import link_or_copy
from lettermill.fetch.cache import Cache
from lettermill.fetch.responses import read_responses, responses_of
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import Downloaded, ImageSource

log = logging.getLogger(__name__)


def refill(cache: Cache, folders: Iterable[Path]) -> int:
    """Put the images in ``folders``, which ``download_batch`` has written, into the cache where it lacks them.

    This must be done before Snakemake deletes these folders. An image that differs from what its ``status.csv`` says
    is left out, and so is one that has been replaced by another since, according to the kept responses. Returns the
    number of images put into the cache.
    """
    return sum(_refill(cache, folder) for folder in folders)


def lost_images(cache: Cache, sources: Mapping[str, Iterable[ImageSource]]) -> int:
    """The number of URLs in ``sources`` (batch -> rows) whose images have been downloaded before, and must be
    downloaded again."""
    lost = 0
    for batch, rows in sources.items():
        responses = read_responses(responses_of(batch))
        gone = {url for url, response in responses.items() if response.sha256 and not cache.path(url).exists()}
        lost += len(gone.intersection(row.image for row in rows)) if gone else 0
    return lost


def _refill(cache: Cache, folder: Path) -> int:
    try:
        images = [image for image in read_records(folder / "status.csv", Downloaded) if image.cache_key and image.file]
    except (OSError, CorruptedFileError):
        return 0
    missing = [image for image in images if not cache.at(image.cache_key).exists()]
    if not missing:
        return 0
    responses = read_responses(responses_of(folder.name))
    current = {cache.key(url): response.sha256 for url, response in responses.items() if response.sha256}
    return sum(
        current.get(image.cache_key, image.sha256) == image.sha256 and _put(cache, folder / image.file, image)
        for image in missing
    )


def _put(cache: Cache, file: Path, image: Downloaded) -> bool:
    target = cache.at(image.cache_key)
    try:
        if hashlib.sha256(file.read_bytes()).hexdigest() != image.sha256:
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        link_or_copy(file, target)
    except FileExistsError:  # of two rows with this URL, or another dataset that shares the cache
        return False
    except OSError as error:
        log.warning("%s: %s", file, error)
        return False
    return True
