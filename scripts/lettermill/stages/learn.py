"""Learn: a recogniser from the examples, and how far its confidences can be trusted."""

from pathlib import Path

from lettermill.align.calibrate import Reliability
from lettermill.align.learn import learn
from lettermill.align.recogniser import nothing_learnt
from lettermill.records import write_records
from lettermill.stages.examples import read_examples


def learn_recogniser(examples: Path, output: Path, reliability: Path, jobs: int) -> None:
    """Write a recogniser to ``output`` and its reliability table to ``reliability``.

    When there is too little to learn from, ``output`` says so, and alignment falls back to matching.
    """
    learnt = learn(read_examples(examples), jobs)
    if learnt is None:
        nothing_learnt(output)
        write_records(reliability, Reliability, [])
        return
    recogniser, table = learnt
    recogniser.save(output)
    write_records(reliability, Reliability, table)
