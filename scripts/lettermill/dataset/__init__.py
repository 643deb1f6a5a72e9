"""The delivered dataset: class folders, metadata, rejected rows and letters, counts, card, summary.

May import: base, records, corrections.
"""
