"""Damaged images: whether any of them crashes, hangs or fills the memory on its way to letters.

usage: python benchmarks/fuzz.py [--cases 50000] [--first 0] [--jobs 2]

Each case is an image of the sample, in one of the supported formats, damaged in one way (see damage.py). Cases go
through the stages from download to cut in batches of BATCH rows, as in a run, with a recogniser trained on the sample,
in processes limited to MEMORY and SECONDS. Every row must end as letters or with a reason. If one does not, the program
names its number: `--first NUMBER --cases 1` runs that case alone.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "scripts"))

from damage import Damaged, damaged, encodings
from lettermill.base.alphabet import word
from lettermill.base.reasons import REASONS
from lettermill.fetch.settings import FetchSettings
from lettermill.image.crop import Cropping
from lettermill.records.csv_files import read_records
from lettermill.records.schemas import ImageSource, Letter, Rejected
from lettermill.stages.align import align_batch
from lettermill.stages.crop import crop_batch
from lettermill.stages.cut import BatchFiles, cut_batch
from lettermill.stages.download import download_batch
from lettermill.stages.learn import LearningOutput, LearningSource, learn_recogniser
from lettermill.stages.match import match_batch
from lettermill.stages.segment import segment_batch
from segment_match import CONFIG, SAMPLE, TOLERANCES, Word, read_words, write_crops

BATCH = 50
"""Rows that go through the stages together."""

SHARE = 1_000
"""Cases of a process."""

MEMORY, SECONDS = 3 << 30, 600
"""Bytes of address space that a process may have, and seconds of CPU: many times what it needs."""

IMAGES, LEARNT_FROM = 12, 150
"""Images of the sample that are damaged, and rows that the recogniser learns from."""

DELIVERED = "delivered"


def sample_words() -> list[Word]:
    """The rows of the embedded sample."""
    return read_words(SAMPLE / "words.csv", ("", "image", "text"), SAMPLE)


def learn(words: list[Word], folder: Path) -> Path:
    """A recogniser trained on ``words``, in ``folder``."""
    cropped, segmented, matched = (folder / name for name in ("crops", "boxes", "matched"))
    output = LearningOutput.of(folder)
    write_crops(words, cropped)
    segment_batch(cropped, segmented, TOLERANCES)
    match_batch(segmented, [(row.row_id, row.pattern) for row in words], matched)
    learn_recogniser([LearningSource(matched, cropped)], len(words), 1, [], output, 2)
    return output.recogniser


def through_the_stages(
    images: dict[str, bytes], patterns: dict[str, str], recogniser: Path, folder: Path
) -> dict[str, str]:
    """Take a batch of images (row id -> content) through the stages: what became of each, ``DELIVERED`` or a reason.

    Raises ValueError if a row was lost or has an unknown reason.
    """
    sources, rows = folder / "images", list(patterns.items())
    sources.mkdir(parents=True)
    for row_id, content in images.items():
        (sources / row_id).write_bytes(content)
    places = ("downloaded", "cropped", "segmented.csv", "aligned.csv", "suspected.csv")
    files = BatchFiles(*(folder / name for name in places))
    download_batch(
        rows=[ImageSource(row_id, row_id, "") for row_id in images],
        images=sources,
        cache_folder=folder / "cache",
        output=files.downloaded,
        settings=FetchSettings(max_bytes=100_000_000),
    )
    crop_batch(files.downloaded, files.cropped, Cropping.from_config(**CONFIG["crop"]))
    segment_batch(files.cropped, files.segmented, TOLERANCES)
    match_batch(files.segmented, rows, folder / "matched.csv")
    align_batch(recogniser, folder / "matched.csv", files.cropped, rows, files.letters, files.suspected)
    confidences = {"min_confidence": CONFIG["align"]["confidence"], "review_confidence": CONFIG["review"]["confidence"]}
    cut_batch(files, rows, folder / "letters", erase_neighbours=True, **confidences)
    found = {letter.row_id: DELIVERED for letter in read_records(folder / "letters/letters.csv", Letter)}
    for row in read_records(folder / "letters/rejected.csv", Rejected):
        if row.reason not in REASONS[row.stage]:
            raise ValueError(f"{row.row_id}: {row.stage} has no reason {row.reason}")
        if row.position is None:
            found[row.row_id] = row.reason
    if found.keys() != images.keys():
        raise ValueError(f"lost: {sorted(images.keys() - found.keys())}")
    return found


def work(first: int, cases: int, recogniser: Path) -> None:
    """Try cases ``first`` to ``first + cases``. Prints a line for each batch before it begins: its first number, and
    at the end the counts, [[kind, outcome, count], …]."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    words = sample_words()
    sources = encodings([row.image for row in words[:IMAGES]])
    counts: Counter[tuple[str, str]] = Counter()
    for start in range(first, first + cases, BATCH):
        print(start, flush=True)
        numbers = range(start, min(start + BATCH, first + cases))
        tried: dict[str, Damaged] = {str(number): damaged(number, sources) for number in numbers}
        patterns = {row_id: pattern_of(int(row_id), words) for row_id in tried}
        with tempfile.TemporaryDirectory() as folder:
            images = {row_id: case.content for row_id, case in tried.items()}
            found = through_the_stages(images, patterns, recogniser, Path(folder))
        counts.update((tried[row_id].kind, outcome) for row_id, outcome in found.items())
    print(json.dumps([[*key, count] for key, count in sorted(counts.items())]))


