"""Download: the images of a batch, as they are at their source, and what became of each row."""

import hashlib
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from lettermill.fetch.cache import Cache
from lettermill.fetch.web import Fetched, Fetcher, FetchSettings
from lettermill.file_names import file_stem
from lettermill.files import link_or_copy
from lettermill.image.codec import decode, suffix_of
from lettermill.records import Downloaded, write_records

log = logging.getLogger(__name__)


class Source(NamedTuple):
    """Where a row's image is: an http(s) address, or a path below the images folder.

    stamp: tells versions of a local file apart; not used here, but a change of it re-runs the batch.
    """

    row_id: str
    image: str
    stamp: str


def download_batch(
    rows: Sequence[tuple[str, str, str]], images: Path, cache_folder: Path, output: Path, settings: FetchSettings
) -> None:
    """Put the images of ``rows`` (see ``Source``) into the folder ``output``, with ``status.csv`` beside them."""
    sources = sorted(Source(*row) for row in rows)
    cache = Cache(cache_folder)
    fetched = _fetch(sorted({row.image for row in sources if _is_url(row)}), cache, settings)
    output.mkdir(parents=True, exist_ok=True)
    records = []
    for row in sources:
        result = fetched[row.image] if _is_url(row) else _read_local(images, row.image)
        if result.content is None:
            records.append(
                Downloaded(row.row_id, "failed", result.reason, result.detail, "", result.http_status, None, "")
            )
            log.warning("%s: %s %s", row.row_id, result.reason, result.detail)
            continue
        file = file_stem(row.row_id) + suffix_of(result.content)
        if not (_is_url(row) and _linked(cache.path(row.image), output / file)):
            (output / file).write_bytes(result.content)
        digest = hashlib.sha256(result.content).hexdigest()
        records.append(Downloaded(row.row_id, "ok", "", "", file, result.http_status, len(result.content), digest))
    write_records(output / "status.csv", Downloaded, records)
    log.info("%d of %d images are here", sum(record.status == "ok" for record in records), len(records))


def _linked(kept: Path, target: Path) -> bool:
    """Make ``target`` one file with that in the cache, so that the disk holds it once; False when it has gone there."""
    try:
        link_or_copy(kept, target)
    except FileNotFoundError:
        return False
    return True


def _is_url(row: Source) -> bool:
    return "://" in row.image


def _fetch(urls: list[str], cache: Cache, settings: FetchSettings) -> dict[str, Fetched]:
    """What is at each of ``urls``; what is an image is in the cache afterwards, and nothing else is."""
    found = {}
    for url in urls:
        kept = _if_image(Fetched(cache.get(url), http_status=200))
        if kept.content is not None:  # a damaged file in the cache is fetched again
            found[url] = kept
    missing = [url for url in urls if url not in found]
    log.info("%d addresses, %d of them in the cache", len(urls), len(found))
    if missing:
        with Fetcher(settings) as fetcher, ThreadPoolExecutor(settings.connections) as pool:

            def fetch(url: str) -> Fetched:
                result = _if_image(fetcher.fetch(url))
                if result.content is not None:
                    cache.put(url, result.content)  # at once: a killed job has kept what it has got
                return result

            found.update(zip(missing, pool.map(fetch, missing), strict=True))
    return found


def _read_local(images: Path, name: str) -> Fetched:
    try:
        inside = (images / name).resolve().is_relative_to(images.resolve())
        if not inside:
            return Fetched(None, "outside_images_folder", f"{name} is a link; name its folder in config `images`")
        return _if_image(Fetched((images / name).read_bytes()))
    except (FileNotFoundError, NotADirectoryError):
        return Fetched(None, "missing_file", name)
    except (OSError, ValueError) as error:
        return Fetched(None, "not_an_image", f"{name}: {type(error).__name__}")


def _if_image(fetched: Fetched) -> Fetched:
    """``fetched``, or the reason not_an_image if its content cannot be decoded: servers send pages as images."""
    if fetched.content is None or decode(fetched.content) is not None:
        return fetched
    return fetched._replace(content=None, reason="not_an_image", detail=f"{len(fetched.content)} bytes")
