"""What has been checked: theory beside what was simulated, as it was recorded."""

from __future__ import annotations

import htpy as h

from modelops_abm import formats
from modelops_abm.app.understand.origins import level, traced
from modelops_abm.app.understand.record import LEVEL, Finding, Group, Record

_SCIENTIFIC = 1e-3
"""Errors below this are written with an exponent."""


def in_short(record: Record) -> h.Fragment:
    """Return how many checks there are, and how many of them lie where they should."""
    spread = [finding for finding in record.findings() if finding.is_statistical]
    within = sum(finding.is_within for finding in spread)
    return h.fragment[
        "Parts of the simulator have exact answers in the literature. Its tests compare them in ",
        traced("record:checks", formats.number(len(list(record.findings())))),
        " checks, whose seeds follow from their names; all agree. Of the ",
        traced("record:spread", formats.number(len(spread))),
        " that luck spreads around theory, ",
        traced("record:within", formats.number(within)),
        " lie within the ",
        level(),
        " interval; a correct simulator has about ",
        traced("record:expected", formats.number(LEVEL * len(spread))),
        ". Recorded with version ",
        traced("record:version", record.version),
        "; the tests fail if they find anything else.",
    ]


def verified(record: Record) -> h.Element:
    """Return the checks by theory; the first of each in sight, the others folded."""
    return h.div(".checks")[
        h.div(".check.head", aria_hidden="true")[
            (h.span[heading] for heading in ("Check", "Theory", "Simulated", ""))
        ],
        (_group(group, place) for place, group in enumerate(record.groups)),
    ]


def _group(group: Group, place: int) -> h.Element:
    first, *others = (
        _Line(finding, f"record:groups/{place}/findings/{number}")
        for number, finding in enumerate(group.findings)
    )
    title = h.strong(data_from=f"record:groups/{place}/title")[group.title]
    if not others:
        return h.div(".only", data_key=group.file)[_line(first, title)]
    return h.details(".fold", data_key=group.file)[
        h.summary[_line(first, title, more=len(others), path=f"count:more:{place}")],
        (_line(other) for other in others),
    ]


class _Line:
    """A finding, and where it stands in the record."""

    def __init__(self, finding: Finding, path: str) -> None:
        self.finding, self.path = finding, path

    def part(self, name: str, text: str) -> h.Element:
        """Return a field of the finding with its origin."""
        return traced(f"{self.path}/{name}", text)


def _line(line: _Line, title: h.Node = None, *, more: int = 0, path: str = "") -> h.Element:
    check = line.part("check", line.finding.check.replace("_", " "))
    return h.div(".check")[
        h.span(".what")[title, h.span(class_={"label": title is not None})[check]],
        h.span(".theory")[_theory(line)],
        h.span(".found")[_found(line)],
        h.span(".agrees")[
            h.strong(".earns")["agrees"],
            not line.finding.is_within and h.span(".label")["outside ", level()],
            more > 0 and h.span(".label")["and ", traced(path, str(more)), " more"],
        ],
    ]  # fmt: skip


def _theory(line: _Line) -> h.Node:
    finding = line.finding
    match finding.kind:
        case "exact":
            return "exact"
        case "sign":
            return "above zero"
        case "distribution":
            return "the same distribution"
        case _:
            return h.fragment[line.part("theory", _number(finding, finding.theory)), _unit(finding)]


def _found(line: _Line) -> h.Fragment:
    finding = line.finding
    match finding.kind:
        case "exact":
            error = line.part("found", _error(finding.found))
            numbers = line.part("n", formats.number(finding.n))
            return h.fragment["largest error ", error, " of ", numbers, " numbers"]
        case "distribution":
            apart = line.part("found", _number(finding, finding.found))
            bound = line.part("half_width", _number(finding, finding.half_width))
            return h.fragment["largest distance ", apart, ", ", level(), " below ", bound]
    return h.fragment[
        line.part("found", _number(finding, finding.found)),
        " ± ",
        line.part("half_width", _number(finding, finding.half_width)),
        _unit(finding),
    ]  # fmt: skip


def _number(finding: Finding, value: float) -> str:
    """Return a number with as many digits as are known of what was found; none of zero."""
    scale = 100.0 if finding.kind == "share" else 1.0
    if value == 0.0:
        return formats.number(0.0)
    return formats.number(scale * value, formats.digits_of(scale * finding.half_width))


def _unit(finding: Finding) -> str:
    return f"{formats.NARROW_SPACE}%" if finding.kind == "share" else ""


def _error(value: float) -> str:
    if value == 0.0:
        return formats.number(0.0)
    return f"{value:.0e}" if value < _SCIENTIFIC else formats.number(value, 4)
