"""Parameters of jobs: digests of folders for Snakemake to compare."""

from pathlib import Path

from lettermill.base.digests import digest


def stamp_of(folder: Path) -> str:
    """A digest of the files in ``folder``, at any depth. It changes when one is added, deleted or written."""
    files = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        status = path.stat()
        files.append((path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns))
    return f"{len(files)} files {digest(files)}"
