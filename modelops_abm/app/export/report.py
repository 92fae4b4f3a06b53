"""The report: one HTML file that needs nothing else, reads like the page and prints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from textwrap import shorten

import htpy as h
from markupsafe import Markup

from modelops_abm.app.decide import advice_card, credit_card, settle_card
from modelops_abm.app.decide.comparison_card import side_by_side
from modelops_abm.app.decide.figures import figures_card
from modelops_abm.app.decide.organisations_card import organisations
from modelops_abm.app.decide.tray_card import (
    THIS_PLAN,
    chosen_first,
    first_in_words,
    money_of_items,
)
from modelops_abm.app.decide.verdict_card import mark_key, verdict_card
from modelops_abm.app.drawing.cards import card_head, losses_rows
from modelops_abm.app.drawing.interval_mark import Scale, hatching, interval_mark
from modelops_abm.app.export.content import (
    CANNOT_TELL,
    NOT_KNOWN,
    SAME_FIGURES,
    TOLD,
    WORTH,
    Subject,
    assumption_tables,
    assumptions_in_words,
    awaited_in_words,
    commands_of_kept,
    figures_table,
    kept_table,
    key_figures,
    learned_table,
    limits,
    provenance,
    published_table,
    set_table,
    settles_table,
    state_in_words,
    told_table,
    unknown_in_words,
)
from modelops_abm.app.state.belief import belief_of
from modelops_abm.app.theme import icon, stylesheet
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.charts.comparison import (
    Course,
    course,
    losses_of_plan,
    net_value,
    of_baseline,
    over_each_other,
    team_time_of_plan,
)
from modelops_abm.charts.figure import Figure, Table
from modelops_abm.charts.palette import css
from modelops_abm.charts.svg import chart
from modelops_abm.evidence.benchmarks import LETTERS
from modelops_abm.experiments.words import capitalised
from modelops_abm.text import visible

_LONGEST_FOOT = 120
"""Letters of the line below a page, beside its number."""
_WHOLE, _HALF = 960.0, 470.0
"""Widths of a card, in pixels."""
_UNLIKE, _APPENDIX = "Unlike the reference", "Appendix"
_FOLLOWING = (TOLD, _UNLIKE, _APPENDIX)
"""Parts that begin no page of their own: what is looked up, and by few."""
_HEADING = re.compile(r"(</?)h[12](?=[ >])")
_NOTHING_LOADED = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""Whatever names a visitor's files hold, the report runs no script and loads nothing."""


def report(subject: Subject) -> bytes:
    """Return the report as a file."""
    of_whom = f" for {subject.client}" if subject.client else ""
    document = h.html(lang="en")[
        h.head[
            h.meta(charset="utf-8"),
            h.meta(http_equiv="Content-Security-Policy", content=_NOTHING_LOADED),
            h.meta(name="viewport", content="width=device-width"),
            h.title[f"{subject.name}: report{of_whom}, {subject.day}"],
            h.meta(name="description", content=subject.said),
            h.meta(name="generator", content=f"modelops_abm {subject.version}"),
            h.style[Markup(f"{_style()}\n{_foot(subject)}")],
        ],
        h.body[h.main(".modelops.report")[hatching(), _content(subject)]],
    ]
    return visible(str(document)).encode()


@cache
def _style() -> str:
    own = Path(__file__).with_name("report.css").read_text("utf-8")
    return f"{stylesheet('base', 'decide_main', 'advice')}\n{own}"


def _foot(subject: Subject) -> str:
    """Return the style that puts below each page whose it is, and of what."""
    # Of a long name less is read, and for whom it is all the same.
    of_whom = f", for {visible(subject.client)}" if subject.client else ""
    room = _LONGEST_FOOT - len(of_whom)
    plain = f"{shorten(visible(subject.name), room, placeholder=' …')}{of_whom}"
    # Nothing that could end the text, or the style, stays as it is.
    escaped = "".join(each if each.isalnum() else f"\\{ord(each):x} " for each in plain)
    return f'@page {{ @bottom-left {{ content: "{escaped}"; }} }}'


def _content(subject: Subject) -> h.Fragment:
    sections = {
        title: content for title, content in _sections(subject).items() if content is not None
    }
    return h.fragment[
        _cover(subject, sections),
        (
            h.section(
                class_=["part", {"follows": title.startswith(_FOLLOWING)}],
                id=_anchor(title),
            )[h.h2(".part-title")[title], _below_it(content)]
            for title, content in sections.items()
        ),
    ]


def _below_it(content: h.Node) -> Markup:
    """Return what stands below the title of a part: headings of the page are one level lower."""
    return Markup(_HEADING.sub(r"\1h3", str(h.fragment[content])))


