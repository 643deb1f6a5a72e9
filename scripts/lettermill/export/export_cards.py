"""The card of an export: a README that describes its format, how to load it, its contents and their origin."""

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from lettermill.base.split import PARTS
from lettermill.dataset.card_header import About, header, markdown, origin
from lettermill.export.labelled_letters import TYPES

WHERE = "row id, position in the transcription, box (pixels of the image as shown), confidence and method"
AS_CUT = "Images are 8-bit greyscale, cropped tightly around the ink."
SQUARES = """\
Images have 28 × 28 pixels, from 0 (paper) to 255 (ink). Letters are scaled to fit 20 × 20 pixels with their aspect
ratio preserved, and centred by their centre of mass, as in MNIST and EMNIST."""


class Description(NamedTuple):
    """Description of a format.

    name: its usual name. load: Python code that loads the training split, run in the folder that contains results/.
    text: files and fields. files: pattern of the files of a split, if `datasets` can load them.
    """

    name: str
    load: str
    text: str
    files: str = ""


DESCRIPTIONS = {
    "huggingface": Description(
        "Hugging Face (parquet)",
        """\
from datasets import load_dataset  # pip install datasets pillow

letters = load_dataset("results/export/huggingface")
image, label = letters["train"][0]["image"], letters["train"][0]["label"]
print(letters["train"].features["label"].int2str(label))""",
        f"""\
`data/{{part}}/` has one Parquet file per batch of rows. {AS_CUT} The other columns are the label and the provenance:
{WHERE}.""",
        files="data/{part}/*.parquet",
    ),
    "webdataset": Description(
        "WebDataset",
        """\
import glob
import webdataset

shards = sorted(glob.glob("results/export/webdataset/train/*.tar"))
letters = webdataset.WebDataset(shards, shardshuffle=False).decode("l8").to_tuple("png", "cls", "json")
image, label, about = next(iter(letters))""",
        f"""\
`{{part}}/` has one tar file per batch of rows. A sample consists of `.png` (the image), `.cls` (the index of the class)
and `.json` (label, {WHERE}). {AS_CUT} The key of a sample is row id and position. Dots in a row id are written as
`%2E`, because WebDataset readers treat the text after a dot as the field name. Characters that are not allowed in file
names are percent-encoded as in URLs. The `.json` has the unchanged row id.

`datasets.load_dataset("results/export/webdataset")` loads the same, with the columns `png`, `cls` and `json`.""",
        files="{part}/*.tar",
    ),
    "idx": Description(
        "IDX, as MNIST and EMNIST",
        """\
from mnist import MNIST  # pip install python-mnist

reader = MNIST("results/export/idx", return_type="numpy", gz=True)
images, labels = reader.load_training()
images = images.reshape(-1, 28, 28)""",
        f"""\
{SQUARES} Images are stored row by row, as in MNIST. (EMNIST's own files are transposed: do not transpose these.) Labels
count from 0, as in MNIST. (EMNIST Letters counts from 1.) `mapping.txt` has the index of each class and the code point
of its letter. Line i of `{{part}}-provenance.csv`, after the header, describes image i: file in `results/dataset`,
label, {WHERE}.""",
    ),
    "npz": Description(
        "NumPy",
        """\
import numpy

train = numpy.load("results/export/npz/train.npz")
images, labels = train["images"], train["labels"]
letters = train["classes"][labels]""",
        f"""\
{SQUARES} `{{part}}.npz` contains the arrays `images`, `labels` (indices into `classes`), `classes`, and the provenance:
{{provenance}}. `confidence` is NaN if the method gives none. There are no pickled objects.""",
    ),
    "folders": Description(
        "Folders",
        """\
from datasets import load_dataset  # pip install datasets pillow

letters = load_dataset("imagefolder", data_dir="results/export/folders")
image, label = letters["train"][0]["image"], letters["train"][0]["label"]""",
        f"""\
The images are `{{part}}/{{letter}}/{{row_id}}_{{position}}.png`. `metadata.csv` has one line per image, and
`{{part}}/metadata.parquet` those of one split: label, {WHERE}. {AS_CUT} They are hard links to the letters in
`results/letters/` if the file system supports them.

`keras.utils.image_dataset_from_directory("results/export/folders/train", color_mode="grayscale")` and torchvision's
`ImageFolder("results/export/folders/train", allow_empty=True)` number the classes by folder name.
Therefore each class has a folder in each split, even if it is empty. `datasets` loads the columns of
`metadata.parquet`; the label is text.""",
        files="{part}/**",
    ),
}


