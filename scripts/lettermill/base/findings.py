"""What stands in the way of a table: what its images are like, said in words, with what helps.

Each stage notes what it finds in an image as a few words, the keys of ``KINDS``. Here they are counted and said.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

MENTIONED = 0.2
"""Share of the images from which a kind is mentioned."""

CONNECTED = 0.5
"""Share of the longer words from which joined letters are taken for connected writing."""

LONGER = 4
"""Number of letters of a longer word. Of shorter ones, a joined pair tells nothing."""

LEARNING = "learning"
"""The kind of a diagnosis that no recogniser could be trained."""

MOVED, CONTRADICTED, DUPLICATES, OUTGROWN = "moved", "contradicted", "duplicates", "outgrown"
"""The kinds of diagnoses of the table: transcriptions of other rows, transcriptions that the ink contradicts, images
with several transcriptions, and more words that fit than the recogniser has learnt from."""

WRONG_TABLE = (LEARNING, MOVED, CONTRADICTED)
"""The kinds with which no share of right letters can be promised."""

GROWN = 2
"""How many times as many rows, or words that fit, outgrow a recogniser that has not learnt from as many as it may."""

MANY_SUSPECTS = 0.3
"""Share of the words from which transcriptions that the ink contradicts say that the table is wrong, or cannot be
read."""


class Kind(NamedTuple):
    """What an image can be like.

    text: goes before "in 90 % of the images". done: what Lettermill does about it; empty if nothing. advice: what a
    person can do where rows are lost. harmless: whether most images may be like this in a table that is read well.
    """

    text: str
    done: str
    advice: str
    harmless: bool = False


LEAVE_OUT = "Leave it out with `crop: {mode: box, box: …}`, or a profile for each size of image."
LOOK = "Look at the debug picture of a rejected row: if strokes of letters are missing, scan without it."

KINDS: dict[str, Kind] = {
    "blank": Kind(
        "there is no ink, or none in the shape of a letter",
        "",
        "Check that the images show the words. Check `crop`. Pencil that is too faint needs a new scan.",
    ),
    "page": Kind(
        "there is a pattern or a whole page, with more pieces of ink than a word has",
        "",
        "Crop the images to the word, or set `crop: {mode: box, box: …}`.",
    ),
    "tiny": Kind(
        "the letters are less than 8 pixels high", "", "Scan with a higher resolution: 20 pixels and more.", True
    ),
    "joined": Kind(
        "letters are joined", "", "Letters that touch often are lost. More rows help, if most letters are apart.", True
    ),
    "lines": Kind(
        "there are several lines of writing or print",
        "",
        "If the word is always in the same place, set `crop: {mode: box, box: …}`.",
        True,
    ),
    "print": Kind("there is print of the same kind", "left out", LEAVE_OUT, True),
    "grid": Kind("the word is on squared paper", "removed", LOOK),
    "frame": Kind("a frame is around the word", "removed", LEAVE_OUT),
    "line": Kind("a line crosses the word or runs along it", "removed", LOOK),
    "dots": Kind("there is a dotted line", "removed", LOOK),
    "inverted": Kind("the ink is lighter than the paper", "inverted", ""),
    "evened": Kind("the light is uneven", "evened", "Scan the pages, or photograph them in even light, if you can."),
    "stretched": Kind("the ink is pale or the paper dark", "contrast raised", "Scan with more contrast, if you can."),
    "colour": Kind("there is ink of several colours", "told apart", ""),
}
"""Kind -> what is said of it, the worst first."""

CONNECTED_WRITING = Kind(
    "letters are joined: this looks like connected writing",
    "",
    "No setting helps. Lettermill needs letters written apart; for connected writing, use a system that recognises "
    "whole lines.",
)


class Diagnosis(NamedTuple):
    """kind: of ``KINDS``, or one of the others above. share: of the images. text: what was found. advice: what helps;
    empty if nothing need be done."""

    kind: str
    share: float
    text: str
    advice: str


class Counts(NamedTuple):
    """found: kind -> images. images: their number. longer: the number of those of longer words, of which alone
    ``joined`` is counted."""

    found: Mapping[str, int]
    images: int
    longer: int


def counted_kinds(letters: int, kinds: Collection[str]) -> list[str]:
    """Those of ``kinds`` that tell something of an image with so many letters."""
    return [kind for kind in dict.fromkeys(kinds) if kind != "joined" or letters >= LONGER]


def count_findings(rows: Collection[tuple[int, Collection[str]]]) -> Counts:
    """rows: (number of letters, kinds) of each image."""
    found: Counter[str] = Counter()
    for letters, kinds in rows:
        if kinds:
            found.update(counted_kinds(letters, kinds))
    return Counts(found, len(rows), sum(letters >= LONGER for letters, _ in rows))


def diagnose(counts: Counts, lost: int | None, printed: float = 0.0) -> list[Diagnosis]:
    """What is like this in at least ``MENTIONED`` of the images, the worst first.

    lost: number of these images that give no letter, None before a run. What is no harm in itself, and what to do, is
    only said if they are many. printed: share of the images with print that recurs.
    """
    harmed = lost is None or lost >= MENTIONED * max(counts.images, 1)
    found = []
    for name, kind in KINDS.items():
        of = counts.longer if name == "joined" else counts.images
        share = printed if name == "print" else counts.found.get(name, 0) / max(of, 1)
        if share < MENTIONED or (kind.harmless and not harmed):
            continue
        said = CONNECTED_WRITING if name == "joined" and share >= CONNECTED else kind
        helps = harmed and not (lost is None and said.done)  # before a run, it is not known whether the rest is lost
        found.append(Diagnosis(name, share, _text(said, name, share), said.advice if helps else ""))
    return found


def _text(kind: Kind, name: str, share: float) -> str:
    of = f"words of {LONGER} letters and more" if name == "joined" else "images"
    done = f" ({kind.done})" if kind.done else ""
    head, colon, rest = kind.text.partition(":")
    return f"{head} in {_percent(share)} of the {of}{done}{colon}{rest}"


def _percent(share: float) -> str:
    return "all" if share == 1 else f"{max(1, min(99, round(100 * share)))} %"


def nothing_learnt(words: int, fitting: int, letters: int, needed: int, others: Sequence[Diagnosis]) -> Diagnosis:
    """That no recogniser could be trained, and why.

    words: number that was looked at. fitting, letters: number of those whose boxes fit their transcriptions, and of
    their letters. needed: number of letters needed. others: what else was found.
    """
    fit = f"{letters:,} letters of {fitting:,} words fit their transcriptions"
    text = f"only {fit}, and {needed:,} are needed to learn from"
    if letters >= needed:
        text = f"{fit}, but they are of too few classes, or letters of the same class do not look alike"
    share = fitting / max(words, 1)
    if any(other.kind == "joined" and other.share >= CONNECTED for other in others):
        return Diagnosis(LEARNING, 1 - share, text, "")
    if letters >= needed:
        advice = "Compare some images with their transcriptions, and `alphabet` with the letters drawn."
    elif share >= MENTIONED:
        advice = f"Add rows: about {_round(words * 1.5 * needed / max(letters, 1))} like these are enough."
    else:
        advice = "Add rows, if the images are right. `method: histogram` delivers the words that fit, unchecked."
    return Diagnosis(LEARNING, 1 - share, text, f"{advice} Then train again with `-R learn`.")


WITHHELD = "They are not delivered."
"""Of rows that are withheld, in an advice."""

ACCEPT = "If they are right, set `accept_contradicted: true`."


def moved(by: int, rows: int, of: int, first: str, last: str, withheld: bool = False) -> Diagnosis:
    """That the transcriptions of ``rows`` of ``of`` rows, from ``first`` to ``last``, belong to the images ``by`` rows
    above (negative: below). withheld: whether these rows are withheld."""
    where = "all rows" if rows >= of else f"{rows:,} rows, from {first} to {last},"
    far = f"{abs(by)} row{'s' * (abs(by) > 1)} {'above' if by > 0 else 'below'}"
    text = f"the transcriptions of {where} seem to belong to the images {far}"
    advice = "Move the column back in the table, and run again."
    return Diagnosis(MOVED, rows / of, text, f"{WITHHELD} {advice} {ACCEPT}" if withheld else advice)


def contradicted(suspects: int, of: int, withheld: bool = False) -> Diagnosis:
    """That the ink of ``suspects`` of ``of`` words contradicts their transcriptions. withheld: whether the rows of the
    table are withheld for it."""
    text = f"the ink of {suspects:,} of {of:,} words contradicts the transcription: these may belong to other images"
    advice = "Compare some images with their transcriptions."
    return Diagnosis(CONTRADICTED, suspects / of, text, f"{WITHHELD} {advice} {ACCEPT}" if withheld else advice)


def contradictory_duplicates(images: int, rows: int, of: int) -> Diagnosis:
    """That ``images`` are used by several of ``rows`` rows, of ``of``, with different transcriptions."""
    what = f"{images:,} images of {rows:,} rows have" if images > 1 else f"an image of {rows:,} rows has"
    text = f"{what} several transcriptions, of which one at most is right"
    return Diagnosis(DUPLICATES, rows / of, text, "They are in results/duplicates.csv. Keep the right rows.")


def outgrown(then: int, now: int, of: int) -> Diagnosis:
    """That ``now`` of ``of`` words fit, and the recogniser has learnt from ``then``."""
    text = f"{now:,} words fit their transcriptions now; the recogniser has learnt from {then:,}"
    return Diagnosis(OUTGROWN, now / of, text, "Train again with `-R learn`.")


def _round(number: float) -> str:
    """``number`` rounded up to a multiple of ten."""
    return f"{-10 * (-int(number) // 10):,}"
