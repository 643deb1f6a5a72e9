"""The plan of a run: the config, the rows of the table, their batches, and what each stage needs to know about them.

May import: base, records, table, corrections, workflow.
"""
