"""The tables that jobs pass to each other: their schemas, and reading and writing them as CSV.

May import: base.
"""
