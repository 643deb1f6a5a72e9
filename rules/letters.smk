"""crop, segment, match, cut: from the images of a batch to images of single letters.

crop      from results/downloaded/{batch}/:
              results/cropped/{batch}/        images in one form, their layers, and offsets.csv
segment   from these:
              results/segmented/{batch}.csv   boxes of the letters by each ink hypothesis, in pixels of the images
match     from these and the transcriptions:
              results/matched/{batch}.csv     letters of the rows whose boxes fit; reasons of the other rows
cut       from these (or results/aligned/{batch}.csv, see align.smk), images and corrections:
              results/letters/{batch}/        {letter}/{row_id}_{position}.png, letters.csv, rejected.csv;
                                              review_letters.csv, review_words.csv, review/: for the review page;
                                              corrections.csv: outcomes of the corrections of its letters;
                                              findings.csv, found/: what its images are like, with examples
"""

from lettermill.base.alphabet import Alphabet
from lettermill.base.file_names import letter_folders


rule crop:
    input:
        downloaded="results/downloaded/{batch}",
    output:
        cropped=intermediate(directory("results/cropped/{batch}")),
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
        depends_on=of_rows(config["crop"], code_of("lettermill.stages.crop")),
        code=code_of("lettermill.stages.crop"),
    script:
        "../scripts/crop.py"


rule segment:
    input:
        cropped="results/cropped/{batch}",
    output:
        segmented=intermediate("results/segmented/{batch}.csv"),
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
        depends_on=of_rows(config["segment"], code_of("lettermill.stages.segment")),
        code=code_of("lettermill.stages.segment"),
    script:
        "../scripts/segment.py"


rule match:
    input:
        segmented="results/segmented/{batch}.csv",
        rows="results/plan/transcriptions/{batch}.csv",
    output:
        matched=intermediate("results/matched/{batch}.csv"),
    log:
        "logs/match/{batch}.log",
    benchmark:
        "logs/benchmarks/match/{batch}.tsv"
    group:
        before_learning
    conda:
        "../envs/letters.yaml"
    params:
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
        images="results/plan/images/{batch}.csv",
        rows="results/plan/transcriptions/{batch}.csv",
        corrections="results/plan/corrections/{batch}.csv",
    output:
        letters=directory("results/letters/{batch}"),
    log:
        "logs/cut/{batch}.log",
    benchmark:
        "logs/benchmarks/cut/{batch}.tsv"
    group:
        after_learning
    conda:
        "../envs/letters.yaml"
    params:
        upstream=upstream,
        cut=config["cut"],
        confidence=config["align"]["confidence"] if ALIGNED else 0.0,
        review_confidence=config["review"]["confidence"],
        folders=letter_folders(Alphabet(config["alphabet"]).letters),
        depends_on=of_rows(code_of("lettermill.stages.cut")),
        code=code_of("lettermill.stages.cut"),
    script:
        "../scripts/cut.py"
