"""learn, align, suspects: letters of every word, cut to fit its transcription (`method: align`).

learn      results/recogniser/recogniser.npz   a recogniser of letters, learnt once; reliability.csv: how far to trust it
align      results/aligned/{batch}.csv         letters of all words with boxes, each with a confidence
suspects   results/suspects.csv                rows that seem to be transcribed wrongly, and what is read there

The recogniser is learnt once; edited and added rows are aligned with the one that is there. `-R learn` learns again.
"""

from functools import cache

RECOGNISER = "results/recogniser/recogniser.npz"
LEARNT_WITH = "results/recogniser/learnt_with.txt"
LEARN = "\n".join(
    [f"{key}: {config['align'][key]}" for key in ("examples", "rounds")] + [code_of("lettermill.stages.learn"), ""]
)


@cache
def is_learnt():
    """Whether there is a recogniser, learnt with these settings and this code, and nobody asks to learn again."""
    forced = workflow.dag_settings.forceall or "learn" in workflow.dag_settings.forcerun
    made = Path(LEARNT_WITH)
    return not forced and Path(RECOGNISER).exists() and made.exists() and made.read_text(encoding="utf-8") == LEARN


def recogniser(wildcards):
    """The recogniser as a job's input, without the job that makes it once there is no need for that.

    ancient() would do for the files, but hides from the engine what else has changed in jobs that depend on it
    (https://github.com/snakemake/snakemake/issues/4166).
    """
    return before_update(RECOGNISER) if is_learnt() else RECOGNISER


rule learn:
    input:
        matched=expand("results/matched/{batch}.csv", batch=BATCHES),
        cropped=expand("results/cropped/{batch}", batch=BATCHES),
    output:
        recogniser=RECOGNISER,
        reliability="results/recogniser/reliability.csv",
        learnt_with=LEARNT_WITH,
    log:
        "logs/learn.log",
    benchmark:
        "logs/benchmarks/learn.tsv"
    conda:
        "../envs/learn.yaml"
    threads: 3
    params:
        examples=config["align"]["examples"],
        rounds=config["align"]["rounds"],
        learnt_with=LEARN,
    script:
        "../scripts/learn.py"


rule align:
    input:
        recogniser=recogniser,
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
