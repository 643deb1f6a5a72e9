"""When the machine fails: a clear error, or it recovers; nothing half-written is ever taken for finished."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from lettermill.base.disk import full
from lettermill.plan.batches import batch_of
from project import Project


def mount(*arguments: str | Path) -> None:
    done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk in memory of 20 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount("-t", "tmpfs", "-o", "size=20m", "tmpfs", place)
    yield place
    subprocess.run(["umount", "--recursive", str(place)], check=False)


LATER = [pytest.param(room, marks=pytest.mark.slow) for room in ("500k", "1m", "1500k")]
"""Bytes that the disk has when it is full ever later in the run."""


@pytest.mark.parametrize("room", ["300k", *LATER])
def test_a_full_disk_is_said_to_be_full_and_the_run_goes_on_later(
    finished: Project, disk: Path, tmp_path: Path, room: str
) -> None:
    project = Project.of_sample(tmp_path / "source", 40, batches=4, images=str(tmp_path / "source/images"))
    project.folder = disk
    mount("-o", f"remount,size={room}", disk)
    output = project.run(fails=True)
    assert "No space left on device" in output
    assert "Lettermill: " in output or "Error recording metadata" in output
    assert not (disk / "results/dataset/metadata.csv").exists()
    mount("-o", "remount,size=20m", disk)
    project.run()
    assert project.dataset() == finished.dataset()
    assert project.planned() == {}


def test_a_full_disk_is_told_from_one_with_room(disk: Path) -> None:
    folder = disk / "results"
    folder.mkdir()
    assert full([str(disk), str(folder)]) == []
    mount("-o", "remount,size=500k", disk)
    assert [message.partition(" is full")[0] for message in full([str(disk), str(folder), "nowhere"])] == [
        f"the disk of {disk}"
    ]


def test_a_working_folder_that_cannot_be_written(finished: Project, disk: Path) -> None:
    project = finished.copy(disk / "project")
    project.folder.chmod(0o755)
    project.write()
    project.write = lambda: None
    mount("-o", "remount,ro", disk)
    output = project.run("-R", "cut", fails=True)
    assert f"Lettermill: {project.folder} is not writable" in output and "Traceback" not in output


@pytest.mark.parametrize("place", ["results", pytest.param("logs", marks=pytest.mark.slow)])
def test_a_folder_that_cannot_be_written(finished: Project, disk: Path, place: str) -> None:
    project = finished.copy(disk / "project")
    mount("--bind", project.folder / place, project.folder / place)
    mount("-o", "remount,ro,bind", project.folder / place)
    output = project.run("-R", "segment", fails=True)
    assert "Write-protected output files" in output or f"Lettermill: {project.folder / place} is not writable" in output
    assert project.planned() == {}  # to look is allowed
    subprocess.run(["umount", str(project.folder / place)], check=True)
    project.run("-R", "segment")
    assert project.dataset() == finished.dataset()


def test_a_second_run_at_the_same_time_is_refused(finished: Project, tmp_path: Path) -> None:
    project = Project.of_sample(tmp_path / "project", 40, batches=4)
    with open(tmp_path / "printed.txt", "w") as file:
        first = project.start(file)
    until = time.monotonic() + 240
    while not any(project.folder.glob("results/downloaded/*/status.csv")):
        assert first.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    project.write = lambda: None
    assert "Directory cannot be locked" in project.run(fails=True)
    assert first.wait(60) == 0, (tmp_path / "printed.txt").read_text()
    assert project.dataset() == finished.dataset()
    assert project.planned() == {}


DAMAGED = [
    [("letters/{batch}/rejected.csv", "dataset/metadata.csv")],
    [("letters/{batch}/letters.csv", "dataset/metadata.csv")],
    [("segmented/{batch}.csv", "matched/{batch}.csv"), ("matched/{batch}.csv", "letters/{batch}")],
    [
        ("downloaded/{batch}/status.csv", "cropped/{batch}"),
        ("downloaded/{batch}/*.jpg", "cropped/{batch}"),
        ("cropped/{batch}/offsets.csv", "segmented/{batch}.csv"),
        ("cropped/{batch}/*.png", "segmented/{batch}.csv"),
    ],
]
"""Files, and what is made from them, later stages first: a batch for each, all of a list at once."""


def delete_what_is_named(project: Project, message: str) -> None:
    """What the message asks for."""
    file, fix = re.fullmatch(r"Lettermill: (\S+) .*Delete (?:the folder )?(.+) and run again.*", message).groups()
    for name in {"it": [file], "these": re.findall(r"results/\S+[^\s,.]", message)}.get(fix, [fix]):
        place = project.folder / name
        shutil.rmtree(place) if place.is_dir() else place.unlink()


def test_files_that_are_not_whole_are_named_with_the_fix(finished: Project, project: Project) -> None:
    """Half of an image, and a table without its last line: a table that ends within a line is no harder to tell."""
    results = project.folder / "results"
    rejected = next(row["row_id"] for row in finished.rejected() if row["stage"] == "match")
    names = sorted((path.name for path in (results / "letters").iterdir()), key=batch_of(rejected, 4).__ne__)
    batches = cycle(names)  # the first has rejected rows
    for together in DAMAGED:
        damaged = {}
        for (pattern, made), batch in zip(together, batches, strict=False):
            path = sorted(results.glob(pattern.format(batch=batch)))[0]
            content = path.read_bytes()
            end = content[:-1].rindex(b"\n") + 1 if path.suffix == ".csv" else len(content) // 2
            path.write_bytes(content[:end])
            damaged[path] = f"results/{made.format(batch=batch)}"
        output = project.run("--keep-going", "-R", *damaged.values(), fails=True)
        assert not (results / "dataset/metadata.csv").exists() or project.metadata() == finished.metadata()
        messages = [line for line in output.splitlines() if line.startswith("Lettermill: ")]
        assert len(messages) == len(damaged)
        for message in messages:
            delete_what_is_named(project, message)
        assert not [path for path in damaged if path.exists()]
    project.run()
    assert project.dataset() == finished.dataset()
    assert project.planned() == {}
