"""What the rules that train a model, test it and read with it are given."""

TRAIN = config["train"]
FIT_SETTINGS = {key: value for key, value in TRAIN.items() if key != "test_on"}


def vgg16_weights(wildcards):
    """What config `train: {vgg16: {weights}}` means: a file, and when it was changed, or a word."""
    weights = TRAIN["vgg16"]["weights"]
    if TRAIN["model"] != "vgg16" or weights in ("imagenet", "none"):
        return weights
    return str(planned(PLAN.named, "train.vgg16.weights", weights))


def test_folders(wildcards):
    """The folders of config `train: {test_on}`."""
    return [str(planned(PLAN.named, "train.test_on", folder, True)) for folder in TRAIN["test_on"]]
