"""learn, align, suspects: alignment of every word with its transcription (`method: align`).

learn      from results/matched/{batch}.csv and results/cropped/{batch}/ of all batches, in results/recogniser/:
               recogniser.npz    the recogniser
               reliability.csv   calibration of its confidences
               lessons.csv       effect of corrections on it
               trained_with.txt  settings and code that it was trained with
align      from the recogniser and results/matched/{batch}.csv, results/cropped/{batch}/:
               results/aligned/{batch}.csv     letters of all words, with boxes and confidences
               results/suspected/{batch}.csv   rows whose ink contradicts the transcription
suspects   from results/suspected/{batch}.csv of all batches:
               results/suspects.csv            probable label errors, with the reading of the recogniser

The recogniser is trained once. Edited and added rows are aligned with it. `-R learn` retrains it, also on the
corrections of that time.
"""


rule learn:
    input:
        matched=expand("results/matched/{batch}.csv", batch=BATCHES),
        cropped=expand("results/cropped/{batch}", batch=BATCHES),
    output:
        recogniser="results/recogniser/recogniser.npz",
        reliability="results/recogniser/reliability.csv",
        correction_effects="results/recogniser/lessons.csv",
        trained_with="results/recogniser/trained_with.txt",
    log:
        "logs/learn.log",
    benchmark:
        "logs/benchmarks/learn.tsv"
    conda:
        "../envs/learn.yaml"
    threads: 3  # one per network
    params:
        **recorded(corrections=letter_corrections),
        examples=config["align"]["examples"],
        rounds=config["align"]["rounds"],
        trained_with=TRAINED_WITH,
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
        **recorded(rows=patterns),
        code=code_of("lettermill.stages.align"),
    script:
        "../scripts/align.py"


rule suspects:
    input:
        suspected=expand("results/suspected/{batch}.csv", batch=BATCHES),
    output:
        suspects=report(
            "results/suspects.csv",
            caption="captions/suspects.rst",
            category="Dataset",
            labels={"content": "probable label errors"},
        ),
    log:
        "logs/suspects.log",
    conda:
        "../envs/letters.yaml"
    params:
        **recorded(confirmed_rows=confirmed_rows),
        code=code_of("lettermill.dataset.suspects"),
    script:
        "../scripts/suspects.py"
