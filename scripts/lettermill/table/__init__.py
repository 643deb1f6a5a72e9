"""Reading the user's table, whatever kind of file it is: encodings, separators, workbooks, repairs. It only reads.

May import: base, records.
"""
