"""What knows Snakemake: digests of code, parameters of jobs, their logs, the progress and the run times of a run.

May import: base, records.
"""
