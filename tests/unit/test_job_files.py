"""Files of a job by name, and files of stages by batch, whatever their order."""

from pathlib import Path

import pytest
from snakemake.iocontainers import InputFiles

from lettermill.workflow.job_files import pairs_by_batch, paths_by_batch, paths_by_name


def test_files_by_name() -> None:
    files = InputFiles(fromdict={"metadata": "results/dataset/metadata.csv", "page": "results/report.html"})
    assert paths_by_name(files) == {
        "metadata": Path("results/dataset/metadata.csv"),
        "page": Path("results/report.html"),
    }


def test_batches_are_names_of_files_and_folders() -> None:
    files = ["results/matched/1of2.csv", "results/normalised/a.b.npy", "results/cropped/word.png"]
    assert list(paths_by_batch(files).items()) == list(zip(["1of2", "a.b", "word.png"], map(Path, files), strict=True))


def test_files_of_two_stages_meet_by_batch_in_the_order_of_the_first() -> None:
    matched = [f"matched/{batch}.csv" for batch in ("b", "a", "c.d")]
    cropped = [f"cropped/{batch}" for batch in ("a", "c.d", "b")]
    assert [(first.stem, second.name) for first, second in pairs_by_batch(matched, cropped)] == [
        ("b", "b"), ("a", "a"), ("c.d", "c.d"),
    ]  # fmt: skip


def test_what_has_no_partner_or_two_is_an_error() -> None:
    with pytest.raises(ValueError, match="these batches have files of one stage only: b, c"):
        list(pairs_by_batch(["matched/a.csv", "matched/b.csv"], ["cropped/a", "cropped/c"]))
    with pytest.raises(ValueError, match=r"batch a has two files: x/a and y/a\.csv"):
        paths_by_batch(["x/a", "y/a.csv"])