def pattern_of(number: int, words: list[Word]) -> str:
    """The transcription of a case: that of a row, and at times one letter, or two hundred."""
    pattern = words[number % len(words)].pattern
    return {0: pattern[:1], 1: (pattern * 200)[:200]}.get(number % 50, pattern) if word(pattern) else pattern


def fuzz(first: int, cases: int, jobs: int, recogniser: Path) -> Counter[tuple[str, str]]:
    """Try cases ``first`` to ``first + cases`` in ``jobs`` processes at a time: (kind, outcome) -> how many.

    Raises ValueError that names the cases that do not end as they should.
    """

    def share(start: int) -> list[list]:
        return tried(start, min(SHARE, first + cases - start), recogniser)

    with ThreadPoolExecutor(jobs) as pool:
        shares = list(pool.map(share, range(first, first + cases, SHARE)))
    counts: Counter[tuple[str, str]] = Counter()
    for kind, outcome, count in (line for lines in shares for line in lines):
        counts[kind, outcome] += count
    return counts


def tried(first: int, cases: int, recogniser: Path) -> list[list]:
    done = _run(first, cases, recogniser)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    started = [int(line) for line in done.stdout.splitlines() if line.isdigit()]
    suspects = range(started[-1], min(started[-1] + BATCH, first + cases)) if started else range(0)
    bad = [number for number in suspects if _run(number, 1, recogniser).returncode]
    raise ValueError(f"case {bad or list(suspects)}: ended with {done.returncode}\n{done.stderr[-4000:]}")


def _run(first: int, cases: int, recogniser: Path) -> subprocess.CompletedProcess:
    command = [sys.executable, "-X", "faulthandler", __file__, "--work", str(recogniser)]
    return subprocess.run(
        [*command, "--first", str(first), "--cases", str(cases)], capture_output=True, text=True, check=False,
        errors="replace",
    )  # fmt: skip


def outcome_table(counts: Counter[tuple[str, str]]) -> str:
    """``counts`` as a Markdown table, outcomes by their frequency."""
    kinds = sorted({kind for kind, _ in counts})
    total = Counter[str]()
    for (_, outcome), count in counts.items():
        total[outcome] += count
    lines = [f"| outcome | {' | '.join(kinds)} | all |", f"|---|{'---:|' * (len(kinds) + 1)}"]
    for outcome, count in total.most_common():
        lines.append(f"| {outcome} | {' | '.join(f'{counts[kind, outcome]:,}' for kind in kinds)} | {count:,} |")
    return "\n".join(lines)


def main() -> None:
    """Run the cases and print how many ended in which way."""
    parser = argparse.ArgumentParser(description="Damaged images, from download to cut.")
    parser.add_argument("--cases", type=int, default=50_000, help="number of cases (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first case (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=2, help="processes in parallel (default: %(default)s)")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)  # the recogniser, in a process of its own
    args = parser.parse_args()
    if args.work:
        work(args.first, args.cases, args.work)
        return
    with tempfile.TemporaryDirectory() as name:
        recogniser = learn(sample_words()[:LEARNT_FROM], Path(name))
        counts = fuzz(args.first, args.cases, args.jobs, recogniser)
    print(f"{counts.total():,} damaged images, from number {args.first}; no crash\n\n{outcome_table(counts)}")


if __name__ == "__main__":
    main()
