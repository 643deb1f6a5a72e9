"""tune_reading, predict, evaluate_words: read word images with the recogniser and the trained classifier together.

tune_reading   results/model/ngrams.arpa, reading.json   n-grams of the transcriptions, and the weights of all models
predict     results/predictions/predictions.csv, predictions.jsonl, alternatives.csv, letters.csv, pictures/
            of config `predict: {images}`
evaluate_words   results/model/words.csv, words.json   accuracy on rows that the models were not trained on

None of them is part of `all`: name them as targets.
"""


rule tune_reading:
    input:
        cropped=expand("results/cropped/{batch}", batch=BATCHES),
        rows=expand("results/plan/transcriptions/{batch}.csv", batch=BATCHES),
        recogniser=recogniser,
        onnx="results/model/model.onnx",
        preprocessing="results/model/model.json",
        duplicates="results/duplicates.csv",
        withheld="results/withheld.csv",
    output:
        ngrams="results/model/ngrams.arpa",
        weights="results/model/reading.json",
    log:
        "logs/tune_reading.log",
    benchmark:
        "logs/benchmarks/tune_reading.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        split=config["split"],
        code=lambda wildcards: code_of("lettermill.predict.tune"),
    script:
        "../scripts/tune_reading.py"


rule predict:
    input:
        **READING_MODELS,
        images=image_files,
        word_list=word_list,
        recogniser=recogniser,
    output:
        predictions="results/predictions/predictions.csv",
        alternatives="results/predictions/alternatives.csv",
        letters="results/predictions/letters.csv",
        json_lines="results/predictions/predictions.jsonl",
        pictures=directory("results/predictions/pictures"),
    log:
        "logs/predict.log",
    benchmark:
        "logs/benchmarks/predict.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        images=image_names,
        alphabet=config["alphabet"],
        crop=config["crop"],
        other_words=config["predict"]["other_words"],
        alternatives=config["predict"]["alternatives"],
        code=lambda wildcards: code_of("lettermill.predict.predict_images"),
    script:
        "../scripts/predict.py"


rule evaluate_words:
    input:
        **READING_MODELS,
        cropped=expand("results/cropped/{batch}", batch=BATCHES),
        rows=expand("results/plan/transcriptions/{batch}.csv", batch=BATCHES),
        word_list=word_list,
        recogniser=recogniser,
        duplicates="results/duplicates.csv",
        withheld="results/withheld.csv",
    output:
        words="results/model/words.csv",
        figures="results/model/words.json",
    log:
        "logs/evaluate_words.log",
    benchmark:
        "logs/benchmarks/evaluate_words.tsv"
    conda:
        "../envs/letters.yaml"
    params:
        split=config["split"],
        alphabet=config["alphabet"],
        other_words=config["predict"]["other_words"],
        code=lambda wildcards: code_of("lettermill.predict.evaluate_words"),
    script:
        "../scripts/evaluate_words.py"