def _sections(subject: Subject) -> dict[str, h.Node]:
    """Return the parts of the report by their titles; what there is nothing of is None."""
    scenario = subject.comparison.plan.scenario
    return {
        "The answer": h.fragment[
            h.div(".verdict-place")[
                verdict_card(
                    subject.answer,
                    subject.credit,
                    subject.remarks,
                    doubts=_doubts(subject),
                    is_page=False,
                ),
                h.p(".label")[state_in_words(subject)],
                (words := awaited_in_words(subject)) and h.p(".label")[words],
            ],
            _key(subject),
            figures_card(key_figures(subject)),
            _net_value(subject),
        ],
        "What to buy first": _advice(subject),
        "Plans beside each other": _kept(subject),
        "What it comes from": h.fragment[
            _credit(subject),
            _losses(subject),
            h.div(".two")[
                h.div(".column")[_course(subject, "availability"), _course(subject, "users")],
                _team_time(subject),
            ],
        ],
        NOT_KNOWN: _not_known(subject),
        TOLD: _told(subject),
        _UNLIKE: _card(_table(unlike)) if (unlike := set_table(scenario)).rows else None,
        f"{_APPENDIX}: all figures": _card(
            _table(figures_table(subject), numbers=5), state_in_words(subject)
        ),
        f"{_APPENDIX}: beside what is published": _card(
            _table(published_table(subject)),
            "The organisation without the plan, over the same futures. Judged: no range was"
            f" published. In brackets: too different to be compared. {LETTERS}.",
        ),
        f"{_APPENDIX}: assumptions and their sources": _card(
            [
                h.fragment[h.h3[table.caption], _table(table)]
                for table in assumption_tables(scenario)
            ],
            assumptions_in_words(subject),
        ),
        f"{_APPENDIX}: how to get the same figures": _card(_provenance(subject)),
    }


def _anchor(title: str) -> str:
    return "".join(letter if letter.isalpha() else "-" for letter in title.lower())


def _cover(subject: Subject, titles: Iterable[str]) -> h.Element:
    """Return the first page: for whom, of what, of which day and version, and what follows."""
    return h.header(".cover")[
        h.div(".brand")[icon("brand", 22), h.span["ModelOps simulator"]],
        h.div(".cover-middle")[
            h.p(".label")[WORTH],
            h.h1(".cover-title")[subject.name],
            subject.client and h.p(".cover-client")["For ", h.strong[subject.client]],
            h.p[subject.day],
            h.p(".secondary")[f"{subject.organisation}."],
            h.p(".secondary")[f"{capitalised(subject.rests_on)}."],
        ],
        h.nav(".contents", aria_label="Contents")[
            h.ol[(h.li[h.a(href=f"#{_anchor(title)}")[title]] for title in titles)]
        ],
    ]


def _kept(subject: Subject) -> h.Fragment | None:
    """Return the plans that were kept beside this one; nothing if none was, or none is known."""
    items = subject.items
    if len(items) < 2:
        return None
    alike = [items[place] for place in chosen_first(items)]
    money = money_of_items(items)
    drawn = {item.name: item.comparison for item in alike if item.comparison is not None}
    title = f"Net value less that of the baseline{first_in_words(items)}"
    figure = replace(over_each_other(drawn, money), title=title)
    return h.fragment[
        _card(_table(kept_table(subject), numbers=3), f"{THIS_PLAN}: {subject.name}."),
        len(drawn) > 1
        and h.fragment[
            _figure(figure, _WHOLE),
            h.section(".card")[side_by_side(alike, money), _key(subject)],
        ],
    ]


def _not_known(subject: Subject) -> h.Fragment:
    """Return what the answer leaves open: how much, what would settle it, what no run can tell."""
    settles = settles_table(subject)
    return h.fragment[
        h.section(".card")[
            (words := unknown_in_words(subject)) and h.p[words],
            h.p[assumptions_in_words(subject)],
            (h.p[doubt] for doubt in _doubts(subject)),
        ],
        _organisations(subject),
        settle_card.is_found_out(subject.over)
        and h.section(".card")[
            card_head(settles.caption, "", "What an answer saves on average, by deciding better.")
            if settles.rows
            else card_head(settles.caption, "", settle_card.NOTHING_SETTLES),
            settles.rows and _table(settles, numbers=1),
        ],
        h.section(".card")[
            h.h3[CANNOT_TELL],
            h.ul[(h.li[limit] for limit in limits(subject))],
        ],
    ]


def _told(subject: Subject) -> h.Element | None:
    """Return what was told of the organisation, and what was learned; nothing if nothing was."""
    table = told_table(subject)
    if not table.rows:
        return None
    learned = learned_table(subject)
    return _card([_table(table), learned.rows and _table(learned, 3)], table.caption)


def _doubts(subject: Subject) -> tuple[str, ...]:
    return () if subject.over is None else belief_of(subject.plan.belief).doubts()


def _key(subject: Subject) -> h.Element:
    """Return what the marks mean."""
    return h.div(".modes")[mark_key(is_over=subject.over is not None)]


def _organisations(subject: Subject) -> h.Element | None:
    """Return a hundred organisations as dots, if the figures are over what may be."""
    if subject.over is None or subject.comparison.is_of_baseline:
        return None
    content = organisations(subject.comparison, subject.over)
    return h.section(".card.picture.organisations")[content]


