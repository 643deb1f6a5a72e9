"""Reading words that are in no table: the search for their text, word lists, and error rates.

May import: base, records, image, align, model, stages.
"""
