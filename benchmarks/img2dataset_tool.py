"""img2dataset, as benchmarks/downloads.py runs it: in a separate virtual environment, for it needs other versions.

It keeps the images unchanged (``disable_all_reencoding``), as the others do, writes files, reads no EXIF data, and does
not check for newer versions of libraries. Of the ways to have N connections on 2 cores, two processes with N / 2
threads and one shard each were the fastest. webdataset instead of files made no difference.
"""

import json
import subprocess
import sys
from pathlib import Path

from segment_match import ROOT

ENVIRONMENT = ROOT / ".venv-img2dataset"
REQUIREMENTS = Path(__file__).with_name("requirements-img2dataset.txt")
PROCESSES = 2
VARIABLES = {"NO_ALBUMENTATIONS_UPDATE": "1"}


class NotThereError(Exception):
    """It cannot be installed or started."""


def install() -> None:
    """Install it, unless it is there. Raises NotThereError with the last line of what went wrong."""
    stamp = ENVIRONMENT / "installed.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return
    python = ENVIRONMENT / "bin/python"
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", REQUIREMENTS]
    for command in ([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], pip, [python, "-c", "import img2dataset"]):
        done = subprocess.run(command, cwd=ENVIRONMENT.parent, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or [f"{command[0]} ended with {done.returncode}"]
            raise NotThereError(said[-1])
    stamp.write_text(wanted, encoding="utf-8")


def command(table: Path, output: Path, urls: int, connections: int) -> list[str]:
    """The command that downloads what the column ``url`` of ``table`` names, ``urls`` in number, into ``output``."""
    options = {
        "url_list": table, "input_format": "csv", "url_col": "url", "output_folder": output, "output_format": "files",
        "processes_count": PROCESSES, "thread_count": connections // PROCESSES,
        "number_sample_per_shard": -(-urls // PROCESSES), "resize_mode": "no", "disable_all_reencoding": True,
        "extract_exif": False,
    }  # fmt: skip
    return [str(ENVIRONMENT / "bin/img2dataset"), *(f"--{name}={value}" for name, value in options.items())]


def delivered(output: Path) -> tuple[int, int]:
    """(images, bytes) in ``output``: as many as it says itself, and the size of its files."""
    stats = [json.loads(path.read_text(encoding="utf-8")) for path in output.glob("*_stats.json")]
    return sum(shard["successes"] for shard in stats), sum(path.stat().st_size for path in output.rglob("*.jpg"))
