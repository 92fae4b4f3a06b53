"""Figures of one run, and of a plan's run beside its baseline's: states, team, money, losses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.charts.figure import (
    Axis,
    Band,
    Bar,
    Bars,
    Figure,
    Flag,
    Key,
    KeyRow,
    Line,
    Number,
    Numbers,
    Panel,
    Row,
    Rows,
    Table,
    months,
    share_axis,
    value_axis,
)
from modelops_abm.charts.layout import shortened
from modelops_abm.charts.palette import LOSSES, STATES, WORK, Colour
from modelops_abm.charts.timeline import Bins, bins_of, team_in_words, time_axis_of
from modelops_abm.core import outcomes
from modelops_abm.core.outcomes import MAINTENANCE
from modelops_abm.core.statechart import State
from modelops_abm.experiments.finance import payback_days
from modelops_abm.runs.results import Run
from modelops_abm.runs.summary import LABELS

_STAGES: tuple[tuple[str, str, Colour], ...] = (
    ("models_idea", "Idea backlog", "baseline"),
    ("models_build", "In build", "plan"),
    ("models_deployment", "In deployment", "previous"),
)
_OUTLAYS: dict[str, tuple[str, Colour, Colour]] = {
    "payroll": ("Payroll", "deploy", "deploy"),
    "cost": ("Predictions", "costs 80%", "costs"),
    "investment": ("Capabilities", "plan 85%", "plan"),
}
_WHY = {
    "adoption": ("users who never came", "to fewer users"),
    "usage": ("users who asked for less", "to less use per user"),
    "offline": ("nothing served", "to time offline"),
    "capacity": ("asked for, but over capacity", "to demand beyond capacity"),
    "decay": ("power lost since the first day", "to slow decay"),
    "drift": ("power lost to drift", "to drift"),
    "rollback": ("weaker while rolled back", "to older versions"),
}

COUNTS_OF_STATE: dict[State, tuple[str, ...]] = {
    State.IDEA: ("models_idea",),
    State.BUILD: ("models_build",),
    State.DEPLOYMENT: ("models_deployment",),
    State.ONLINE: ("models_online",),
    State.RETRAINING: ("models_retraining",),
    State.OFFLINE_ISSUE: tuple(f"models_offline_{cause}" for cause in outcomes.ISSUE_CAUSES),
    State.OFFLINE_DRIFT: ("models_offline_drift",),
    State.RETIRED: ("models_retired",),
}
"""Daily counts of `outcomes.MODEL_COUNTS` that make up each state."""


def source_of(run: Run, against: Run | None = None) -> str:
    """Return what makes a figure of a run repeatable, or of a plan's against a baseline's."""
    ran = f"seed {run.seed}, replication {run.replication}"
    if against is None:
        return f"Scenario {shortened(run.scenario.name)}, {ran}. modelops_abm {run.version}."
    own, other = (shortened(each.scenario.name) for each in (run, against))
    if (against.seed, against.replication) != (run.seed, run.replication):
        ran += f" against seed {against.seed}, replication {against.replication}"
    return f"Plan {own}, baseline {other}, {ran}. modelops_abm {run.version}."


# States


def state_flows(run: Run) -> dict[State, pd.Series[float]]:
    """Return the model-days of each day in each state of production, from the worst to the best."""
    daily = run.daily
    issue = sum(
        (daily[f"state_days_{cause}"] for cause in outcomes.ISSUE_CAUSES),
        pd.Series(0.0, index=daily.index),
    )
    drift, retraining = daily["state_days_drift"], daily["state_days_retraining"]
    # Online is what remains, so that the states fill the whole; it may miss zero by rounding.
    online = (daily["production_days"] - issue - drift - retraining).clip(lower=0.0)
    return {
        State.OFFLINE_ISSUE: issue,
        State.OFFLINE_DRIFT: drift,
        State.RETRAINING: retraining,
        State.ONLINE: online,
    }


def states_over_time(run: Run) -> Figure:
    """Return how many models are in each state of production, and how many are on their way.

    Averages by week (or day, month ...) above; the counts at the end of each day below.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> states_over_time(run).title
    'Models by state'
    """
    return Figure(
        _finding_of_states(run),
        ((_states(run),), (_stages(run),)),
        "Models by state",
        shows="Above: models in production by state; at the right averages over the run."
        " Below: models on their way to production.",
        source=source_of(run),
    )


def _finding_of_states(run: Run) -> str:
    days = float(len(run.daily))
    production = float(run.daily["production_days"].sum())
    if production <= 0.0:
        return "No model is in production at any time"
    flows = state_flows(run)
    offline = float((flows[State.OFFLINE_ISSUE] + flows[State.OFFLINE_DRIFT]).sum())
    return (
        f"On average {formats.average(offline / days)} of {formats.average(production / days)} "
        f"models in production are offline: {formats.share(offline / production, 0)} of their time"
    )


def _states(run: Run) -> Panel:
    bins = bins_of(run.scenario.horizon_days, shortest="week", at_most=160)
    low, layers = np.zeros(len(bins.days)), []
    for state, flow in state_flows(run).items():
        words, colour = STATES[state]
        high = low + bins.per_day(flow)
        strength = "50%" if state is State.ONLINE else "85%"
        label = f"{words} {formats.average(float(flow.mean()))}"
        areas = Band(words, bins.months, low, high, f"{colour} {strength}", label, colour)
        layers.append(areas)
        low = high
    edge = Line("In production", bins.months, low, "online", 1.6)
    in_all = formats.average(float(run.daily["production_days"].mean()))
    return Panel(
        "Models in production",
        f"models, average of each {bins.word}; {in_all} over the run",
        time_axis_of(run.scenario),
        value_axis([0.0, *low], whole=True),
        (*layers, edge),
        height=270.0,
    )


def _stages(run: Run) -> Panel:
    edges = months(np.arange(len(run.daily) + 1))
    lines = [
        Line(
            words, edges, run.daily[name].to_numpy(float), colour, 1.8,
            label=f"{words} {formats.number(run.daily[name].iloc[-1])}",
        )
        for name, words, colour in _STAGES
    ]  # fmt: skip
    return Panel(
        "On their way",
        "models, at the end of each day",
        time_axis_of(run.scenario),
        value_axis([0.0, *np.concatenate([line.y for line in lines])], whole=True),
        tuple(lines),
        height=120.0,
    )


# The team's time


def work_days(run: Run) -> dict[str, float]:
    """Return the calendar days of all developers on each activity of `palette.WORK`."""
    return {name: float(run.daily[f"developer_days_{name}"].sum()) for name in WORK}


def team_time(run: Run) -> Figure:
    """Return the developers' time by activity over the run, in shares, with totals.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> team_time(run).as_table().columns
    ('Activity', 'Share', 'Days')
    """
    horizon = run.scenario.horizon_days
    bins, days = _bins_of_team(run), work_days(run)
    total = sum(days.values())
    cells: dict[str, tuple[str, ...]] = {
        name: (formats.share(days[name] / total, 0), formats.number(days[name]))
        for name in WORK
        if days[name] > 0.0
    }
    team = team_in_words(run.scenario)
    return Figure(
        _finding_of_team(days),
        ((_team(run, "Team time", 310.0, Key(("share", "days"), _team_key(run, bins, cells))),),),
        "Team time",
        shows=f"Calendar days of {team} by activity, each {bins.word} as a share of the whole."
        f" Totals at the right, over {formats.span(horizon)}.",
        source=source_of(run),
        table=lambda: Table(
            "Team time",
            ("Activity", "Share", "Days"),
            [(WORK[name].words, *words) for name, words in cells.items()],
        ),
    )


def _finding_of_team(days: dict[str, float]) -> str:
    total = sum(days.values())
    if days["idle"] >= total * (1.0 - 1e-9):
        return "The team has nothing to do"
    care = formats.share(sum(days[work] for work in MAINTENANCE) / total, 0)
    words = f"{care_in_words(days)} take {care} of the team’s time"
    new_models = (days["deploy"] + days["build"]) / total
    return f"{words}; {formats.share(new_models, 0)} is left for new models"


def care_in_words(days: Mapping[str, float]) -> str:
    """Return what the care of models in production consists of; requests where there are any."""
    return "Repair, requests and retraining" if days["respond"] else "Repair and retraining"


def _bins_of_team(run: Run) -> Bins:
    return bins_of(run.scenario.horizon_days, shortest="month", at_most=124)


def team_shares(run: Run) -> dict[str, Floats]:
    """Return the share of each activity in each bin, in per cent."""
    bins = _bins_of_team(run)
    sums = {name: bins.sums(run.daily[f"developer_days_{name}"]) for name in WORK}
    total = sum(sums.values())
    return {name: 100.0 * part / total for name, part in sums.items()}


def _team(run: Run, title: str, height: float, key: Key | None) -> Panel:
    bins, low, bars = _bins_of_team(run), np.zeros(len(_bins_of_team(run).days)), []
    for name, shares in team_shares(run).items():
        bars.append(Bars(name, bins.months, low, low + shares, (WORK[name].colour,)))
        low = low + shares
    return Panel(
        title,
        f"% of developer days, by {bins.word}",
        time_axis_of(run.scenario),
        share_axis(),
        tuple(bars),
        key,
        height=height,
    )


def _team_key(run: Run, bins: Bins, cells: dict[str, tuple[str, ...]]) -> tuple[KeyRow, ...]:
    """Return the names of activities at the heights of their parts of the last bar."""
    upper = np.cumsum([shares[-1] for shares in team_shares(run).values()])
    heights = dict(zip(WORK, upper, strict=True))
    return tuple(
        KeyRow(name, *WORK[name], float(heights[name]), words) for name, words in cells.items()
    )


# Money


def outlays(run: Run) -> dict[str, pd.Series[float]]:
    """Return each day's payroll, cost of predictions, and capital with upkeep."""
    daily = run.daily
    return {
        "payroll": daily["payroll"],
        "cost": daily["cost"],
        "investment": daily["capital"] + daily["upkeep"],
    }


