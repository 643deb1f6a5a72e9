"""dataset, sheets: all letters in one place, what became of every row, and pictures of both.

dataset   results/dataset/{letter}/…png, metadata.csv, rejected.csv, README.md, and results/summary.txt, table_notes.csv,
          corrections.csv: what became of each line of config `corrections`
sheets    results/sheets/{delivered,least_confident,rejected_letters,rejected_rows}.png

The letter folders are not declared as outputs: the engine deletes outputs before a job, and a dataset of
hundreds of thousands of files should only get what has changed. The script removes what does not belong there.
"""


rule dataset:
    input:
        expand("results/letters/{batch}", batch=BATCHES),
    output:
        metadata="results/dataset/metadata.csv",
        rejected=report(
            "results/dataset/rejected.csv",
            caption="captions/rejected.rst",
            category="Dataset",
            labels={"what": "rejected rows and letters"},
        ),
        card="results/dataset/README.md",
        summary=report(
            "results/summary.txt", caption="captions/summary.rst", category="Dataset", labels={"what": "summary"}
        ),
        notes="results/table_notes.csv",
        corrections="results/corrections.csv",
    log:
        "logs/dataset.log",
    benchmark:
        "logs/benchmarks/dataset.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        rejected_rows=lambda wildcards: PLAN.rejected_rows,
        notes=lambda wildcards: PLAN.notes,
        corrections=outcomes,
        rows=[PLAN.rows_in(batch) for batch in BATCHES],
        split=config["split"],
        source=PLAN.table_path.name,
        settings={key: config[key] for key in CARD_SETTINGS},
        code=code_of("lettermill.dataset.assemble"),
        corrections_code=code_of("lettermill.dataset.correction_outcomes"),
        card_code=code_of("lettermill.dataset.card"),
        summary_code=code_of("lettermill.dataset.summary"),
    script:
        "../scripts/dataset.py"


rule sheets:
    input:
        expand("results/letters/{batch}", batch=BATCHES),
    output:
        [
            report(
                f"results/sheets/{kind}.png",
                caption="captions/sheets.rst",
                category="Letters",
                subcategory="All classes",
                labels={"letter": kind.replace("_", " ")},
            )
            for kind in SHEETS
        ],
    log:
        "logs/sheets.log",
    benchmark:
        "logs/benchmarks/sheets.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        code=code_of("lettermill.report.contact_sheets"),
    script:
        "../scripts/sheets.py"
