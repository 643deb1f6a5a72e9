"""The steps of the workflow, each a function over one batch of rows.

May import: base, records, image, corrections, plan, fetch, align.
"""
