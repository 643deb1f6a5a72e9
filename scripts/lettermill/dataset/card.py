"""The dataset card: a README in the dataset that says where it comes from and what is in it."""

from lettermill.dataset.summary import Account, explain


def card(account: Account, source: str, alphabet: str, settings: dict[str, str], versions: dict[str, str]) -> str:
    """The card as Markdown.

    source: name of the table. settings, versions: name -> value, of what the letters were made with.
    """
    letters = sum(account.letters.values())
    missing = [letter for letter in alphabet if letter not in account.letters]
    return "\n".join(
        [
            "# Handwritten letters",
            "",
            f"{letters:,} images of single handwritten letters, cut out of {account.delivered_rows:,} of the "
            f"{account.rows:,} word images of `{source}` by Lettermill.",
            "",
            "This folder is generated: a run of the workflow brings it up to date and removes what it did not make.",
            "",
            "## Layout",
            "",
            "- `A/`, `B/`, …: one folder a letter, `{row_id}_{position}.png`, 8-bit grey, tight around the ink.",
            "- `metadata.csv`: a line for each image: label, row, position in the transcription, box in the source",
            "  image (pixels), confidence (empty where the method has none), method, and split. All letters of a row",
            "  are in the same part of the split.",
            "- `rejected.csv`: every row and letter that is not here, with stage and reason.",
            "",
            "## Counts",
            "",
            "| letter | images |",
            "|---|---:|",
            *(f"| {label} | {count:,} |" for label, count in account.letters.items()),
            "",
            *([f"No image of: {' '.join(missing)}", ""] if missing else []),
            "| part | images |",
            "|---|---:|",
            *(f"| {part} | {count:,} |" for part, count in account.parts.items()),
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
            *(f"- {name}: {value}" for name, value in {**settings, **versions}.items()),
            "",
        ]
    )
