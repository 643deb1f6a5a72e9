"""What the rules that train a model, test it and read with it are given."""

from lettermill.workflow.parameters import Rows
from lettermill.plan.predict_inputs import find_images, find_word_list

TRAIN = config["train"]
FIT_SETTINGS = {key: value for key, value in TRAIN.items() if key != "test_on"}
FIT_SETTINGS["vgg16"] = TRAIN["vgg16"] if TRAIN["model"] == "vgg16" else {}


def vgg16_weights(wildcards):
    """The file of config `train: {vgg16: {weights}}`, if it names one that is used."""
    weights = TRAIN["vgg16"]["weights"]
    if TRAIN["model"] != "vgg16" or weights in ("imagenet", "none"):
        return []
    return str(planned(PLAN.find_path, "train.vgg16.weights", weights))


def test_folders(wildcards):
    """The folders of config `train: {test_on}`."""
    return [str(planned(PLAN.find_path, "train.test_on", folder, True)) for folder in TRAIN["test_on"]]


@cache
def images_to_read():
    """(name, path) of the images of config `predict: {images}`."""
    return [(name, str(path)) for name, path in planned(find_images, config["predict"]["images"], CONFIG_FILES)]


def word_list(wildcards):
    """The file of config `predict: {word_list}`, if there is one."""
    return [str(path) for path in planned(find_word_list, config["predict"]["word_list"], CONFIG_FILES)]
