"""learn, align, suspects: align every word with its transcription (`method: align`).

learn      from results/matched/{batch}.csv and results/cropped/{batch}/ of all batches, in results/recogniser/:
               recogniser.npz    a recogniser of letters
               reliability.csv   predicted against observed accuracy
               lessons.csv       the effect of corrections on its confidences
               learning.csv      what there was to train on
               printed.csv       the words looked at, and whether their images have print that recurs
               trained_with.txt  the settings, the code and the table of the training
align      from the recogniser and results/matched/{batch}.csv, results/cropped/{batch}/:
               results/aligned/{batch}.csv     letters of all words with boxes, each with a confidence
               results/suspected/{batch}.csv   rows whose ink contradicts the transcription
suspects   from results/suspected/{batch}.csv of all batches:
               results/suspects.csv            probable label errors, with what the recogniser reads

The recogniser is trained once. Edited and added rows are aligned with the existing one. `-R learn` trains it again,
with the corrections made since.
"""


rule learn:
    input:
        matched=expand("results/matched/{batch}.csv", batch=BATCHES),
        cropped=expand("results/cropped/{batch}", batch=BATCHES),
        corrections=expand("results/plan/corrections/{batch}.csv", batch=BATCHES),
    output:
        recogniser="results/recogniser/recogniser.npz",
        reliability="results/recogniser/reliability.csv",
        correction_effects="results/recogniser/lessons.csv",
        learning="results/recogniser/learning.csv",
        printed="results/recogniser/printed.csv",
        trained_with="results/recogniser/trained_with.txt",
    log:
        "logs/learn.log",
    benchmark:
        "logs/benchmarks/learn.tsv"
    conda:
        "../envs/learn.yaml"
    threads: 3  # one per network
    params:
        examples=config["align"]["examples"],
        rounds=config["align"]["rounds"],
        trained_with=trained_with,
    script:
        "../scripts/learn.py"


rule align:
    input:
        recogniser=recogniser,
        matched="results/matched/{batch}.csv",
        cropped="results/cropped/{batch}",
        rows="results/plan/transcriptions/{batch}.csv",
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
        depends_on=of_rows(code_of("lettermill.stages.align")),
        code=code_of("lettermill.stages.align"),
    script:
        "../scripts/align.py"


rule suspects:
    input:
        suspected=expand("results/suspected/{batch}.csv", batch=BATCHES),
        batches="results/plan/batches.csv",
        confirmed="results/plan/confirmed.csv",
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
        code=code_of("lettermill.dataset.suspects"),
    script:
        "../scripts/suspects.py"
