"""Figures of a plan and its baseline over many futures, and of several plans.

In the order in which the page shows them: net value and the difference; the course of availability,
users and predictions; the team's time; the losses. Then what only files show: how the futures are
spread over what a plan is worth, when they pay back, and several plans side by side.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

import numpy as np

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.charts.amounts import (
    Money,
    Notation,
    between,
    digits_for,
    levels_of,
    money_of,
    notation_of,
)
from modelops_abm.charts.figure import (
    Axis,
    Band,
    Bar,
    Bars,
    Figure,
    Flag,
    Key,
    KeyRow,
    Layer,
    Line,
    Mark,
    Panel,
    Row,
    Rows,
    Span,
    Stroke,
    Table,
    months,
    share_axis,
    value_axis,
)
from modelops_abm.charts.layout import shortened
from modelops_abm.charts.palette import LOSSES, VERDICTS, WORK, Colour
from modelops_abm.charts.runs import care_in_words
from modelops_abm.charts.timeline import Bands, bands_of, by_month, quarters, time_axis_of
from modelops_abm.core.outcomes import MAINTENANCE
from modelops_abm.experiments import Comparison, PairedDifference, SideBySide
from modelops_abm.experiments.statistics import share
from modelops_abm.experiments.words import IS_BASELINE, PaidBack, known_money
from modelops_abm.runs.summary import LABELS
from modelops_abm.text import all_of

type Course = Literal["availability", "users", "served"]

COURSES: dict[Course, str] = {
    "availability": LABELS["availability"],
    "users": "Users",
    "served": "Predictions",
}
"""Outcomes whose course is shown, with its title."""
_BUILT_SHARE = 0.1
_LOSSES = ("offline", "adoption", "usage", "drift", "decay", "capacity", "rollback")
_MOST_BINS, _ROUNDING = 40, 1e-9
_FEWEST_FOR_ENDS = 40


def source_of(comparison: Comparison) -> str:
    """Return what makes figures of a comparison repeatable."""
    plan = comparison.plan
    name = shortened(plan.scenario.name)
    return f"Scenario {name}, seed {plan.seed}. modelops_abm {plan.version}."


# Net value so far


def net_value(comparison: Comparison, over: Comparison | None = None) -> Figure:
    """Return the net value so far of plan and baseline, and the difference, future by future.

    Parameters
    ----------
    comparison
        At the values as set.
    over
        The same over what the organisation may be, whose bands are hatched.
    """
    money, levels = money_of(comparison), levels_of(comparison)
    plan, baseline = (bands_of(bands, levels.money.size) for bands in comparison.course("npv"))
    difference = bands_of(comparison.bands["npv"], money.size)
    sides = {"Plan": plan, "Baseline": baseline, "Difference": difference}
    finding, drawn, apart = _finding_of_net_value(comparison), None, None
    if over is not None:
        drawn = bands_of(over.plan.bands["npv"], levels.money.size)
        apart = bands_of(over.bands["npv"], money.size)
        sides["Over what it may be"] = apart
        if not comparison.is_of_baseline:
            finding = f"As set: {finding}{_how_much_wider(difference, apart)}"
    rate = formats.rate(comparison.plan.scenario.finance.discount_rate)
    unit = f"{levels.money.unit}, discounted at {rate}"
    own = "" if money == levels.money else f", {money.unit}"
    x = time_axis_of(comparison.plan.scenario)
    above = Panel(
        "Net value so far",
        unit,
        x,
        value_axis([0.0, *plan.ends, *baseline.ends, *_reach(drawn)]),
        (
            *_spread_of_sides(plan, baseline, drawn),
            baseline.line("baseline", "baseline", f"Baseline {levels.baseline}"),
            plan.line("plan", "plan", f"Plan {levels.plan}"),
        ),
        texts=_texts(sides, 2),
        height=152.0,
    )
    below = Panel(
        f"Plan minus baseline, future by future{own}",
        "",
        x,
        value_axis([0.0, *difference.ends, *_reach(apart)], signed=True),
        (
            *_not_known(over, apart, money),
            difference.futures("difference", "plan"),
            difference.average("difference", "plan"),
            _difference_line(
                comparison,
                difference,
                money,
                "as set" if over is not None and not over.is_of_baseline else "",
            ),
            Flag("payback", *(_payback_mark(comparison) or (None, ""))),
        ),
        height=137.0,
    )
    return Figure(
        finding,
        ((above,), (below,)),
        "Net value so far",
        unit,
        _how_to_read(comparison, over),
        source_of(comparison),
        lambda: _net_value_table(
            comparison, f"{unit}{own and f'; difference{own}'}", (plan, baseline, difference), apart
        ),
    )


def of_baseline(figure: Figure) -> Figure:
    """Return the first part of a figure, of a baseline alone, without what is the plan's.

    Its line would lie on the baseline's, its column say the same.

    >>> from modelops_abm import experiments, preset, with_values
    >>> scenario = with_values(preset("reference"), {"horizon_days": 60}, source="example")
    >>> found = experiments.compare(scenario, 2, daily=["npv"])
    >>> figure = net_value(found)
    >>> (alone,) = of_baseline(figure).panels
    >>> len(figure.panels[0].layers) - len(alone.layers)
    1
    """
    part = figure.parts[0][0]
    if isinstance(part, Panel):
        lines = (layer for layer in part.layers if isinstance(layer, Line))
        own = next((line for line in lines if line.name == "plan"), None)
        key = part.key and Key(
            part.key.heads[1:], tuple(row._replace(cells=row.cells[1:]) for row in part.key.rows)
        )
        layers = tuple(layer for layer in part.layers if layer is not own)
        part = replace(part, layers=layers, key=key)
    elif isinstance(part, Rows) and part.total is not None:
        total = _of_one_side(part.total)
        part = replace(
            part,
            heads=part.heads[1:],
            rows=tuple(_of_one_side(row) for row in part.rows),
            total=replace(total, inside=total.inside.partition(",")[0]),
        )
    return replace(figure, parts=((part,),))


def _of_one_side(row: Row) -> Row:
    marks = tuple(mark for mark in row.marks if not (isinstance(mark, Bar) and mark.is_outline))
    return replace(row, marks=marks, cells=row.cells[1:])


def _how_to_read(comparison: Comparison, over: Comparison | None) -> str:
    futures = formats.plural(comparison.replications, "future")
    if over is None:
        return f"In {futures}. Light: 95 of 100 of them; dark: 95 % interval of the average."
    organisations = formats.plural(over.replications, "organisation")
    return (
        f"Lines and plain bands: {futures} at the values as set; light: 95 of 100 of them, by"
        " chance alone; dark: 95 % interval of the average. Hatched: 95 of 100 futures of"
        f" {organisations}, by chance and what nobody knows."
    )


def _reach(unknown: Bands | None) -> Floats:
    """Return what the axis must show of a hatched band."""
    return np.array([]) if unknown is None else np.concatenate([unknown.low, unknown.high])


def _spread_of_sides(plan: Bands, baseline: Bands, drawn: Bands | None) -> tuple[Layer, ...]:
    """Return the bands of the plan, and what there is room for of the baseline's."""
    average = plan.average("plan", "plan")
    if drawn is not None:
        return drawn.unknown("plan", "plan", "not known"), plan.futures("plan", "plan"), average
    # Two light areas on each other would mix: the baseline has the edges of its band only.
    edges = (
        Line(f"baseline-{name}", baseline.months, edge, "baseline", 1.0, "dotted")
        for name, edge in (("low", baseline.low), ("high", baseline.high))
    )
    return plan.futures("plan", "plan", "95 of 100 futures"), average, *edges


