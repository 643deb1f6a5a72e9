"""download: fetch the images of a batch, or copy them from the images folder.

in    rows of the table (params)
out   results/downloaded/{batch}/   the images as fetched, and status.csv with a line for every row
"""

# Rules of a group cannot be local.
SUBMIT_HOST = config["download"]["submit_host"]

if SUBMIT_HOST:

    localrules:
        download,


rule download:
    output:
        intermediate(directory("results/downloaded/{batch}")),
    log:
        "logs/download/{batch}.log",
    benchmark:
        "logs/benchmarks/download/{batch}.tsv"
    group:
        None if SUBMIT_HOST else before_learning
    conda:
        "../envs/download.yaml"
    resources:
        downloads=fetching,
    params:
        rows=sources,
        images=images,
        code=code_of("lettermill.stages.download"),
    script:
        "../scripts/download.py"
