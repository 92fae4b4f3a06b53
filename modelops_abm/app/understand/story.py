"""The first layer of Understand: four pictures of what happens, and of what this plan changes.

Each is drawn from what other parts show of the same answer, Decide's cards and the table of
measured effects, and has a sentence with this plan's own figures: no number is told in two ways.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide.credit_card import CreditShares, credit_of, shares_of
from modelops_abm.app.decide.figures import level_in_words
from modelops_abm.app.decide.sentences import headline
from modelops_abm.app.drawing.cards import losses_rows, save_button
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.session import Session
from modelops_abm.app.understand.provenance import stated, traced
from modelops_abm.app.understand.verification import effect_marks, record
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.charts.comparison import (
    losses_of_plan,
    lost_by_cause,
    shares_of_time,
    team_time_of_plan,
)
from modelops_abm.charts.figure import Figure, Rows
from modelops_abm.charts.palette import LOSSES, STATES, Colour, css
from modelops_abm.core.outcomes import ISSUE_CAUSES, OFFLINE_CAUSES
from modelops_abm.core.statechart import State
from modelops_abm.experiments import Comparison, Credit
from modelops_abm.experiments.credit_shares import QUESTIONS
from modelops_abm.experiments.expectations import EFFECT_KINDS, EXPECTATIONS
from modelops_abm.experiments.plans import level_of
from modelops_abm.experiments.words import capitalised, level_word
from modelops_abm.scenario import CapabilityName
from modelops_abm.scenario.capabilities import label_of

TITLES = (
    "What happens to a model over time",
    "Where value is lost",
    "What the developers’ days go to",
    f"What the {formats.count_in_words(len(EXPECTATIONS))} capabilities change",
)
_WAITING = "First estimate in a moment"
_YEAR_DAYS = 365.0
_LEAST_WITHOUT_DECIMAL = 10.0


@solara.component
def Story(session: Session) -> None:
    """Show the four pictures of the plan that is answered."""
    Markup(story(session.answer.value, credit_of(session)), css_class="story-place")


def story(answer: Answer | None, credit: Credit | None) -> h.Element:
    """Return the four pictures.

    Parameters
    ----------
    answer
        The answer that all parts of the page show; None before the first estimate.
    credit
        Of the same plan; None while it is not known.
    """
    waiting = [_Told("", _WAITING, "")] * len(TITLES)
    told = waiting if answer is None else _told(answer, credit)
    return h.section(
        ".story",
        id="story",
        tabindex="-1",
        data_part="story",
        data_answers="" if answer is None else answer.plan.key,
        aria_label="In four pictures",
    )[
        (
            h.article(".card.section.picture")[
                h.h2[title],
                h.p(".sentence")[each.sentence],
                h.p(".label")[each.unit],
                each.drawn,
                save_button(),
            ]
            for title, each in zip(TITLES, told, strict=True)
        )
    ]


class _Told(NamedTuple):
    """What a picture tells: its unit, a sentence, and what is drawn."""

    unit: str
    sentence: str
    drawn: h.Node


def _told(answer: Answer, credit: Credit | None) -> Iterator[_Told]:
    """Yield what each picture tells, in the order of `TITLES`."""
    as_set = "" if answer.over is None else ", as set"
    losses, time = losses_of_plan(answer.shown), team_time_of_plan(answer.shown)
    yield _Told(
        f"days of a year in production{as_set}",
        _life_in_words(answer.comparison),
        _life(answer.comparison),
    )
    yield _Told(
        f"{losses.unit}{answer.of_whom}",
        f"{losses.finding} {_most_lost(answer.shown, losses)}",
        losses_rows(losses),
    )
    yield _Told(f"% of all days{answer.of_whom}", time.finding, _time(answer.shown, time))
    dropped = None
    if credit is not None and credit.capabilities:
        dropped = shares_of(credit, answer.shown)
    yield _Told(
        "measured at full level, one at a time; hollow where nothing was expected"
        + ("" if dropped is None else f"; {dropped.unit}"),
        headline(answer.comparison, answer.over).text,
        _changes(answer, dropped),
    )


class _Part(NamedTuple):
    """A part of a whole, with the plan and without: in words, its colour, and both amounts."""

    words: str
    colour: Colour
    plan: float
    baseline: float
    cells: tuple[str, str]


def _bars(what: str, parts: Sequence[_Part]) -> h.Element:
    """Return a bar of the plan above one of the baseline, and the parts of both as a table."""
    return h.div(".stacks")[
        (
            h.div(".stack-row")[
                h.span(class_="plan" if name == "plan" else None)[name],
                h.span(".stack", role="img", aria_label=f"{what}, {name}")[
                    (
                        h.i(style=f"flex-grow: {amount:.4f}; background: {css(part.colour)}")
                        for part, amount in zip(parts, amounts, strict=True)
                        if amount > 0.0
                    )
                ],
            ]
            for name, amounts in (
                ("plan", [part.plan for part in parts]),
                ("base", [part.baseline for part in parts]),
            )
        ),
        h.table(".parts")[
            h.caption(".spoken")[what],
            h.thead[
                h.tr[
                    h.th(scope="col")[h.span(".spoken")["Part"]],
                    h.th(".number.plan", scope="col")["plan"],
                    h.th(".number", scope="col")["base"],
                ]
            ],
            h.tbody[
                (
                    h.tr[
                        h.th(scope="row")[
                            h.i(".swatch", style=f"background: {css(part.colour)}"), part.words
                        ],
                        h.td(".number")[h.strong[part.cells[0]]],
                        h.td(".number")[part.cells[1]],
                    ]
                    for part in parts
                )
            ],
        ],
    ]


# --------------------------------------------------------------------------------------
# What happens to a model: how long until it serves, and the states of its time in production.


def _life(comparison: Comparison) -> h.Node:
    months = level_in_words(comparison, "idea_to_production_median_days")
    return h.fragment[
        h.ol(".path")[
            h.li["Idea"],
            h.li(".span")[
                h.strong[f"{months[0]} months"], h.span(".label")[f"base {months[1]} months"]
            ],
            h.li(".online")["In production"],
            h.li(".span")[
                h.span[
                    "useful for ",
                    traced(*stated(comparison.plan.scenario, "model.useful_life_years")),
                    " years",
                ]
            ],
            h.li["Retired"],
        ],
        _bars("A year of a model in production, by state", _states(comparison)),
    ]


def _life_in_words(comparison: Comparison) -> str:
    """Return how long ideas take, and how much of its time a model is served."""
    served, without = level_in_words(comparison, "availability")
    months = level_in_words(comparison, "idea_to_production_median_days")
    begin = (
        f"An idea takes {months[0]} months to production with the plan, {months[1]} without. "
        if formats.NOTHING not in months
        else ""
    )
    return (
        f"{begin}A version of a model serves {served} of the time with the plan,"
        f" {without}{formats.NARROW_SPACE}% without."
    )


def _states(comparison: Comparison) -> list[_Part]:
    """Return the states of a model in production, in days of a year."""
    plan, baseline = (_days_of_a_year(comparison, side) for side in (0, 1))
    return [
        _Part(*STATES[state], days, baseline[state], (_days(days), _days(baseline[state])))
        for state, days in plan.items()
    ]


def _days_of_a_year(comparison: Comparison, side: int) -> dict[State, float]:
    """Return how many days of a year a model of the plan (0) or the baseline (1) is in a state."""
    whole = comparison.mean_totals("production_days")[side] or 1.0
    days = {
        cause: _YEAR_DAYS * comparison.mean_totals(f"state_days_{cause}")[side] / whole
        for cause in OFFLINE_CAUSES
    }
    return {
        State.ONLINE: _YEAR_DAYS - sum(days.values()),
        State.RETRAINING: days["retraining"],
        State.OFFLINE_ISSUE: sum(days[cause] for cause in ISSUE_CAUSES),
        State.OFFLINE_DRIFT: days["drift"],
    }


def _days(days: float) -> str:
    return formats.number(days, 0 if days >= _LEAST_WITHOUT_DECIMAL else 1)


# --------------------------------------------------------------------------------------
# Where value is lost, and what the developers' days go to: as Decide's cards have them.


def _most_lost(comparison: Comparison, figure: Figure) -> str:
    """Return to what most is lost, with the numbers of its row; nothing if nothing is lost."""
    lost = lost_by_cause(comparison)
    most = max(lost.plan, key=lambda cause: lost.plan[cause])
    if not lost.plan[most] > 0.0:
        return ""
    ((rows,),) = figure.parts
    assert isinstance(rows, Rows)
    label = LOSSES[most].words
    plan, baseline = next(row.cells for row in rows.rows if row.label == label)
    unit = lost.money.unit
    return f"Largest cause: {label.lower()}, {plan} {unit} with the plan, {baseline} without."


def _time(comparison: Comparison, figure: Figure) -> h.Element:
    (panel,) = figure.panels
    assert panel.key is not None
    plan, baseline = shares_of_time(comparison)
    parts = [
        _Part(
            row.words, row.colour, plan[row.name], baseline[row.name], (row.cells[0], row.cells[1])
        )
        for row in panel.key.rows
    ]
    return _bars("What the team's days go to", parts)


# --------------------------------------------------------------------------------------
# What each capability changes, as it was measured, and what this plan would be without it.


def _changes(answer: Answer, credit: CreditShares | None) -> h.Element:
    levels = {name: level_of(answer.plan.scenario, name) for name in EXPECTATIONS}
    asked, dropped = QUESTIONS["dropped"], dict[CapabilityName, str]()
    if credit is not None:
        dropped = {name: credit.amount(share) for name, share in credit.shares.items()}
    return scroll_region(
        "What each capability changes, and what the plan would lose without it",
        h.table(".changes-table")[
            h.thead[
                h.tr[
                    h.th(scope="col")["Capability"],
                    (h.th(scope="col", title=kind.meaning)[kind.words] for kind in EFFECT_KINDS),
                    h.th(".number", scope="col", title=capitalised(asked.meaning))[
                        capitalised(asked.heading)
                    ],
                ]
            ],
            h.tbody[
                (
                    h.tr(class_=None if level else "unplanned")[
                        h.th(scope="row")[
                            f"{label_of(name)} ",
                            h.span(".label")[
                                capitalised(level_word(level)) if level else "Not planned"
                            ],
                        ],
                        (
                            h.td(class_=f"effect {effect.tone}")[
                                h.span(aria_hidden="true")[f"{effect.sign} "], effect.words
                            ]
                            for effect in effect_marks(record(), name)
                        ),
                        h.td(".number")[dropped.get(name, "")],
                    ]
                    for name, level in levels.items()
                )
            ],
        ],
        ".scrolls",
    )
