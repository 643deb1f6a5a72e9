"""Crop: bring the images of a batch to one form, and find the part with the handwriting."""

import logging
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.image.codec import MAX_PIXELS, decode_colour, decode_detail, decode_error, encode_png
from lettermill.image.crop import CroppedImage, Cropping, crop_image
from lettermill.records.csv_files import as_text, from_text, read_records, write_results
from lettermill.records.row_store import RowStore, row_key
from lettermill.records.schemas import Cropped, Downloaded, StoppedRow
from lettermill.stages.images import layer_name, layer_names

log = logging.getLogger(__name__)

STAGE = "crop"


def crop_batch(downloaded: Path, output: Path, cropping: Cropping, depends_on: str = "") -> None:
    """Crop the images of the folder ``downloaded`` into the folder ``output``, and write ``offsets.csv`` there.

    depends_on: see ``RowStore``.
    """
    output.mkdir(parents=True, exist_ok=True)
    results: list[Cropped | StoppedRow] = []
    with RowStore(output, depends_on) as store:
        for row in read_records(downloaded / "status.csv", Downloaded):
            if row.status != "ok":
                continue
            content = (downloaded / row.file).read_bytes()
            key = row_key(row.row_id, row.file, content, str(MAX_PIXELS))
            kept = store.find(key)
            if kept is not None:
                results += from_text(Cropped, kept)
                continue
            result = _crop(row, content, downloaded, output, cropping)
            results.append(result)
            store.keep(key, as_text(Cropped, [result]), layer_names(result) if isinstance(result, Cropped) else ())
    write_results(output / "offsets.csv", Cropped, results)
    log.info("%d of %d images cropped", sum(isinstance(row, Cropped) for row in results), len(results))


def _crop(row: Downloaded, content: bytes, downloaded: Path, output: Path, cropping: Cropping) -> Cropped | StoppedRow:
    image = decode_colour(content)
    if image is None and decode_error(content) == "too_large":  # `max_pixels` was larger at download
        detail = f"{row.file} is {decode_detail(content, 'too_large')}"
        return StoppedRow(row.row_id, STAGE, "too_large", detail)
    if image is None:
        raise CorruptedFileError(
            f"{downloaded / row.file} can no longer be decoded as an image. Delete {downloaded} and run again."
        )
    cropped = crop_image(image, cropping)
    if cropped.box.width < 1 or cropped.box.height < 1:
        size = f"{image.shape[1]}x{image.shape[0]} pixels"
        return StoppedRow(row.row_id, STAGE, "outside_image", size)
    return write_crop(output, row.row_id, Path(row.file).stem + ".png", cropped)


def write_crop(folder: Path, row_id: str, file: str, cropped: CroppedImage) -> Cropped:
    """Write the layers of a cropped image into ``folder``."""
    for number, layer in enumerate(cropped.layers):
        path = folder / layer_name(file, number)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encode_png(layer))
    region, box = cropped.region, cropped.box
    line = None if cropped.line is None else cropped.line + box.y
    sides = (region.x, region.y, region.right, region.bottom)
    return Cropped(row_id, file, box, line, *sides, len(cropped.layers), " ".join(cropped.found))
