"""What a run has to do: the config, the rows of the table, their batches, and what each stage must know of them.

May import: base, records, table, corrections, workflow.
"""
