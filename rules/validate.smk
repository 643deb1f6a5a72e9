"""validate: check config, table, corrections and images, and show what a run would do. It writes no results but the
plan.

Snakemake checks the config and reads the table at every start, so errors in them end it before this rule runs.
"""


rule validate:
    input:
        images=expand("results/plan/images/{batch}.csv", batch=BATCHES),
        transcriptions=expand("results/plan/transcriptions/{batch}.csv", batch=BATCHES),
        rejected_rows="results/plan/rejected.csv",
        notes="results/plan/notes.csv",
        corrections="results/plan/corrections.csv",
    log:
        "logs/validate.log",
    localrule: True
    conda:
        "../envs/download.yaml"
    params:
        table=str(PLAN.table_path),
        images=str(PLAN.images),
        size=lambda wildcards: PLAN.size,
        corrections_file=str(PLAN.corrections_path or ""),
        training=training_needs,
        dry_run=lambda wildcards: INTERNALS.dry_run_command("all"),
    script:
        "../scripts/validate.py"
