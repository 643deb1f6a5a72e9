"""sheets, report: what came out, how good it is, and what to distrust, for people.

sheets    from results/letters/{batch}/ of all batches:
              results/sheets/{delivered,least_confident,rejected_letters,rejected_rows}.png
report    from results/dataset/, results/letters/{batch}/ and, where there are any, results/recogniser/, suspects.csv and
          corrections.csv; also from logs/ and logs/benchmarks/, which Snakemake does not watch:
              results/report.html   one file that needs nothing else
              results/report/       every plot as PNG, its numbers as CSV; classes/: letters of each class

`snakemake --report my-report.html` has the same files, and Snakemake's account of the run.
"""

from lettermill.base.alphabet import Alphabet

SHEETS = ["delivered", "least_confident", "rejected_letters", "rejected_rows"]

# Plots, with what they show: name -> (caption, what it is called).
PLOTS = {
    "funnel": "rows after each stage",
    "classes": "letters per class",
    "shapes": "sizes and strokes",
    "times": "run times",
    **({"confidence": "confidences", "reliability": "reliability"} if ALIGNED else {}),
}


rule sheets:
    input:
        letters=expand("results/letters/{batch}", batch=BATCHES),
    output:
        **{
            kind: report(
                f"results/sheets/{kind}.png",
                caption="captions/sheets.rst",
                category="Letters",
                subcategory="All classes",
                labels={"letter": kind.replace("_", " ")},
            )
            for kind in SHEETS
        },
    log:
        "logs/sheets.log",
    benchmark:
        "logs/benchmarks/sheets.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        stems=all_stems,
        code=code_of("lettermill.report.contact_sheets"),
    script:
        "../scripts/sheets.py"


rule report:
    input:
        **(
            {"reliability": reliability, "correction_effects": correction_effects, "suspects": "results/suspects.csv"}
            if ALIGNED
            else {}
        ),
        corrections="results/corrections.csv",
        metadata="results/dataset/metadata.csv",
        rejected="results/dataset/rejected.csv",
        batches=expand("results/letters/{batch}", batch=BATCHES),
    output:
        plots=[
            report(
                f"results/report/{plot}.{kind}",
                caption=f"captions/{plot}.rst",
                category="Report",
                subcategory="Plots" if kind == "png" else "Numbers",
                labels={"what": what, "kind": {"png": "plot", "csv": "numbers"}[kind]},
            )
            for plot, what in PLOTS.items()
            for kind in ("png", "csv")
        ],
        page=report(
            "results/report.html",
            caption="captions/report.rst",
            category="Report",
            subcategory="Page",
            labels={"what": "everything on one page", "kind": "page"},
        ),
        sheets=report(
            directory("results/report/classes"),
            patterns=["{letter}.png"],
            caption="captions/sheet.rst",
            category="Letters",
            subcategory="By class",
            labels={"letter": "{letter}"},
        ),
    log:
        "logs/report.log",
    conda:
        "../envs/report.yaml"
    params:
        source=PLAN.table_path.name,
        stems=all_stems,
        alphabet=list(Alphabet(config["alphabet"]).letters),
        min_confidence=config["align"]["confidence"] if ALIGNED else None,
        settings={key: config[key] for key in CARD_SETTINGS},
        code=code_of("lettermill.report.write_report"),
    script:
        "../scripts/report.py"
