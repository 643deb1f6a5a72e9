"""Lines of a table of corrections that are the same, or contradict each other."""

from collections.abc import Iterable, Sequence

from lettermill.corrections.correction import CONFLICT, OF_ROWS, UNNEEDED, Correction
from lettermill.records.schemas import CorrectionOutcome


def resolve_conflicts(lines: Sequence[CorrectionOutcome]) -> list[CorrectionOutcome]:
    """``lines`` with the outcomes of duplicates (the first line counts) and of contradictions. None of the lines that
    contradict each other is applied: otherwise the order of the lines would decide."""
    result = {line.line: line for line in lines}
    first: dict[Correction, int] = {}
    for line in lines:
        if line.outcome:
            continue
        same = first.setdefault(correction_of(line), line.line)
        if same != line.line:
            result[line.line] = line._replace(outcome=UNNEEDED, detail=f"the same as line {same}")
    groups: dict[tuple[str, str], list[Correction]] = {}
    for correction in first:
        groups.setdefault((correction.row_id, correction.position), []).append(correction)
    for group in groups.values():
        for part in _related(group) if len(group) > 1 else ():
            if _contradict(part):
                numbers = sorted(first[correction] for correction in part)
                for number in numbers:
                    others = ", ".join(str(other) for other in numbers if other != number)
                    detail = f"contradicts line {others}: keep one of them"
                    result[number] = result[number]._replace(outcome=CONFLICT, detail=detail)
    return list(result.values())


def correction_of(line: CorrectionOutcome) -> Correction:
    """The correction on a line."""
    return Correction(*line.correction)


def _related(group: Sequence[Correction]) -> Iterable[list[Correction]]:
    """The lines of one letter or row, in groups that may fit at the same time.

    Lines with different labels were written at different times: at most one label is that of the letter. But a line
    with the label that another line gives to the letter belongs to that line.
    """
    if group[0].action in OF_ROWS:
        return [list(group)]
    parts: list[tuple[set[str], list[Correction]]] = []
    for correction in group:
        labels, members = {correction.label}, [correction]
        if correction.action == "relabel":
            labels.add(correction.value)
        for part in [part for part in parts if part[0] & labels]:
            parts.remove(part)
            labels |= part[0]
            members = part[1] + members
        parts.append((labels, members))
    return [members for _, members in parts]


def _contradict(lines: Sequence[Correction]) -> bool:
    actions = {line.action for line in lines}
    if actions & {"reject", "exclude"}:
        return len(actions) > 1
    if "transcription" in actions:
        return len({line.value for line in lines}) > 1
    labels = {line.value for line in lines if line.action == "relabel"}
    labels |= {line.label for line in lines if line.action == "accept"}
    boxes = {line.value for line in lines if line.action == "box"}
    boxes = boxes or {line.box for line in lines if line.box}
    return len(labels) > 1 or len(boxes) > 1
