"""The key figures of a plan against its baseline, with their marks, and the card of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import htpy as h
import numpy as np

from modelops_abm import formats
from modelops_abm.app.drawing.cards import save_button
from modelops_abm.app.drawing.interval_mark import Bracket, Interval, Scale, interval_mark
from modelops_abm.app.theme import icon
from modelops_abm.charts import amounts
from modelops_abm.evidence.benchmarks import (
    BENCHMARKS,
    OF_SUMMARY,
    Benchmark,
    of_whom,
    subject_of,
)
from modelops_abm.evidence.measures import range_in_words
from modelops_abm.experiments import Comparison, PairedDifference
from modelops_abm.experiments.finance import Finance
from modelops_abm.experiments.words import PaidBack, chance
from modelops_abm.runs.summary import FIGURES_OF_PAGE, LABELS

_PERCENT = 100.0
SUBJECTS = {f"figure {name}": name for name in FIGURES_OF_PAGE}
"""Names of figures by what the drawer is asked for."""
_SUBJECT_OF = {name: subject for subject, name in SUBJECTS.items()}
DEFINITIONS: Mapping[str, str] = {
    "npv": "What the predictions are worth, less what they, the team and the capabilities cost,"
    " each dollar discounted to day 0. Below it stands the difference from the baseline, future by"
    " future.",
    "availability": "The part of the time in production in which a version of a model serves.",
    "maintenance_share": "The part of the team's days that keeps what is there: repairs, answers to"
    " requests, retrainings.",
    "idea_to_production_median_days": "How long the middle one of the models that go live has taken"
    " from its idea. It can rise when a faster team also builds older ideas.",
    "payback": "The first day from which plan less baseline, discounted, stays at 0 or above. Of"
    " the plan it is that of the middle one of all futures, those that never pay back last.",
    "loss": "In how many futures the net present value ends below that of the baseline, with the"
    " 95 % interval of that chance (Wilson).",
    "retired_abandoned": "Models that were retired because hardly anybody used them any more.",
}
"""What key figures are."""
LABELS_ON_PAGE = {**LABELS, "maintenance_share": "Time on upkeep"}
"""What figures are called on the page."""
_LIVE = formats.MONTH_DAYS
_ANY = 12
"""Digits of a range that are as many as suit it."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A key figure in words.

    Attributes
    ----------
    name
        Of the outcome.
    label
        What it is called here.
    value, versus
        That of the plan, and of the baseline beside it.
    change, range
        The difference as set, and the range of 95 of 100 futures: over what the organisation may
        be, or else as set. Or what else stands below the value.
    interval, scale, ticks
        What its mark shows.
    below
        What stands below the mark.
    dashed, bracket
        Of a level: where the baseline is, and what was published.
    """

    name: str
    label: str
    value: str
    versus: str
    change: str
    range: str
    interval: Interval
    scale: Scale
    ticks: tuple[float, ...] = (0.0,)
    below: str = ""
    dashed: float | None = None
    bracket: Bracket | None = None


def figures(comparison: Comparison, over: Comparison | None = None) -> tuple[Figure, ...]:
    """Return the key figures.

    Parameters
    ----------
    comparison
        At the values as set.
    over
        The same over what the organisation may be, if that is known.
    """
    return (
        _net_value(comparison, over),
        _level(comparison, over, "availability"),
        _level(comparison, over, "maintenance_share"),
        _level(comparison, over, "idea_to_production_median_days"),
        _payback(comparison, over),
        _chance_of_loss(comparison, over),
    )


def further_figures(comparison: Comparison) -> tuple[Figure, ...]:
    """Return what else there is to know of a plan at the values as set."""
    return (
        _share(comparison, "new_model_share"),
        _models(comparison, "models_delivered"),
        _models_abandoned(comparison),
    )


def _net_value(comparison: Comparison, over: Comparison | None) -> Figure:
    difference, levels = comparison.difference("npv"), amounts.levels_of(comparison)
    money, digits = amounts.notation_of(comparison)
    figure = _paired(
        "npv",
        LABELS["npv"],
        levels.money.with_unit(levels.plan),
        levels.baseline,
        difference,
        (money.size, digits, ""),
        over=None if over is None else over.difference("npv"),
    )
    below = "" if over is None else _as_set(difference, money.size, digits)
    change = figure.change
    if money != levels.money and any(map(str.isdecimal, change)):  # it needs a unit of its own
        change = money.with_unit(change)
    return replace(figure, change=change, below=below)


def _as_set(difference: PairedDifference, size: float, digits: int) -> str:
    """Return the range that chance alone leaves at the values as set."""
    if difference.futures is None or not any(difference.futures):
        return ""
    low, high = (end / size for end in difference.futures)
    return f"chance only: {amounts.between(low, high, digits)}"


class _Unit(NamedTuple):
    """How an outcome is written: what it is divided by, the digits, and what stands behind it."""

    size: float
    digits: int
    of_level: str
    of_change: str


LEVELS = {
    "availability": _Unit(1.0 / _PERCENT, 1, f"{formats.NARROW_SPACE}%", " points"),
    "maintenance_share": _Unit(1.0 / _PERCENT, 1, f"{formats.NARROW_SPACE}%", " points"),
    "idea_to_production_median_days": _Unit(_LIVE, 1, "", ""),
}
"""Outcomes that are also published, and how they are written."""


def _level(comparison: Comparison, over: Comparison | None, name: str) -> Figure:
    """Return the figure of an outcome that is also published: its mark is along the outcome."""
    unit, known = LEVELS[name], OF_SUMMARY[name]
    benchmark = BENCHMARKS[known[0]]
    difference = comparison.difference(name)
    drawn = None if over is None else over.difference(name)
    figure = _paired(
        name,
        LABELS_ON_PAGE[name],
        *level_in_words(comparison, name),
        difference,
        (unit.size, amounts.digits_for(difference, unit.size), unit.of_change),
        over=drawn,
        most_digits=unit.digits + 1,
    )
    figure = _of_those_with_both(figure, difference)
    as_set, drawn_level = (
        None if each is None else PairedDifference(each.plan.outcome(name))
        for each in (comparison, over)
    )
    assert as_set is not None
    interval = Interval.of(as_set, drawn_level)
    # A level is not told from zero but from the baseline: that decides on its colour.
    interval = replace(interval, is_told=figure.interval.is_told)
    times = known[1]
    theirs = (*benchmark.range, benchmark.figure)
    bracket = Bracket(*(None if end is None else end / times for end in theirs))
    marks = [*interval.ends, *(end for end in (bracket.low, bracket.high) if end is not None)]
    plan, baseline = comparison.means(name)
    dashed = None if math.isnan(baseline) else baseline
    if math.isnan(plan) or dashed is None:
        figure = _without_level(
            figure, name, has_plan=not math.isnan(plan), has_baseline=dashed is not None
        )
    elif unit.size == _LIVE:
        # Months stand beside the number, in small letters, where there is room for a word.
        figure = replace(figure, versus=f"months {figure.versus}")
    return replace(
        figure,
        interval=interval,
        scale=_around([*marks, *([] if dashed is None else [dashed])]),
        ticks=(),
        below=_published(benchmark),
        dashed=dashed,
        bracket=bracket,
    )


_NONE = {
    "availability": ("in production", "no model is in production"),
    "idea_to_production_median_days": ("goes live", "no model goes live"),
    "maintenance_share": ("at work", "nobody is at work"),
}
"""What is so where an outcome has no value: behind "none", and of one side."""


def _without_level(figure: Figure, name: str, *, has_plan: bool, has_baseline: bool) -> Figure:
    """Return a level that plan or baseline does not have, with what is so instead."""
    of_none, words = _NONE[name]
    months = " months" if name == "idea_to_production_median_days" else ""
    if has_plan:
        versus = f"{months.strip()} vs none".strip()
        return replace(figure, versus=versus, change="", range=f"without the plan {words}")
    rest = f"{figure.versus}{months}" if has_baseline else "with the plan and without"
    return replace(figure, value="none", versus=of_none, change="", range=rest)


def _of_those_with_both(figure: Figure, difference: PairedDifference) -> Figure:
    """Return a level whose change is of fewer futures than it, with that said."""
    both, futures = difference.estimate.n, len(difference.values)
    if not both or both == futures:
        return figure
    return replace(figure, range=f"in {formats.count_of(both, futures)} with both")


def level_in_words(comparison: Comparison, name: str) -> tuple[str, str]:
    """Return a level of the plan with its unit, and that of the baseline beside it."""
    unit = LEVELS[name]
    plan, baseline = comparison.means(name)
    return _in_unit(plan, unit, unit.of_level), _in_unit(baseline, unit)


def _in_unit(value: float, unit: _Unit, after: str = "") -> str:
    if math.isnan(value):
        return formats.NOTHING
    if unit.size == 1.0 / _PERCENT:  # never all or nothing unless it is so
        return f"{formats.share(value, unit.digits).partition(formats.NARROW_SPACE)[0]}{after}"
    return f"{formats.number(value / unit.size, unit.digits)}{after}"


def _around(values: Sequence[float]) -> Scale:
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = 0.1 * (high - low) or 0.05
    return Scale(low - room, high + room)


def _published(benchmark: Benchmark) -> str:
    """Return what was published in few words: 3 to 22, published."""
    low, high = benchmark.range
    unit = subject_of(benchmark.about).unit
    if low is None or high is None:
        return f"published {benchmark.in_words()}"
    ends = range_in_words(low, high, unit if unit == "share" else "")
    return f"{'judged' if benchmark.is_judged else 'published'} {ends}"


def _share(comparison: Comparison, name: str) -> Figure:
    plan, baseline = comparison.means(name)
    difference = comparison.difference(name)
    versus = formats.share(baseline).partition(formats.NARROW_SPACE)[0]
    unit = (1.0 / _PERCENT, amounts.digits_for(difference, 1.0 / _PERCENT), " points")
    return _paired(name, LABELS[name], formats.share(plan), versus, difference, unit, most_digits=2)


def _models(comparison: Comparison, name: str) -> Figure:
    """Return the figure of a number of models."""
    plan, baseline = comparison.means(name)
    difference = comparison.difference(name)
    digits = amounts.digits_for(difference, 1.0)
    return _paired(
        name,
        LABELS[name],
        formats.number(plan, 1),
        formats.number(baseline, 1),
        difference,
        (1.0, digits, ""),
        range_digits=0,
    )


def _models_abandoned(comparison: Comparison) -> Figure:
    figure = _models(comparison, "retired_abandoned")
    difference = comparison.difference("retired_abandoned")
    # So rare that 95 of 100 futures show no difference: counted, as an average would say nothing.
    if difference.futures == (0.0, 0.0) and (count := np.count_nonzero(difference.values)):
        futures = formats.count_of(int(count), comparison.replications)
        return replace(figure, change="differ", range=f"in {futures}")
    return figure


def _paired(
    name: str,
    label: str,
    value: str,
    versus: str,
    difference: PairedDifference,
    unit: tuple[float, int, str],
    range_digits: int | None = None,
    over: PairedDifference | None = None,
    most_digits: int = _ANY,
) -> Figure:
    """Return a figure with the difference in a unit: its size, digits and word."""
    size, digits, word = unit
    # Where the team can do next to nothing, futures differ by less than anybody would read.
    digits = min(digits, most_digits)
    interval = Interval.of(difference, over)
    ends = (difference if over is None else over).futures
    mean = difference.estimate.mean
    change, futures = formats.NOTHING, ""
    told = (mean, *(difference.futures or ()))
    if mean is not None and not any(round(each / size, digits) for each in told if each):
        change = "no difference"
    elif mean is not None:
        change = f"{formats.number(mean / size, digits, signed=True)}{word}"
    if ends is not None and (change != "no difference" or over is not None):
        # Of what nobody knows fewer digits say something.
        own = digits if over is None else min(amounts.digits_for(over, size), most_digits)
        places = own if range_digits is None else range_digits
        low, high = (amounts.as_printed(end / size, places) for end in ends)
        futures = f"({amounts.between(low, high, places)})" if low or high else ""
    scale = Scale.around([interval])
    return Figure(name, label, value, f"vs {versus}", change, futures, interval, scale)


def _payback(comparison: Comparison, over: Comparison | None) -> Figure:
    finance = comparison.finance
    label = _of_horizon(finance.horizon_days)
    if comparison.is_worth_nothing and (over is None or over.is_worth_nothing):
        return _nothing("payback", label, "nothing to pay back")
    horizon = float(finance.horizon_days)
    drawn = finance if over is None else over.finance
    paid, over_all = comparison.paid_back, PaidBack.of(drawn)
    between, alone = (_paid_between(each) for each in (drawn, finance))
    # Where the range has no end, the number of futures that pay back says so, in one line.
    # Of what the value says, "month 9" or "never", and never of the opposite.
    so = replace(over_all, day=paid.day)
    said = [f"in {so.count_of_when}"]
    if paid.day is None:  # as set there is nothing to pay back
        said = [f"pays back in {over_all.count}"]
    if between and not between.endswith(_LATER):
        said.append(between)
    at = None if paid.day is None else min(paid.day, horizon)
    interval = Interval(at, None, _paid(finance))
    if over is not None:
        interval = replace(interval, unknown=_paid(drawn))
    return Figure(
        "payback",
        label,
        paid.when,
        "",
        "",
        "; ".join(said),
        interval,
        # A little beyond both ends, so that a dot at one of them is not cut in half.
        Scale(-0.02 * horizon, 1.02 * horizon),
        (0.0, horizon),
        below="" if over is None or not alone else f"chance only: {alone}",
    )


def _of_horizon(horizon_days: float) -> str:
    months = formats.plural(formats.months_in(horizon_days), "month")
    return f"{LABELS['payback']}, of {months}"


def _paid(finance: Finance) -> tuple[float, float] | None:
    """Return between which days 95 of 100 futures pay back, those that never do at the end."""
    early, late = (finance.payback_quantile(share) for share in (0.025, 0.975))
    if early is None or late is None or finance.never.count == finance.never.n:
        return None
    return min(early, float(finance.horizon_days)), min(late, float(finance.horizon_days))


_LATER = "later"


def _paid_between(finance: Finance) -> str:
    """Return the range of months in which 95 of 100 futures pay back, if most of them do."""
    early, median, late = (finance.payback_quantile(share) for share in (0.025, 0.5, 0.975))
    if early is None or late is None or median is None or math.isinf(median):
        return ""
    first = formats.month_of(early).removeprefix("month ")
    last = _LATER if math.isinf(late) else formats.month_of(late).removeprefix("month ")
    return f"{first} to {last}"


def _nothing(name: str, label: str, words: str) -> Figure:
    """Return the figure of a plan that raises nothing, and so has no such number."""
    nothing = Interval(None, None, None, is_told=False)
    return Figure(name, label, formats.NOTHING, "", "", words, nothing, Scale(-1.0, 1.0), ())


def _chance_of_loss(comparison: Comparison, over: Comparison | None) -> Figure:
    if comparison.is_of_baseline:
        return _nothing("loss", LABELS["loss"], "this is the baseline")
    as_set = comparison.finance.loss
    loss = as_set if over is None else over.finance.loss
    count, interval = chance(loss)
    certain = loss.count in (0, loss.n)
    # A chance has no range of futures: what is known of it is its interval, over what may be and
    # as set.
    mark = Interval(as_set.share, (as_set.low, as_set.high), None)
    if over is not None:
        mark = replace(mark, unknown=(loss.low, loss.high), ring=loss.share)
    return Figure(
        "loss",
        LABELS["loss"],
        count if certain else formats.share(loss.share, 0),
        "",
        "",
        f"lose ({interval})" if certain else f"{count} ({interval})",
        mark,
        Scale(-0.02, 1.02),
        (0.0, 1.0),
        below="" if over is None else f"chance only: {chance(as_set)[0]}",
    )


# --------------------------------------------------------------------------------------
# The card of the key figures.


def figures_card(
    content: tuple[Figure, ...],
    *,
    answers: str = "",
    futures: int = 0,
    organisations: int = 0,
    explains: bool = False,
) -> h.Element:
    """Return the key figures.

    Parameters
    ----------
    answers, futures, organisations
        Key of the plan that they answer, and the numbers of futures as set and of organisations
        that they hold.
    explains
        Whether each has a button that opens the drawer on it, and the card one that saves it.
    """
    return h.section(
        ".card.figures",
        data_part="figures",
        data_answers=answers,
        data_futures=str(futures),
        data_organisations=str(organisations),
        aria_label="Key figures",
    )[(_figure(figure, explains=explains) for figure in content), explains and save_button()]


def waiting_figures(horizon_days: float) -> h.Element:
    """Return the places of the figures, as high as these will be, before there are any."""
    nothing = Interval(None, None, None, is_told=False)
    waiting = (
        Figure(
            name,
            _of_horizon(horizon_days) if name == "payback" else LABELS_ON_PAGE[name],
            formats.NOTHING,
            *("", "", "\u00a0"),
            nothing,
            Scale(-1.0, 1.0),
            (),
            below="\u00a0",
        )
        for name in FIGURES_OF_PAGE
    )
    return h.section(".card.figures.waiting", data_part="figures", aria_label="Key figures")[
        (_figure(figure, explains=False) for figure in waiting)
    ]


def _figure(figure: Figure, *, explains: bool) -> h.Element:
    return h.div(".figure", data_figure=figure.name)[
        h.div(".label", title=DEFINITIONS.get(figure.name))[
            h.span[figure.label],
            explains
            and h.button(
                ".plain.icon.explains",
                data_action="explain",
                data_value=_SUBJECT_OF[figure.name],
                aria_label=f"What {figure.label} is, and how this plan comes to it",
            )[icon("info", 14)],
        ],
        h.p(".value")[figure.value, figure.versus and h.span(".versus")[figure.versus]],
        h.p(".change", title=f"{figure.change} {figure.range}".strip())[
            figure.change and h.strong[figure.change], " ", h.span[figure.range]
        ],
        mark_of(figure),
        figure.below and h.p(".label.below", title=_below(figure))[figure.below],
    ]


def mark_of(figure: Figure, scale: Scale | None = None) -> h.Element:
    """Return the mark of a figure, along its own scale or another."""
    return interval_mark(
        figure.interval,
        scale or figure.scale,
        ticks=figure.ticks,
        dashed=figure.dashed,
        bracket=figure.bracket,
    )


def _below(figure: Figure) -> str | None:
    """Return what is said on pointing at the words below a mark: of whom a published figure is."""
    if figure.bracket is None:
        return None
    known = BENCHMARKS[OF_SUMMARY[figure.name][0]]
    differs = "" if known.comparable else " Too different to be compared."
    return f"{known.in_words()}: {of_whom(known)}.{differs}"