def _not_known(over: Comparison | None, apart: Bands | None, money: Money) -> tuple[Layer, ...]:
    """Return the hatched band of the difference, with how far up it goes."""
    if over is None or apart is None or over.is_of_baseline:
        return ()
    digits = digits_for(over.difference("npv"), money.size)
    highest = formats.number(apart.high[-1], digits, signed=True)
    return (apart.unknown("difference", "plan", f"{highest} not known"),)


def _how_much_wider(difference: Bands, apart: Bands) -> str:
    """Return how many times as wide the fan ends over what may be as by chance as set."""
    by_chance = float(difference.high[-1] - difference.low[-1])
    whole = float(apart.high[-1] - apart.low[-1])
    if not by_chance > 0.0 or whole < 1.05 * by_chance:
        return ""
    times = formats.number(whole / by_chance, 1 if whole < 10.0 * by_chance else 0)
    return (
        f" Over what the organisation may be, the fan is {times} times as wide as by chance as set."
    )


def _difference_line(
    comparison: Comparison, difference: Bands, money: Money, note: str = ""
) -> Line:
    worth = notation_of(comparison).worth(comparison.difference("npv").estimate.mean)
    half_width = difference.half_width[-1]
    if half_width > 0.0 and not note:
        note = f"average {money.half_width(half_width * money.size)}"
    return difference.line("difference", "plan", f"{money.all_with_unit(worth)}", note)


