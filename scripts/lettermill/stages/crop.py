"""Crop: the images of a batch without the printed part of the form."""

import logging
from pathlib import Path

from lettermill.base.errors import CorruptedFileError
from lettermill.base.file_names import file_stem
from lettermill.image.codec import decode, decode_error, encode_png
from lettermill.image.crop import Cropping, crop
from lettermill.records.csv_files import read_records, write_records
from lettermill.records.schemas import Cropped, Downloaded

log = logging.getLogger(__name__)


def crop_batch(downloaded: Path, output: Path, cropping: Cropping) -> None:
    """Crop the images of the folder ``downloaded`` into the folder ``output``, with ``offsets.csv`` beside them."""
    output.mkdir(parents=True, exist_ok=True)
    records = []
    for row in read_records(downloaded / "status.csv", Downloaded):
        if row.status != "ok":
            continue
        content = (downloaded / row.file).read_bytes()
        image = decode(content)
        if image is None and decode_error(content) == "too_large":  # fewer pixels are allowed than when it was fetched
            records.append(Cropped(row.row_id, "too_large", "", "", None, None, None, None, None))
            continue
        if image is None:
            raise CorruptedFileError(
                f"{downloaded / row.file} was an image and is none now. Delete {downloaded} and run again."
            )
        region, line = crop(image, cropping)
        if region.width < 1 or region.height < 1:
            size = f"{image.shape[1]}x{image.shape[0]} pixels"
            records.append(Cropped(row.row_id, "outside_image", size, "", None, None, None, None, None))
            continue
        file = file_stem(row.row_id) + ".png"
        (output / file).write_bytes(encode_png(region.of(image)))
        records.append(Cropped(row.row_id, "", "", file, *region, line))
    write_records(output / "offsets.csv", Cropped, records)
    log.info("%d of %d images cropped", sum(not record.reason for record in records), len(records))
