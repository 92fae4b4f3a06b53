"""How an organisation works, drawn: the life cycle of its models, and a capability as a stock.

The life cycle has the numbers of the scenario; the work of the developers flows into the stock, and
the table below it says what each capability takes.
"""

from __future__ import annotations

from itertools import pairwise

import htpy as h

from modelops_abm import formats
from modelops_abm.app.drawing.diagrams import arrow, badge, box, frame, words
from modelops_abm.app.theme import icon
from modelops_abm.app.understand.provenance import priority, stated, traced, traced_in_drawing
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.charts.figure import Box
from modelops_abm.core.events import MAINTENANCE, RetirementReason
from modelops_abm.core.outcomes import ISSUE_CAUSES, ISSUES
from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName, Scenario
from modelops_abm.scenario.capabilities import Capabilities, label_of

WIDE, NARROW = 928, 664
"""Widths that it is drawn in."""
_HEIGHT = 206
_WIDE_GAP, _NARROW_GAP = 51.0, 20.0
_BOX_HEIGHT, _LOOP_HEIGHT = 62.0, 62.0
_TOP, _LOOP_TOP = 14.0, 138.0
_ROOM_FOR_REASONS, _ROOM_FOR_CAUSES = 140.0, 190.0
_WORK = {
    "repair": "repair",
    "respond": "answer requests for",
    "retrain": "retrain",
    "capability": "capabilities",
    "deploy": "deployment",
    "build": "new models",
}
"""Classes of work in words."""
_MAINTENANCE = tuple(entry.name.lower() for entry in MAINTENANCE)


def life_cycle(scenario: Scenario) -> h.Fragment:
    """Return the process flow of an organisation, drawn for wide and for narrow pages."""
    return h.fragment[
        h.p(".lead")[_order_in_words(scenario)],
        h.div(".wide")[_flow(scenario, WIDE)],  # the style shows one of the two
        h.div(".narrow")[_flow(scenario, NARROW)],
        h.div(".team")[
            h.span(".people", aria_hidden="true")[(icon("person", 20) for _ in range(3))],
            h.p[h.strong["One team does it all. "], _interruption(scenario)],
        ],
    ]  # fmt: skip


def _order_in_words(scenario: Scenario) -> h.Fragment:
    """Return what the developers do first, and what comes after."""
    # So it is only where maintenance comes first; another order is told as it is.
    order = scenario.priorities
    first = [name for name in order if name in _MAINTENANCE]
    if [*order[: len(first)]] != first:
        return h.fragment["Developers work in this order: ", _numbered(scenario, order), "."]
    return h.fragment[
        "Developers always ",
        _numbered(scenario, order[: len(first)]),
        " models in production first. What is left goes to ",
        _numbered(scenario, order[len(first) :]),
        ". So more maintenance leaves less time for new models.",
    ]


def _numbered(scenario: Scenario, classes: tuple[str, ...]) -> h.Fragment:
    """Return classes of work with their numbers: repair (#1) and retrain (#2)."""
    parts: list[h.Node] = []
    for place, name in enumerate(classes):
        if place:
            parts.append(" and " if place == len(classes) - 1 else ", ")
        parts += [f"{_WORK[name]} (", traced(*priority(scenario, name)), ")"]
    return h.fragment[parts]


def _interruption(scenario: Scenario) -> str:
    if scenario.team.preemption == "maintenance":
        return (
            "Maintenance interrupts lower work at once, which keeps its progress and waits."
            " Whoever is free and has the lowest number takes the next task."
        )
    return (
        "Maintenance goes first in line, but waits until somebody is done."
        " Whoever is free and has the lowest number takes the next task."
    )


