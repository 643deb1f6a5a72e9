"""The card of an export: a README that describes its format, how to load it, its contents and their origin."""

import json
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from lettermill.base.split import PARTS
from lettermill.export.labelled_letters import TYPES

WHERE = "row id, position in the transcription, box (pixels of the image as shown), confidence and method"
AS_CUT = "Images are 8-bit greyscale, cropped tightly around the ink."
SQUARES = """\
Images have 28 × 28 pixels, from 0 (paper) to 255 (ink). Letters are scaled to fit 20 × 20 pixels with their aspect
ratio preserved, and centred by their centre of mass, as in MNIST and EMNIST."""


class Description(NamedTuple):
    """Description of a format.

    name: its usual name. load: Python code that loads the training split, run in the folder that contains results/.
    text: files and fields.
    """

    name: str
    load: str
    text: str


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
{WHERE}.

The header states no licence: the letters have the licence of the word images. Add `license:` to the header before you
publish the dataset.""",
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
names are percent-encoded as in URLs. The `.json` has the unchanged row id.""",
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
    ),
}


def count_letters(letters: pd.DataFrame) -> dict[tuple[str, str], int]:
    """(split, label) -> number of ``letters``, see ``read_letters``."""
    return Counter(zip(letters["split"], letters["label"], strict=True))


def export_card(
    name: str,
    counts: Mapping[tuple[str, str], int],
    classes: Sequence[str],
    source: str,
    version: str,
) -> str:
    """The card of format ``name`` as Markdown.

    counts: (split, label) -> letters. classes: see ``classes_of``. source: name of the table. version: of Lettermill.
    """
    about = DESCRIPTIONS[name]
    text = about.text.replace("{provenance}", ", ".join(f"`{column}`" for column in TYPES))
    of_parts: Counter[str] = Counter()
    for (part, _), count in counts.items():
        of_parts[part] += count
    lines = [
        *(header(classes, [part for part in PARTS if of_parts[part]]) if name == "huggingface" else []),
        f"# Handwritten letters: {about.name}",
        "",
        f"{of_parts.total():,} images of single handwritten letters, cut from the word images of `{source}` by "
        f"Lettermill {version}.",
        "",
        "This folder is generated. `snakemake export` updates it and overwrites changes: edit a copy.",
        "",
        "```python",
        about.load,
        "```",
        "",
        "\n\n".join(textwrap.fill(paragraph, 100, break_on_hyphens=False) for paragraph in text.split("\n\n")),
        "",
        "All letters of a row are in the same split.",
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


def header(classes: Sequence[str], parts: Sequence[str]) -> list[str]:
    """The YAML header that `datasets` and the Hub read.

    parts: the splits that have letters. `datasets` cannot load an empty split.
    """
    # A JSON string is also a YAML string. Quotes keep 0, N or no from becoming other types.
    quoted = [json.dumps(label, ensure_ascii=False) for label in classes]
    files = [line for part in parts for line in (f"  - split: {part}", f"    path: data/{part}/*.parquet")]
    return [
        "---",
        "task_categories:",
        "- image-classification",
        *(["configs:", "- config_name: default", "  data_files:", *files] if parts else []),
        "dataset_info:",
        "  features:",
        "  - name: image",
        "    dtype: image",
        "  - name: label",
        "    dtype:",
        "      class_label:",
        "        names:",
        *(f"          '{index}': {label}" for index, label in enumerate(quoted)),
        *(line for column, kind in TYPES.items() for line in (f"  - name: {column}", f"    dtype: {kind}")),
        "---",
        "",
    ]
