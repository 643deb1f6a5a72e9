"""The dataset card: a README in the dataset that says where it comes from and what is in it."""

import json

from lettermill.base.alphabet import Alphabet
from lettermill.base.file_names import letter_folders
from lettermill.base.reasons import explain
from lettermill.base.split import PARTS
from lettermill.dataset.account import Account


def dataset_card(account: Account, source: str, settings: dict[str, object], versions: dict[str, str]) -> str:
    """The card as Markdown.

    source: name of the table. settings: config key -> value. versions: package -> version.
    """
    folders = letter_folders(Alphabet(str(settings.get("alphabet", ""))).letters)
    renamed = [(letter, folders[letter]) for letter in sorted(account.letters) if letter in folders]
    return "\n".join(
        [
            "# Handwritten letters",
            "",
            f"{account.letters.total():,} images of single handwritten letters, cut out of "
            f"{account.delivered_rows:,} of the {account.rows:,} word images of `{source}` by Lettermill.",
            "",
            "This folder is generated: a run of the workflow brings it up to date and removes what it did not make.",
            "",
            "## Layout",
            "",
            "- `A/`, `B/`, …: one folder a letter, `{row_id}_{position}.png`, 8-bit grey, tight around the ink.",
            *(
                f"  The folder of {letter} is `{name}/`, which no file system takes for another."
                for letter, name in renamed
            ),
            "  Characters of an id that no file name can have are written as in addresses, `%2F` for `/`; the ids",
            "  themselves are in `metadata.csv`.",
            "- `metadata.csv`: a line for each image: label, row, position in the transcription, box in the source",
            "  image (pixels), confidence (empty where the method has none), method (`hand`: a person has decided),",
            "  and split. All letters of a row are in the same part of the split.",
            "- `rejected.csv`: every row and letter that is not here, with stage and reason.",
            "",
            "## Counts",
            "",
            "| letter | images |",
            "|---|---:|",
            *(f"| {label} | {count:,} |" for label, count in sorted(account.letters.items())),
            "",
            "| part | images |",
            "|---|---:|",
            *(f"| {part} | {account.parts[part]:,} |" for part in PARTS),
            "",
            "| rows not delivered | stage | reason |",
            "|---:|---|---|",
            *(
                f"| {count:,} | {stage} | `{reason}`: {explain(stage, reason)} |"
                for (stage, reason), count in account.rejected.items()
            ),
            "",
            "## How it was made",
            "",
            *(f"- {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in settings.items()),
            *(f"- {name} {version}" for name, version in versions.items()),
            "",
        ]
    )
