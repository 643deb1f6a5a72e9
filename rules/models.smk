"""Inputs and parameters of the rules that train a classifier, evaluate it and read words.

Files that a user names are local(): the prefix of a module does not apply to them.
"""

from lettermill.fetch.pretrained import INSTALL, check_weights, missing_packages
from lettermill.plan.predict_inputs import find_images, find_word_list
from lettermill.workflow.parameters import stamp_of

TRAIN = config["train"]
FIT_SETTINGS = {key: value for key, value in TRAIN.items() if key != "test_on"}
FIT_SETTINGS["vgg16"] = TRAIN["vgg16"] if TRAIN["model"] == "vgg16" else {}


def vgg16_weights(wildcards):
    """The file of config `train: {vgg16: {weights}}`, if it is set and used."""
    say_missing_packages()
    weights = TRAIN["vgg16"]["weights"]
    if TRAIN["model"] != "vgg16" or weights in ("imagenet", "none"):
        return []
    path = checked(PLAN.find_path, "train.vgg16.weights", weights)
    checked(check_weights, path)
    return local(str(path))


def initial_weights():
    """The file, or ``imagenet``; None for random weights, and for models that have no others."""
    weights = TRAIN["vgg16"]["weights"] if TRAIN["model"] == "vgg16" else "none"
    if weights == "none":
        return None
    return weights if weights == "imagenet" else checked(PLAN.find_path, "train.vgg16.weights", weights)


def training_needs(wildcards):
    """What `validate` checks for `train`, see ``training_lines``."""
    missing = [] if INTERNALS.uses_environments() else missing_packages()
    return TRAIN["model"], str(initial_weights() or "none"), missing


@cache
def say_missing_packages():
    """Warn, also in a dry run, of packages that `fit` needs. A run ends before its first job, see check_packages."""
    if not (INTERNALS.uses_environments() or Path(rules.fit.output.keras).exists()) and (missing := missing_packages()):
        logger.warning(f"Lettermill: `train` needs packages that are not installed: {', '.join(missing)}\n{INSTALL}")


def test_folders(wildcards):
    """The folders of config `train: {test_on}`."""
    return [str(checked(PLAN.find_path, "train.test_on", folder, True)) for folder in TRAIN["test_on"]]


def test_folder_stamps(wildcards):
    """Stamps that change when files in these folders change."""
    return [stamp_of(Path(folder)) for folder in test_folders(wildcards)]


@cache
def named_images():
    """(name, path) of the images of config `predict: {images}`."""
    return [(name, str(path)) for name, path in checked(find_images, config["predict"]["images"], CONFIG_FILES)]


def image_files(wildcards):
    """The paths of these images."""
    return [local(path) for _, path in named_images()]


def image_names(wildcards):
    """(name, path) of these images."""
    return named_images()


def word_list(wildcards):
    """The file of config `predict: {word_list}`, if it is set."""
    return [local(str(path)) for path in checked(find_word_list, config["predict"]["word_list"], CONFIG_FILES)]


# The files of the models that read words, besides the recogniser, by the parameters of `load_models`.
READING_MODELS = {
    "onnx": "results/model/model.onnx",
    "preprocessing": "results/model/model.json",
    "weights": "results/model/reading.json",
    **({"ngrams": "results/model/ngrams.arpa"} if config["predict"]["ngrams"] else {}),
}
