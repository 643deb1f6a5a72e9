"""Lettermill: from a table of word images and transcriptions to a labelled dataset of single letters.

    table row ─ download ─ crop ─ segment ─ match ─┬───────────────────┬─ align ─ cut ─┬─ dataset ─ train ─ predict
                                                   └─ learn (once) ────┘               ├─ sheets, report
                                                                                       └─ export

train, predict and export are done when they are asked for, and so are validate, retry_failed and refresh, which look at
the table and its addresses. Rules from download to cut work on batches of rows, and so do some of the exports; the
others on all rows. Settings are in config.yaml, rules in rules/, the scripts that they run in scripts/, and the library
that these call in scripts/lettermill/.
"""

from snakemake.utils import min_version

min_version("9.0")


configfile: f"{workflow.basedir}/config.yaml"


include: "rules/common.smk"
include: "rules/download.smk"
include: "rules/letters.smk"
include: "rules/align.smk"
include: "rules/dataset.smk"
include: "rules/report.smk"
include: "rules/review.smk"
include: "rules/common_model.smk"
include: "rules/train.smk"
include: "rules/predict.smk"
include: "rules/formats.smk"
include: "rules/export.smk"
include: "rules/debug.smk"
include: "rules/validate.smk"
include: "rules/progress.smk"


wildcard_constraints:
    batch=r"[^/]+",
    row=r"[^/]+",


localrules:
    all,
    train,
    export,
    retry_failed,
    refresh,
    validate,


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


onstart:
    check_writable("results", "logs", config["cache"])
    check_packages()
    lift_rate_limit()
    watch_run()


onerror:
    end_watch()
    print_hint()


onsuccess:
    end_watch()
    show_summary()