def _payback_mark(comparison: Comparison) -> tuple[float, str] | None:
    """Return where to mark the median payback, in months, and its words; None if nowhere."""
    paid = comparison.paid_back
    if comparison.is_of_baseline or not paid.is_typical or not paid.day:
        return None
    return paid.day / formats.MONTH_DAYS, f"payback, {paid.when}"


def _finding_of_net_value(comparison: Comparison) -> str:
    """Return what the difference shows over time, in a sentence.

    From when on a plan is ahead is when it pays back in the middle one of the futures, as in all
    other words about it.
    """
    if comparison.is_of_baseline:
        return f"{IS_BASELINE}: nothing is different."
    if comparison.is_worth_nothing:
        return "The plan changes nothing: it ends as the baseline does in every future."
    paid = comparison.paid_back
    return f"{_finding_of(comparison, paid)}{_ends_as_baseline(paid)}"


def _ends_as_baseline(paid: PaidBack) -> str:
    """Return in how many futures a plan changes nothing, in a sentence; empty if in none."""
    if not paid.same:
        return ""
    ends = "ends" if paid.same == 1 else "end"
    count = formats.count_of(paid.same, paid.futures)
    return f" {count} futures {ends} as the baseline does."


def _finding_of(comparison: Comparison, paid: PaidBack) -> str:
    is_ahead = "is" if paid.paid == paid.futures else "is typically"
    match comparison.difference("npv").verdict:
        case "earns" if not paid.is_typical:
            return f"The plan ends ahead on average, though it pays back {paid.text} only."
        case "earns" if paid.day == 0.0:
            return f"The plan {is_ahead} ahead {paid.when}."
        case "earns":
            built = _month_built(comparison)
            work = "" if built is None else f"; the team builds it until month {built:.0f}"
            return f"The plan {is_ahead} ahead for good from {paid.when} on{work}."
        case "loses" if paid.is_typical:
            return f"The plan ends behind on average, though it pays back {paid.text}."
        case "loses" if paid.paid:
            return f"The plan ends behind on average, and pays back {paid.text} only."
        case "loses":
            return "The plan ends behind and does not pay back."
        case _:
            return "At the end plan and baseline cannot be told apart."


def _month_built(comparison: Comparison) -> float | None:
    """Return the month in which the work on capabilities ends on average, if there is any."""
    work = bands_of(comparison.plan.bands["developer_days_capability"])
    going_on = np.flatnonzero(work.mean > _BUILT_SHARE * work.mean.max())
    return float(math.ceil(work.months[going_on[-1]])) if work.mean.max() > 0.0 else None


def _net_value_table(
    comparison: Comparison,
    unit: str,
    sides: tuple[Bands, Bands, Bands],
    apart: Bands | None = None,
) -> Table:
    """Return the same numbers as a table, one row a quarter; with what nobody knows at its end."""
    difference, levels, digits = sides[2], levels_of(comparison), notation_of(comparison).digits
    rows = []
    for place in quarters(difference.months):
        plan, baseline, change = (float(bands.mean[place]) for bands in sides)
        rows.append(
            (
                f"{difference.months[place]:.0f}",
                *(formats.number(each, levels.digits) for each in (plan, baseline)),
                formats.number(change, digits, signed=True),
                between(difference.low[place], difference.high[place], digits),
                *(() if apart is None else (between(apart.low[place], apart.high[place], digits),)),
            )
        )
    columns: tuple[str, ...] = ("Month", "Plan", "Baseline", "Difference", "95 of 100 futures")
    if apart is not None:
        columns = (*columns[:-1], "Chance only", "Chance and what nobody knows")
    return Table(f"Net value so far, {unit}", columns, rows)


def _texts(sides: dict[str, Bands], digits: int) -> tuple[str, ...]:
    """Return the exact values of every period."""
    periods = next(iter(sides.values())).months
    return tuple(
        "\n".join(
            [
                f"Month {month:.1f}",
                *(
                    f"{name} {' ('.join(_cells(bands, place, digits))})"
                    for name, bands in sides.items()
                ),
            ]
        )
        for place, month in enumerate(periods)
    )


