"""The header X-Robots-Tag, in which servers state how an image may be used."""

from collections.abc import Collection, Iterable

NONE = frozenset({"none", "noindex", "nofollow"})
"""The directives that ``none`` stands for."""

WITH_VALUE = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
"""Directives with a value, which look like the name of a user agent."""


def forbids(headers: Iterable[str], directives: Collection[str], agent: str) -> bool:
    """Whether one of the X-Robots-Tag ``headers`` has one of the ``directives`` (such as noai), for all user agents or
    for ``agent``.

    A header is a list of directives. If it concerns one user agent only, the name of that agent comes first
    (https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag#xrobotstag).
    """
    wanted = {directive.casefold() for directive in directives}
    for header in headers:
        name, colon, rest = header.partition(":")
        if colon and "," not in name and name.strip().casefold() not in WITH_VALUE:
            if name.strip().casefold() != agent.partition("/")[0].strip().casefold():
                continue  # for another agent
            header = rest
        found = {directive.strip().casefold() for directive in header.split(",")}
        if not wanted.isdisjoint(found | NONE if "none" in found else found):
            return True
    return False
