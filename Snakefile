"""Lettermill: from a table of word images and transcriptions to a labelled dataset of single letters.

    table row ─ download ─ crop ─ segment ─ match ─┬────────────────┬─ align ─ cut ─ compare ─┬─ dataset ─ train
                                                   └─ learn (once) ─┘                         ├─ sheets, report
                                                                                              └─ export

train, predict and export run only if you name them as targets, and so do validate, retry_failed and refresh, which
check the table and its URLs. The rules from download to cut, and some of the exports, have one job per batch of rows.
The other rules have one job for the whole table. Settings are in config.yaml, rules in rules/, the scripts that they
run in scripts/, and the library that these call in scripts/lettermill/.

Each file in rules/ contains either rules or functions. The files of functions are:

workflow.smk     Snakemake and the config: what happens when a run starts and ends
plan.smk         the rows of the table in their batches, and the inputs and parameters that depend on them
recogniser.smk   whether there is a recogniser, or it must be trained
models.smk       inputs and parameters of training and prediction
formats.smk      the files of the exports
"""


include: "rules/workflow.smk"
include: "rules/plan.smk"
include: "rules/recogniser.smk"
include: "rules/download.smk"
include: "rules/letters.smk"
include: "rules/align.smk"
include: "rules/compare.smk"
include: "rules/dataset.smk"
include: "rules/report.smk"
include: "rules/review.smk"
include: "rules/models.smk"
include: "rules/train.smk"
include: "rules/predict.smk"
include: "rules/formats.smk"
include: "rules/export.smk"
include: "rules/debug.smk"
include: "rules/validate.smk"


wildcard_constraints:
    batch=r"[^/]+",
    row=r"[^/]+",


rule all:
    default_target: True
    input:
        "results/dataset/metadata.csv",
        "results/dataset/rejected.csv",
        "results/dataset/README.md",
        "results/summary.txt",
        "results/table_notes.csv",
        "results/duplicates.csv",
        "results/withheld.csv",
        "results/withheld",
        "results/corrections.csv",
        expand("results/sheets/{kind}.png", kind=SHEETS),
        rules.report.output,
        REVIEW,
        # The stages in between are listed too. Otherwise Snakemake would not notice files that a failed job has deleted
        # while everything made from them still exists.
        expand("results/{stage}/{batch}", stage=FOLDERS, batch=BATCHES),
        expand("results/{stage}/{batch}.csv", stage=TABLES, batch=BATCHES),
        *(["results/suspects.csv", recogniser] if ALIGNED else []),
    localrule: True


onstart:
    start_run()


onerror:
    fail_run()


onsuccess:
    end_run()
