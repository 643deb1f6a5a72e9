"""What a run would do, as Snakemake says it."""

import subprocess
from collections.abc import Sequence

from lettermill.base.errors import InputError


def dry_run(command: Sequence[str]) -> str:
    """Snakemake's table of jobs out of what ``command``, a dry run, prints; see ``Internals.dry_run_command``.

    Raises InputError with all that it prints when it fails.
    """
    if not command:
        return "This version of Snakemake does not let us know."
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise InputError(f"a dry run fails.\n{done.stdout}")
    return done.stdout.partition("Job stats:\n")[2].partition("\n\n")[0] or "Nothing: everything is done."
