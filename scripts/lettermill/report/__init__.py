"""What came out and how good it is, as one page: numbers, plots, contact sheets.

May import: base, records, image, corrections, workflow, stages.
"""