def _cells(bands: Bands, place: int, digits: int) -> tuple[str, str]:
    return (
        formats.number(bands.mean[place], digits),
        between(bands.low[place], bands.high[place], digits),
    )


def _at_end(bands: Bands, digits: int) -> str:
    last = float(bands.mean[-1])
    return formats.NOTHING if math.isnan(last) else formats.number(last, digits)


# The course of an outcome


def course(comparison: Comparison, name: Course, over: Comparison | None = None) -> Figure:
    """Return availability, users or predictions over time, with and without the plan.

    Parameters
    ----------
    over
        The same over what the organisation may be, whose band is hatched.
    """
    size, unit, digits = _unit(comparison, name)
    drawn = None if over is None else by_month(bands_of(over.plan.bands[name], size))
    plan, baseline = (by_month(bands_of(bands, size)) for bands in comparison.course(name))
    ends = [_share_at_end(bands, digits, name) for bands in (plan, baseline)]
    panel = Panel(
        "",
        "",
        time_axis_of(comparison.plan.scenario),
        value_axis(
            [*plan.ends, *baseline.ends, *(() if drawn is None else (*drawn.low, *drawn.high))],
            steps=3,
        ),
        (
            # A third area would hide the others: over draws the baseline is a line.
            baseline.futures("baseline", "baseline")
            if drawn is None
            else drawn.unknown("plan", "plan"),
            plan.futures("plan", "plan"),
            baseline.average("baseline", "baseline"),
            plan.average("plan", "plan"),
            baseline.line("baseline", "baseline", f"Baseline {ends[1]}"),
            plan.line("plan", "plan", f"Plan {ends[0]}"),
        ),
        texts=_texts({"Plan": plan, "Baseline": baseline}, digits + 1),
        height=180.0,
    )
    finding = f"{COURSES[name]}, {unit}: at the end {ends[0]}{_of_sides(comparison, ends)}"
    return Figure(
        finding,
        ((panel,),),
        COURSES[name],
        unit,
        _how_to_read(comparison, over),
        source_of(comparison),
        table=lambda: _course_table(f"{COURSES[name]}, {unit}", (plan, baseline), digits + 1),
    )


def _course_table(caption: str, sides: Sequence[Bands], digits: int) -> Table:
    """Return the same numbers as a table, one row a quarter."""
    rows = [
        (
            f"{sides[0].months[place]:.0f}",
            *(cell for bands in sides for cell in _cells(bands, place, digits)),
        )
        for place in quarters(sides[0].months)
    ]
    return Table(caption, ("Month", "Plan", "95 of 100", "Baseline", "95 of 100"), rows)


def _unit(comparison: Comparison, name: Course) -> tuple[float, str, int]:
    """Return what to divide an outcome by, what unit that gives, and the digits that suit."""
    if name == "availability":
        return 0.01, "%, by month", 0
    largest = max(
        float(np.nanmax(ensemble.bands[name]["97.5%"].to_numpy()))
        for ensemble in (comparison.plan, comparison.baseline)
    )
    word = "users" if name == "users" else "a day"
    if largest >= 1e6:
        return 1e6, f"M {word}", 1
    return (1e3, f"k {word}", 1) if largest >= 1e4 else (1.0, word, 0)


def _share_at_end(bands: Bands, digits: int, name: Course) -> str:
    """Return the mean of the last month; a share is never all unless it is exactly that."""
    almost_all = name == "availability" and 99.5 <= float(bands.mean[-1]) < 100.0
    return _at_end(bands, digits + almost_all)


# The team's time


_LEAST = {"idle": 0.5, "respond": 1e-9}
"""Per cent of the time from which on these are shown; the others always are."""


