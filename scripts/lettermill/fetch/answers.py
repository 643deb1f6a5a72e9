"""What came of asking for the addresses of a batch, kept from run to run."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_records, write_records

FOLDER = Path(".snakemake/lettermill/answers")
"""Where they are kept, in the working directory: a file a batch. Deleting it forgets what has failed."""


class Answer(NamedTuple):
    """What came of asking for ``url``. asked: the address that was asked for in its place. limits: the settings that
    decided about it, see ``FetchSettings.limits``. etag, last_modified: what the server calls this state of the image.
    """

    url: str
    asked: str
    reason: str  # empty when its image is in the cache
    detail: str
    http_status: int | None
    bytes: int | None
    sha256: str
    attempts: int
    elapsed: float  # seconds
    etag: str
    last_modified: str
    limits: str

    def holds(self, asked: str, limits: str) -> bool:
        """Whether asking would be for nothing: nothing that decides about it has changed here."""
        return (self.asked, self.limits) == (asked, limits)


def answers_of(batch: str) -> Path:
    """The file with the answers of a batch."""
    return FOLDER / f"{batch}.csv"


def read_answers(path: Path) -> dict[str, Answer]:
    """Address -> answer, of those in the file ``path``; none when it is not there or damaged."""
    try:
        return {answer.url: answer for answer in read_records(path, Answer)}
    except (OSError, CorruptedFileError):
        return {}


def write_answers(path: Path, answers: Iterable[Answer]) -> None:
    """Write ``answers`` to the file ``path``, in the order of their addresses."""
    write_records(path, Answer, sorted(answers))
