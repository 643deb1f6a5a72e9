"""compare: what only all rows together show.

compare   from results/letters/{batch}/ of all batches, the order of the table, and results/suspects.csv:
              results/duplicates.csv   rows with the same image
              results/moved.csv        stretches of rows whose transcriptions seem to belong to the images of other rows
              results/withheld.csv     rows that are not delivered for such a reason
              results/withheld/        the tables of batches without these rows, which the rules that follow read

`cut` does not depend on it: the table as a whole is known only after it, and then no batch is cut again.
"""


rule compare:
    input:
        **({"suspects": "results/suspects.csv"} if ALIGNED else {}),
        letters=expand("results/letters/{batch}", batch=BATCHES),
        batches="results/plan/batches.csv",
        order="results/plan/order.csv",
        confirmed="results/plan/confirmed.csv",
    output:
        duplicates="results/duplicates.csv",
        moved="results/moved.csv",
        withheld="results/withheld.csv",
        tables=directory("results/withheld"),
    log:
        "logs/compare.log",
    benchmark:
        "logs/benchmarks/compare.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        accept=config["accept_contradicted"],
        code=code_of("lettermill.dataset.compare"),
    script:
        "../scripts/compare.py"