def value_and_cost(run: Run) -> Figure:
    """Return value, costs and net value: money per month, and net value so far below.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> [panel.title for panel in value_and_cost(run).panels]
    ['Earned and spent', 'Net value so far']
    """
    rate = formats.rate(run.scenario.finance.discount_rate)
    return Figure(
        _finding_of_money(run),
        ((_flows(run),), (_net_value_so_far(run),)),
        "Value and cost",
        shows="Above: value of the predictions and what is spent. Below: net value so far,"
        f" as booked and discounted at {rate} a year. Totals at the right.",
        source=source_of(run),
    )


def _finding_of_money(run: Run) -> str:
    net = float(run.daily["net_value"].sum())
    spent = float(run.daily["value"].sum()) - net
    verb = "earns" if net >= 0.0 else "loses"
    return (
        f"The portfolio {verb} {formats.money(abs(net))} over "
        f"{formats.span(run.scenario.horizon_days)}, after {formats.money(spent)} of costs"
    )


def _flows(run: Run) -> Panel:
    bins = _bins_of_team(run)
    x = time_axis_of(run.scenario)
    per, unit_days = ("day", 1.0) if "day" in x.labels[-1] else ("month", formats.MONTH_DAYS)
    value = unit_days * bins.per_day(run.daily["value"])
    flows = {name: unit_days * bins.per_day(flow) for name, flow in outlays(run).items()}
    spent = np.sum(list(flows.values()), axis=0)
    size, unit = formats.money_scale(max(float(value.max()), float(spent.max())))
    total = formats.money(float(run.daily["value"].sum()))
    low = np.zeros(len(value))
    bars = [
        Bars("value", bins.months, low, value / size, ("earns 70%",), f"Value {total}", "earns")
    ]
    for name, flow in flows.items():
        words, colour, text = _OUTLAYS[name]
        label = f"{words} {formats.money(-float(outlays(run)[name].sum()))}"
        bars.append(Bars(name, bins.months, low - flow / size, low, (colour,), label, text))
        low = low - flow / size
    net = (value - spent) / size
    label = f"Net value {formats.money(float(run.daily['net_value'].sum()))}"
    # The line of the net value stands out from the bars by a white one below it.
    lines = (
        Line("gap", bins.months, net, "surface", 4.5),
        Line("net", bins.months, net, "ink", 2.2, label=label),
    )
    return Panel(
        "Earned and spent",
        f"{unit} a {per}" + ("" if bins.word == per else f", by {bins.word}"),
        x,
        value_axis([-float(spent.max()) / size, float(value.max()) / size, *net, 0.0], steps=6),
        (*bars, *lines),
        height=250.0,
    )


