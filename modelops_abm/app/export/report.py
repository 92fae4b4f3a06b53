"""The report: one HTML file that needs nothing else, reads like the page and prints."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

import htpy as h
from markupsafe import Markup

from modelops_abm.app.decide import advice_card, credit_card
from modelops_abm.app.decide.figures import figures, figures_card
from modelops_abm.app.decide.organisations_card import organisations
from modelops_abm.app.decide.sentences import headline, progress
from modelops_abm.app.decide.verdict_card import mark_key, run_state, verdict_card
from modelops_abm.app.drawing.cards import card_head, losses_rows
from modelops_abm.app.drawing.interval_mark import Scale, hatching, interval_mark
from modelops_abm.app.export.content import (
    Subject,
    assumption_tables,
    assumptions_in_words,
    figures_table,
    limits,
    provenance,
    published_table,
    set_table,
    state_in_words,
)
from modelops_abm.app.organisation.file_cards import portfolio_in_words
from modelops_abm.app.state.belief import belief_of
from modelops_abm.app.state.plan import name_of
from modelops_abm.app.theme import icon, stylesheet
from modelops_abm.charts.comparison import (
    Course,
    course,
    losses_of_plan,
    net_value,
    team_time_of_plan,
)
from modelops_abm.charts.figure import Figure, Table
from modelops_abm.charts.palette import css
from modelops_abm.charts.svg import chart
from modelops_abm.text import visible

_WHOLE, _HALF = 960.0, 470.0
"""Widths of a card, in pixels."""
_NOTHING_LOADED = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""Whatever names a visitor's files hold, the report runs no script and loads nothing."""


def report(subject: Subject) -> bytes:
    """Return the report as a file."""
    title = headline(subject.comparison, subject.over).text
    document = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(http_equiv="Content-Security-Policy", content=_NOTHING_LOADED),
            h.meta(name="viewport", content="width=device-width"),
            h.title[title],
            h.style[Markup(_style())],
        ],
        h.body[hatching(), h.main(".modelops.report")[_content(subject)]],
    ]
    return visible(str(document)).encode()


@cache
def _style() -> str:
    own = Path(__file__).with_name("report.css").read_text("utf-8")
    return f"{stylesheet('base', 'decide_main', 'advice')}\n{own}"


def _content(subject: Subject) -> h.Fragment:
    scenario = subject.comparison.plan.scenario
    return h.fragment[
        _top(subject),
        h.div(".verdict-place")[
            verdict_card(subject.answer, subject.credit, doubts=_doubts(subject)),
            run_state(progress(subject.answer, is_superseded=False)),
        ],
        _key(subject),
        figures_card(figures(subject.comparison, subject.over)),
        _advice(subject),
        _figure(net_value(subject.comparison, subject.over), _WHOLE, scale=0.85),
        _organisations(subject),
        h.div(".two")[
            h.div(".column")[_course(subject, "availability"), _course(subject, "users")],
            _team_time(subject),
        ],
        h.div(".two")[_losses(subject), _credit(subject)],
        _section("What this plan sets", _table(set_table(scenario))),
        _section(
            f"All figures{_as_set(subject)}",
            _table(figures_table(subject)),
            state_in_words(subject),
        ),
        _section(
            "Beside what is published",
            _table(published_table(subject)),
            "The organisation without the plan, over the same futures. Judged: no range was"
            " published. In brackets: too different to be compared. P: seen as an excerpt of the"
            " primary text; S: quoted by another source; C: computed.",
        ),
        _section(
            "Assumptions and their sources",
            [
                h.fragment[h.h3[table.caption], _table(table)]
                for table in assumption_tables(scenario)
            ],
            assumptions_in_words(subject),
        ),
        _section("What this cannot tell", h.ul[(h.li[limit] for limit in limits(subject))]),
        _section("How to get the same figures", _provenance(subject)),
    ]


def _doubts(subject: Subject) -> tuple[str, ...]:
    return () if subject.over is None else belief_of(subject.plan.belief).doubts()


def _as_set(subject: Subject) -> str:
    """Return that a card is at the values as set, where others are over more."""
    return "" if subject.over is None else ", as set"


def _key(subject: Subject) -> h.Element:
    """Return what the marks mean."""
    organisations = 0 if subject.over is None else subject.over.replications
    return h.div(".modes")[mark_key(is_over=subject.over is not None, organisations=organisations)]


def _organisations(subject: Subject) -> h.Element | None:
    """Return a hundred organisations as dots, if the figures are over what may be."""
    if subject.over is None or subject.comparison.is_of_baseline:
        return None
    content = organisations(subject.comparison, subject.over)
    return h.section(".card.organisations")[content]


def _advice(subject: Subject) -> h.Element | None:
    """Return what to buy first, if that was found out."""
    if subject.advised is None:
        return None
    asked, advice = subject.advised.asked, subject.advised.advice
    return h.section(".card.advice")[
        card_head(advice_card.TITLE, asked.in_words()),
        h.p(".advice-story")[advice.told["What to buy"]],
        advice_card.paragraphs(advice),
        h.div(".advice-tables")[advice_card.tables(advice)],
        h.p(".label")[advice.notes()],
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


def _figure(figure: Figure, width: float, *, scale: float = 1.0) -> h.Element:
    """Return a card of a figure; a finding that begins with the title is not said twice."""
    finding = "" if figure.finding.startswith(figure.title) else figure.finding
    head = card_head(figure.title, figure.unit, finding)
    return h.section(".card")[head, chart(figure, width, scale=scale)]


def _course(subject: Subject, name: Course) -> h.Element:
    return _figure(course(subject.comparison, name, subject.over), _HALF, scale=0.72)


def _team_time(subject: Subject) -> h.Element:
    figure = team_time_of_plan(subject.answer.shown)
    (panel,) = figure.panels
    assert panel.key is not None
    rows = [
        h.tr[
            h.th(scope="row")[h.span(".swatch", style=f"background: {css(row.colour)}"), row.words],
            h.td(".number")[h.strong[row.cells[0]]],
            h.td(".number")[row.cells[1]],
        ]
        for row in reversed(panel.key.rows)
    ]
    drawn = replace(figure, parts=((replace(panel, key=None),),))
    return h.section(".card")[
        card_head(figure.title, f"{figure.unit}{subject.answer.of_whom}", figure.finding),
        chart(drawn, _HALF, scale=0.82),
        h.table(".compact")[
            h.thead[
                h.tr[_spoken_head("Work"), h.th(".number.plan")["plan"], h.th(".number")["base"]]
            ],
            h.tbody[rows],
        ],
    ]


def _losses(subject: Subject) -> h.Element:
    figure = losses_of_plan(subject.answer.shown)
    head = card_head(figure.title, f"{figure.unit}{subject.answer.of_whom}", figure.finding)
    return h.section(".card.losses-card")[head, losses_rows(figure)]


def _credit(subject: Subject) -> h.Element | None:
    """Return which capability earns what; nothing if it is not known or there is one only."""
    if subject.credit is None or not subject.credit.capabilities:
        return None
    shown = credit_card.shares_of(subject.credit, subject.answer.shown)
    table = credit_card.credit_table(subject.credit, subject.answer.shown)
    intervals = shown.intervals
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
        card_head(
            credit_card.TITLE,
            f"{table.caption}{subject.answer.of_whom}",
            credit_card.finding(shown),
        ),
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
