"""A page in the browser for letters and words that are worth a look, by which people correct them.

May import: base, records, image, corrections, stages.
"""