def _flow(scenario: Scenario, width: int) -> h.Element:
    gap = _WIDE_GAP if width == WIDE else _NARROW_GAP
    size = (width - 4.0 * gap - 4.0) / 5.0
    stages = [Box(2.0 + n * (size + gap), _TOP, size, _BOX_HEIGHT) for n in range(5)]
    production = stages[3]
    loop = min(194.0, 0.245 * width)
    interval = _of(scenario, "retraining.interval_days")
    retrained = h.fragment["every ", interval, " days, or drift"]
    repair = Box(production.middle - loop - 8.0, _LOOP_TOP, loop, _LOOP_HEIGHT)
    retraining = Box(production.middle + 8.0, _LOOP_TOP, loop, _LOOP_HEIGHT)
    return h.svg(
        ".flow",
        viewBox=f"0 0 {width} {_HEIGHT}",
        role="img",
        aria_label=(
            "Ideas wait in a backlog, are built, deployed, serve in production and are retired."
            " From production they go to repair and to retraining, and come back."
        ),
    )[
        (
            arrow([(one.right + 3.0, one.centre), (other.left - 3.0, other.centre)])
            for one, other in pairwise(stages)
        ),
        _loop(production, repair, -1.0, "issue"),
        _loop(production, retraining, 1.0, "retraining"),
        _stages(scenario, stages),
        box(repair, "Repair issues", *_causes(scenario, loop), tone="issue"),
        box(retraining, "Conduct retraining", retrained, tone="retraining"),
        _badge(scenario, stages[1], "build"),
        _badge(scenario, stages[2], "deploy"),
        _badge(scenario, repair, "repair"),
        _badge(scenario, retraining, "retrain"),
    ]  # fmt: skip


def _stages(scenario: Scenario, stages: list[Box]) -> h.Fragment:
    idea, build, deployment, production, retired = stages
    return h.fragment[
        box(idea, "Idea backlog", h.fragment[_of(scenario, "portfolio.ideas_per_year"), " a year"]),
        box(build, "Build", _effort(scenario, "model.build_effort_days", build.width)),
        box(
            deployment,
            "Deployment",
            _effort(scenario, "model.deployment_effort_days", deployment.width),
        ),
        box(production, "In production", "online, earning", tone="online"),
        box(retired, "Retired", *_reasons(retired.width)),
    ]


def _reasons(width: float) -> tuple[str, ...]:
    """Return why models retire, or how many reasons there are if there is no room for words."""
    reasons = [reason.name.lower() for reason in RetirementReason]
    if width < _ROOM_FOR_REASONS:
        return (f"{formats.count_in_words(len(reasons))} reasons",)
    half = len(reasons) // 2
    return f"{', '.join(reasons[:half])},", f"{', '.join(reasons[half:-1])} or {reasons[-1]}"


def _of(scenario: Scenario, name: str) -> h.Element:
    return traced_in_drawing(*stated(scenario, name))


def _effort(scenario: Scenario, name: str, width: float) -> h.Fragment:
    unit = "dev-days" if width < _ROOM_FOR_REASONS else "developer-days"
    return h.fragment[_of(scenario, name), f" {unit}"]


def _causes(scenario: Scenario, width: float) -> tuple[str, ...]:
    """Return what takes a model offline in this scenario; how many things if there is no room."""
    has_sources = scenario.incidents.shared_sources > 0
    causes = [name for name in ISSUE_CAUSES if has_sources or name != "shared"]
    if width < _ROOM_FOR_CAUSES:
        return (f"{formats.count_in_words(len(causes))} causes",)
    if len(causes) == len(ISSUES):
        return (", ".join(causes),)
    half = len(causes) // 2
    return f"{', '.join(causes[:half])},", ", ".join(causes[half:])


def _badge(scenario: Scenario, place: Box, task_class: str) -> h.Element:
    return badge(place.right - 20.0, place.top, traced_in_drawing(*priority(scenario, task_class)))


def _loop(production: Box, work: Box, side: float, tone: str) -> h.Fragment:
    """Return the way to maintenance and back, left (-1) or right (1) of the middle."""
    inner, outer = production.middle + side * 14.0, production.middle + side * 44.0
    entry, leave = work.middle - side * 26.0, work.middle + side * 26.0
    low, lower = production.bottom + 20.0, production.bottom + 40.0
    top, bottom = production.bottom + 3.0, work.top - 3.0
    return h.fragment[
        arrow([(inner, top), (inner, lower), (entry, lower), (entry, bottom)], tone=tone),
        arrow([(leave, bottom), (leave, low), (outer, low), (outer, top)], tone=tone),
    ]