def _net_value_so_far(run: Run) -> Panel:
    days = months(np.arange(len(run.daily) + 1))
    # `net_value` is a flow of each day; `npv` is the sum so far already.
    booked = np.append(0.0, run.daily["net_value"].to_numpy().cumsum())
    discounted = np.append(0.0, run.daily["npv"].to_numpy())
    size, unit = formats.money_scale(float(np.abs([booked, discounted]).max()))
    sides: tuple[tuple[str, Floats, Colour], ...] = (
        ("As booked", booked, "ink"),
        ("Discounted", discounted, "plan"),
    )
    lines = tuple(
        Line(words, days, values / size, colour, 2.2, label=f"{words} {formats.money(values[-1])}")
        for words, values, colour in sides
    )
    axis = value_axis(np.concatenate([booked, discounted]) / size, steps=5)
    return Panel("Net value so far", unit, time_axis_of(run.scenario), axis, lines, height=180.0)


# Value lost on the way


class Step(NamedTuple):
    """A bar of the waterfall: what it is, why, from where to where in $, and its colour."""

    words: str
    why: str
    start: float
    end: float
    colour: Colour


def losses(run: Run) -> dict[str, float]:
    """Return the value lost to each cause over a run in $, the largest first."""
    lost = {name: float(run.daily[f"lost_{name}"].sum()) for name in LOSSES}
    return dict(sorted(lost.items(), key=lambda entry: -entry[1]))


