"""What the checks of the simulator found, and what each capability was measured to change.

`tests/verification/record.py` records both in `verification.json`; every run of the tests compares
itself with it. Nothing here is computed again: the page shows what the tests hold. After the record
comes what has been checked, theory beside simulation, and then the effects, expected and measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import htpy as h

from modelops_abm import formats
from modelops_abm.app.understand.provenance import traced
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.experiments.expectations import (
    CONDITIONS,
    EFFECT_KINDS,
    EXPECTATIONS,
    MODELS,
    Direction,
    EffectKind,
    Expectation,
)
from modelops_abm.scenario import CapabilityName
from modelops_abm.scenario.capabilities import label_of

LEVEL = 0.95
"""Of the intervals that are recorded."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    check
        Its name.
    kind
        What was compared: ``mean``, ``count``, ``share``, ``distribution`` (the largest distance of
        two distribution functions), ``dispersion`` (variance by mean), ``exact`` (the largest
        relative error), ``sign`` (a mean that should be above 0).
    theory, found
        What theory says, and what the simulator gave.
    half_width
        Half the 95 % interval; of ``exact`` the error that is permitted.
    p_value
        How often a correct simulator is at least so far from theory.
    n
        Independent samples; numbers compared if exact.
    """

    check: str
    kind: str
    theory: float
    found: float
    half_width: float
    p_value: float
    n: int

    @property
    def is_statistical(self) -> bool:
        """Whether it has a theoretical value around which chance spreads what is found."""
        return self.kind not in ("exact", "sign")

    @property
    def is_within(self) -> bool:
        """Whether it lies where 95 of 100 findings of a correct simulator do."""
        return not self.is_statistical or self.p_value >= 1.0 - LEVEL


@dataclass(frozen=True, slots=True)
class Group:
    """The findings of one theory.

    Attributes
    ----------
    file
        Name of the file of its tests.
    title
        The theory in words.
    findings
        What its checks found.
    """

    file: str
    title: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class MeasuredEffect:
    """What a capability at its full level changed in paired runs.

    Attributes
    ----------
    capability, measure
        What changed what.
    without
        The mean without the capability.
    change, half_width
        The mean difference that it makes, and half its 95 % interval.
    n
        Pairs of runs.
    """

    capability: str
    measure: str
    without: float
    change: float
    half_width: float
    n: int

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out zero."""
        return abs(self.change) > self.half_width


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is recorded.

    Attributes
    ----------
    version
        Of the package that was checked.
    groups
        The checks against theory.
    effects
        By capability and measure.
    """

    version: str
    groups: tuple[Group, ...]
    effects: dict[tuple[str, str], MeasuredEffect]

    def findings(self) -> Iterator[Finding]:
        """Return the findings of all groups."""
        return (finding for group in self.groups for finding in group.findings)


@cache
def record() -> Record:
    """Return what is recorded."""
    text = files(__package__).joinpath("verification.json").read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    effects = (MeasuredEffect(**entry) for entry in content["effects"])
    return Record(
        content["version"],
        tuple(_group(entry) for entry in content["groups"]),
        {(effect.capability, effect.measure): effect for effect in effects},
    )


def _group(entry: dict[str, Any]) -> Group:
    found = tuple(Finding(**finding) for finding in entry["findings"])
    return Group(entry["file"], entry["title"], found)


# --------------------------------------------------------------------------------------
# What has been checked: theory beside what was simulated.


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
        " that chance spreads around theory, ",
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
        (_verified_group(group, place) for place, group in enumerate(record.groups)),
    ]


def _verified_group(group: Group, place: int) -> h.Element:
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
    # More digits than the interval allows would claim what the check has not found.
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


def level() -> h.Fragment:
    """Return the level of the intervals that are recorded: 95 %."""
    return h.fragment[
        traced("record:level", formats.number(100.0 * LEVEL)), f"{formats.NARROW_SPACE}%"
    ]


# --------------------------------------------------------------------------------------
# What each capability is expected to change, beside what it was measured to change.


_ROUNDING = 1e-12
"""A change smaller than this part of the value is rounding."""


def conditions(record: Record) -> h.Fragment:
    """Return in words what was run."""
    (pairs,) = {effect.n for effect in record.effects.values()}  # the same for all, or it fails
    return h.fragment[
        "Measured with ",
        traced("conditions:models", str(MODELS)),
        " models and ",
        traced("conditions:team.developers", str(CONDITIONS["team.developers"])),
        " developers over ",
        traced("conditions:horizon_days", str(CONDITIONS["horizon_days"])),
        " days, all else as assumed: each capability at its full level from the first day, against"
        " none, in ",
        traced("record:pairs", str(pairs)),
        " pairs of runs with common random numbers, in per cent and with the ",
        level(),
        " interval of the average. Users and use follow from time served and power; nothing here"
        " is written in as a worth.",
    ]


def effects_table(record: Record) -> h.Element:
    """Return the table of effects: expected in words, measured in per cent."""
    return scroll_region(
        "What each capability changes",
        h.table(".effects")[
            h.thead[
                h.tr[
                    h.th(scope="col")["Capability"],
                    (h.th(scope="col", title=kind.meaning)[kind.words] for kind in EFFECT_KINDS),
                ]
            ],
            h.tbody[(_row(record, name) for name in EXPECTATIONS)],
        ],
        ".scrolls",
    )


def _row(record: Record, capability: CapabilityName) -> h.Element:
    marks = effect_marks(record, capability)
    return h.tr[
        h.th(scope="row")[label_of(capability)],
        (
            _cell(record, capability, kind, mark)
            for kind, mark in zip(EFFECT_KINDS, marks, strict=True)
        ),
    ]


def _cell(record: Record, capability: CapabilityName, kind: EffectKind, mark: Mark) -> h.Element:
    expected = EXPECTATIONS[capability].get(kind.name)
    measures = _measures(kind, expected)
    return h.td(data_label=kind.words)[
        h.span(class_=f"mark {mark.tone}", aria_hidden="true")[mark.sign],
        h.span(class_="expected" if expected else "expected none")[
            expected.words if expected else "nothing expected"
        ],
        (h.span(".measured")[_measured(record, capability, each, kind)] for each in measures),
    ]


def _measures(kind: EffectKind, expected: Expectation | None) -> tuple[str, ...]:
    """Return what is shown: the measure of the column, and before it what is expected instead."""
    if expected is None or kind.measure in expected.directions:
        return (kind.measure,)
    return (next(iter(expected.directions)), kind.measure)


class Mark(NamedTuple):
    """The mark of an effect, what it means (``earns``, ``costs``, ``untold``), and its words."""

    sign: str
    tone: str
    words: str


def effect_marks(record: Record, capability: CapabilityName) -> Iterator[Mark]:
    """Yield the mark of each kind of effect of a capability, in the order of `EFFECT_KINDS`."""
    for kind in EFFECT_KINDS:
        expected = EXPECTATIONS[capability].get(kind.name)
        # What is expected instead of the column's own measure decides: that is the claim.
        effect = record.effects[capability, _measures(kind, expected)[0]]
        # Filled is what was expected, hollow what was not: what we did not foresee is shown.
        if _is_nothing(effect) or not effect.is_told:
            yield Mark("○", "untold", "can't tell")
            continue
        rises = effect.change > 0.0
        tone = "earns" if rises == (kind.better is Direction.MORE) else "costs"
        signs = ("▼▲" if expected else "▽△")[rises]
        yield Mark(signs, tone, "more" if rises else "less")


def _is_nothing(effect: MeasuredEffect) -> bool:
    return abs(effect.change) + effect.half_width <= _ROUNDING * abs(effect.without)


def _measured(
    record: Record, capability: CapabilityName, measure: str, kind: EffectKind
) -> h.Fragment:
    """Return the change of a measure in per cent of what it is without the capability."""
    effect = record.effects[capability, measure]
    what = measure.removeprefix(f"{kind.measure}, ")
    named = "" if measure == kind.measure else f"{what}: "
    if _is_nothing(effect):
        return h.fragment[named, "unchanged in every pair"]
    change = 100.0 * effect.change / effect.without
    half_width = 100.0 * effect.half_width / abs(effect.without)
    digits = formats.digits_of(half_width)
    origin = f"effect:{capability}:{measure}"
    return h.fragment[
        named,
        h.span(".amount")[
            traced(f"{origin}:change", formats.number(change, digits, signed=True)),
            " ± ",
            traced(f"{origin}:half_width", formats.number(half_width, digits)),
            f"{formats.NARROW_SPACE}%",
        ],
        "" if effect.is_told else ", can't tell",
    ]


def legend() -> h.Element:
    """Return what the marks mean."""
    marks = {
        "▲ ▼": "expected and measured",
        "△ ▽": "measured, though nothing was expected",
        "○": "nothing, or cannot be told from nothing",
    }
    return h.ul(".legend")[(h.li[h.span[mark], f" {words}"] for mark, words in marks.items())]
