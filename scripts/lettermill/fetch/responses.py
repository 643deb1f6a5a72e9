"""What came of fetching the URLs of a batch, kept from run to run."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_records, write_records

FOLDER = Path(".snakemake/lettermill/responses")
"""Where they are kept, in the working directory: a file a batch. Deleting it forgets what has failed."""


class KeptResponse(NamedTuple):
    """What came of fetching ``url``. requested: the URL that was requested in its place. limits: the settings that
    decided about it, see ``FetchSettings.limits``. etag, last_modified: what the server calls this state of the image.
    """

    url: str
    requested: str
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

    def holds(self, requested: str, limits: str) -> bool:
        """Whether a request would be for nothing: nothing that decides about it has changed here."""
        return (self.requested, self.limits) == (requested, limits)


def responses_of(batch: str) -> Path:
    """The file with the responses of a batch."""
    return FOLDER / f"{batch}.csv"


def read_responses(path: Path) -> dict[str, KeptResponse]:
    """URL -> response, of those in the file ``path``; none when it is not there or damaged."""
    try:
        return {response.url: response for response in read_records(path, KeptResponse)}
    except (OSError, CorruptedFileError):
        return {}


def write_responses(path: Path, responses: Iterable[KeptResponse]) -> None:
    """Write ``responses`` to the file ``path``, in the order of their URLs."""
    write_records(path, KeptResponse, sorted(responses))
