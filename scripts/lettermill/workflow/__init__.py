"""Everything about Snakemake: its internals, digests of code, parameters and files of jobs, logs, progress, run times.

May import: base, records.
"""