def _advice(subject: Subject) -> h.Element | None:
    """Return what to buy first, if that was found out."""
    if subject.advised is None:
        return None
    asked, advice = subject.advised.asked, subject.advised.advice
    return h.section(".card.advice")[
        h.p(".label")[capitalised(asked.in_words())],
        h.p(".advice-story")[advice.told["What to buy"]],
        advice_card.paragraphs(advice),
        h.div(".advice-tables")[advice_card.tables(advice)],
        h.p(".label")[advice.notes()],
    ]


def _figure(
    figure: Figure, width: float, *, scale: float = 1.0, is_explained: bool = True
) -> h.Element:
    """Return a card of a figure; a finding that begins with the title is not said twice."""
    finding = "" if figure.finding.startswith(figure.title) else figure.finding
    head = card_head(figure.title, figure.unit, finding)
    return h.section(".card.picture")[
        head,
        chart(figure, width, scale=scale),
        is_explained and (words := figure.explained) and h.p(".label")[words],
    ]


def _shown(subject: Subject, figure: Figure) -> Figure:
    """Return a figure as it is, or of a baseline alone."""
    return of_baseline(figure) if subject.comparison.is_of_baseline else figure


def _net_value(subject: Subject) -> h.Element:
    figure = net_value(subject.comparison, subject.over)
    return _figure(_shown(subject, figure), _WHOLE, scale=0.85)


def _course(subject: Subject, name: Course) -> h.Element:
    # Bands and changes are those of the net value, which stands before and explains them.
    figure = _shown(subject, course(subject.comparison, name, subject.over))
    return _figure(figure, _HALF, scale=0.72, is_explained=False)


def _team_time(subject: Subject) -> h.Element:
    figure = _shown(subject, team_time_of_plan(subject.answer.shown))
    (panel,) = figure.panels
    assert panel.key is not None
    rows = [
        h.tr[
            h.th(scope="row")[h.span(".swatch", style=f"background: {css(row.colour)}"), row.words],
            h.td(".number")[h.strong[row.cells[0]]],
            (h.td(".number")[cell] for cell in row.cells[1:]),
        ]
        for row in reversed(panel.key.rows)
    ]
    heads = (h.th(class_=["number", {"plan": words == "plan"}])[words] for words in panel.key.heads)
    drawn = replace(figure, parts=((replace(panel, key=None),),))
    return h.section(".card.picture")[
        card_head(figure.title, f"{figure.unit}{subject.answer.of_whom}", figure.finding),
        chart(drawn, _HALF, scale=0.64),
        h.table(".compact")[h.thead[h.tr[_spoken_head("Work"), heads]], h.tbody[rows]],
    ]


def _losses(subject: Subject) -> h.Element:
    figure = _shown(subject, losses_of_plan(subject.answer.shown))
    head = card_head(figure.title, f"{figure.unit}{subject.answer.of_whom}", figure.finding)
    return h.section(".card.picture.losses-card")[head, losses_rows(figure)]


def _credit(subject: Subject) -> h.Element | None:
    """Return which capability earns what; nothing if it is not known or there is one only."""
    if subject.credit is None or len(subject.credit.capabilities) < 2:
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
    return h.section(".card.picture")[
        card_head(
            credit_card.TITLE,
            f"{table.caption}{subject.answer.of_whom}",
            credit_card.finding(shown),
        ),
        scroll_region(
            credit_card.TITLE,
            h.table(".compact")[
                h.thead[h.tr[_spoken_head(table.columns[0]), _spoken_head("Range"), heads]],
                h.tbody[rows],
            ],
            ".wide",
        ),
        h.p(".label")[credit_card.rests_on(subject.credit)],
    ]


def _spoken_head(words: str) -> h.Element:
    """Return the head of a column whose cells say what they are to those who see them."""
    return h.th(scope="col")[h.span(".spoken")[words]]


def _card(content: h.Node, words: str = "") -> h.Element:
    return h.section(".card")[words and h.p(".secondary")[words], content]


def _table(table: Table, numbers: int = 0) -> h.Element:
    """Return a table, of which so many columns behind the first hold numbers."""
    first, *names = table.columns
    heads = h.tr[
        h.th(scope="col")[first],
        (h.th(".number", scope="col")[name] for name in names[:numbers]),
        (h.th(scope="col")[name] for name in names[numbers:]),
    ]
    rows = (
        h.tr[
            h.th(scope="row")[name],
            (h.td(".number")[cell] for cell in cells[:numbers]),
            (h.td[cell] for cell in cells[numbers:]),
        ]
        for name, *cells in table.rows
    )
    content = h.table(class_=["list", f"columns-{len(table.columns)}"])[
        h.thead[heads], h.tbody[rows]
    ]
    return scroll_region(table.caption, content, ".wide")


def _provenance(subject: Subject) -> h.Fragment:
    entries = [*provenance(subject), *commands_of_kept(subject)]
    return h.fragment[
        h.p(".secondary")[SAME_FIGURES],
        h.dl[((h.dt[name], h.dd[_linked(name, words)]) for name, words in entries)],
    ]


def _linked(name: str, words: str) -> h.Node:
    if name.startswith("Command"):  # a line ends between its words only, and not behind a hyphen
        return h.code[((h.span[word], " ") for word in words.split(" "))]
    return h.a(href=words)[words] if name == "Link" else words
