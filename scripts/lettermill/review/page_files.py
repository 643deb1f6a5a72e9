"""Files of the review page: what a plan must know of them, which imports nothing that takes long."""

import hashlib
from pathlib import Path

PAGE = Path(__file__).with_name("page")
"""The folder of the page's own files, which are copied as they are."""

DATA, WORDS = "data.js", "words"
"""The script with the page's data and the folder of the words' pictures, beside ``index.html``."""


def page_files() -> list[str]:
    """The names of the page's own files."""
    return sorted(path.name for path in PAGE.iterdir() if path.is_file())


def page_code() -> str:
    """Name and digest of each of them, as ``code_of`` gives them of modules: no module imports these."""
    digests = {name: hashlib.sha256((PAGE / name).read_bytes()).hexdigest()[:8] for name in page_files()}
    return ", ".join(f"review/page/{name} {digest}" for name, digest in digests.items())
