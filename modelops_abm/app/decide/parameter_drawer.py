"""The drawer of a value of the scenario: meaning, source, equation, and its effect when asked.

The effect, the worth of the plan if the value were at the ends of its range, comes first; then the
drawer of the value; then `Drawer`, which opens on a value or on a capability.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import htpy as h
import solara

from modelops_abm import formats
from modelops_abm.app.decide import equations
from modelops_abm.app.decide.capability_drawer import (
    CapabilityDrawer,
    confidence_of,
    fact_of,
    plausible_range,
    source_in_words,
    value_in_words,
)
from modelops_abm.app.decide.equations import equations_about
from modelops_abm.app.decide.figure_drawer import FigureDrawer
from modelops_abm.app.decide.figures import LABELS_ON_PAGE, SUBJECTS
from modelops_abm.app.decide.rail_rows import SETTABLE, setting_rows, take_entry
from modelops_abm.app.drawing.cards import save_button
from modelops_abm.app.drawing.interval_mark import Interval, Scale, confidence_badge, interval_mark
from modelops_abm.app.errors import ErrorBoundary, reported
from modelops_abm.app.measures import measure_of
from modelops_abm.app.state.jobs import Job, Jobs
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import Chart, Controls, Keys, Markup
from modelops_abm.app.widgets.controls import Entry
from modelops_abm.app.widgets.markup import Action
from modelops_abm.charts.amounts import Money, between, digits_for
from modelops_abm.experiments.running import sampled
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.runs.threads import Account, Rank, new_caller
from modelops_abm.scenario import CAPABILITY_NAMES, InputError, Quantity, StatedValue, baseline_of
from modelops_abm.scenario.names import name_in_words

LOOKS = (16, 48, 100)


@dataclass(frozen=True)
class Effect:
    """The worth of a plan at some values of one of its numbers, over the same futures.

    Attributes
    ----------
    name
        Dotted name of the number.
    worths
        Worth of the plan against its baseline, by value; the plan's own value under None.
    changes
        The same less that of the plan as it is, by value.
    """

    name: str
    worths: Mapping[float | None, PairedDifference]
    changes: Mapping[float, PairedDifference]


def ends_of(quantity: Quantity) -> tuple[float, float] | None:
    """Return the ends of the range found in the sources; None if there are none to try."""
    if not quantity.is_number or quantity.plausible is None or quantity.name == "horizon_days":
        return None
    return quantity.plausible


def stream_effect(
    plan: Plan,
    quantity: Quantity,
    seed: int,
    cancel: threading.Event,
    *,
    may_run: Callable[[Plan], bool],
    account: Account,
) -> Iterator[Effect]:
    """Yield what the ends of a range do to the worth of a plan, better known from look to look.

    Parameters
    ----------
    plan
        The plan.
    quantity
        The number whose range is tried; it must have `ends_of`.
    seed
        Seed of the futures.
    cancel
        Set it from another thread to stop soon.
    may_run
        Whether the visitor has agreed to so large a plan.
    account
        The visitor's, of what is used of the shared threads.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If an end of the range does not go with the rest of the plan, or makes it larger than the
        visitor has agreed to.
    """
    ends = ends_of(quantity)
    assert ends is not None
    whole = quantity.kind == "int"
    values = [int(end) if whole else end for end in ends]
    plans = [plan, *(plan.changed({quantity.name: value}) for value in values)]
    for value, there in zip((plan.value(quantity.name), *values), plans, strict=True):
        if not may_run(there):
            raise InputError(_unagreed(quantity, value))
    # Each against a baseline of its own, which has the value as well: what the capabilities are
    # worth at it is asked, not what the value is worth. Plan and baseline take turns, see below.
    scenarios = [side for entry in plans for side in (entry.scenario, baseline_of(entry.scenario))]
    caller = new_caller(Rank.LAST, account=account)
    looks = sampled(scenarios, LOOKS, ("npv",), seed=seed, cancel=cancel, executor=caller)
    for samples in looks:
        npv = samples["npv"]
        own, *others = npv[0::2] - npv[1::2]
        worths = dict(zip((None, *values), map(PairedDifference, (own, *others)), strict=True))
        changes = {
            value: PairedDifference(other - own)
            for value, other in zip(values, others, strict=True)
        }
        yield Effect(quantity.name, worths, changes)


def _unagreed(quantity: Quantity, value: float) -> str:
    return (
        f"At {measure_of(quantity).words(value)} the plan is larger than you have agreed to run:"
        " set that value and say yes to running it first."
    )


# --------------------------------------------------------------------------------------
# The drawer of a value of the scenario: meaning, source, equation, and its effect when asked.


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
            on_enter=reported(session, enter),
            on_restore=reported(session, lambda which: session.take(session.plan.restored(which))),
        )
        Markup(_facts(fact))
        _Equations(session, name)
        if ends_of(fact.quantity) is not None:
            EffectHere(session, fact.quantity).key(f"{name} {plan.key} {session.seed.value}")


@solara.component
def _Equations(session: Session, name: str) -> None:
    """Show the equations in which the value stands."""
    scenario, equations_here = session.plan.scenario, equations_about(name)
    with solara.Div(classes=["drawer-part"]):
        if equations_here:
            Markup(h.div(".worth-head")[h.h3["Where it stands in the rules"], save_button()])
        for equation in equations_here:
            Markup(equations.equation_text(equation, scenario))
            Chart(equations.curve(equation, scenario, None), equations.SPACE)


@solara.component
def EffectHere(session: Session, quantity: Quantity) -> None:
    """Show, when asked, what the plan would be worth at the ends of a value's range."""
    effect: solara.Reactive[Effect | None] = solara.use_reactive(None)
    is_asked = solara.use_reactive(False)
    jobs = solara.use_memo(Jobs, [])
    solara.use_effect(lambda: jobs.close, [])
    plan, seed = session.plan, session.seed.value

    def work(job: Job) -> None:
        for found in stream_effect(
            plan,
            quantity,
            seed,
            job.cancel,
            may_run=session.may_run,
            account=session.account,
        ):
            job.tell(effect.set, found)

    def fail(words: str) -> None:
        session.notice.set(words)
        is_asked.set(False)

    def act(action: Action) -> None:
        if action.name == "effect" and not is_asked.value:
            is_asked.set(True)
            jobs.start("effect", work, fail)

    shown = _asked(quantity) if effect.value is None else _effect(effect.value, quantity)
    waiting = is_asked.value and effect.value is None
    Markup(
        h.section(".effect.drawer-part")[
            h.div(".worth-head")[
                h.h3["What if it were at the ends of its range?"],
                effect.value is not None and save_button(),
            ],
            h.p(".label")["Being computed"] if waiting else shown,
        ],
        reported(session, act),
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
        h.dt["In files"],
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
                h.span["As it is" if value is None else f"At {measure_of(quantity).words(value)}"],
                interval_mark(interval, scale, muted=value is not None),
                h.strong(".number")[_amount(effect, value, money)],
                h.span(".label")[_change(effect, value, money)],
            ]
            for value, interval in intervals.items()
        ),
        h.p(".label")[f"Worth of the plan as set, {money.unit}; {n} futures, same chances."],
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


