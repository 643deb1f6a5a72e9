"""learn, align, suspects: letters of every word, cut to fit its transcription (`method: align`).

learn      results/recogniser/recogniser.npz   a recogniser of letters, learnt once; reliability.csv: how far to trust it;
                                            lessons.csv: what it has learnt from corrections
align      results/aligned/{batch}.csv         letters of all words with boxes, each with a confidence
suspects   results/suspects.csv                rows that seem to be transcribed wrongly, and what is read there

The recogniser is learnt once; edited and added rows are aligned with the one that is there. `-R learn` learns again,
also from the corrections that there are then.
"""


rule learn:
    input:
        matched=expand("results/matched/{batch}.csv", batch=BATCHES),
        cropped=expand("results/cropped/{batch}", batch=BATCHES),
    output:
        recogniser=LEARNT[0],
        reliability=LEARNT[1],
        lessons=LEARNT[2],
        learnt_with=LEARNT[3],
    log:
        "logs/learn.log",
    benchmark:
        "logs/benchmarks/learn.tsv"
    conda:
        "../envs/learn.yaml"
    threads: 3  # a network each
    params:
        examples=config["align"]["examples"],
        rounds=config["align"]["rounds"],
        corrections=lambda wildcards: PLAN.letter_corrections,
        learnt_with=LEARN,
    script:
        "../scripts/learn.py"


rule align:
    input:
        recogniser=recogniser,
        matched="results/matched/{batch}.csv",
        cropped="results/cropped/{batch}",
    output:
        letters=intermediate("results/aligned/{batch}.csv"),
        suspected="results/suspected/{batch}.csv",
    log:
        "logs/align/{batch}.log",
    benchmark:
        "logs/benchmarks/align/{batch}.tsv"
    group:
        after_learning
    conda:
        "../envs/letters.yaml"
    params:
        rows=patterns,
        code=code_of("lettermill.stages.align"),
    script:
        "../scripts/align.py"


rule suspects:
    input:
        expand("results/suspected/{batch}.csv", batch=BATCHES),
    output:
        report(
            "results/suspects.csv",
            caption="captions/suspects.rst",
            category="Dataset",
            labels={"what": "suspected wrong transcriptions"},
        ),
    log:
        "logs/suspects.log",
    conda:
        "../envs/letters.yaml"
    params:
        confirmed=lambda wildcards: PLAN.confirmed_rows,
        code=code_of("lettermill.dataset.suspects"),
    script:
        "../scripts/suspects.py"
