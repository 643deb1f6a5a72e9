"""What every job of the workflow does around its work: log it, time it, and say clearly why it cannot go on."""

import contextlib
import logging
import os
import sys
import time
from collections.abc import Iterator

from lettermill.errors import CorruptedFileError, InputError

log = logging.getLogger(__name__)


@contextlib.contextmanager
def job_log(path: str) -> Iterator[None]:
    """Send the log messages of the block to the file ``path``; an error goes there and to the terminal.

    Errors that a user can mend end the program with their message, others with their traceback.
    """
    line = "%(asctime)s %(levelname)s %(message)s"
    logging.basicConfig(filename=path, filemode="w", encoding="utf-8", level=logging.INFO, format=line)
    started, spent = time.perf_counter(), _cpu_seconds()
    try:
        yield
    except (InputError, CorruptedFileError) as error:
        log.error("%s", error)
        sys.exit(f"Lettermill: {error}")
    except Exception:
        log.exception("failed")
        raise
    log.info("done in %.2f s, %.2f s of CPU", time.perf_counter() - started, _cpu_seconds() - spent)


def _cpu_seconds() -> float:
    """CPU seconds of this process so far, and of those that it has started and waited for."""
    times = os.times()
    return sum(times[:4])
