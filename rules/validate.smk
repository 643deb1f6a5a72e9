"""validate: checks config, table and images, and shows what a run would do. It writes no results.

The config is checked whenever Snakemake starts: a wrong config, or a table that cannot be read, ends it before this.
"""


rule validate:
    log:
        "logs/validate.log",
    localrule: True
    conda:
        "../envs/download.yaml"
    params:
        **recorded(rejected_rows=rejected_rows, notes=notes, corrections=outcomes),
        table=str(PLAN.table_path),
        images=str(PLAN.images),
        size=PLAN.size,
        corrections_file=str(PLAN.corrections_path or ""),
        rows=sources_by_batch,
        dry_run=lambda wildcards: INTERNALS.dry_run_command("all"),
    script:
        "../scripts/validate.py"
