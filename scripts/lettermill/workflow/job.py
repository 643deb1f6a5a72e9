"""What every job of the workflow does around its work: logging, timing, and a clear message when it fails."""

import contextlib
import errno
import logging
import os
import sys
import time
from collections.abc import Iterator

from lettermill.base.errors import CorruptedFileError, InputError

log = logging.getLogger(__name__)

OF_THE_MACHINE = {
    errno.ENOSPC: "Free some space, then run again. What is finished is kept.",
    errno.EDQUOT: "Free some space or ask for a larger quota, then run again. What is finished is kept.",
    errno.EROFS: "Make the folder writable, or name another working directory with --directory.",
    errno.EACCES: "Make the folder writable, or name another working directory with --directory.",
    errno.EIO: "The disk or the network file system has failed. Repair it, then run again. What is finished is kept.",
}
"""Errors of the machine -> what to do."""


@contextlib.contextmanager
def job_log(path: str) -> Iterator[None]:
    """Send the log messages of the block to the file ``path``; an error goes there and to the terminal.

    Errors that a user can fix end the program with their message, others with their traceback. The last line says how
    long the job took: seconds, and CPU seconds.
    """
    logging.raiseExceptions = False  # a log that cannot be written must neither fail the job nor hide its error
    started, spent = time.perf_counter(), _cpu_seconds()
    try:
        line = "%(asctime)s %(levelname)s %(message)s"
        logging.basicConfig(filename=path, filemode="w", encoding="utf-8", level=logging.INFO, format=line)
        yield
    except (InputError, CorruptedFileError) as error:
        log.error("%s", error)
        sys.exit(f"Lettermill: {error}")
    except OSError as error:
        log.exception("failed")
        if error.errno in OF_THE_MACHINE:
            sys.exit(f"Lettermill: {error}. {OF_THE_MACHINE[error.errno]}")
        raise
    except Exception:
        log.exception("failed")
        raise
    log.info("done in %.2f s, %.2f s of CPU", time.perf_counter() - started, _cpu_seconds() - spent)


def _cpu_seconds() -> float:
    """CPU seconds of this process so far, and of its finished child processes."""
    return sum(os.times()[:4])