def waterfall(run: Run) -> list[Step]:
    """Return the bars from ideal value over the losses, the largest first, to realised value."""
    level = float(run.daily["ideal_value"].sum())
    steps = [Step("Ideal value", "full power, always served", 0.0, level, "online 35%")]
    for name, lost in losses(run).items():
        words, colour = LOSSES[name]
        steps.append(Step(words, _WHY[name][0], level, level - lost, colour))
        level -= lost
    value = float(run.daily["value"].sum())
    return [*steps, Step("Realised value", "what users got", 0.0, value, "online 85%")]


def leakage(run: Run) -> Figure:
    """Return the way from ideal to realised value as a waterfall, from the top down.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> rows = leakage(run).as_table().rows
    >>> rows[0][0], rows[-1][0]
    ('Ideal value', 'Realised value')
    """
    steps = waterfall(run)
    ideal = steps[0].end
    reach = max(*(max(step.start, step.end) for step in steps), 0.0) or 1.0
    rows = tuple(
        Row(
            step.words,
            (Bar(step.start, step.end, step.colour, 0.63),),
            (formats.money(step.end - step.start), _part(step, ideal)),
            is_strong=step.start == 0.0 and step in (steps[0], steps[-1]),
            inside=step.why,
        )
        for step in steps
    )
    heads: tuple[tuple[str, Colour], ...] = (("$", "ink-2"), ("of ideal", "ink-2"))
    body = Rows(
        "Value lost on the way", "", rows, Axis(0.0, reach), heads, is_joined=ideal > 0.0,
        height=38.0,
    )  # fmt: skip
    return Figure(
        _finding_of_losses(run),
        ((body,),),
        "Value lost on the way",
        shows="Ideal value is what the same models would yield at the power of their first day,"
        " always served, without limit of capacity. Sums over"
        f" {formats.span(run.scenario.horizon_days)}.",
        source=source_of(run),
        table=lambda: Table(
            "Value lost on the way",
            ("Step", "$", "Of ideal"),
            [(row.label, *row.cells) for row in rows],
        ),
    )


