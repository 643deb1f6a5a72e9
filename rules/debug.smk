"""debug: a picture of how one row was processed: `snakemake -j 1 results/debug/{row}.png`."""


rule debug:
    input:
        downloaded=batch_of("results/downloaded/{batch}"),
        cropped=batch_of("results/cropped/{batch}"),
        segmented=batch_of("results/segmented/{batch}.csv"),
        letters=batch_of(LETTERS),
        corrections=batch_of("results/plan/corrections/{batch}.csv"),
    output:
        picture="results/debug/{row}.png",
    log:
        "logs/debug/{row}.log",
    conda:
        "../envs/letters.yaml"
    params:
        row_id=row_of,
        code=code_of("lettermill.stages.debug_picture"),
    script:
        "../scripts/debug.py"
