"""crop, segment, match, cut: from the images of a batch to images of single letters.

crop      results/cropped/{batch}/        images without the printed part of the form, and offsets.csv
segment   results/segmented/{batch}.csv   boxes of the letters, in pixels of the downloaded images
match     results/matched/{batch}.csv     letters of the rows whose boxes fit, and why the other rows do not
cut       results/letters/{batch}/        {letter}/{row_id}_{position}.png, letters.csv, rejected.csv: other rows;
                                          review_letters.csv, review_words.csv, review/: what is worth a look;
                                          corrections.csv: what became of corrections of its letters
"""


rule crop:
    input:
        "results/downloaded/{batch}",
    output:
        intermediate(directory("results/cropped/{batch}")),
    log:
        "logs/crop/{batch}.log",
    benchmark:
        "logs/benchmarks/crop/{batch}.tsv"
    group:
        before_learning
    conda:
        "../envs/letters.yaml"
    params:
        crop=config["crop"],
        code=code_of("lettermill.stages.crop"),
    script:
        "../scripts/crop.py"


rule segment:
    input:
        "results/cropped/{batch}",
    output:
        intermediate("results/segmented/{batch}.csv"),
    log:
        "logs/segment/{batch}.log",
    benchmark:
        "logs/benchmarks/segment/{batch}.tsv"
    group:
        before_learning
    conda:
        "../envs/letters.yaml"
    params:
        segment=config["segment"],
        code=code_of("lettermill.stages.segment"),
    script:
        "../scripts/segment.py"


rule match:
    input:
        "results/segmented/{batch}.csv",
    output:
        intermediate("results/matched/{batch}.csv"),
    log:
        "logs/match/{batch}.log",
    benchmark:
        "logs/benchmarks/match/{batch}.tsv"
    group:
        before_learning
    conda:
        "../envs/letters.yaml"
    params:
        rows=patterns,
        code=code_of("lettermill.stages.match"),
    script:
        "../scripts/match.py"


rule cut:
    input:
        **({"suspected": "results/suspected/{batch}.csv"} if ALIGNED else {}),
        downloaded="results/downloaded/{batch}",
        cropped="results/cropped/{batch}",
        segmented="results/segmented/{batch}.csv",
        letters=LETTERS,
    output:
        directory("results/letters/{batch}"),
    log:
        "logs/cut/{batch}.log",
    benchmark:
        "logs/benchmarks/cut/{batch}.tsv"
    group:
        after_learning
    conda:
        "../envs/letters.yaml"
    params:
        rows=patterns,
        corrections=corrections,
        earlier=earlier,
        cut=config["cut"],
        confidence=config["align"]["confidence"] if ALIGNED else 0.0,
        review_confidence=config["review"]["confidence"],
        code=code_of("lettermill.stages.cut"),
    script:
        "../scripts/cut.py"
