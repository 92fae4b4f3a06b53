"""Value lost on the way from the ideal to what the portfolio earns, cause by cause."""

from __future__ import annotations

from dataclasses import dataclass

import htpy as h

from modelops_abm import formats
from modelops_abm.app.decide.figures import Money
from modelops_abm.app.drawing.cards import Table
from modelops_abm.app.drawing.interval_mark import Scale
from modelops_abm.charts.palette import LOSSES
from modelops_abm.experiments import Comparison

_ORDER = ("offline", "adoption", "usage", "drift", "decay", "capacity", "rollback")
_BAR, _HEIGHT = 12, 17


@dataclass(frozen=True)
class Losses:
    """Value lost by cause, as an average over the futures, in the unit of money.

    Attributes
    ----------
    money
        The unit.
    plan, baseline
        Lost with and without the plan.
    share_lost, baseline_share_lost
        In all, of the ideal value of each.
    """

    money: Money
    plan: dict[str, float]
    baseline: dict[str, float]
    share_lost: float | None
    baseline_share_lost: float | None


def losses(comparison: Comparison) -> Losses:
    """Return what the card shows of a comparison."""
    by_cause = {cause: comparison.means(f"lost_{cause}") for cause in _ORDER}
    lost = [{cause: means[side] for cause, means in by_cause.items()} for side in (0, 1)]
    money = Money(*formats.money_scale(max(sum(side.values()) for side in lost)))
    plan, baseline = ({cause: entry / money.size for cause, entry in side.items()} for side in lost)
    ideal = comparison.means("ideal_value")
    shares = (_share(side, whole) for side, whole in zip(lost, ideal, strict=True))
    return Losses(money, plan, baseline, *shares)


def unit(comparison: Comparison) -> str:
    """Return the unit of the card in words."""
    return f"{losses(comparison).money.unit}, {formats.span(comparison.finance.horizon_days)}"


def finding(shown: Losses) -> str:
    """Return what the card shows, in a sentence."""
    return (
        f"{_percent(shown.share_lost)} of the ideal value is lost with the plan,"
        f" {_percent(shown.baseline_share_lost)} without."
    )


def waterfall(shown: Losses) -> h.Element:
    """Return the losses as bars that begin where the one before ends; the baseline dashed."""
    scale = Scale(0.0, max(sum(shown.plan.values()), sum(shown.baseline.values())) or 1.0)
    return h.div(".losses", role="table", aria_label=finding(shown))[
        h.div(".loss.heading", role="row")[
            h.span(role="columnheader")[h.span(".spoken")["Lost to"]],
            h.span,
            h.span(".plan.number", role="columnheader")["plan"],
            h.span(".number", role="columnheader")["base"],
        ],
        _rows(shown, scale),
        h.div(".loss.sum", role="row")[
            h.strong(role="rowheader")["Lost in all"],
            h.span(".of-ideal")[
                f"{_percent(shown.share_lost)} of ideal, base {_percent(shown.baseline_share_lost)}"
            ],
            h.strong(".number", role="cell")[_number(sum(shown.plan.values()))],
            h.span(".number.base", role="cell")[_number(sum(shown.baseline.values()))],
        ],
    ]


def table(shown: Losses) -> Table:
    """Return the same numbers as a table."""
    rows = [
        (LOSSES[cause].words, _number(shown.plan[cause]), _number(shown.baseline[cause]))
        for cause in _ORDER
    ]
    plan, baseline = (_number(sum(side.values())) for side in (shown.plan, shown.baseline))
    rows.append(("Lost in all", plan, baseline))
    plan, baseline = (_percent(share) for share in (shown.share_lost, shown.baseline_share_lost))
    rows.append(("Of the ideal value", plan, baseline))
    return Table(f"Value lost, {shown.money.unit}", ("Lost to", "Plan", "Baseline"), rows)


def _rows(shown: Losses, scale: Scale) -> list[h.Element]:
    rows, plan_from, baseline_from = [], 0.0, 0.0
    for cause in _ORDER:
        plan, baseline = shown.plan[cause], shown.baseline[cause]
        rows.append(
            h.div(".loss", role="row")[
                h.span(role="rowheader")[LOSSES[cause].words],
                h.svg(width="100%", height=str(_HEIGHT), aria_hidden="true")[
                    _bar("baseline", baseline_from, baseline, scale),
                    _bar(f"loss-{cause}", plan_from, plan, scale),
                ],
                h.strong(".number", role="cell")[_number(plan)],
                h.span(".number.base", role="cell")[_number(baseline)],
            ]
        )
        plan_from, baseline_from = plan_from + plan, baseline_from + baseline
    return rows


def _bar(name: str, start: float, length: float, scale: Scale) -> h.Element | None:
    if length <= 0.0:
        return None
    left, right = scale.percent(start), scale.percent(start + length)
    return h.rect(
        class_=name,
        x=f"{left}%",
        width=f"{max(0.3, right - left):.2f}%",
        y=str((_HEIGHT - _BAR) / 2.0),
        height=str(_BAR),
    )


def _share(lost: dict[str, float], ideal: float) -> float | None:
    return sum(lost.values()) / ideal if ideal > 0.0 else None


def _percent(share: float | None) -> str:
    return formats.share(share, 0)


def _number(amount: float) -> str:
    return formats.number(amount, 2 if amount < 100.0 else 0)
