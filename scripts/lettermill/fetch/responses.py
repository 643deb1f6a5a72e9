"""The outcomes of downloading the URLs of a batch, kept from run to run."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from lettermill.base.errors import CorruptedFileError
from lettermill.records.csv_files import read_records, write_records

FOLDER = Path(".snakemake/lettermill/responses")
"""The folder of these files in the working directory, one per batch. Deleting it forgets all failures."""


class KeptResponse(NamedTuple):
    """The outcome of downloading ``url``.

    requested: the URL actually requested. etag, last_modified: headers of the response. limits: the settings that
    decided the outcome, see ``FetchSettings.limits``.
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
        """Whether the outcome is still valid: neither the URL to request nor the settings have changed."""
        return (self.requested, self.limits) == (requested, limits)


def responses_of(batch: str) -> Path:
    """The file with the responses of a batch."""
    return FOLDER / f"{batch}.csv"


def read_responses(path: Path) -> dict[str, KeptResponse]:
    """URL -> response from the file ``path``; empty when the file is missing or damaged."""
    try:
        return {response.url: response for response in read_records(path, KeptResponse)}
    except (OSError, CorruptedFileError):
        return {}


def write_responses(path: Path, responses: Iterable[KeptResponse]) -> None:
    """Write ``responses`` to the file ``path``, sorted by URL."""
    write_records(path, KeptResponse, sorted(responses))