def _part(step: Step, ideal: float) -> str:
    return formats.share(abs(step.end - step.start) / ideal, 0) if ideal > 0.0 else ""


def _finding_of_losses(run: Run) -> str:
    ideal, value = float(run.daily["ideal_value"].sum()), float(run.daily["value"].sum())
    if ideal <= 0.0:
        return "There is no value to lose in this run"
    worst, lost = next(iter(losses(run).items()))
    if lost <= 0.0:
        return "No value is lost in this run"
    return (
        f"{formats.share((ideal - value) / ideal, 0)} of the ideal value is lost, "
        f"{formats.money(ideal - value)}; the largest part, {formats.money(lost)}, {_WHY[worst][1]}"
    )


# A plan beside its baseline


def _check_pair(plan: Run, baseline: Run) -> None:
    """Raise a ValueError unless both runs are of the same length."""
    days = plan.scenario.horizon_days, baseline.scenario.horizon_days
    if days[0] != days[1]:
        raise ValueError(
            f"plan and baseline must be of the same length, not {days[0]:,} and {days[1]:,} days"
        )


def _draws_of(plan: Run, baseline: Run) -> str:
    """Return whether both runs had the same random numbers, in a sentence."""
    if (plan.seed, plan.replication) == (baseline.seed, baseline.replication):
        return "One future, the same random numbers for both."
    return "One future each, with different random numbers."


def compare(plan: Run, baseline: Run) -> Figure:
    """Return what a plan is worth against its baseline in one future.

    Parameters
    ----------
    plan, baseline
        Runs of the same length, and for a fair comparison of the same seed and replication.

    Returns
    -------
    Figure
        Main numbers, both discounted net values so far, and their difference.

    Raises
    ------
    ValueError
        If the runs are not of the same length.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> names = ("all_five", "reference")
    >>> plan, baseline = (simulate(preset(name), engine="ensemble") for name in names)
    >>> compare(plan, baseline).source.partition(",")[0]
    'Plan all_five'
    """
    _check_pair(plan, baseline)
    rate = formats.rate(plan.scenario.finance.discount_rate)
    figures = key_figures(plan, baseline)
    return Figure(
        _finding_of_pair(plan, baseline),
        ((Numbers(tuple(figures)),), (_both(plan, baseline),), (_difference(plan, baseline),)),
        "Plan and baseline",
        shows=f"{_draws_of(plan, baseline)} Net value is discounted at {rate} a year to the start.",
        source=source_of(plan, baseline),
        table=lambda: Table(
            "Plan and baseline",
            ("Figure", "Plan", "Baseline", "Change"),
            [(each.words, each.value, each.versus, each.change) for each in figures],
        ),
    )


def difference_so_far(plan: Run, baseline: Run) -> Floats:
    """Return plan minus baseline of the discounted net value so far, at the end of each day."""
    difference: Floats = (plan.daily["npv"] - baseline.daily["npv"]).to_numpy()
    return difference


def payback_day(difference: Floats) -> float | None:
    """Return the day of payback; None if the difference is zero, so that there is none to pay."""
    return float(payback_days(difference[np.newaxis])[0]) if difference.any() else None


def key_figures(plan: Run, baseline: Run) -> list[Number]:
    """Return the main numbers of both runs."""
    paid = payback_day(difference_so_far(plan, baseline))
    own, other = (float(run.daily["npv"].iloc[-1]) for run in (plan, baseline))
    models = [run.summary["models_delivered"] or 0.0 for run in (plan, baseline)]
    within = "in" if paid is None or math.isinf(paid) else "of"
    return [
        Number(
            LABELS["npv"],
            formats.money(own),
            f"vs {formats.money(other)}",
            formats.money(own - other, signed=True),
        ),
        _share_figure("availability", plan, baseline),
        _share_figure("new_model_share", plan, baseline),
        Number(
            LABELS["models_delivered"],
            formats.number(models[0]),
            f"vs {formats.number(models[1])}",
            formats.number(models[0] - models[1], signed=True),
        ),
        Number(
            LABELS["payback"],
            formats.payback(paid),
            f"{within} {formats.span(plan.scenario.horizon_days)}",
        ),
    ]


