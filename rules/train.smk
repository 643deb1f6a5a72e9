"""fit, evaluate, model_card: train and test a letter classifier on the dataset. They need requirements-train.txt.

fit          results/model/{model.keras,model.onnx,model.json,history.csv,curves.png}   train on the split `train`
evaluate     results/model/evaluation/   accuracy on the other splits and on the folders of `test_on`
model_card   results/model/README.md     the model card

`snakemake train` makes all of them. Checkpoints of an interrupted training are in results/training/. Digests of code
are functions here, as in other rules that few runs need, so that cluster jobs do not compute them.
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
            "results/model/curves.png",
            caption="captions/curves.rst",
            category="Model",
            labels={"content": "learning curves"},
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
        # `method: histogram` has no recogniser. Training one only to read words would take longer than everything else.
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