# --------------------------------------------------------------------------------------
# A capability as a stock that the developers' work raises, and what each takes.


WIDTH, HEIGHT = 445, 214
_DEVELOPERS = Box(1, 62, 96, 56)
_STOCK = Box(206, 22, 86, 134)
_ROUND = 8.0
_CHOSEN, _BUILT = 0.8, 0.55
"""Levels in the drawing, as a picture of what they mean."""
_COLUMNS = {
    "Work, developer-days": ("effort_days", "effort_per_model_days"),
    "Capital, $": ("capital_cost", "capital_per_model"),
    "Upkeep, $ a year": ("upkeep_per_year", "upkeep_per_model_year"),
}
"""What a full level takes: the part that is fixed, and the part for each model in production."""


def stock(scenario: Scenario, capability: CapabilityName = "automation") -> h.Element:
    """Return the drawing of one capability as a stock."""
    centre = _DEVELOPERS.centre
    chosen = _STOCK.bottom - _CHOSEN * _STOCK.height
    built = _STOCK.bottom - _BUILT * _STOCK.height
    return h.svg(
        ".stock-drawing",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_label=(
            "The work of developers flows into a stock. Its level rises until the level that was"
            " chosen, and what the capability does follows from the level that is built."
        ),
    )[
        h.path(".pipe", d=f"M{_DEVELOPERS.right + 4} {centre}H{_STOCK.left - 4}"),
        h.path(".valve", d=f"M140 {centre - 9}v18l22 -18v18z"),
        words(151, centre - 18, "rate"),
        box(
            _DEVELOPERS,
            "Developers",
            h.fragment[traced_in_drawing(*priority(scenario, "capability")), " work"],
        ),
        words(_STOCK.middle, 14, h.tspan(".name")[label_of(capability)]),
        h.g(".stock")[
            frame(_STOCK, _ROUND),
            h.path(".full", d=_below(built)),
            h.path(".chosen", d=f"M{_STOCK.left - 8} {chosen}H{_STOCK.right + 12}"),
        ],
        words(_STOCK.right + 16, chosen + 4, "level you choose", anchor="start"),
        words(
            _STOCK.right + 16, built + 14, h.tspan(".built")["level built"], anchor="start"
        ),
        arrow([(_STOCK.middle, _STOCK.bottom + 4), (_STOCK.middle, _STOCK.bottom + 26)]),
        words(_STOCK.middle, _STOCK.bottom + 43, "what it does, by the level built"),
    ]  # fmt: skip


def _below(top: float) -> str:
    """Return the part of the stock that is built, with its round lower corners."""
    low, across = _STOCK.bottom - _ROUND, _STOCK.width - 2.0 * _ROUND
    return (
        f"M{_STOCK.left:g} {top:.1f}V{low:g}q0 {_ROUND:g} {_ROUND:g} {_ROUND:g}h{across:g}"
        f"q{_ROUND:g} 0 {_ROUND:g} -{_ROUND:g}V{top:.1f}z"
    )


def takes(scenario: Scenario) -> h.Element:
    """Return what each capability takes for a full level, as a table."""
    return scroll_region(
        "What each capability takes",
        h.table[
            h.thead[
                h.tr[
                    h.th(scope="col")["Full level of"],
                    h.th(scope="col")["What it is"],
                    (h.th(".number", scope="col")[heading] for heading in _COLUMNS),
                ]
            ],
            h.tbody[(_row(scenario, name) for name in CAPABILITY_NAMES)],
        ],
        ".scrolls",
    )


def _row(scenario: Scenario, name: CapabilityName) -> h.Element:
    meaning = Capabilities.model_fields[name].description or ""
    return h.tr[
        h.th(scope="row")[label_of(name)],
        h.td[meaning.rstrip(".")],
        (
            h.td(".number")[_parts(scenario, f"capabilities.{name}", *parts)]
            for parts in _COLUMNS.values()
        ),
    ]


def _parts(scenario: Scenario, prefix: str, fixed: str, per_model: str) -> h.Fragment:
    first, second = (stated(scenario, f"{prefix}.{part}") for part in (fixed, per_model))
    return h.fragment[traced(*first), " + ", traced(*second), " a model"]