def _share_figure(name: str, plan: Run, baseline: Run) -> Number:
    own, other = plan.summary[name], baseline.summary[name]
    change = formats.NOTHING if own is None or other is None else formats.points(own - other)
    return Number(LABELS[name], formats.share(own, 1), f"vs {formats.share(other, 1)}", change)


def _finding_of_pair(plan: Run, baseline: Run) -> str:
    difference = difference_so_far(plan, baseline)
    over = f"over {formats.span(plan.scenario.horizon_days)}"
    if not difference.any():
        return f"Plan and baseline earn the same {over}"
    worth = float(difference[-1])
    if worth < 0.0:
        return f"In this future the plan loses {formats.money(-worth)} against the baseline {over}"
    return f"In this future the plan is worth {formats.money(worth, signed=True)} {over}"


def _both(plan: Run, baseline: Run) -> Panel:
    days = months(np.arange(len(plan.daily) + 1))
    own, other = (np.append(0.0, run.daily["npv"].to_numpy()) for run in (plan, baseline))
    size, unit = formats.money_scale(float(np.abs([own, other]).max()))
    words = [
        f"{name} {formats.money(line[-1])}" for name, line in (("Plan", own), ("Baseline", other))
    ]
    return Panel(
        "Net value so far",
        f"{unit}, discounted",
        time_axis_of(plan.scenario),
        value_axis(np.concatenate([own, other]) / size, steps=5),
        (
            Line("baseline", days, other / size, "baseline", 2.2, "dashed", words[1]),
            Line("plan", days, own / size, "plan", 2.2, label=words[0]),
        ),
        height=220.0,
    )


def _difference(plan: Run, baseline: Run) -> Panel:
    difference = difference_so_far(plan, baseline)
    days, line = months(np.arange(len(difference) + 1)), np.append(0.0, difference)
    size, unit = formats.money_scale(float(np.abs(line).max()))
    paid = payback_day(difference)
    flag = Flag("payback", None, "")
    if paid is not None and 0.0 < paid < math.inf:
        flag = Flag("payback", paid / formats.MONTH_DAYS, f"payback, {formats.payback(paid)}")
    scaled, zero = line / size, np.zeros(len(line))
    return Panel(
        "Plan minus baseline",
        f"{unit}, so far",
        time_axis_of(plan.scenario),
        value_axis(scaled, signed=True),
        (
            Band("ahead", days, zero, np.maximum(scaled, 0.0), "earns 20%"),
            Band("behind", days, np.minimum(scaled, 0.0), zero, "costs 20%"),
            Line(
                "difference", days, scaled, "plan", 2.2, label=formats.money(line[-1], signed=True)
            ),
            flag,
        ),
        height=146.0,
    )