def count_letters(letters: pd.DataFrame) -> dict[tuple[str, str], int]:
    """(split, label) -> number of ``letters``, see ``read_letters``."""
    return Counter(zip(letters["split"], letters["label"], strict=True))


def export_card(
    name: str,
    counts: Mapping[tuple[str, str], int],
    classes: Sequence[str],
    table: str,
    version: str,
    about: About = About(),
) -> str:
    """The card of format ``name`` as Markdown, with a YAML header.

    counts: (split, label) -> letters. classes: see ``classes_of``. table: its name. version: of Lettermill.
    about: config `card`.
    """
    described = DESCRIPTIONS[name]
    text = described.text.replace("{provenance}", ", ".join(f"`{column}`" for column in TYPES))
    of_parts: Counter[str] = Counter()
    for (part, _), count in counts.items():
        of_parts[part] += count
    lines = [
        header(about, of_parts.total(), **loading(name, classes, [part for part in PARTS if of_parts[part]])),
        f"# {markdown(about.name)}: {described.name}",
        "",
        f"{of_parts.total():,} images of single handwritten letters, cut from the word images of `{table}` by "
        f"Lettermill {version}.",
        "",
        "This folder is generated. `snakemake export` updates it and overwrites changes: edit a copy.",
        "",
        "```python",
        described.load,
        "```",
        "",
        "\n\n".join(textwrap.fill(paragraph, 100, break_on_hyphens=False) for paragraph in text.split("\n\n")),
        "",
        "All letters of a row are in the same split.",
        "",
        *origin(about),
        "",
        "## Counts",
        "",
        f"| index | class | {' | '.join(PARTS)} |",
        f"|---:|---|{'---:|' * len(PARTS)}",
        *(
            f"| {index} | {label} | {' | '.join(f'{counts.get((part, label), 0):,}' for part in PARTS)} |"
            for index, label in enumerate(classes)
        ),
        f"| | all | {' | '.join(f'{of_parts[part]:,}' for part in PARTS)} |",
        "",
    ]
    return "\n".join(lines)


def loading(name: str, classes: Sequence[str], parts: Sequence[str]) -> dict[str, object]:
    """The keys of the YAML header from which `datasets` and the Hub know how to load format ``name``.

    parts: the splits that have letters. `datasets` cannot load an empty split.
    """
    pattern = DESCRIPTIONS[name].files
    if not pattern:
        return {"viewer": False}  # `datasets` reads neither IDX nor .npz
    files = [{"split": part, "path": pattern.replace("{part}", part)} for part in parts]
    configs = {"configs": [{"config_name": "default", "data_files": files}]} if parts else {}
    features = features_of(name, classes)
    return {**configs, **({"dataset_info": {"features": features}} if features else {})}


def features_of(name: str, classes: Sequence[str]) -> list[dict[str, object]]:
    """The features of format ``name``, as `datasets` writes them to a header. Empty if its files declare them."""
    label = {"class_label": {"names": {str(index): label for index, label in enumerate(classes)}}}
    about: list[dict[str, object]] = [{"name": column, "dtype": kind} for column, kind in TYPES.items()]
    match name:
        case "huggingface":
            return [{"name": "image", "dtype": "image"}, {"name": "label", "dtype": label}, *about]
        case "webdataset":  # `datasets` would infer the types from the first samples, which may have no confidence
            return [
                {"name": "__key__", "dtype": "string"},
                {"name": "__url__", "dtype": "string"},
                {"name": "png", "dtype": "image"},
                {"name": "cls", "dtype": label},
                {"name": "json", "struct": [{"name": "label", "dtype": "string"}, *about]},
            ]
    return []
