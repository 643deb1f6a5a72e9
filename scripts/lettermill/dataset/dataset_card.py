"""The dataset card: the README of the dataset."""

import json

from lettermill.base.alphabet import Alphabet
from lettermill.base.box import Box
from lettermill.base.file_names import letter_folders
from lettermill.base.reasons import explain
from lettermill.base.split import PARTS
from lettermill.dataset.account import Account
from lettermill.dataset.card_header import About, header, markdown, origin
from lettermill.records.csv_files import columns_of
from lettermill.records.schemas import Delivered

NUMBERS = {**dict.fromkeys(("position", *Box._fields), "int32"), "confidence": "float64"}
"""Columns of ``metadata.csv`` with numbers -> their types, as `datasets` calls them."""

CONFIGS = [
    {
        "config_name": "default",
        "data_files": [{"split": "letters", "path": ["*/*.png", "metadata.csv"]}],
        "features": [
            {"name": "image", "dtype": "image"},
            *({"name": name, "dtype": NUMBERS.get(name, "string")} for name in columns_of(Delivered)[1:]),
        ],
    },
]
"""How `datasets` loads the folder. Without this, the letters of all splits would be those of a split `train`, and an id
such as 0012 would be a number."""


def dataset_card(
    account: Account,
    table: str,
    settings: dict[str, object],
    versions: dict[str, str],
    about: About = About(),
) -> str:
    """The card as Markdown, with a YAML header.

    table: its name. settings: config key -> value. versions: package -> version. about: config `card`.
    """
    folders = letter_folders(Alphabet(str(settings.get("alphabet", ""))).letters)
    renamed = [(letter, folders[letter]) for letter in sorted(account.letters) if letter in folders]
    return "\n".join(
        [
            header(about, account.letters.total(), **({"configs": CONFIGS} if account.letters else {})),
            f"# {markdown(about.name)}",
            "",
            f"{account.letters.total():,} images of single handwritten letters. Lettermill cut them from "
            f"{account.delivered_rows:,} of the {account.rows:,} word images in `{table}`.",
            "",
            "This folder is generated. Each run of the workflow updates it and deletes other files in class folders.",
            "",
            *origin(about),
            "",
            "## Layout",
            "",
            "- `A/`, `B/`, …: one folder per class. Each `{row_id}_{position}.png` is one letter: 8-bit greyscale,",
            "  cropped tightly around the ink.",
            *(
                f"  The folder of class {letter} is `{name}/`: some file systems ignore case."
                for letter, name in renamed
            ),
            "  Characters of an id that are not allowed in file names are percent-encoded as in URLs, `/` as `%2F`.",
            "  So is a letter of words that some readers take for the name of a split: `test_1` becomes `t%65st_1`.",
            "  `metadata.csv` has the unchanged ids.",
            "- `metadata.csv`: one line per image. Columns: file name, label, row id, position in the transcription",
            "  (from 0), box (x, y, width and height in pixels of the downloaded image as shown, after EXIF",
            "  orientation), confidence (empty if the method gives none), method (`hand`: decided by a correction) and",
            "  split. All letters of a row are in the same split.",
            "- `rejected.csv`: every rejected row and letter, with stage and reason.",
            "",
            "## Counts",
            "",
            "| class | images |",
            "|---|---:|",
            *(f"| {label} | {count:,} |" for label, count in sorted(account.letters.items())),
            "",
            "| split | images |",
            "|---|---:|",
            *(f"| {part} | {account.parts[part]:,} |" for part in PARTS),
            "",
            "| rejected rows | stage | reason |",
            "|---:|---|---|",
            *(
                f"| {count:,} | {stage} | `{reason}`: {explain(stage, reason)} |"
                for (stage, reason), count in account.rejected.items()
            ),
            "",
            "## Settings and versions",
            "",
            *(f"- {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items()),
            *(f"- {name} {version}" for name, version in versions.items()),
            "",
        ]
    )
