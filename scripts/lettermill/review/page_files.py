"""The files of the review page. This module is imported by the Snakefile and must stay fast to import."""

import hashlib
from pathlib import Path

PAGE = Path(__file__).with_name("page")
"""The folder of the page's static files."""

DATA, WORDS = "data.js", "words"
"""Next to ``index.html``: the script with the page's data, and the folder with the pictures of words."""


def page_files() -> list[str]:
    """The names of the static files."""
    return sorted(path.name for path in PAGE.iterdir() if path.is_file())


def page_code() -> str:
    """Name and digest of each static file, in the format of ``code_of``, which covers Python modules only."""
    digests = {name: hashlib.sha256((PAGE / name).read_bytes()).hexdigest()[:8] for name in page_files()}
    return ", ".join(f"review/page/{name} {digest}" for name, digest in digests.items())
