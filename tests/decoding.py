"""Decoding in a process of its own, whose memory is measured."""

import os
import subprocess
import sys
from pathlib import Path

from project import ROOT

JUDGED = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from lettermill.image.codec import decode_error

def most():  # kilobytes resident since the program began
    return int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])

content, threads, before = Path(sys.argv[1]).read_bytes(), int(sys.argv[2]), most()
with ThreadPoolExecutor(threads) as pool:
    print(*set(pool.map(decode_error, [content] * threads)), most() - before)
"""


def judged(content: bytes, folder: Path, threads: int = 1, **variables: str) -> tuple[str, int]:
    """What a process of its own says of ``content``, in so many threads, and the kilobytes that it takes to do so."""
    (folder / "image").write_bytes(content)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENCV_")}
    environment |= {"PYTHONPATH": str(ROOT / "scripts"), **variables}
    command = [sys.executable, "-c", JUDGED, str(folder / "image"), str(threads)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    *reasons, memory = done.stdout.strip("\n").split(" ")
    return " ".join(reasons), int(memory)
