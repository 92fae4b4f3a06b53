"""The charts of the report: what the cards of the page show, drawn without a browser."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import htpy as h
from markupsafe import Markup

from modelops_abm import formats
from modelops_abm.app.decide import credit_card, losses, net_value, over_time, team_time
from modelops_abm.app.decide.figures import figures, figures_card
from modelops_abm.app.decide.sentences import headline, progress
from modelops_abm.app.decide.verdict_card import run_state, verdict_card
from modelops_abm.app.drawing.axes import Axis, round_axis
from modelops_abm.app.drawing.cards import Table, card_head
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.drawing.layers import Bands
from modelops_abm.app.export.content import (
    LIMITS,
    Subject,
    assumption_tables,
    assumptions_in_words,
    figures_table,
    provenance,
    set_table,
    state_in_words,
)
from modelops_abm.app.export.svg import (
    Label,
    Panel,
    band,
    chart,
    end_labels,
    flag,
    grid,
    line,
    month_axis,
    plain,
    stacked,
    write,
)
from modelops_abm.app.state.plan import name_of
from modelops_abm.app.theme import icon, stylesheet
from modelops_abm.app.your_data.cards import portfolio_in_words
from modelops_abm.charts.palette import WORK
from modelops_abm.experiments import Comparison
from modelops_abm.formats import number
from modelops_abm.text import visible

_WHOLE, _HALF = 960, 470
_LEFT, _RIGHT, _LABELS = 44.0, 140.0, 100.0


def net_value_chart(comparison: Comparison) -> h.Element:
    """Return the net value so far of plan and baseline, and the difference below it."""
    shown = net_value.net_value(comparison)
    months = shown.plan.months[-1]
    width = _WHOLE - _LEFT - _RIGHT
    upper, lower = (round_axis(extent, 4) for extent in shown.extents)
    above = Panel(_LEFT, 10.0, width, 150.0, months, upper)
    below = Panel(_LEFT, 206.0, width, 100.0, months, lower)
    money = shown.money
    difference = shown.difference
    worth = money.difference(
        difference.mean[-1] * money.size, difference.half_width[-1] * money.size
    )
    return chart(
        _WHOLE,
        336,
        net_value.finding(comparison),
        grid(above, plain(upper.digits)),
        _pair(above, shown.plan, shown.baseline, digits=1),
        write(_LEFT, 184.0, "Plan minus baseline, each future with the same luck", "heading"),
        grid(below, plain(lower.digits, signed=True)),
        _banded(below, difference, "plan"),
        end_labels(below, [Label(difference.mean[-1], f"{worth}{money.short}", "plan")]),
        _payback(below, comparison),
        month_axis(below),
    )


def course_chart(comparison: Comparison, name: over_time.Name) -> h.Element:
    """Return the course of an outcome, with and without the plan."""
    shown = over_time.over_time(comparison, name)
    axis = round_axis(shown.extent, 4)
    width = _HALF - _LEFT - _LABELS
    panel = Panel(_LEFT, 10.0, width, 130.0, shown.plan.months[-1], axis)
    return chart(
        _HALF,
        170,
        over_time.finding(shown),
        grid(panel, plain(axis.digits)),
        _pair(panel, shown.plan, shown.baseline, digits=shown.digits),
        month_axis(panel),
    )


def team_time_chart(comparison: Comparison) -> h.Element:
    """Return the shares of the team's time with the plan, from repair at the bottom up."""
    shown = team_time.team_time(comparison)
    axis = Axis(0.0, 100.0, (0.0, 50.0, 100.0))
    panel = Panel(_LEFT, 10.0, _HALF - _LEFT - 30.0, 180.0, shown.months[-1], axis)
    parts = ((f"work-{kind}", values) for kind, values in shown.shares.items())
    return chart(
        _HALF,
        220,
        team_time.finding(shown),
        grid(panel, plain(0)),
        stacked(panel, shown.months, parts),
        month_axis(panel),
    )


def _pair(panel: Panel, plan: Bands, baseline: Bands, digits: int) -> list[h.Element]:
    """Return plan and baseline, each with what may happen and how well the average is known."""
    ends = [
        Label(bands.mean[-1], f"{name} {formats.number(bands.mean[-1], digits)}", css_class)
        for name, css_class, bands in (("Plan", "plan", plan), ("Baseline", "base", baseline))
        if math.isfinite(bands.mean[-1])
    ]
    return [
        *_banded(panel, baseline, "base"),
        *_banded(panel, plan, "plan"),
        *end_labels(panel, ends),
    ]


def _banded(panel: Panel, bands: Bands, css_class: str) -> list[h.Element]:
    average = bands.mean - bands.half_width, bands.mean + bands.half_width
    return [
        band(panel, bands.months, bands.low, bands.high, f"futures {css_class}"),
        band(panel, bands.months, *average, f"average {css_class}"),
        line(panel, bands.months, bands.mean, css_class),
    ]


def _payback(panel: Panel, comparison: Comparison) -> list[h.Element]:
    mark = net_value.payback_mark(comparison)
    return [] if mark is None else flag(panel, *mark)


# --------------------------------------------------------------------------------------
# The report: one HTML file that needs nothing else, reads like the page and prints.


_NOTHING_LOADED = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""Whatever names a visitor's files hold, the report runs no script and loads nothing."""


def report(subject: Subject) -> bytes:
    """Return the report as a file."""
    title = headline(subject.comparison).text
    document = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(http_equiv="Content-Security-Policy", content=_NOTHING_LOADED),
            h.meta(name="viewport", content="width=device-width"),
            h.title[title],
            h.style[Markup(_style())],
        ],
        h.body[h.main(".modelops.report")[_content(subject)]],
    ]
    return visible(str(document)).encode()


