"""What people have corrected: reading their table, conflicts between lines, and what it does to rows and letters.

May import: base, records, table.
"""
