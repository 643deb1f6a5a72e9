"""The header X-Robots-Tag, by which servers say what may be done with an image."""

from collections.abc import Collection, Iterable

NONE = frozenset({"none", "noindex", "nofollow"})
"""What the directive none stands for."""

WITH_VALUE = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
"""Directives that have a value, which look like the name of an agent."""


def forbids(headers: Iterable[str], directives: Collection[str], agent: str) -> bool:
    """Whether one of the ``headers`` X-Robots-Tag has one of the ``directives`` (such as noai), for everybody or for
    ``agent``.

    A header is a list of directives, after the name of an agent if it is for that one only
    (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag#xrobotstag).
    """
    wanted = {directive.casefold() for directive in directives}
    for header in headers:
        name, colon, rest = header.partition(":")
        if colon and "," not in name and name.strip().casefold() not in WITH_VALUE:
            if name.strip().casefold() != agent.partition("/")[0].strip().casefold():
                continue  # for others
            header = rest
        found = {directive.strip().casefold() for directive in header.split(",")}
        if not wanted.isdisjoint(found | NONE if "none" in found else found):
            return True
    return False
