"""The report: one page with numbers, plots and contact sheets.

May import: base, records, paper, image, corrections, workflow, stages.
"""
