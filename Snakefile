"""Lettermill: from a table of word images and transcriptions to a labelled dataset of single letters.

    table row ─ download ─ crop ─ segment ─ match ─┬───────────────────┬─ align ─ cut ─┬─ dataset ─ train ─ predict
                                                   └─ learn (once) ────┘               ├─ sheets, report
                                                                                       └─ export

train, predict and export are done when they are asked for, and so are validate, retry_failed and refresh, which look at
the table and its URLs. Rules from download to cut work on batches of rows, and so do some of the exports; the others on
all rows. Settings are in config.yaml, rules in rules/, the scripts that they run in scripts/, and the library that these
call in scripts/lettermill/.

Files of rules hold either rules or functions. Those of functions:

workflow.smk     Snakemake and the config: what a run is, what is done when it starts and ends
plan.smk         the rows of the table in their batches, and what each job is given of them
recogniser.smk   whether there is a recogniser, or one is to be trained
models.smk       what training and prediction are given
formats.smk      the files of the exports
"""


include: "rules/workflow.smk"
include: "rules/plan.smk"
include: "rules/recogniser.smk"
include: "rules/download.smk"
include: "rules/letters.smk"
include: "rules/align.smk"
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
        "results/corrections.csv",
        expand("results/sheets/{kind}.png", kind=SHEETS),
        rules.report.output,
        REVIEW,
        # The stages between are asked for by name: what a failed job has taken with it is then seen to be missing,
        # though everything made from it is still there.
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