@cache
def _style() -> str:
    own = Path(__file__).with_name("report.css").read_text("utf-8")
    return f"{stylesheet('base', 'decide_main')}\n{own}"


def _content(subject: Subject) -> h.Fragment:
    scenario = subject.comparison.plan.scenario
    return h.fragment[
        _top(subject),
        h.div(".verdict-place")[
            verdict_card(subject.answer, subject.credit),
            run_state(progress(subject.answer, is_superseded=False)),
        ],
        figures_card(figures(subject.comparison)),
        _net_value(subject),
        h.div(".two")[
            h.div(".column")[_course(subject, "availability"), _course(subject, "users")],
            _team_time(subject),
        ],
        h.div(".two")[_losses(subject), _credit(subject)],
        _section("What this plan sets", _table(set_table(scenario))),
        _section("All figures", _table(figures_table(subject)), state_in_words(subject)),
        _section(
            "Assumptions and their sources",
            [_titled(table) for table in assumption_tables(scenario)],
            assumptions_in_words(subject),
        ),
        _section("What this cannot tell", h.ul[(h.li[limit] for limit in LIMITS)]),
        _section("How to get the same figures", _provenance(subject)),
    ]


def _top(subject: Subject) -> h.Element:
    scenario = subject.comparison.plan.scenario
    portfolio = portfolio_in_words(scenario.imported, scenario.portfolio.initial_models)
    return h.header(".report-top")[
        h.div(".brand")[icon("brand", 22), h.span["ModelOps simulator"]],
        h.p(".label")[
            f"{name_of(subject.plan.start)}{', changed' if subject.plan.changes else ''}."
            f" {portfolio}. {subject.made_on.isoformat()}"
        ],
    ]


def _net_value(subject: Subject) -> h.Element:
    comparison = subject.comparison
    head = card_head("Net value so far", net_value.unit(comparison), net_value.finding(comparison))
    return h.section(".card")[head, net_value_chart(comparison)]


def _course(subject: Subject, name: over_time.Name) -> h.Element:
    shown = over_time.over_time(subject.comparison, name)
    head = card_head(over_time.TITLES[name], shown.unit)
    return h.section(".card")[head, course_chart(subject.comparison, name)]


def _team_time(subject: Subject) -> h.Element:
    shown = team_time.team_time(subject.comparison)
    rows = [
        h.tr[
            h.th(scope="row")[h.span(class_=["swatch", f"work-{kind}"]), WORK[kind].words],
            h.td(".number")[h.strong[number(shown.plan[kind])]],
            h.td(".number")[number(shown.baseline[kind])],
        ]
        for kind in reversed(shown.shares)
    ]
    return h.section(".card")[
        card_head("Team time", "% of developer days", team_time.finding(shown)),
        team_time_chart(subject.comparison),
        h.table(".compact")[
            h.thead[
                h.tr[_spoken_head("Work"), h.th(".number.plan")["plan"], h.th(".number")["base"]]
            ],
            h.tbody[rows],
        ],
    ]


def _losses(subject: Subject) -> h.Element:
    shown = losses.losses(subject.comparison)
    head = card_head(
        "Value lost on the way", losses.unit(subject.comparison), losses.finding(shown)
    )
    return h.section(".card.losses-card")[head, losses.waterfall(shown)]


def _credit(subject: Subject) -> h.Element | None:
    """Return which capability earns what; nothing if it is not known or there is one only."""
    if subject.credit is None or not subject.credit.capabilities:
        return None
    shown = credit_card.shares_of(subject.credit)
    table = credit_card.credit_table(subject.credit)
    intervals = {name: Interval.of(share) for name, share in shown.shares.items()}
    scale = Scale.around(intervals.values())
    rows = [
        h.tr[
            h.th(scope="row")[cells[0]],
            h.td(".marked")[interval_mark(interval, scale)],
            (h.td(".number")[cell] for cell in cells[1:]),
        ]
        for cells, interval in zip(table.rows, intervals.values(), strict=True)
    ]
    heads = (h.th(".number", scope="col")[name] for name in table.columns[1:])
    return h.section(".card")[
        card_head(credit_card.TITLE, table.caption, credit_card.finding(shown)),
        h.table(".compact")[
            h.thead[h.tr[_spoken_head(table.columns[0]), _spoken_head("Range"), heads]],
            h.tbody[rows],
        ],
    ]


def _spoken_head(words: str) -> h.Element:
    """Return the head of a column whose cells say what they are to those who see them."""
    return h.th(scope="col")[h.span(".spoken")[words]]


def _section(title: str, content: h.Node, words: str = "") -> h.Element:
    return h.section(".card")[h.h2[title], words and h.p(".secondary")[words], content]


def _titled(table: Table) -> h.Fragment:
    return h.fragment[h.h3[table.caption], _table(table)]


def _table(table: Table) -> h.Element:
    """Return a table; what looks like a number stands at the right."""
    return h.table(class_=["list", f"columns-{len(table.columns)}"])[
        h.thead[h.tr[(h.th(scope="col")[name] for name in table.columns)]],
        h.tbody[(_row(cells) for cells in table.rows)],
    ]


def _row(cells: Iterable[str]) -> h.Element:
    first, *others = cells
    return h.tr[h.th(scope="row")[first], (h.td[cell] for cell in others)]


def _provenance(subject: Subject) -> h.Fragment:
    entries = provenance(subject)
    return h.fragment[
        h.p(".secondary")[
            "The same version, plan and seed give the same figures: on one machine to the last"
            " digit, on another to about nine digits."
        ],
        h.dl[((h.dt[name], h.dd[_linked(name, words)]) for name, words in entries)],
    ]


def _linked(name: str, words: str) -> h.Node:
    return h.a(href=words)[words] if name == "Link" else words