def compare_leakage(plan: Run, baseline: Run) -> Figure:
    """Return the value that plan and baseline lose to each cause.

    Parameters
    ----------
    plan, baseline
        As for `charts.compare`.

    Returns
    -------
    Figure
        A filled bar for the plan over a dashed one for the baseline, for each cause.

    Raises
    ------
    ValueError
        If the runs are not of the same length.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> names = ("all_five", "reference")
    >>> plan, baseline = (simulate(preset(name), engine="ensemble") for name in names)
    >>> compare_leakage(plan, baseline).as_table().columns
    ('Lost to', 'Plan', 'Baseline', 'Change')
    """
    _check_pair(plan, baseline)
    before, after = losses(baseline), losses(plan)
    rows = tuple(
        Row(
            LOSSES[name].words,
            (
                Bar(0.0, before[name], "baseline", 0.6, is_outline=True),
                Bar(0.0, after[name], LOSSES[name].colour, 0.32),
            ),
            _money_cells(after[name], before[name]),
        )
        for name in before
    )
    shares = f"Of the ideal value: {_share_lost(plan)}, baseline {_share_lost(baseline)}"
    cells = _money_cells(sum(after.values()), sum(before.values()))
    body = Rows(
        "Value lost on the way",
        "$",
        rows,
        Axis(0.0, max(*before.values(), *after.values(), 0.0) or 1.0),
        (("plan", "plan"), ("baseline", "baseline"), ("change", "ink")),
        height=44.0,
        total=Row("Lost in all", (), cells, is_strong=True, inside=shares),
    )
    return Figure(
        _finding_of_lost(plan, baseline),
        ((body,),),
        "Value lost on the way",
        shows=f"Value lost over {formats.span(plan.scenario.horizon_days)}: filled bars are the"
        f" plan, dashed outlines the baseline. {_draws_of(plan, baseline)}",
        source=source_of(plan, baseline),
        table=lambda: Table(
            "Value lost on the way",
            ("Lost to", "Plan", "Baseline", "Change"),
            [*((row.label, *row.cells) for row in rows), ("Lost in all", *cells)],
        ),
    )


def _money_cells(plan: float, baseline: float) -> tuple[str, str, str]:
    change = formats.money(plan - baseline, signed=True)
    return formats.money(plan), formats.money(baseline), change


def _finding_of_lost(plan: Run, baseline: Run) -> str:
    after, before = (sum(losses(run).values()) for run in (plan, baseline))
    if before == after == 0.0:
        return "No value is lost, with or without the plan"
    if formats.money(before - after) == "$0":
        return f"Plan and baseline lose the same: {_share_lost(plan)} of the ideal value"
    words = "less" if after <= before else "more"
    return (
        f"The plan loses {formats.money(abs(before - after))} {words} on the way: "
        f"{_share_lost(plan)} of the ideal value, not {_share_lost(baseline)}"
    )


def _share_lost(run: Run) -> str:
    ideal = float(run.daily["ideal_value"].sum())
    return formats.share(sum(losses(run).values()) / ideal if ideal > 0.0 else None, 0)


def compare_team_time(plan: Run, baseline: Run) -> Figure:
    """Return the developers' time of plan and baseline side by side, with totals of both.

    Parameters
    ----------
    plan, baseline
        As for `charts.compare`.

    Raises
    ------
    ValueError
        If the runs are not of the same length.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> names = ("all_five", "reference")
    >>> plan, baseline = (simulate(preset(name), engine="ensemble") for name in names)
    >>> compare_team_time(plan, baseline).title
    'Team time'
    """
    _check_pair(plan, baseline)
    horizon, bins = plan.scenario.horizon_days, _bins_of_team(plan)
    own, other = work_days(plan), work_days(baseline)
    cells = {
        name: tuple(formats.share(days[name] / sum(days.values()), 0) for days in (own, other))
        for name in WORK
        if own[name] + other[name] > 0.0
    }
    key = Key(("plan", "baseline"), _team_key(plan, bins, cells))
    shares = [
        formats.share(sum(days[work] for work in MAINTENANCE) / sum(days.values()), 0)
        for days in (own, other)
    ]
    return Figure(
        f"{care_in_words(own)} take {shares[0]} of the team’s time with the plan, {shares[1]}"
        " without",
        ((_team(baseline, "Baseline", 300.0, None), _team(plan, "Plan", 300.0, key)),),
        "Team time",
        shows=f"Calendar days of the developers by activity, each {bins.word} as a share of the"
        f" whole; totals over {formats.span(horizon)} at the right. {_draws_of(plan, baseline)}",
        source=source_of(plan, baseline),
        table=lambda: Table(
            "Team time",
            ("Activity", "Plan", "Baseline"),
            [(WORK[name].words, *words) for name, words in cells.items()],
        ),
    )
