"""What to buy first with a budget: asked for, found out in the background, used as the plan.

The paragraphs and tables are those of the advice itself (`experiments.advice`), which the command
line says too; here they are laid out. What was found stays while the plan moves, and says of which
organisation it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.drawing.cards import save_button
from modelops_abm.app.errors import reported
from modelops_abm.app.measures import Measure
from modelops_abm.app.state.advising import (
    LEAST_BUDGET,
    MOST_BUDGET,
    Advised,
    Advising,
    Asked,
    Searching,
    asked_of,
    seconds_expected,
)
from modelops_abm.app.state.answer import PRECISIONS
from modelops_abm.app.state.session import Session
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import Chart, Markup
from modelops_abm.app.widgets.markup import Action, scroll_region
from modelops_abm.charts.echarts import Space
from modelops_abm.charts.optimise import worth_by_future
from modelops_abm.experiments import Advice
from modelops_abm.experiments.advice import how_it_holds
from modelops_abm.experiments.words import capitalised
from modelops_abm.representation import Row, Table
from modelops_abm.scenario import InputError, Quantity

TITLE = "What to buy first"
_FIELD = Measure("$")
_BUDGET = Quantity("budget", "float", None, "", "$", {"ge": LEAST_BUDGET, "le": MOST_BUDGET})
_FIGURE = Space(200, 32, 92)
_MINUTE_SECONDS = 60.0


_CHANCES = (0.8, 0.9, 0.95)
"""Parts of the futures in which a budget may have to be enough."""


def asked_in(session: Session) -> Asked:
    """Return what a visitor asks by what is shown."""
    advising = session.advising
    return asked_of(
        session.plan,
        advising.budget.value,
        session.seed.value,
        PRECISIONS[session.precision.value],
        is_over=session.is_over.value,
        chance=advising.chance.value,
    )


@solara.component
def AdviceCard(session: Session) -> None:
    """Ask for a budget, show how far the search has come, and what was found."""
    advising, is_whole = session.advising, solara.use_reactive(False)
    found = advising.found.value
    asked = asked_in(session)
    is_of_this = solara.use_memo(
        lambda: found is not None and asked.is_of(found.asked), [found, asked.plan, *asked.others]
    )

    def act(action: Action) -> None:
        match action:
            case ("budget", text):
                take_budget(advising, text)
            case ("ask advice", _):
                if not advising.wrong.value:
                    advising.ask(asked_in(session))
            case ("budget chance", text):
                take_chance(advising, text)
            case ("stop advice", _):
                advising.stop()
            case ("use road map", _) if found is not None:
                session.take(found.laid_on(session.plan))
            case ("whole advice", _):
                is_whole.set(not is_whole.value)

    on_action = reported(session, act)
    with solara.Div(classes=["card", "advice"], attributes={"data-part": "advice"}):
        Markup(_head(advising, asked, is_of_this=is_of_this), on_action)
        if found is not None:
            _Found(session, found, is_of_this, is_whole.value, on_action)


def take_budget(advising: Advising, text: str) -> None:
    """Take the budget that was typed; what is none is told."""
    try:
        advising.budget.set(float(_FIELD.read(text, _BUDGET)))
    except InputError as error:
        words = str(error)
        advising.wrong.set(f"{words[:1].upper()}{words[1:]}.")
    else:
        advising.wrong.set("")
        advising.problem.set("")  # it was about another budget


def take_chance(advising: Advising, text: str) -> None:
    """Take how surely the budget has to be enough, if it is one of those that are offered."""
    for chance in (None, *_chances(advising)):
        if text == _chance_text(chance):
            advising.chance.set(chance)


def _head(advising: Advising, asked: Asked, *, is_of_this: bool) -> h.Fragment:
    found, searching = advising.found.value, advising.searching.value
    problems = filter(None, (advising.wrong.value, advising.problem.value))
    may_ask = searching is None and not is_of_this
    return h.fragment[
        h.div(".advice-form")[
            h.h2[TITLE],
            _field(advising, asked),
            _surely(advising),
            may_ask
            and h.button(".primary", data_action="ask advice")[
                "Find out" if found is None else "Find out anew"
            ],
            may_ask and h.span(".label")[_how_long(asked)],
            found is not None and save_button(),
        ],
        [h.p(".problem", role="alert")[words] for words in problems],
        searching is not None and _progress(searching),
        found is not None
        and h.p(class_=["label", "advice-of", {"stale": not is_of_this}])[
            capitalised(found.asked.in_words()),
            "." if is_of_this else [": ", h.strong[_moved(found.asked, asked)]],
        ],
    ]


def _field(advising: Advising, asked: Asked) -> h.Element:
    is_wrong = bool(advising.wrong.value)
    return h.label[
        f"Budget on capital over {formats.span(asked.plan.scenario.horizon_days)}",
        h.input(
            class_=["typed", {"wrong": is_wrong}],
            type="text",
            inputmode="decimal",
            data_action="budget",
            aria_invalid=str(is_wrong).lower(),
            value=f"{_FIELD.before}{_FIELD.entry(advising.budget.value)}",
        ),
    ]


def _surely(advising: Advising) -> h.Element:
    now = advising.chance.value
    return h.label[
        "It is enough",
        h.select(data_action="budget chance")[
            (
                h.option(value=_chance_text(each), selected=each == now)[how_it_holds(each)]
                for each in (None, *_chances(advising))
            )
        ],
    ]


def _chances(advising: Advising) -> list[float]:
    """Return the parts of the futures that are offered; a link may have asked for another."""
    now = advising.chance.value
    return sorted({*_CHANCES, *([] if now is None else [now])})


def _chance_text(chance: float | None) -> str:
    return "" if chance is None else f"{chance:.10g}"


def _how_long(asked: Asked) -> str:
    long = _about(seconds_expected(asked))
    return f"Takes {long} or more."


def _about(seconds: float) -> str:
    """Return a time in round words: about 40 seconds, about two minutes."""
    if seconds < _MINUTE_SECONDS:
        return f"about {formats.plural(max(10, 10 * round(seconds / 10.0)), 'second')}"
    return f"about {formats.plural(round(seconds / _MINUTE_SECONDS), 'minute')}"


def _progress(searching: Searching) -> h.Element:
    done, aim, left = searching.done, searching.aim, searching.seconds_left
    share = 100.0 * done / aim if aim else 0.0
    words = f"Looking {searching.asked.in_words()}"
    if searching.ahead:
        words = f"Waits for {formats.plural(searching.ahead, 'other visitor')}."
    elif left is not None and aim:
        words = f"{words}: {formats.share(done / aim, 0)}, {_about(left)} left."
    return h.div(".advice-progress")[
        h.p(".label", aria_live="off")[words],
        h.button(".plain", data_action="stop advice")["Stop"],
        h.div(
            ".bar",
            role="progressbar",
            aria_label=TITLE,
            aria_valuenow=f"{share:.0f}",
            aria_valuemin="0",
            aria_valuemax="100",
        )[h.div(style=f"width: {share:.1f}%")],
    ]


def _moved(of: Asked, now: Asked) -> str:
    """Return what is otherwise than what was found is of."""
    parts = []
    if (of.budget, of.chance) != (now.budget, now.chance):
        parts.append("the budget")
    if of.organisation != now.organisation:
        parts.append("the organisation")
    if of.is_over != now.is_over:
        parts.append("what figures are over")
    if (of.seed, of.replications, of.answered) != (now.seed, now.replications, now.answered):
        parts.append("the futures")
    return f"{' and '.join(parts)} changed since."


@solara.component
def _Found(
    session: Session,
    found: Advised,
    is_of_this: bool,
    is_whole: bool,
    on_action: Callable[[Action], None],
) -> None:
    """Show what was found: the story, what there is to know of it, and all its numbers if asked."""
    advice = found.advice
    is_used = solara.use_memo(lambda: _is_used(found, session), [found, session.plan])
    figure = solara.use_memo(lambda: worth_by_future(advice), [advice])
    stale = ["stale"] * (not is_of_this)
    with solara.Div(classes=["advice-found", *stale]):
        Markup(_told(advice, is_of_this=is_of_this, is_used=is_used, is_whole=is_whole), on_action)
        if is_whole and advice.is_to_buy:
            Markup(h.h3[f"{figure.title}, {figure.panels[0].unit}"])
            Chart(figure, _FIGURE, name="what to buy first")


def _is_used(found: Advised, session: Session) -> bool:
    """Tell whether the plan follows the road map already."""
    try:
        return found.laid_on(session.plan) == session.plan
    except InputError:
        return False


def _told(advice: Advice, *, is_of_this: bool, is_used: bool, is_whole: bool) -> h.Fragment:
    """Return what was found; the tables of all numbers below it if they are asked for."""
    return h.fragment[
        h.p(".advice-story", aria_live="polite")[advice.told["What to buy"]],
        advice.is_to_buy
        and h.div(".advice-use")[
            h.span(".label")["The plan follows this road map."]
            if is_used
            else h.button(class_="primary" if is_of_this else None, data_action="use road map")[
                "Use this road map", icon("next", 16)
            ]
        ],
        paragraphs(advice),
        h.button(".plain", data_action="whole advice", aria_expanded=str(is_whole).lower())[
            "Show less" if is_whole else "All its numbers"
        ],
        is_whole and h.div(".advice-tables")[tables(advice)],
        is_whole and h.p(".label")[advice.notes()],
    ]


def paragraphs(advice: Advice) -> h.Element:
    """Return what is said besides what to buy, each with what it is about."""
    told = {about: words for about, words in advice.told.items() if about != "What to buy"}
    return h.dl(".advice-told")[([h.dt[about], h.dd[words]] for about, words in told.items()),]


def tables(advice: Advice) -> list[h.Element]:
    """Return the tables that a terminal shows too."""
    return [_table(each) for each in advice.tables() if each.is_shown]


def _table(content: Table) -> h.Element:
    sides = ["number" if each.is_number else None for each in content.columns]
    return scroll_region(
        content.columns[0].heading,
        h.table[
            h.thead[
                h.tr[
                    (
                        h.th(class_=side, scope="col")[each.heading or h.span(".spoken")["Value"]]
                        for each, side in zip(content.columns, sides, strict=True)
                    )
                ]
            ],
            h.tbody[(_row(row, sides) for row in content.rows)],
            content.caption and h.caption[content.caption],
        ],
    )


def _row(row: Row, sides: Sequence[str | None]) -> h.Element:
    first, *others = row.cells  # a row may have fewer cells than there are columns
    return h.tr[
        h.th(scope="row")[first],
        (h.td(class_=side)[cell] for cell, side in zip(others, sides[1:], strict=False)),
    ]
