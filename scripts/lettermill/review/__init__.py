"""The review page: a browser page to check and correct uncertain letters and suspect rows.

May import: base, records, image, corrections, stages.
"""
