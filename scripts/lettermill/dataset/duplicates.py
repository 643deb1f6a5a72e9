"""Rows that have the same image: they belong into the same part of the split, and should say the same."""

from collections.abc import Collection

from lettermill.records.schemas import Duplicate, Finding


def find_duplicates(findings: Collection[Finding]) -> list[Duplicate]:
    """The rows whose image is, byte for byte, also that of another row, by image and row id."""
    if len({row.sha256 for row in findings}) == len(findings):
        return []  # nearly always so, and far faster
    by_image: dict[str, list[Finding]] = {}
    for row in findings:
        by_image.setdefault(row.sha256, []).append(row)
    found = []
    for rows in sorted((sorted(rows) for rows in by_image.values() if len(rows) > 1), key=lambda rows: rows[0].row_id):
        differ = int(len({row.transcription for row in rows}) > 1)
        found += [Duplicate(row.row_id, rows[0].row_id, row.transcription, differ) for row in rows]
    return found
