"""export: the dataset in the formats of other libraries: `snakemake -j 8 export`.

export_huggingface   results/export/huggingface/data/{part}/{batch}.parquet   images and their provenance
export_webdataset    results/export/webdataset/{part}/{batch}.tar             the same as shards
normalise            results/normalised/{batch}.npy                           letters as 28x28 pixels, input of idx and npz
export_idx           results/export/idx/{part}-…                              gzipped IDX files
export_npz           results/export/npz/{part}.npz                            NumPy arrays
export_folders       results/export/folders/{part}/{letter}/…png              hard links to the letters; metadata
export_card          results/export/{format}/README.md                        content of a format, how to load it

{part} is a split: train, validation or test. The folders of splits are not declared as outputs, see rule dataset.
"""


rule export:
    input:
        "results/dataset/metadata.csv",
        lambda wildcards: [path for format in FORMATS for path in export_files(format)],
        expand("results/export/{format}/README.md", format=FORMATS),
    localrule: True


checkpoint export_plan:
    # Once all rows are compared, Snakemake looks again at which batches must be exported.
    input:
        duplicates="results/duplicates.csv",
        withheld="results/withheld",
    output:
        plan=touch("results/export/.compared"),
    localrule: True


rule export_huggingface:
    input:
        duplicates=duplicates,
        letters="results/letters/{batch}",
    output:
        **FILES["huggingface"],
    log:
        "logs/export_huggingface/{batch}.log",
    benchmark:
        "logs/benchmarks/export_huggingface/{batch}.tsv"
    conda:
        "../envs/export.yaml"
    params:
        export="huggingface",
        split=config["split"],
        classes=CLASSES,
        compared=compared,
        code=lambda wildcards: code_of("lettermill.export.huggingface"),
    script:
        "../scripts/export.py"


rule export_webdataset:
    input:
        duplicates=duplicates,
        letters="results/letters/{batch}",
    output:
        **FILES["webdataset"],
    log:
        "logs/export_webdataset/{batch}.log",
    benchmark:
        "logs/benchmarks/export_webdataset/{batch}.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        export="webdataset",
        split=config["split"],
        classes=CLASSES,
        compared=compared,
        code=lambda wildcards: code_of("lettermill.export.webdataset"),
    script:
        "../scripts/export.py"


rule normalise:
    input:
        letters="results/letters/{batch}",
    output:
        squares=intermediate(SQUARES),
    log:
        "logs/normalise/{batch}.log",
    benchmark:
        "logs/benchmarks/normalise/{batch}.tsv"
    group:
        after_learning
    conda:
        "../envs/letters.yaml"
    params:
        code=lambda wildcards: code_of("lettermill.export.squares"),
    script:
        "../scripts/normalise.py"


rule export_idx:
    input:
        duplicates="results/duplicates.csv",
        withheld="results/withheld",
        letters=expand("results/letters/{batch}", batch=BATCHES),
        squares=expand(SQUARES, batch=BATCHES),
    output:
        **FILES["idx"],
    log:
        "logs/export_idx.log",
    benchmark:
        "logs/benchmarks/export_idx.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        export="idx",
        split=config["split"],
        classes=CLASSES,
        code=lambda wildcards: code_of("lettermill.export.idx"),
    script:
        "../scripts/export.py"


rule export_npz:
    input:
        duplicates="results/duplicates.csv",
        withheld="results/withheld",
        letters=expand("results/letters/{batch}", batch=BATCHES),
        squares=expand(SQUARES, batch=BATCHES),
    output:
        **FILES["npz"],
    log:
        "logs/export_npz.log",
    benchmark:
        "logs/benchmarks/export_npz.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        export="npz",
        split=config["split"],
        classes=CLASSES,
        code=lambda wildcards: code_of("lettermill.export.npz"),
    script:
        "../scripts/export.py"


rule export_folders:
    input:
        duplicates="results/duplicates.csv",
        withheld="results/withheld",
        letters=expand("results/letters/{batch}", batch=BATCHES),
    output:
        **FILES["folders"],
    log:
        "logs/export_folders.log",
    benchmark:
        "logs/benchmarks/export_folders.tsv"
    conda:
        "../envs/export.yaml"
    params:
        export="folders",
        split=config["split"],
        classes=CLASSES,
        code=lambda wildcards: code_of("lettermill.export.folders"),
    script:
        "../scripts/export.py"


rule export_card:
    input:
        duplicates="results/duplicates.csv",
        withheld="results/withheld",
        letters=expand("results/letters/{batch}", batch=BATCHES),
        files=lambda wildcards: export_files(wildcards.format),
    output:
        card="results/export/{format}/README.md",
    log:
        "logs/export_card/{format}.log",
    wildcard_constraints:
        format="|".join(FILES),
    conda:
        "../envs/letters.yaml"
    params:
        export="card",
        split=config["split"],
        classes=CLASSES,
        by_batch=lambda wildcards: BY_BATCH.get(wildcards.format),
        source=PLAN.table_path.name,
        about=config["card"],
        code=lambda wildcards: code_of("lettermill.export.export_cards"),
    script:
        "../scripts/export.py"