def team_time_of_plan(comparison: Comparison) -> Figure:
    """Return what the team spends its time on by month, and in all with and without the plan.

    Idle time and requests are left out unless there are any.
    """
    bands = {
        kind: by_month(bands_of(comparison.plan.bands[f"developer_days_{kind}"])) for kind in WORK
    }
    plan, baseline = shares_of_time(comparison)
    kinds = [kind for kind in WORK if max(plan[kind], baseline[kind]) >= _LEAST.get(kind, 0.0)]
    # Shares of all time, idle time too where its area is left out; never of nothing.
    whole = np.maximum(np.sum([entry.mean for entry in bands.values()], axis=0), 1e-12)
    shares = {kind: 100.0 * bands[kind].mean / whole for kind in kinds}
    periods = bands["repair"].months
    panel = Panel(
        "",
        "",
        time_axis_of(comparison.plan.scenario),
        share_axis(),
        tuple(_stacked(np.append(0.0, periods), shares)),
        Key(("plan", "base"), _key_rows(shares, plan, baseline)),
        _texts_of_time(periods, shares),
        height=220.0,
    )
    care = [
        formats.share(sum(side[kind] for kind in MAINTENANCE) / 100.0, 0)
        for side in (plan, baseline)
    ]
    whose = _of_sides(comparison, care)
    return Figure(
        f"{care_in_words(plan)} take {care[0]} of the team's time{whose}",
        ((panel,),),
        "Team time",
        "% of developer days, by month",
        source=source_of(comparison),
        table=lambda: _table_of_time(periods, shares, (plan, baseline)),
    )


def shares_of_time(comparison: Comparison) -> tuple[dict[str, float], dict[str, float]]:
    """Return the share of each kind of work in all time, with the plan and without."""
    days = {kind: comparison.mean_totals(f"developer_days_{kind}") for kind in WORK}
    plan, baseline = ({kind: each[side] for kind, each in days.items()} for side in (0, 1))
    return _in_hundred(plan), _in_hundred(baseline)


def _in_hundred(days: Mapping[str, float]) -> dict[str, float]:
    whole = sum(days.values()) or 1.0
    return {kind: 100.0 * amount / whole for kind, amount in days.items()}


def _stacked(x: Floats, shares: dict[str, Floats]) -> list[Band]:
    """Return areas that lie on each other, from the start on."""
    low, areas = np.zeros(len(x)), []
    for kind, values in shares.items():
        # A period's value stands at its end; the area begins at day 0 with that of the first.
        high = low + np.concatenate([values[:1], values])
        areas.append(Band(f"team-{kind}", x, low, high, WORK[kind].colour, is_part=True))
        low = high
    return areas


def _key_rows(
    shares: dict[str, Floats], plan: dict[str, float], baseline: dict[str, float]
) -> tuple[KeyRow, ...]:
    upper = np.cumsum([values[-1] for values in shares.values()])
    return tuple(
        KeyRow(
            kind,
            *WORK[kind],
            float(at),
            (formats.number(plan[kind]), formats.number(baseline[kind])),
        )
        for kind, at in zip(shares, upper, strict=True)
    )


def _texts_of_time(periods: Floats, shares: dict[str, Floats]) -> tuple[str, ...]:
    """Return the exact values of every period, from the top down."""
    return tuple(
        "\n".join(
            [
                f"Month {periods[place]:.0f}",
                *(
                    f"{WORK[kind].words} {formats.share(values[place] / 100.0, 0)}"
                    for kind, values in reversed(shares.items())
                ),
            ]
        )
        for place in [0, *range(len(periods))]
    )


def _table_of_time(
    periods: Floats, shares: dict[str, Floats], sides: tuple[dict[str, float], dict[str, float]]
) -> Table:
    """Return the same numbers as a table: plan by quarter, then plan and baseline in all."""
    rows = [
        (
            f"Month {periods[place]:.0f}",
            *(formats.number(values[place]) for values in shares.values()),
        )
        for place in quarters(periods)
    ]
    for name, side in zip(("Plan, in all", "Baseline, in all"), sides, strict=True):
        rows.append((name, *(formats.number(side[kind]) for kind in shares)))
    columns = ("When", *(WORK[kind].words for kind in shares))
    return Table("Team time, % of developer days", columns, rows)


# Value lost on the way


class Lost(NamedTuple):
    """Value lost by cause, as an average over the futures, in the unit of money.

    Attributes
    ----------
    money
        The unit.
    plan, baseline
        Lost with and without the plan.
    shares
        In all, of the ideal value of each; None if there is none.
    """

    money: Money
    plan: dict[str, float]
    baseline: dict[str, float]
    shares: tuple[float | None, float | None]


