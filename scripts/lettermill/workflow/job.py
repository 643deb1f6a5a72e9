"""What every job of the workflow does around its work: logging, timing, and a clear message when it fails."""

import contextlib
import errno
import logging
import os
import sys
import time
import traceback
from collections.abc import Iterator
from typing import Any

from lettermill.base.errors import CorruptedFileError, InputError
from lettermill.base.visible import visible

log = logging.getLogger(__name__)

OF_THE_MACHINE = {
    errno.ENOSPC: "Free some space, then run again. What is finished is kept.",
    errno.EDQUOT: "Free some space or ask for a larger quota, then run again. What is finished is kept.",
    errno.EROFS: "Make the folder writable, or name another working directory with --directory.",
    errno.EACCES: "Make the folder writable, or name another working directory with --directory.",
    errno.EIO: "The disk or the network file system has failed. Repair it, then run again. What is finished is kept.",
}
"""Errors of the machine -> what to do."""


class VisibleFormatter(logging.Formatter):
    """Escapes control characters of messages and tracebacks, which may contain cells of the table. A message of several
    lines is indented, so that none of them looks like a line of the log."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        return visible(super().formatMessage(record), keep="\n").replace("\n", "\n    ")

    def formatException(self, ei: Any) -> str:
        return visible(super().formatException(ei), keep="\n")


@contextlib.contextmanager
def job_log(path: str) -> Iterator[None]:
    """Send the log messages of the block to the file ``path``; an error goes there and to the terminal.

    Errors that a user can fix end the program with their message, others with their traceback. The last line says how
    long the job took: seconds, and CPU seconds.
    """
    logging.raiseExceptions = False  # a log that cannot be written must neither fail the job nor hide its error
    started, spent = time.perf_counter(), _cpu_seconds()
    try:
        handler = logging.FileHandler(path, mode="w", encoding="utf-8")
        handler.setFormatter(VisibleFormatter("%(asctime)s %(levelname)s %(message)s"))
        logging.basicConfig(handlers=[handler], level=logging.INFO)
        yield
    except (InputError, CorruptedFileError) as error:
        log.error("%s", error)
        sys.exit(visible(f"Lettermill: {error}", keep="\n"))
    except Exception as error:
        log.exception("failed")
        if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
            sys.exit(visible(f"Lettermill: {error}. {OF_THE_MACHINE[error.errno]}"))
        sys.exit(visible(traceback.format_exc(), keep="\n"))
    log.info("done in %.2f s, %.2f s of CPU", time.perf_counter() - started, _cpu_seconds() - spent)


def _cpu_seconds() -> float:
    """CPU seconds of this process so far, and of its finished child processes."""
    return sum(os.times()[:4])
