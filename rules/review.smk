"""review: results/review/index.html, a page to check and correct uncertain letters and suspect rows, and its files.

The files are listed one by one, so that other files in the folder are kept when the page is rebuilt.
"""

from lettermill.review.page_files import DATA, WORDS, page_code, page_files

REVIEW = [f"results/review/{name}" for name in [*page_files(), DATA, WORDS]]


rule review:
    input:
        **({"suspects": "results/suspects.csv"} if ALIGNED else {}),
        withheld="results/withheld",
        letters=expand("results/letters/{batch}", batch=BATCHES),
        batches="results/plan/batches.csv",
        corrections="results/plan/corrections.csv",
    output:
        page=REVIEW[:-1],
        words=directory(REVIEW[-1]),
    log:
        "logs/review.log",
    benchmark:
        "logs/benchmarks/review.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        settings={
            "name": PLAN.table_path.name,
            "alphabet": config["alphabet"],
            "method": config["method"],
            "review_confidence": config["review"]["confidence"],
            "letters": config["review"]["letters"],
        },
        page_code=page_code(),
        code=code_of("lettermill.review.write_page"),
        corrections_code=code_of("lettermill.dataset.correction_outcomes"),
    script:
        "../scripts/review.py"