def lost_by_cause(comparison: Comparison) -> Lost:
    """Return what is lost to each cause with a plan, and without."""
    by_cause = {cause: comparison.means(f"lost_{cause}") for cause in _LOSSES}
    lost = [{cause: means[side] for cause, means in by_cause.items()} for side in (0, 1)]
    money = Money(*formats.money_scale(max(sum(side.values()) for side in lost)))
    plan, baseline = ({cause: each / money.size for cause, each in side.items()} for side in lost)
    first, second = (
        sum(side.values()) / ideal if ideal > 0.0 else None
        for side, ideal in zip(lost, comparison.means("ideal_value"), strict=True)
    )
    return Lost(money, plan, baseline, (first, second))


def losses_of_plan(comparison: Comparison) -> Figure:
    """Return the value lost on the way from the ideal to what is earned, cause by cause."""
    money, plan, baseline, shares = lost_by_cause(comparison)
    percent = [formats.share(each, 0) for each in shares]
    wholes = sum(plan.values()), sum(baseline.values())
    digits = digits_of_losses(max(wholes))
    total = Row(
        "Lost in all",
        (),
        tuple(formats.number(each, digits) for each in wholes),
        is_strong=True,
        inside=f"{percent[0]} of ideal, base {percent[1]}",
    )
    unit = f"{money.unit}, {formats.span(comparison.finance.horizon_days)}"
    rows = Rows(
        "",
        unit,
        tuple(_falling(plan, baseline, digits)),
        Axis(0.0, max(wholes) or 1.0),
        (("plan", "plan"), ("base", "baseline")),
        height=26.0,
        total=total,
    )
    return Figure(
        f"{percent[0]} of the ideal value is lost{_of_sides(comparison, percent)}",
        ((rows,),),
        "Value lost on the way",
        unit,
        source=source_of(comparison),
        table=lambda: Table(
            f"Value lost, {money.unit}",
            ("Lost to", "Plan", "Baseline"),
            [
                *((row.label, *row.cells) for row in rows.rows),
                (total.label, *total.cells),
                ("Of the ideal value", *percent),
            ],
        ),
    )


def _of_sides(comparison: Comparison, sides: Sequence[str]) -> str:
    """Return the end of a sentence that has begun with what is so of the plan."""
    return "." if comparison.is_of_baseline else f" with the plan, {sides[1]} without."


def _falling(plan: dict[str, float], baseline: dict[str, float], digits: int) -> list[Row]:
    """Return bars that begin where the one before ends; the baseline's are outlines."""
    rows, own, other = [], 0.0, 0.0
    for cause in _LOSSES:
        bars = (
            Bar(other, other + baseline[cause], "baseline", 0.7, is_outline=True),
            Bar(own, own + plan[cause], LOSSES[cause].colour, 0.7),
        )
        cells = tuple(formats.number(side[cause], digits) for side in (plan, baseline))
        rows.append(Row(LOSSES[cause].words, bars, cells))
        own, other = own + plan[cause], other + baseline[cause]
    return rows


def digits_of_losses(largest: float) -> int:
    """Return how many digits losses are written with, by what is lost in all."""
    return 2 if largest < 10.0 else 1 if largest < 100.0 else 0


# What a plan is worth over the futures


def worth_and_payback(comparison: Comparison) -> Figure:
    """Return in how many futures a plan is worth how much, and how many have paid back by when.

    Parameters
    ----------
    comparison
        A plan and its baseline over the same futures, at least one.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> worth_and_payback(experiments.compare(plan, 20)).title
    'What the plan is worth'
    """
    worth = comparison.difference("npv")
    return Figure(
        _finding_of_worth(comparison, worth),
        ((_histogram(comparison, worth), _paid_back(comparison)),),
        "What the plan is worth",
        shows=f"Net present value less that of the baseline, in the same {_futures(comparison)}."
        " Dot: average with its 95 % interval. Paid back: the plan has earned at least what it"
        " cost, for good; shaded: 95 % interval.",
        source=source_of(comparison),
    )


def _finding_of_worth(comparison: Comparison, worth: PairedDifference) -> str:
    if comparison.is_of_baseline:
        return "The plan is the baseline"
    over = formats.span(comparison.finance.horizon_days)
    match worth.verdict:
        case "earns":
            return f"The plan is worth {known_money(worth)} over {over}"
        case "loses":
            return f"The plan loses {known_money(worth)} over {over}"
        case _:
            futures = formats.plural(comparison.replications, "future")
            return f"After {futures} the plan cannot be told from the baseline"


