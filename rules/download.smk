"""download, retry_failed, refresh: the images of all rows.

download       results/downloaded/{batch}/   the images as downloaded, or copied from the images folder, and status.csv
retry_failed   download images again that have failed and may succeed now
refresh        download all images again, to find those that have changed

The outcome of each URL is kept in .snakemake/lettermill/responses. Failed images are downloaded again only by the last
two rules. These run on request and note what has changed; the next run processes that.
"""

# Rules of a group cannot be local.
SUBMIT_HOST = config["download"]["submit_host"]


rule download:
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
        **recorded(rows=sources),
        stems=stems,
        images=images,
        code=code_of("lettermill.stages.download"),
    script:
        "../scripts/download.py"


rule retry_failed:
    log:
        "logs/retry_failed.log",
    localrule: True
    conda:
        "../envs/download.yaml"
    params:
        only_failed=True,
        rows=sources_by_batch,
    script:
        "../scripts/refresh.py"


use rule retry_failed as refresh with:
    log:
        "logs/refresh.log",
    params:
        only_failed=False,
