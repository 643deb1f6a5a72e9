"""What all cards of the dataset have in common: a YAML header, as Hugging Face reads it, and source and licence."""

import re
from typing import NamedTuple

import yaml

LICENCES = re.compile(
    r"""
    apache-2\.0 | mit | bsd(-[23]-clause)? | a?gpl-3\.0 | l?gpl | gpl-2\.0 | mpl-2\.0 | isc | unlicense | gfdl
    | cc | cc0-1\.0 | cc-by-(2\.[05]|[34]\.0) | cc-by-sa-[34]\.0 | cc-by-nc-[234]\.0 | cc-by-nd-4\.0
    | cc-by-nc-nd-[34]\.0 | cc-by-nc-sa-[234]\.0
    | c-uda | cdla-sharing-1\.0 | cdla-permissive-[12]\.0 | etalab-2\.0 | odc-by | odbl | pddl
    """,
    re.VERBOSE,
)
"""Identifiers of licences that the Hub knows, https://huggingface.co/docs/hub/repositories-licenses. It refuses others;
they are written as `other` with a name."""


class About(NamedTuple):
    """Config `card`: what only the user can say of the dataset. Empty or None: it is not said."""

    title: str | None = None
    license: str | None = None
    source: str | None = None

    @property
    def name(self) -> str:
        """The title on one line."""
        return one_line(self.title) or "Handwritten letters"


def one_line(text: str | None) -> str:
    """``text`` on one line, without control characters and lone surrogates."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", " ", text or "").split())


def markdown(text: str) -> str:
    """``text`` without HTML."""
    return text.replace("<", "&lt;")


def header(about: About, letters: int, **more: object) -> str:
    """The YAML header, between lines of hyphens. letters: their number. more: further keys."""
    fields = {
        "pretty_name": about.name,
        **_licence(one_line(about.license)),
        "task_categories": ["image-classification"],
        "size_categories": [_size(letters)],
        "tags": ["handwriting", "letters", "ocr", "lettermill"],
        **more,
    }
    text = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=float("inf"))
    return f"---\n{text}---\n"


def origin(about: About) -> list[str]:
    """The lines of the card about source and licence. What the config does not say is said to be missing."""
    source, licence = (markdown(one_line(text)) for text in (about.source, about.license))
    return [
        "## Source and licence",
        "",
        f"- Source of the word images: {source or 'not stated. Name it in your config as `card.source`.'}",
        f"- Licence: {licence or 'not stated, so none is claimed. State that of the images as `card.license`.'}",
    ]


def _licence(licence: str) -> dict[str, str]:
    """The fields of the header for a licence, such as CC BY 4.0, a name of the user's own, or the URL of its text."""
    if not licence:
        return {}
    name = re.sub(r"[^a-z0-9.]+", "-", licence.casefold()).strip("-.") or "custom"
    if LICENCES.fullmatch(name):
        return {"license": name}
    link = {"license_link": licence} if re.fullmatch(r"https?://\S+", licence) else {}
    return {"license": "other", "license_name": name} | link


def _size(letters: int) -> str:
    """The size category of the Hub."""
    bounds = ["1K", "10K", "100K", "1M", "10M", "100M", "1B"]
    reached = sum(letters >= 10**power for power in range(3, 3 + len(bounds)))
    if reached == 0:
        return "n<1K"
    return f"{bounds[reached - 1]}<n<{bounds[reached]}" if reached < len(bounds) else "n>1B"
