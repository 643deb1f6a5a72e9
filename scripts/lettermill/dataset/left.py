"""How the last run left the class folders, so that the next one looks only into what has changed since."""

import contextlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from lettermill.base.files import write_bytes

FEW = 100
"""Where batches have fewer letters on average, looking into all of them is as fast."""

SETTLED = 2_000_000_000
"""Nanoseconds after which another change of a folder gives it another time on any file system."""

Listing = dict[str, dict[str, int]]
"""Folder -> name of a file in it -> inode."""

State = list[int] | None
"""Device, inode and time of change of a folder; None if there is no such folder. The time changes with each file that
is added, replaced or removed, not with writing into a file; but a hard link has what is written into its file."""


class Left:
    """What is in the folder ``place``: ``folders.json`` and, for each batch, the names of its letters. Deleting it only
    costs time. If a run is killed, the class folders that it has changed are not as they were left.

    place: None if nothing is known or to be kept.
    """

    def __init__(self, place: Path | None, folder: Path, batches: Mapping[Path, int]) -> None:
        self.folder = folder
        self.place = place if place and sum(batches.values()) >= FEW * len(batches) else None
        self._classes: dict[str, State] = {}
        self._batches: dict[str, dict] = {}
        if self.place and self._links_work(batches):
            self._now = os.stat(self.place / "now").st_mtime_ns
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                known = json.loads((self.place / "folders.json").read_bytes())
                self._classes, self._batches = dict(known["classes"]), dict(known["batches"])
        else:
            self.place = None

    def _links_work(self, batches: Iterable[Path]) -> bool:
        """Whether letters are hard links of those of all batches. Copies are compared by content each time."""
        assert self.place
        write_bytes(self.place / "now", b"")
        device, link = os.stat(self.folder).st_dev, self.folder / ".now.part"
        try:
            link.unlink(missing_ok=True)
            os.link(self.place / "now", link)
            link.unlink()
        except OSError:
            return False
        return all(os.stat(batch).st_dev == device for batch in batches)

    def is_left(self, name: str) -> bool:
        """Whether the class folder ``name`` is as it was left."""
        state = self._classes.get(name)
        return state is not None and state == _state(self.folder / name)

    def count(self, batch: Path, names: Iterable[str]) -> int | None:
        """Number of letters of ``batch`` if its folders ``names`` are as they were left, otherwise None."""
        known = self._batches.get(batch.name)
        if not known or known["folders"] != _states(batch, names):
            return None
        return int(known["count"])

    def listings(self, changed: Iterable[Path], batches: Iterable[Path]) -> dict[str, Listing] | None:
        """Batch -> its letters as they were left, of those that have changed or are gone; None if one is not known."""
        if self.place is None or not self._batches:
            return None
        gone = self._batches.keys() - {batch.name for batch in batches}
        found: dict[str, Listing] = {}
        try:
            for name in (*gone, *(batch.name for batch in changed)):
                known = name in self._batches
                found[name] = json.loads((self.place / f"{name}.json").read_bytes()) if known else {}
        except (OSError, ValueError):
            return None
        return found

    def leave(self, names: Iterable[str], batches: Iterable[Path], listed: Mapping[Path, Listing]) -> None:
        """Note how everything is now. names: the class folders. listed: the letters of batches that have changed."""
        if self.place is None:
            return
        for batch, listing in listed.items():
            write_bytes(self.place / f"{batch.name}.json", json.dumps(listing, separators=(",", ":")).encode())
            states = _states(batch, names)
            settled = all(state[2] < self._now - SETTLED for state in states.values() if state)
            count = sum(map(len, listing.values()))
            self._batches[batch.name] = {"folders": states if settled else None, "count": count}
        wanted = {batch.name for batch in batches}
        for name in self._batches.keys() - wanted:
            (self.place / f"{name}.json").unlink(missing_ok=True)
            del self._batches[name]
        classes = {}
        for name in names:
            place = self.folder / name
            if not self.is_left(name):
                # Back in time, so that a change within the same tick of the clock gives it another time.
                with contextlib.suppress(OSError):
                    os.utime(place, ns=(self._now, self._now - SETTLED))
            classes[name] = _state(place)
        known = {"classes": classes, "batches": self._batches}
        write_bytes(self.place / "folders.json", json.dumps(known, separators=(",", ":")).encode())


def _states(batch: Path, names: Iterable[str]) -> dict[str, State]:
    return {name: state for name in names if (state := _state(batch / name))}


def _state(folder: Path) -> State:
    try:
        found = os.stat(folder)
    except FileNotFoundError:
        return None
    return [found.st_dev, found.st_ino, found.st_mtime_ns]
