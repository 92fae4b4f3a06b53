"""The drawer of a value of the scenario: meaning, source, equation, and its effect when asked."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide import equation_chart
from modelops_abm.app.decide.effects import Effect, ends_of, stream_effect
from modelops_abm.app.decide.entries import take_entry
from modelops_abm.app.decide.equations import equations_about
from modelops_abm.app.decide.facts_table import (
    confidence_of,
    fact_of,
    plausible_range,
    source_in_words,
    value_in_words,
)
from modelops_abm.app.decide.numbers import Money, between, digits_for
from modelops_abm.app.decide.settings import SETTABLE, setting_rows
from modelops_abm.app.drawing.confidence import confidence_badge
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.guard import guarded, guarded_work
from modelops_abm.app.state.errands import Errand, Errands
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Chart, Controls, Markup
from modelops_abm.app.widgets.controls import Entry
from modelops_abm.app.widgets.markup import Action
from modelops_abm.parameters import Quantity, StatedValue


@solara.component
def ParameterDrawer(session: Session, name: str) -> None:
    """Explain a value of the scenario."""
    problems, set_problems = solara.use_state({})
    plan = session.plan
    fact = fact_of(plan.scenario, name)

    def enter(entry: Entry) -> None:
        set_problems(take_entry(session, entry))

    (row,) = setting_rows([SETTABLE[name]], plan, problems)
    row.pop("detail")
    row.pop("explains")
    row["label"] = "Here"
    with solara.Div(classes=["drawer-body"]):
        Markup(h.p(".meaning")[fact.quantity.meaning])
        Controls(
            [row],
            on_explain=lambda _subject: None,
            on_enter=guarded(session, enter),
            on_restore=guarded(session, lambda which: session.take(plan.restored(which))),
        )
        Markup(_facts(fact))
        _Equations(session, name)
        if ends_of(fact.quantity) is not None:
            EffectHere(session, fact.quantity).key(f"{name} {plan.key} {session.seed.value}")


@solara.component
def _Equations(session: Session, name: str) -> None:
    """Show the equations in which the value stands."""
    scenario = session.plan.scenario
    with solara.Div():
        for equation in equations_about(name):
            Markup(equation_chart.equation_text(equation, scenario))
            Chart(
                equation_chart.option(equation, scenario, None),
                height=f"{equation_chart.HEIGHT}px",
                label=equation_chart.finding(equation, scenario),
                name=equation.name,
            )


@solara.component
def EffectHere(session: Session, quantity: Quantity) -> None:
    """Show, when asked, what the plan would be worth at the ends of a value's range."""
    effect: solara.Reactive[Effect | None] = solara.use_reactive(None)
    is_asked = solara.use_reactive(False)
    errands = solara.use_memo(Errands, [])
    solara.use_effect(lambda: errands.close, [])
    plan, seed = session.plan, session.seed.value

    def work(errand: Errand) -> None:
        for found in stream_effect(
            plan,
            quantity,
            seed,
            errand.cancel,
            may_run=session.may_run,
            account=session.account,
        ):
            errand.tell(effect.set, found)

    def fail(words: str) -> None:
        session.notice.set(words)
        is_asked.set(False)

    def act(action: Action) -> None:
        if action.name == "effect" and not is_asked.value:
            is_asked.set(True)
            errands.start("effect", guarded_work(work, fail))

    shown = _asked(quantity) if effect.value is None else _effect(effect.value, quantity)
    waiting = is_asked.value and effect.value is None
    Markup(
        h.section(".effect")[
            h.h3["What if it were at the ends of its range?"],
            h.p(".label")["Being computed"] if waiting else shown,
        ],
        guarded(session, act),
    )


def _facts(fact: StatedValue) -> h.Element:
    quantity = fact.quantity
    rows = {
        "Default": value_in_words(fact, quantity.default),
        "Range": plausible_range(fact) if quantity.is_number else ", ".join(quantity.choices),
        "Source": source_in_words(fact) or "No source found",
    }
    return h.dl(".fact-list")[
        (h.fragment[h.dt[name], h.dd[words]] for name, words in rows.items() if words),
        h.dt["Confidence"],
        h.dd[confidence_badge(confidence_of(fact))],
        h.dt["Name"],
        h.dd[h.code[quantity.name]],
    ]


def _asked(quantity: Quantity) -> h.Element:
    return h.button(data_action="effect")["Try the plan there"]


def _effect(effect: Effect, quantity: Quantity) -> h.Element:
    ends = [abs(end) for worth in effect.worths.values() for end in worth.futures or (0.0,)]
    money = Money(*formats.money_scale(max(ends)))
    intervals = {value: Interval.of(worth) for value, worth in effect.worths.items()}
    scale = Scale.around(intervals.values())
    n = next(iter(effect.worths.values())).estimate.n
    return h.div(".effect-rows")[
        (
            h.div(".effect-row")[
                h.span["As it is" if value is None else f"At {value:,.4g} {quantity.unit}"],
                interval_mark(interval, scale, muted=value is not None),
                h.strong(".number")[_amount(effect, value, money)],
                h.span(".label")[_change(effect, value, money)],
            ]
            for value, interval in intervals.items()
        ),
        h.p(".label")[f"Worth of the plan, {money.unit}; {n} futures, same luck."],
    ]


def _amount(effect: Effect, value: float | None, money: Money) -> str:
    known = effect.worths[value].estimate
    return money.difference(known.mean or 0.0, known.half_width)


def _change(effect: Effect, value: float | None, money: Money) -> str:
    """Return how much the worth changes, with its range of futures."""
    if value is None:
        return ""
    change = effect.changes[value]
    if change.verdict == "cannot tell yet":
        return "no difference can be told"
    known, size = change.estimate, money.size
    low, high = (end / size for end in change.futures or (0.0, 0.0))
    amount = money.difference(known.mean or 0.0, known.half_width)
    return f"{amount} ({between(low, high, digits_for(change, size))})"
