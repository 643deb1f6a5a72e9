"""WebDataset: a tar file for each batch and part, in which a letter is three files: image, class, and the rest."""

import io
import json
import logging
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from lettermill.base.files import atomic_writer
from lettermill.base.split import Split
from lettermill.export.labelled_letters import image_of, indices, letters_by_part, provenance

log = logging.getLogger(__name__)


def key_of(file_name: str) -> str:
    """The name that the files of a letter share: that of its image, with dots written as in URLs.

    A reader takes what follows the first dot for the kind of the file.
    """
    return PurePosixPath(file_name).stem.replace(".", "%2E")


def write_shards(batch: Path, split: Split, classes: Sequence[str], outputs: Mapping[str, Path]) -> None:
    """Write the letters of ``batch``, a folder that ``cut_batch`` has written, to one tar file for each part.

    classes: see ``classes_of``. outputs: part -> file; one without letters gets an empty archive.
    """
    letters = letters_by_part(batch, split)
    index = indices(classes)
    for part, path in outputs.items():
        with atomic_writer(path) as file, tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for letter in letters[part]:
                about = {"label": letter.label, **provenance(letter)}
                key = key_of(letter.file_name)
                _add(tar, f"{key}.png", image_of(batch, letter))
                _add(tar, f"{key}.cls", str(index[letter.label]).encode())
                _add(tar, f"{key}.json", json.dumps(about, ensure_ascii=False).encode())
        log.info("%s: %d letters", part, len(letters[part]))


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)  # of no time and no owner: the same letters give the same bytes
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
