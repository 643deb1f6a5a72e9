"""validate: what is known of config, table and images, and what a run would do. It makes nothing.

The config is checked whenever the engine starts; wrong ones, and tables that are none, end it before this.
"""


rule validate:
    log:
        "logs/validate.log",
    conda:
        "../envs/download.yaml"
    params:
        table=str(PLAN.table_path),
        images=str(PLAN.images),
        size=PLAN.size,
        rejected_rows=lambda wildcards: PLAN.rejected_rows,
        notes=lambda wildcards: PLAN.notes,
        corrections_file=str(PLAN.corrections_path or ""),
        corrections=outcomes,
        rows=lambda wildcards: [sources_of(batch) for batch in BATCHES],
        dry_run=dry_run(),
    script:
        "../scripts/validate.py"
