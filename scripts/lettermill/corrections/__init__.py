"""Corrections made by people: reading their table, conflicts between lines, and their effect on rows and letters.

May import: base, records, table.
"""
