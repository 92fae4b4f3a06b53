"""The key figures of a plan against its baseline, with their marks, and the card of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import htpy as h
import numpy as np

from modelops_abm import formats
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.charts import amounts
from modelops_abm.experiments import Comparison, PairedDifference
from modelops_abm.experiments.words import chance
from modelops_abm.runs.summary import FIGURES_OF_PAGE, LABELS, OUTCOMES

_PERCENT = 100.0
_MEANINGS = {
    **{name: OUTCOMES[name].meaning for name in FIGURES_OF_PAGE if name in OUTCOMES},
    "retired_abandoned": "Models that were retired because hardly anybody used them any more",
}
"""What a label says on being pointed at; payback and loss say it themselves."""


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
        The difference, and the range of 95 of 100 futures; or what else stands below the value.
    interval, scale, ticks
        What its mark shows.
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


def figures(comparison: Comparison) -> tuple[Figure, ...]:
    """Return the key figures."""
    return (
        _net_value(comparison),
        _share(comparison, "availability"),
        _share(comparison, "new_model_share"),
        _models(comparison, "models_delivered"),
        _models_abandoned(comparison),
        _payback(comparison),
        _chance_of_loss(comparison),
    )


def _net_value(comparison: Comparison) -> Figure:
    plan, baseline = comparison.means("npv")
    difference = comparison.difference("npv")
    size, _ = formats.money_scale(max(abs(plan), abs(baseline)))
    digits = amounts.digits_for(difference, size)
    return _paired(
        "npv",
        LABELS["npv"],
        formats.money(plan, half_width=size * 10.0 ** (1 - digits)),
        formats.number(baseline / size, digits),
        difference,
        (size, digits, ""),
    )


def _share(comparison: Comparison, name: str) -> Figure:
    plan, baseline = comparison.means(name)
    difference = comparison.difference(name)
    versus = formats.NOTHING if math.isnan(baseline) else formats.number(_PERCENT * baseline, 1)
    unit = (1.0 / _PERCENT, amounts.digits_for(difference, 1.0 / _PERCENT), " points")
    return _paired(name, LABELS[name], formats.share(plan), versus, difference, unit)


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
) -> Figure:
    """Return a figure with the difference in a unit: its size, digits and word."""
    size, digits, word = unit
    interval = Interval.of(difference)
    mean = difference.estimate.mean
    change, futures = formats.NOTHING, ""
    if mean == 0.0 and difference.futures == (0.0, 0.0):
        change = "no difference"
    elif mean is not None:
        change = f"{formats.number(mean / size, digits, signed=True)}{word}"
    if difference.futures not in (None, (0.0, 0.0)):
        places = digits if range_digits is None else range_digits
        low, high = (end / size for end in difference.futures)
        futures = f"({amounts.between(low, high, places)})"
    scale = Scale.around([interval])
    return Figure(name, label, value, f"vs {versus}", change, futures, interval, scale)


def _payback(comparison: Comparison) -> Figure:
    finance = comparison.finance
    months = formats.plural(formats.months_in(finance.horizon_days), "month")
    label = f"{LABELS['payback']}, of {months}"
    if comparison.is_of_baseline:
        return _nothing("payback", label)
    horizon = float(finance.horizon_days)
    early, median, late = (finance.payback_quantile(share) for share in (0.025, 0.5, 0.975))
    never = finance.never
    never_words = [f"{formats.count_of(never.count, never.n)} never"] if never.count else []
    ends = None if early is None or late is None else (min(early, horizon), min(late, horizon))
    middle = None if median is None else min(median, horizon)
    interval = Interval(middle, None, ends if never.count < never.n else None)
    return Figure(
        "payback",
        label,
        formats.payback(median),
        "",
        "",
        "; ".join([*_paid_between(early, median, late), *never_words]),
        interval,
        # A little beyond both ends, so that a dot at one of them is not cut in half.
        Scale(-0.02 * horizon, 1.02 * horizon),
        (0.0, horizon),
    )


def _paid_between(early: float | None, median: float | None, late: float | None) -> list[str]:
    """Return the range of months in which 95 of 100 futures pay back, if most of them do."""
    if early is None or late is None or median is None or math.isinf(median):
        return []
    first = formats.month_of(early).removeprefix("month ")
    last = "later" if math.isinf(late) else formats.month_of(late).removeprefix("month ")
    return [f"{first} to {last}"]


def _nothing(name: str, label: str) -> Figure:
    """Return the figure of a plan that raises nothing, where there is nothing to say."""
    nothing = Interval(None, None, None, is_told=False)
    return Figure(name, label, formats.NOTHING, "", "", "", nothing, Scale(-1.0, 1.0), ())


def _chance_of_loss(comparison: Comparison) -> Figure:
    if comparison.is_of_baseline:
        return _nothing("loss", LABELS["loss"])
    loss = comparison.finance.loss
    count, interval = chance(loss)
    certain = loss.count in (0, loss.n)
    return Figure(
        "loss",
        LABELS["loss"],
        count if certain else formats.share(loss.share, 0),
        "",
        "",
        f"lose ({interval})" if certain else f"{count} ({interval})",
        Interval(loss.share, (loss.low, loss.high), None),
        Scale(-0.02, 1.02),
        (0.0, 1.0),
    )


# --------------------------------------------------------------------------------------
# The card of the key figures.


def figures_card(content: tuple[Figure, ...], *, answers: str = "", futures: int = 0) -> h.Element:
    """Return the key figures.

    Parameters
    ----------
    answers, futures
        Key of the plan that they answer, and the number of futures that they hold.
    """
    return h.section(
        ".card.figures",
        data_part="figures",
        data_answers=answers,
        data_futures=str(futures),
        aria_label="Key figures",
    )[(_figure(figure) for figure in content)]


def waiting_figures() -> h.Element:
    """Return the places of the figures before there are any."""
    return h.section(".card.figures.waiting", data_part="figures", aria_label="Key figures")[
        (
            h.div(".figure")[
                h.p(".label")[label],
                h.p(".value")[formats.NOTHING],
                h.p(".change")[h.span["\u00a0"]],
                interval_mark(Interval(None, None, None), Scale(-1.0, 1.0)),
            ]
            for label in map(LABELS.__getitem__, FIGURES_OF_PAGE)
        )
    ]


def _figure(figure: Figure) -> h.Element:
    return h.div(".figure", data_figure=figure.name)[
        h.p(".label", title=_MEANINGS.get(figure.name))[figure.label],
        h.p(".value")[figure.value, figure.versus and h.span(".versus")[figure.versus]],
        h.p(".change", title=f"{figure.change} {figure.range}".strip())[
            figure.change and h.strong[figure.change], " ", h.span[figure.range]
        ],
        interval_mark(figure.interval, figure.scale, ticks=figure.ticks),
    ]
