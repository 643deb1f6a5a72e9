"""validate: what is known of config, table and images, and what a run would do. It makes nothing.

The config is checked whenever Snakemake starts; wrong ones, and tables that are none, end it before this.
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
