"""The tables that jobs hand to each other: a schema for each, and reading and writing them as CSV.

May import: base.
"""
