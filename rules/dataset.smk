"""dataset: all letters in one folder, and the outcome of every row.

dataset   from results/letters/{batch}/ of all batches, the rows of the table, corrections, and what `learn`, `suspects`
          and `compare` say:
              results/dataset/{letter}/…png, metadata.csv, rejected.csv, README.md
              results/summary.txt, table_notes.csv
              results/diagnosis.csv     what stands in the way of most rows
              results/corrections.csv   the outcome of each line of config `corrections`

The letter folders are not declared as outputs: Snakemake deletes outputs before a job, and a dataset of
hundreds of thousands of files should only get what has changed. The script removes what does not belong there.
"""


rule dataset:
    input:
        **({"learning": learning, "printed": printed, "suspects": "results/suspects.csv"} if ALIGNED else {}),
        duplicates="results/duplicates.csv",
        moved="results/moved.csv",
        withheld="results/withheld.csv",
        tables="results/withheld",
        letters=expand("results/letters/{batch}", batch=BATCHES),
        batches="results/plan/batches.csv",
        rejected_rows="results/plan/rejected.csv",
        notes="results/plan/notes.csv",
        corrections="results/plan/corrections.csv",
    output:
        metadata="results/dataset/metadata.csv",
        rejected=report(
            "results/dataset/rejected.csv",
            caption="captions/rejected.rst",
            category="Dataset",
            labels={"content": "rejected rows and letters"},
        ),
        card="results/dataset/README.md",
        summary=report(
            "results/summary.txt", caption="captions/summary.rst", category="Dataset", labels={"content": "summary"}
        ),
        notes="results/table_notes.csv",
        diagnosis="results/diagnosis.csv",
        corrections="results/corrections.csv",
    log:
        "logs/dataset.log",
    benchmark:
        "logs/benchmarks/dataset.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        examples=config["align"]["examples"],
        split=config["split"],
        source=PLAN.table_path.name,
        about=config["card"],
        settings={key: config[key] for key in CARD_SETTINGS},
        code=code_of("lettermill.dataset.assemble"),
        corrections_code=code_of("lettermill.dataset.correction_outcomes"),
        card_code=code_of("lettermill.dataset.dataset_card"),
        diagnosis_code=code_of("lettermill.dataset.diagnosis"),
        summary_code=code_of("lettermill.dataset.summary"),
    script:
        "../scripts/dataset.py"
