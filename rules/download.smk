"""download, retry_failed, refresh: the images of all rows.

download       results/downloaded/{batch}/   the images, downloaded or copied from the images folder, and status.csv
retry_failed   download images again that have failed and may succeed now
refresh        check all URLs for changed images

The results of downloads are kept in .snakemake/lettermill/responses. Only retry_failed and refresh download a failed
image again. They run only if you name them as targets, and note what has changed. The next run processes the changes.
"""

# A rule in a group cannot be local.
SUBMIT_HOST = config["download"]["submit_host"]


rule download:
    input:
        rows="results/plan/images/{batch}.csv",
    output:
        downloaded=intermediate(directory("results/downloaded/{batch}")),
    log:
        "logs/download/{batch}.log",
    benchmark:
        "logs/benchmarks/download/{batch}.tsv"
    group:
        None if SUBMIT_HOST else before_learning
    localrule: SUBMIT_HOST
    conda:
        "../envs/download.yaml"
    resources:
        downloads=fetching,
    params:
        images=images,
        code=code_of("lettermill.stages.download"),
    script:
        "../scripts/download.py"


rule retry_failed:
    input:
        rows=expand("results/plan/images/{batch}.csv", batch=BATCHES),
    log:
        "logs/retry_failed.log",
    localrule: True
    conda:
        "../envs/download.yaml"
    params:
        only_failed=True,
    script:
        "../scripts/refresh.py"


use rule retry_failed as refresh with:
    log:
        "logs/refresh.log",
    params:
        only_failed=False,
