"""validate: check config, table, corrections and images, and show what a run would do. It writes no results.

Snakemake checks the config and reads the table at every start, so errors in them end it before this rule runs.
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
        patterns=patterns_by_batch,
        training=training_needs,
        dry_run=lambda wildcards: INTERNALS.dry_run_command("all"),
    script:
        "../scripts/validate.py"