def _futures(comparison: Comparison) -> str:
    """Return how many futures there are, and between which ends most of them lie."""
    count = formats.plural(comparison.replications, "future")
    ends = comparison.difference("npv").futures
    if ends is None or comparison.replications < _FEWEST_FOR_ENDS:
        return count
    return f"{count}; 95 of 100: {formats.money_interval(*ends)}"


def _histogram(comparison: Comparison, worth: PairedDifference) -> Panel:
    size, unit = formats.money_scale(float(np.abs(worth.values).max()))
    edges = bins_of_worth(worth.values) / size
    counts = np.histogram(worth.values / size, edges)[0].astype(float)
    colours = tuple("earns 55%" if left >= 0.0 else "costs 55%" for left in edges[:-1])
    npv = comparison.finance.npv
    mean, half = (npv.mean or 0.0) / size, (npv.half_width or 0.0) / size
    words = f"average {known_money(worth, signed=True)}"
    return Panel(
        "Futures by what the plan is worth",
        "",
        value_axis(edges, steps=6),
        value_axis([0.0, *counts], steps=5, whole=True),
        (
            Bars("futures", edges, np.zeros(len(counts)), counts, colours),
            Span(mean - half, mean, mean + half, words),
        ),
        height=300.0,
        x_title=f"Against the baseline, {unit}",
    )


def bins_of_worth(worth: Floats) -> Floats:
    """Return edges of bins of one width, zero among them, so that a bin earns or loses."""
    low, high = min(0.0, float(worth.min())), max(0.0, float(worth.max()))
    if not high > low:
        return np.array([-0.5, 0.0, 0.5])
    # The rule of Freedman and Diaconis for the width; long tails would make hundreds of bins.
    finest = np.histogram_bin_edges(worth, "fd") if np.ptp(worth) > 0.0 else np.array([low, high])
    width = max(float(np.diff(finest).max()), (high - low) / _MOST_BINS)
    first, last = np.floor(low / width - _ROUNDING), np.ceil(high / width + _ROUNDING)
    return width * np.arange(first, last + 1.0)


def _paid_back(comparison: Comparison) -> Panel:
    finance = comparison.finance
    days = np.unique([0.0, *finance.payback_days[np.isfinite(finance.payback_days)]])
    paid = [
        share(int(np.sum(finance.payback_days <= day)), comparison.replications) for day in days
    ]
    low, middle, high = (
        100.0 * np.array([getattr(each, name) for each in paid])
        for name in ("low", "share", "high")
    )
    # The last step needs an end behind its day, also where that is the last of the run.
    edges = months(np.append(days, max(float(finance.horizon_days), days[-1] + 1.0)))
    label = formats.share(paid[-1].share, 0)
    return Panel(
        "Futures that have paid back",
        "%",
        time_axis_of(comparison.plan.scenario),
        share_axis(),
        (
            Band("interval", edges, low, high, "plan 25%"),
            Line("paid back", edges, middle, "plan", label=label),
        ),
        height=300.0,
    )


# Several plans


def over_each_other(plans: Mapping[str, Comparison], money: Money, longest: int = 40) -> Figure:
    """Return the course of what several plans are worth against one baseline, on one another.

    Parameters
    ----------
    plans
        By name, of one organisation and horizon, over the same futures.
    money
        The unit.
    longest
        Letters of a name at the end of its line.
    """
    lines, ends, said = [], [np.zeros(1)], []
    for (name, comparison), (colour, stroke) in zip(plans.items(), _LOOKS, strict=False):
        bands = bands_of(comparison.bands["npv"], money.size)
        mean = comparison.difference("npv").estimate.mean
        worth = Notation(money, digits_for(comparison.difference("npv"), money.size)).worth(mean)
        said.append(f"{money.all_with_unit(worth)} {name}")
        label = f"{money.all_with_unit(worth)} {shortened(name, longest)}"
        lines.append(Line(name, bands.months, bands.mean, colour, 2.0, stroke, label))
        ends.append(bands.mean)
    first = next(iter(plans.values()))
    panel = Panel(
        "",
        "",
        time_axis_of(first.plan.scenario),
        value_axis(np.concatenate(ends), signed=True),
        tuple(lines),
        texts=tuple(
            "\n".join(
                [f"Month {month:.1f}", *(f"{line.name} {line.y[place]:+.2f}" for line in lines)]
            )
            for place, month in enumerate(lines[0].x)
        ),
    )
    return Figure(
        f"Net value so far less that of the baseline, at the end: {'; '.join(said)}.",
        ((panel,),),
        "Scenarios",
        money.unit,
        source=source_of(first),
    )


