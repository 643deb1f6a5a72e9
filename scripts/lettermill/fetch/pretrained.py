"""The weights and packages that training needs: whether they are there, before anything is made."""

import importlib.util
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from lettermill.base.errors import InputError

URL = (
    "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/"
    "vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5"
)
"""Where Keras downloads the ImageNet weights of VGG16 from; it keeps them in the folder of ``downloaded_to``."""

PACKAGES = ("keras", "tensorflow", "onnx")

INSTALL = "pip install -r requirements-train.txt -c constraints.txt"

HDF5 = b"\x89HDF\r\n\x1a\n"

PATIENCE = 10
"""Seconds to wait for an answer of the server."""


def missing_packages() -> list[str]:
    """Those of the PACKAGES that are not installed. None of them is imported, which takes seconds."""
    return [name for name in PACKAGES if importlib.util.find_spec(name) is None]


def downloaded_to() -> Path:
    """The file that Keras keeps its download in."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    return home / "models" / URL.rpartition("/")[2]


def check_weights(weights: str | Path | None) -> None:
    """Raises InputError if the initial weights of VGG16 cannot be had.

    weights: a file, ``imagenet`` for those that Keras downloads, or None for random ones.
    """
    if isinstance(weights, Path):
        with open(weights, "rb") as file:
            if file.read(len(HDF5)) != HDF5:
                raise _missing(f"{weights} is not an HDF5 file")
    elif weights is not None and not downloaded_to().is_file():
        import requests  # slow, and only needed here

        try:
            requests.head(URL, timeout=PATIENCE, allow_redirects=True).raise_for_status()
        except requests.RequestException as error:
            raise _missing(f"{URL} cannot be reached ({type(error).__name__})") from error


def training_lines(model: str, weights: str | Path | None, missing: Sequence[str]) -> Iterator[str]:
    """What ``validate`` says of the needs of ``train``, line by line. missing: packages."""
    yield f"\nTraining (target `train`): model {model}" + ("" if missing else "; its packages are installed")
    if missing:
        yield f"           Not installed: {', '.join(missing)}. Install what training needs:"
        yield f"           {INSTALL}"
    if model == "vgg16":
        try:
            check_weights(weights)
        except InputError as error:
            yield from (f"           {line}" for line in str(error).splitlines())
        else:
            yield f"           The weights ({'none' if weights is None else weights}) are there."


def _missing(why: str) -> InputError:
    return InputError(
        f"The weights of VGG16 cannot be had: {why}.\n"
        f"Download {URL} on a machine with internet access, put the file beside your config, and set "
        f"`train: {{vgg16: {{weights: {URL.rpartition('/')[2]}}}}}`. "
        "`train: {model: cnn}` needs no weights."
    )
