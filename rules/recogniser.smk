"""Whether there is a recogniser of letters, trained with these settings, or one is to be trained by rule `learn`."""

# `learn` writes down what the recogniser is trained with; while that holds there is no need to train it again.
LEARN_SETTINGS = {key: config[key] for key in ("align", "alphabet", "crop", "segment")}
LEARN_SETTINGS["align"] = {key: config["align"][key] for key in ("examples", "rounds")}
TRAINED_WITH = f"{LEARN_SETTINGS}\n{code_of('lettermill.stages.learn')}\n"


@cache
def is_trained():
    """Whether there is a recogniser, trained with these settings and this code, and nobody asks to train it again."""
    files = list(map(str, rules.learn.output))
    if INTERNALS.is_forced("learn", files) or not all(map(os.path.exists, files)):
        return False
    return Path(rules.learn.output.trained_with).read_text(encoding="utf-8") == TRAINED_WITH


def trained(name):
    """An input function: that output of `learn`, without the job that makes it once there is no need for that.

    ancient() would do for the files, but hides from Snakemake what else has changed in jobs that depend on it
    (https://github.com/snakemake/snakemake/issues/4166).
    """

    def path(wildcards):
        file = rules.learn.output[name]
        return before_update(file) if is_trained() else file

    return path


recogniser, reliability, correction_effects = map(trained, ("recogniser", "reliability", "correction_effects"))
