"""What `download` writes, for tests of what comes after it."""

from lettermill.records.schemas import Downloaded


def downloaded(row_id: str) -> Downloaded:
    """A row with an image."""
    return Downloaded(row_id, "ok", "", "", f"{row_id}.png", None, None, f"digest of {row_id}", None, None)