_LOOKS: tuple[tuple[Colour, Stroke], ...] = (
    ("plan", "solid"),
    ("ink-2", "solid"),
    ("ink-2", "dashed"),
    ("ink-2", "dotted"),
)
"""Of the lines of several plans: blue is the plan that is shown, all others differ in stroke."""


def side_by_side(found: SideBySide) -> Figure:
    """Return what every plan is worth against the baseline.

    Parameters
    ----------
    found
        Plans and baseline over the same replications.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> slow = with_values(plan, {"team.developers": 4}, source="example")
    >>> found = experiments.side_by_side({"eight": plan, "four": slow}, 20, baseline="four")
    >>> side_by_side(found).as_table().rows[0][0]
    'eight'
    """
    order = [name for name in found.ranking().order if name != found.baseline]
    rows = tuple(_plan_row(found, name) for name in order)
    values = [
        end
        for row in rows
        for mark in row.marks
        if isinstance(mark, Mark)
        for end in (mark.value, mark.low, mark.high)
    ]
    first = next(iter(found.ensembles.values()))
    return Figure(
        _finding_of_plans(found),
        ((money_rows("Against the baseline", rows, values),),),
        "Plans against the baseline",
        shows="Net present value less that of the baseline, in the same"
        f" {formats.plural(found.replications, 'future')}. Lines: 95 of 100 futures; dots: the"
        " average, whose 95 % interval is in brackets.",
        source=f"Against {shortened(first.scenario.name)}, seed {first.seed}."
        f" modelops_abm {first.version}.",
    )


def _plan_row(found: SideBySide, name: str) -> Row:
    worth = found.comparisons[name].difference("npv")
    low, high = worth.futures or (math.nan, math.nan)
    mean = worth.estimate.mean if worth.estimate.mean is not None else math.nan
    colour = VERDICTS.get(worth.verdict, "ink-3")
    words = in_words(worth)
    is_best = name in found.ranking().may_be_best
    mark = Mark(mean, low, high, colour)
    return Row(shortened(name, 40), (mark,), (words,), is_best, tone=colour)


def _finding_of_plans(found: SideBySide) -> str:
    ranking = found.ranking()
    if not ranking.is_decided:
        return f"The best is among {all_of([shortened(name, 30) for name in ranking.may_be_best])}"
    if ranking.order[0] == found.baseline:
        return "No plan is worth it: the baseline is best"
    best = found.comparisons[ranking.order[0]].difference("npv")
    over = formats.span(next(iter(found.comparisons.values())).finance.horizon_days)
    return f"{shortened(ranking.order[0], 40)} is best, worth {known_money(best)} over {over}"


def in_words(worth: PairedDifference) -> str:
    """Return an amount with the interval of its average in brackets, if that is known."""
    low, high = worth.estimate.low, worth.estimate.high
    words = known_money(worth, signed=True)
    if low is None or high is None:
        return words
    return f"{words}  ({formats.money_interval(low, high)})"


def money_rows(title: str, rows: tuple[Row, ...], values: Sequence[float]) -> Rows:
    """Return rows whose marks are in $, along an axis that holds values and zero.

    Marks are turned into the unit of the axis.
    """
    known = [value for value in values if math.isfinite(value)]
    size, unit = formats.money_scale(max(map(abs, known), default=0.0))
    return scaled_rows(Rows(title, unit, rows, Axis(0.0, 1.0)), size, values)


def scaled_rows(rows: Rows, size: float, values: Sequence[float]) -> Rows:
    """Return rows with their marks divided by a size, along an axis that holds values and zero."""
    scaled = tuple(
        replace(row, marks=tuple(_scaled(mark, size) for mark in row.marks)) for row in rows.rows
    )
    axis = value_axis([0.0, *(value / size for value in values)], steps=7)
    return replace(rows, rows=scaled, axis=axis)


def _scaled(mark: object, size: float) -> Bar | Mark:
    if isinstance(mark, Bar):
        return mark._replace(start=mark.start / size, end=mark.end / size)
    assert isinstance(mark, Mark)
    value, low, high = (each / size for each in mark[:3])
    return mark._replace(value=value, low=low, high=high)
