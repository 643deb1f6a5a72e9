"""Whether there is a recogniser trained with these settings, or the rule `learn` must train it."""

import json

# `learn` records the settings, the code and the table of the training. The recogniser is trained again only if the
# first two change, or if the table is another one or has grown a lot.
LEARN_SETTINGS = {key: config[key] for key in ("align", "alphabet", "crop", "segment")}
LEARN_SETTINGS["align"] = {key: config["align"][key] for key in ("examples", "rounds")}
SETTINGS_AND_CODE = f"{LEARN_SETTINGS}\n{code_of('lettermill.stages.learn')}\n"


@cache
def is_trained():
    """Whether there is a recogniser trained with these settings and this code, on a table of which this one is a newer
    version, and training is not forced."""
    files = list(map(str, rules.learn.output))
    if INTERNALS.is_forced("learn", files) or not all(map(os.path.exists, files)):
        return False
    if not Path(rules.learn.output.trained_with).read_text(encoding="utf-8").startswith(SETTINGS_AND_CODE):
        return False
    why = PLAN.why_train_again(Path(rules.learn.output.trained_with), Path(rules.learn.output.learning))
    if why:
        logger.warning(f"{why}: a recogniser is trained, and all rows are aligned with it.")
    return not why


def trained_with(wildcards):
    """What `learn` records about the training. While the recogniser is trained, it is what was recorded then."""
    if is_trained():
        return Path(rules.learn.output.trained_with).read_text(encoding="utf-8")
    return SETTINGS_AND_CODE + json.dumps(PLAN.table_sketch()._asdict())


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
