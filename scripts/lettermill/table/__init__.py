"""Reads the user's table in every format: encodings, separators, workbooks, repairs. Never writes it.

May import: base, records.
"""
