"""Whether there is a recogniser trained with these settings, or the rule `learn` must train it."""

# `learn` records the settings and the code of the training. The recogniser is trained again only if they change.
LEARN_SETTINGS = {key: config[key] for key in ("align", "alphabet", "crop", "segment")}
LEARN_SETTINGS["align"] = {key: config["align"][key] for key in ("examples", "rounds")}
TRAINED_WITH = f"{LEARN_SETTINGS}\n{code_of('lettermill.stages.learn')}\n"


@cache
def is_trained():
    """Whether there is a recogniser trained with these settings and this code, and training is not forced."""
    files = list(map(str, rules.learn.output))
    if INTERNALS.is_forced("learn", files) or not all(map(os.path.exists, files)):
        return False
    return Path(rules.learn.output.trained_with).read_text(encoding="utf-8") == TRAINED_WITH


def trained(name):
    """An input function: that output of `learn`, without a job for it if the recogniser is trained.

    ancient() would work for the files, but it hides other changes from Snakemake in the jobs that depend on them
    (https://github.com/snakemake/snakemake/issues/4166).
    """

    def path(wildcards):
        file = rules.learn.output[name]
        return before_update(file) if is_trained() else file

    return path


recogniser, reliability, correction_effects = map(trained, ("recogniser", "reliability", "correction_effects"))
learning, printed = map(trained, ("learning", "printed"))
