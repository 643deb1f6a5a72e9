"""The steps of the workflow, each a function over one batch of rows.

May import: base, records, paper, image, corrections, plan, fetch, align.
"""
