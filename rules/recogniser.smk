"""Whether the recogniser exists, trained with these settings, or rule `learn` must train it."""

# `learn` records what the recogniser is trained with. It is retrained only when this changes.
LEARN_SETTINGS = {key: config[key] for key in ("align", "alphabet", "crop", "segment")}
LEARN_SETTINGS["align"] = {key: config["align"][key] for key in ("examples", "rounds")}
TRAINED_WITH = f"{LEARN_SETTINGS}\n{code_of('lettermill.stages.learn')}\n"


@cache
def is_trained():
    """Whether the recogniser exists, trained with these settings and this code, and is not forced to be retrained."""
    files = list(map(str, rules.learn.output))
    if INTERNALS.is_forced("learn", files) or not all(map(os.path.exists, files)):
        return False
    return Path(rules.learn.output.trained_with).read_text(encoding="utf-8") == TRAINED_WITH


def trained(name):
    """An input function: the output `name` of `learn`, without a dependency on `learn` if the recogniser is trained.

    ancient() would be enough for the files, but hides other changes of dependent jobs from Snakemake
    (https://github.com/snakemake/snakemake/issues/4166).
    """

    def path(wildcards):
        file = rules.learn.output[name]
        return before_update(file) if is_trained() else file

    return path


recogniser, reliability, correction_effects = map(trained, ("recogniser", "reliability", "correction_effects"))
