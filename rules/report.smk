"""sheets, report: contact sheets and a report on the quality of the dataset.

sheets    from results/letters/{batch}/ of all batches:
              results/sheets/{delivered,least_confident,rejected_letters,rejected_rows}.png
report    from results/dataset/, results/letters/{batch}/ and, where they exist, results/recogniser/, suspects.csv and
          corrections.csv; also from logs/ and logs/benchmarks/, which Snakemake does not watch:
              results/report.html   one self-contained page
              results/report/       every plot as PNG and CSV; classes/: sample letters of each class

`snakemake --report my-report.html` includes these files in Snakemake's own report.
"""

from lettermill.base.alphabet import Alphabet

SHEETS = ["delivered", "least_confident", "rejected_letters", "rejected_rows"]

# Name of a plot -> its label in Snakemake's report.
PLOTS = {
    "funnel": "rows remaining after each stage",
    "classes": "letters per class and split",
    "shapes": "letter size and stroke width",
    "times": "run time per rule",
    **({"confidence": "distribution of confidences", "reliability": "calibration"} if ALIGNED else {}),
}


rule sheets:
    input:
        withheld="results/withheld",
        letters=expand("results/letters/{batch}", batch=BATCHES),
        batches="results/plan/batches.csv",
    output:
        **{
            kind: report(
                f"results/sheets/{kind}.png",
                caption="captions/sheets.rst",
                category="Letters",
                subcategory="Contact sheets",
                labels={"letters": kind.replace("_", " ")},
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
            {
                "reliability": reliability,
                "correction_effects": correction_effects,
                "printed": printed,
                "suspects": "results/suspects.csv",
            }
            if ALIGNED
            else {}
        ),
        corrections="results/corrections.csv",
        diagnosis="results/diagnosis.csv",
        metadata="results/dataset/metadata.csv",
        rejected="results/dataset/rejected.csv",
        withheld="results/withheld",
        batches=expand("results/letters/{batch}", batch=BATCHES),
    output:
        plots=[
            report(
                f"results/report/{plot}.{kind}",
                caption=f"captions/{plot}.rst",
                category="Report",
                subcategory="Plots" if kind == "png" else "Tables",
                labels={"content": what, "format": kind.upper()},
            )
            for plot, what in PLOTS.items()
            for kind in ("png", "csv")
        ],
        page=report(
            "results/report.html",
            caption="captions/report.rst",
            category="Report",
            subcategory="Page",
            labels={"content": "report on one page", "format": "HTML"},
        ),
        sheets=report(
            directory("results/report/classes"),
            patterns=["{letter}.png"],
            caption="captions/sheet.rst",
            category="Letters",
            subcategory="Classes",
            labels={"letters": "class {letter}"},
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
