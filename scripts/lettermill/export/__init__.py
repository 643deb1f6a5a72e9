"""The dataset in the formats of other libraries, a module each.

May import: base, records, image, dataset.
"""
