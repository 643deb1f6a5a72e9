"""What a run would do, according to Snakemake."""

import subprocess
from collections.abc import Sequence

from lettermill.base.errors import InputError


def dry_run(command: Sequence[str]) -> str:
    """Snakemake's table of jobs, from the output of the dry run ``command``; see ``Internals.dry_run_command``.

    Raises InputError with the whole output when the dry run fails.
    """
    if not command:
        return "Unknown with this version of Snakemake. Run the workflow with -n to see it."
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        raise InputError(f"The dry run failed. Correct what Snakemake reports:\n{done.stdout}")
    return done.stdout.partition("Job stats:\n")[2].partition("\n\n")[0] or "Nothing: everything is up to date."
