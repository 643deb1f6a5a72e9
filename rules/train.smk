"""fit, evaluate, model_card: a model that names letters, trained on the dataset. They need requirements-train.txt.

fit          results/model/{model.keras,model.onnx,model.json,history.csv,curves.png}   train, on the part `train`
evaluate     results/model/evaluation/   how good it is on the other parts, and on folders from elsewhere
model_card   results/model/README.md     all of it for people

`snakemake train` makes all of them. What fit has done of a training that was interrupted is in results/training/. Digests
of code are functions here, as in other rules that few runs have: no job of a cluster need wait for them.
"""


rule train:
    input:
        "results/model/model.keras",
        "results/model/model.onnx",
        "results/model/evaluation",
        "results/model/README.md",
    localrule: True


rule fit:
    input:
        metadata="results/dataset/metadata.csv",
        weights=vgg16_weights,
    output:
        keras="results/model/model.keras",
        onnx="results/model/model.onnx",
        preprocessing="results/model/model.json",
        history="results/model/history.csv",
        curves=report(
            "results/model/curves.png", caption="captions/curves.rst", category="Model", labels={"what": "training"}
        ),
    log:
        "logs/fit.log",
    benchmark:
        "logs/benchmarks/fit.tsv"
    conda:
        "../envs/train.yaml"
    threads: 4
    params:
        train=FIT_SETTINGS,
        code=lambda wildcards: code_of("lettermill.model.fit"),
    script:
        "../scripts/fit.py"


rule evaluate:
    input:
        onnx="results/model/model.onnx",
        preprocessing="results/model/model.json",
        metadata="results/dataset/metadata.csv",
    output:
        evaluation=directory("results/model/evaluation"),
    log:
        "logs/evaluate.log",
    benchmark:
        "logs/benchmarks/evaluate.tsv"
    conda:
        "../envs/train.yaml"
    params:
        test_on=test_folders,
        stamps=test_folder_stamps,
        code=lambda wildcards: code_of("lettermill.model.evaluate"),
    script:
        "../scripts/evaluate.py"


rule model_card:
    input:
        # Without a recogniser of their own, training one to read words with takes longer than all the rest.
        **({"words": "results/model/words.json"} if ALIGNED else {}),
        preprocessing="results/model/model.json",
        history="results/model/history.csv",
        evaluation="results/model/evaluation",
        metadata="results/dataset/metadata.csv",
    output:
        card="results/model/README.md",
    log:
        "logs/model_card.log",
    conda:
        "../envs/letters.yaml"
    params:
        source=PLAN.table_path.name,
        method=config["method"],
        train=FIT_SETTINGS,
        code=lambda wildcards: code_of("lettermill.model.model_card"),
    script:
        "../scripts/model_card.py"
