"""The card of an export: a README that says what it is, how to load it, what is in it, and where it comes from."""

import json
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from lettermill.base.split import PARTS
from lettermill.export.labelled_letters import TYPES

WHERE = "row, position in the transcription, box in the source image (pixels), confidence and method"
AS_CUT = "Images are 8-bit grey, tight around the ink, as they were cut."
SQUARES = """\
Images are squares of 28 pixels, 0 is paper and 255 ink: letters are scaled to 20 pixels, with their aspect ratio kept,
and moved so that their centre of mass is in the middle, as in MNIST and EMNIST."""


class Description(NamedTuple):
    """What a card says of a format.

    name: what people call it. load: Python that reads the training part, run from the folder that holds results/.
    text: what is where.
    """

    name: str
    load: str
    text: str


DESCRIPTIONS = {
    "huggingface": Description(
        "Hugging Face (parquet)",
        """\
from datasets import load_dataset

letters = load_dataset("results/export/huggingface")
image, label = letters["train"][0]["image"], letters["train"][0]["label"]
print(letters["train"].features["label"].int2str(label))""",
        f"""\
`data/{{part}}/` has a parquet file for each batch of rows. {AS_CUT} The other columns are the class and where the
letter comes from: {WHERE}.

No licence is stated, for it is that of the images that the letters come from: add `license:` to the header before you
publish them.""",
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
`{{part}}/` has a tar file for each batch of rows. A sample is `.png`, the image, `.cls`, the index of the class, and
`.json`: label, {WHERE}. {AS_CUT} The key of a sample is row and position; a dot in a row's id is `%2E` there, for a
reader takes what follows a dot for the kind of the file, and so are, as in URLs, other characters that cannot be
in the name of a file. The `.json` has the id itself.""",
    ),
    "idx": Description(
        "IDX, as MNIST and EMNIST",
        """\
from mnist import MNIST  # pip install python-mnist

reader = MNIST("results/export/idx", return_type="numpy", gz=True)
images, labels = reader.load_training()
images = images.reshape(-1, 28, 28)""",
        f"""\
{SQUARES} Rows come first, as in MNIST: letters stand upright as they are read. (EMNIST's own files have columns first;
a reader made for them would turn these over.) Labels count the classes from 0, as MNIST's do. (Those of EMNIST letters
count from 1.) `mapping.txt` has the index of each class and the code point of its letter. Line i of
`{{part}}-provenance.csv`, after the header, is about image i: file in `results/dataset`, label, {WHERE}.""",
    ),
    "npz": Description(
        "NumPy",
        """\
import numpy

train = numpy.load("results/export/npz/train.npz")
images, labels = train["images"], train["labels"]
letters = train["classes"][labels]""",
        f"""\
{SQUARES} The arrays of `{{part}}.npz` are `images`, `labels` (indices in `classes`), and where the letter comes from:
{{provenance}}. `confidence` is NaN where the method has none. There are no pickled objects.""",
    ),
    "folders": Description(
        "Folders",
        """\
from datasets import load_dataset

letters = load_dataset("imagefolder", data_dir="results/export/folders")
image, label = letters["train"][0]["image"], letters["train"][0]["label"]""",
        f"""\
`{{part}}/{{letter}}/{{row_id}}_{{position}}.png`, and `metadata.csv` with a line for each image, once more for each
part as `{{part}}/metadata.csv`: label, {WHERE}. {AS_CUT}
They are hard links to the letters in `results/letters/` where the file system has them.

`keras.utils.image_dataset_from_directory("results/export/folders/train", color_mode="grayscale")` and torchvision's
`ImageFolder("results/export/folders/train", allow_empty=True)` number the classes by the names of the folders. So each
class has a folder in each part, be there letters or not. Hugging Face shows the columns of `metadata.csv`, with the
label as text.""",
    ),
}


def count_letters(letters: pd.DataFrame) -> dict[tuple[str, str], int]:
    """(part, label) -> how many of ``letters``, see ``read_letters``."""
    return Counter(zip(letters["split"], letters["label"], strict=True))


def export_card(
    name: str,
    counts: Mapping[tuple[str, str], int],
    classes: Sequence[str],
    source: str,
    version: str,
) -> str:
    """The card of format ``name`` as Markdown.

    counts: (part, label) -> letters. classes: see ``classes_of``. source: name of the table. version: of Lettermill.
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
        f"{of_parts.total():,} images of single handwritten letters, cut out of the word images of `{source}` by "
        f"Lettermill {version}.",
        "",
        "This folder is generated: `snakemake export` brings it up to date. Change copies.",
        "",
        "```python",
        about.load,
        "```",
        "",
        "\n\n".join(textwrap.fill(paragraph, 100, break_on_hyphens=False) for paragraph in text.split("\n\n")),
        "",
        "All letters of a row are in the same part.",
        "",
        f"| class | letter | {' | '.join(PARTS)} |",
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
    """The lines by which `datasets` and the Hub know what a folder holds, as YAML.

    parts: those that have letters; `datasets` cannot load one that has none.
    """
    # A JSON string is one of YAML too, and 0, N or no is not taken for something else.
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
