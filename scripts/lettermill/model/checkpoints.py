"""Checkpoints: an interrupted training resumes after its last completed epoch, with the same result as without a break.

The callbacks of Keras cannot do that. BackupAndRestore keeps neither the best weights nor the state of early stopping.
It and ModelCheckpoint write their files one after the other, so a training that is killed in between resumes in an
inconsistent state.
"""

import csv
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np

from lettermill.base.durations import span
from lettermill.base.files import link_or_copy
from lettermill.model.letter_data import write_table
from lettermill.model.training_batches import Batches

STATE, BEST, HISTORY = "state.weights.h5", "best.weights.h5", "history.csv"


class Checkpoints(keras.callbacks.Callback):  # type: ignore[misc]
    """After every epoch, writes one folder atomically: model and optimizer weights, the best weights and the history.

    folder: where checkpoints are kept. batches: their ``epoch`` is set at the start of every epoch. stopping: the early
    stopping callback, which must come before this one in the list of callbacks; None without early stopping. monitor:
    the metric to minimise, which decides which weights are the best. say: called with a line for every epoch.
    """

    def __init__(
        self,
        folder: Path,
        batches: Batches,
        stopping: keras.callbacks.EarlyStopping | None,
        monitor: str,
        say: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.history: list[dict[str, float]] = []
        self._folder, self._batches, self._stopping, self._monitor, self._say = folder, batches, stopping, monitor, say
        self._first, self._began = 0, time.monotonic()

    def last(self) -> Path | None:
        """The folder of the last completed epoch, or None."""
        return max((path for path in self._folder.glob("epoch_*")), default=None)

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Resume after the last completed epoch."""
        self._began = time.monotonic()
        self.model._initial_epoch = 0  # an earlier phase that was resumed has left the number of its epochs
        last = self.last()
        if last is None:
            return
        self.model.optimizer.build(self.model.trainable_variables)
        self.model.load_weights(last / STATE)
        with open(last / HISTORY, encoding="utf-8", newline="") as file:
            self.history = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
        self.model._initial_epoch = self._first = len(self.history)  # as BackupAndRestore does
        self._say(f"resuming after epoch {len(self.history)}")
        if self._stopping is not None:
            values = [row[self._monitor] for row in self.history]
            self._stopping.best = min(values)
            self._stopping.best_epoch = int(np.argmin(values))
            self._stopping.wait = len(values) - 1 - self._stopping.best_epoch
            if self._stopping.wait >= self._stopping.patience:
                self.model._initial_epoch = self.params["epochs"]  # it had stopped early

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Seed all randomness of this epoch by its number alone."""
        self._batches.epoch = epoch
        for number, layer in enumerate(self.model.layers):
            generator = getattr(layer, "seed_generator", None)
            if generator is not None:
                generator.state.assign(np.array([number, epoch * 1_000_003], np.uint32))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Write the checkpoint of this epoch."""
        row = {key: float(value) for key, value in (logs or {}).items()}
        best = all(row[self._monitor] < earlier[self._monitor] for earlier in self.history)
        self.history.append(row)
        before = self.last()
        part = self._folder / "part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        self.model.save_weights(part / STATE)
        if best or before is None:
            self.model.save_weights(part / BEST)
        else:
            link_or_copy(before / BEST, part / BEST)
        write_table(part / HISTORY, list(row), [list(each.values()) for each in self.history])
        part.rename(self._folder / f"epoch_{epoch + 1:05d}")
        if before is not None:
            shutil.rmtree(before)
        figures = ", ".join(f"{key} {value:.4f}" for key, value in row.items())
        self._say(f"epoch {epoch + 1} of {self.params['epochs']}: {figures}{self._time_left(epoch)}")

    def _time_left(self, epoch: int) -> str:
        """Of this phase, by the epochs of this process. Early stopping may end it before."""
        left = self.params["epochs"] - epoch - 1
        seconds = (time.monotonic() - self._began) / (epoch + 1 - self._first) * left
        return f", at most {span(seconds)} left" if left else ""

    def load_best(self) -> None:
        """Load the best weights of all epochs. Raises RuntimeError if no epoch was completed."""
        last = self.last()
        if last is None:
            raise RuntimeError(f"{self._folder} contains no checkpoint")
        self.model.load_weights(last / BEST)
