"""download: fetch the images of a batch, or copy them from the images folder.

in    rows of the table (params)
out   results/downloaded/{batch}/   the images as fetched, and status.csv with a line for every row
"""


rule download:
    output:
        directory("results/downloaded/{batch}"),
    params:
        rows=sources,
        images=str(PLAN.images),
        code=code_of("lettermill.stages.download"),
    log:
        "logs/download/{batch}.log",
    benchmark:
        "logs/benchmarks/download/{batch}.tsv"
    resources:
        downloads=1,
    conda:
        "../envs/lettermill.yaml"
    script:
        "../scripts/download.py"
