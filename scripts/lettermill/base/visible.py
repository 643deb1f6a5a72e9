"""Text from tables and servers, made safe to show in a terminal and in logs."""

import re

_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, of which terminals make commands; line separators; characters that reverse what follows (Unicode
TR 9); halves of characters, which cannot be encoded."""


LONGEST = 200
"""Characters of a text that a message shows."""


def shortened(text: str) -> str:
    """``text`` as messages show it."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def visible(text: str, keep: str = "") -> str:
    r"""``text`` with its control characters escaped, as in ``\x1b``: a table can neither send commands to the terminal
    nor write lines of its own. keep: characters that are left as they are."""
    return _UNSAFE.sub(lambda found: found[0] if found[0] in keep else repr(found[0])[1:-1], text)
