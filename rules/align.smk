"""examples, learn, align, suspects: letters of every word, cut to fit its transcription (`method: align`).

examples   results/recogniser/examples.npz     words whose boxes fit, to learn from
learn      results/recogniser/recogniser.npz   a recogniser of letters, learnt once; reliability.csv: how far to trust it
align      results/aligned/{batch}.csv         letters of all words with boxes, each with a confidence
suspects   results/suspects.csv                rows that seem to be transcribed wrongly, and what is read there

The recogniser is learnt once: inputs that are ancient do not make it anew when rows change. `-R learn` does.
"""


rule examples:
    input:
        matched=ancient(expand("results/matched/{batch}.csv", batch=BATCHES)),
        cropped=ancient(expand("results/cropped/{batch}", batch=BATCHES)),
    output:
        "results/recogniser/examples.npz",
    log:
        "logs/examples.log",
    conda:
        "../envs/letters.yaml"
    params:
        words=config["align"]["examples"],
        code=code_of("lettermill.stages.examples"),
    script:
        "../scripts/examples.py"


rule learn:
    input:
        ancient("results/recogniser/examples.npz"),
    output:
        recogniser="results/recogniser/recogniser.npz",
        reliability="results/recogniser/reliability.csv",
    log:
        "logs/learn.log",
    benchmark:
        "logs/benchmarks/learn.tsv"
    conda:
        "../envs/learn.yaml"
    threads: 3
    params:
        code=code_of("lettermill.stages.learn"),
    script:
        "../scripts/learn.py"


rule align:
    input:
        recogniser="results/recogniser/recogniser.npz",
        matched="results/matched/{batch}.csv",
        cropped="results/cropped/{batch}",
    output:
        letters="results/aligned/{batch}.csv",
        suspected="results/suspected/{batch}.csv",
    log:
        "logs/align/{batch}.log",
    benchmark:
        "logs/benchmarks/align/{batch}.tsv"
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
        "results/suspects.csv",
    log:
        "logs/suspects.log",
    conda:
        "../envs/letters.yaml"
    script:
        "../scripts/suspects.py"
