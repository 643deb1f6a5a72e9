"""download, retry_failed, refresh: the images of all rows.

download       results/downloaded/{batch}/   the images as fetched, or copied from the images folder, and status.csv
retry_failed   fetch again what has failed and may do better now
refresh        fetch everything again: what is another image now?

What has come of it is kept in .snakemake/lettermill/responses, and what has failed is only fetched again by the last
two. They are done when they are asked for, note what has changed, and the next run works on that.
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