# --------------------------------------------------------------------------------------
# The drawer that explains a capability or another value of the scenario.


@solara.component
def Drawer(session: Session) -> None:
    """Show what the drawer explains, or that it cannot be shown, or nothing."""
    ErrorBoundary(OpenDrawer, session)


@solara.component
def OpenDrawer(session: Session) -> None:
    """Show what the drawer explains, or nothing."""
    subject = session.drawer.value
    capability = next((name for name in CAPABILITY_NAMES if name == subject), None)
    figure = SUBJECTS.get(subject)
    if capability is None and figure is None and subject not in SETTABLE:
        solara.Div(style={"display": "none"})
        return

    def close(_action: Action | str) -> None:
        session.drawer.set("")

    shown = {"role": "complementary", "aria-label": "Explanation", "data-part": "drawer"}
    with solara.Div(classes=["drawer"], attributes=shown):
        Keys({"escape": "close"}, close)
        title = name_in_words(subject) if figure is None else LABELS_ON_PAGE[figure]
        Markup(_head(title), close)
        if figure is not None:
            FigureDrawer(session, figure).key(subject)
        elif capability is not None:
            # With keys: another subject is another element, to which no half-typed number goes
            # over.
            CapabilityDrawer(session, capability).key(subject)
        else:
            ParameterDrawer(session, subject).key(subject)


def _head(title: str) -> h.Element:
    return h.div(".drawer-head")[
        h.h2[title],
        h.button(".plain.icon", data_action="close", aria_label="Close the explanation")[
            icon("close")
        ],
    ]
