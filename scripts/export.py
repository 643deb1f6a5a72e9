"""Write the export that params.export names: a format, for one batch or for all, or the card of a format."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import lettermill
from lettermill.base.split import Split
from lettermill.dataset.split import split_of
from lettermill.dataset.sync import remove_others, remove_parts, remove_strangers
from lettermill.workflow.job import job_log
from lettermill.workflow.job_files import paths_by_batch, paths_by_name, results_of

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def main() -> None:
    """Write it. Its module is imported here, so that a job does not need the packages of other formats."""
    files, output, params = snakemake.input, snakemake.output, snakemake.params
    split, classes = split_of(params.split, Path(files.duplicates)), list(params.classes)
    match params.export:
        case "huggingface":
            from lettermill.export.huggingface import write_parquet

            write_parquet(Path(files.letters), split, classes, paths_by_name(output))
        case "webdataset":
            from lettermill.export.webdataset import write_shards

            write_shards(Path(files.letters), split, classes, paths_by_name(output))
        case "idx":
            from lettermill.export.idx import write_idx

            write_idx(squares_of(results_of(output.mapping)), split, classes, Path(output.mapping).parent)
        case "npz":
            from lettermill.export.npz import write_npz

            write_npz(squares_of(results_of(output.train)), split, classes, paths_by_name(output))
        case "folders":
            from lettermill.export.folders import write_folders

            write_folders([Path(batch) for batch in files.letters], split, classes, Path(output.metadata).parent)
        case "card":
            write_card(split, classes)
        case other:
            raise ValueError(f"there is no export {other}")


def squares_of(results: Path) -> dict[Path, Path]:
    """Batch -> the file of its squares. The files of batches without rows are deleted."""
    squares = paths_by_batch(snakemake.input.squares)
    remove_others(results / "normalised", {path.name for path in squares.values()})
    return {letters: squares[batch] for batch, letters in paths_by_batch(snakemake.input.letters).items()}


def write_card(split: Split, classes: list[str]) -> None:
    """Write the card of a format. Delete what killed jobs have left, and the files of batches without rows."""
    from lettermill.dataset.card_header import About
    from lettermill.dataset.letter_table import read_letters
    from lettermill.export.export_cards import count_letters, export_card

    files, params = snakemake.input, snakemake.params
    remove_parts(Path(snakemake.output.card).parent, "*", "data/*")
    if params.by_batch is not None:
        for path in remove_strangers(Path(snakemake.output.card).parent / params.by_batch, map(Path, files.files)):
            logging.info("deleted %s: its batch has no rows any more", path)
    counts = count_letters(read_letters([Path(batch) for batch in files.letters], split))
    about = About(**params.about)
    text = export_card(snakemake.wildcards.format, counts, classes, params.source, lettermill.__version__, about)
    Path(snakemake.output.card).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    with job_log(str(snakemake.log)):
        main()
