"""What the rules that train a model, test it and read with it are given."""

TRAIN = config["train"]
FIT_SETTINGS = {key: value for key, value in TRAIN.items() if key != "test_on"}


def vgg16_weights(wildcards):
    """The file of config `train: {vgg16: {weights}}`, if it names one that is used."""
    weights = TRAIN["vgg16"]["weights"]
    if TRAIN["model"] != "vgg16" or weights in ("imagenet", "none"):
        return []
    return str(planned(PLAN.named, "train.vgg16.weights", weights))


def test_folders(wildcards):
    """The folders of config `train: {test_on}`."""
    return [str(planned(PLAN.named, "train.test_on", folder, True)) for folder in TRAIN["test_on"]]
