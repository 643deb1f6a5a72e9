"""WebDataset: a tar file for each batch and split, with three files per letter: image, class and metadata."""

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
    """The name that the files of a letter share: the name of its image, with dots percent-encoded.

    (Readers take everything after the first dot as the type of the file.)
    """
    return PurePosixPath(file_name).stem.replace(".", "%2E")


def write_shards(batch: Path, split: Split, classes: Sequence[str], outputs: Mapping[str, Path]) -> None:
    """Write the letters of ``batch``, a folder written by ``cut_batch``, to one tar file for each split.

    classes: see ``classes_of``. outputs: split -> file. A split without letters gets an empty archive.
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
    entry = tarfile.TarInfo(name)  # without time and owner, so that the same letters give the same bytes
    entry.size = len(content)
    tar.addfile(entry, io.BytesIO(content))
