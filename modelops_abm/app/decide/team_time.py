"""What the team spends its time on, month by month, and in all with and without the plan."""

from __future__ import annotations

from dataclasses import dataclass

import htpy as h
import numpy as np

from modelops_abm import formats
from modelops_abm.app.drawing import layers
from modelops_abm.app.drawing.axes import Option, month_axis
from modelops_abm.app.drawing.cards import Table
from modelops_abm.app.drawing.layers import Bands, Floats, bands_of, by_month, quarters
from modelops_abm.charts.palette import WORK
from modelops_abm.experiments import Comparison
from modelops_abm.runs.results import Ensemble

HEIGHT = 152
"""Of the chart, in pixels."""
_TOP, _BOTTOM = 8, 24
_LABEL_HEIGHT = 16
_COLOURS = {
    "repair": "var(--issue) 72%",
    "retrain": "var(--retraining) 80%",
    "capability": "var(--plan) 85%",
    "deploy": "var(--deploy)",
    "build": "var(--build)",
    "idle": "var(--hairline)",
}


@dataclass(frozen=True)
class TeamTime:
    """Shares of the team's time in per cent, by kind of work from the bottom up.

    Attributes
    ----------
    months
        The periods.
    shares
        Of each kind of work by period, with the plan.
    plan, baseline
        Of each kind of work in all.
    """

    months: Floats
    shares: dict[str, Floats]
    plan: dict[str, float]
    baseline: dict[str, float]


def team_time(comparison: Comparison) -> TeamTime:
    """Return what the card shows of a comparison; idle time only if there is any."""
    bands = {kind: by_month(bands_of(comparison.plan.bands[_outcome(kind)])) for kind in WORK}
    plan, baseline = _in_all(comparison.plan), _in_all(comparison.baseline)
    kinds = [kind for kind in WORK if kind != "idle" or max(plan[kind], baseline[kind]) >= 0.5]
    whole = np.sum([entry.mean for entry in bands.values()], axis=0)
    shares = {kind: 100.0 * bands[kind].mean / np.maximum(whole, 1e-12) for kind in kinds}
    return TeamTime(
        bands["repair"].months,
        shares,
        {kind: plan[kind] for kind in kinds},
        {kind: baseline[kind] for kind in kinds},
    )


def option(shown: TeamTime, horizon_days: int) -> Option:
    """Return the chart: areas that lie on each other."""
    months = np.concatenate([[0.0], shown.months])
    return {
        "grid": {"left": 4, "right": 8, "top": _TOP, "bottom": _BOTTOM},
        "xAxis": [month_axis(horizon_days, most=4)],
        "yAxis": [{"type": "value", "min": 0, "max": 100, "show": False}],
        "tooltip": layers.tooltip(_texts(shown)),
        "series": [
            layers.area(f"team-{kind}", months, _from_start(values), _COLOURS[kind], stack="team")
            for kind, values in shown.shares.items()
        ],
    }


def legend(shown: TeamTime) -> h.Element:
    """Return the names beside the areas, with the shares in all of plan and baseline."""
    places = _label_places(shown)
    return h.div(".team-legend", style=f"height: {HEIGHT}px")[
        h.div(".team-row.heading", style="top: -3px")[
            h.span, h.span, h.span(".plan.number")["plan"], h.span(".number")["base"]
        ],
        (
            h.div(".team-row", style=f"top: {places[kind]:.0f}px")[
                h.span(class_=["swatch", f"work-{kind}"]),
                h.span[WORK[kind].words],
                h.strong(".number")[formats.number(shown.plan[kind])],
                h.span(".number.base")[formats.number(shown.baseline[kind])],
            ]
            for kind in shown.shares
        ),
    ]


def finding(shown: TeamTime) -> str:
    """Return what the card shows, in a sentence."""
    care = [
        sum(side[kind] for kind in ("repair", "retrain")) for side in (shown.plan, shown.baseline)
    ]
    words = [f"{formats.number(share)}{formats.NARROW_SPACE}%" for share in care]
    return (
        f"Repair and retraining take {words[0]} of the team's time with the plan,"
        f" {words[1]} without."
    )


def table(shown: TeamTime) -> Table:
    """Return the same numbers as a table: plan by quarter, then plan and baseline in all."""
    bands = Bands(shown.months, *(np.zeros_like(shown.months) for _ in range(4)))
    rows = [
        (
            f"Month {shown.months[place]:.0f}",
            *(formats.number(values[place]) for values in shown.shares.values()),
        )
        for place in quarters(bands)
    ]
    for name, side in (("Plan, in all", shown.plan), ("Baseline, in all", shown.baseline)):
        rows.append((name, *(formats.number(share) for share in side.values())))
    columns = ("When", *(WORK[kind].words for kind in shown.shares))
    return Table("Team time, % of developer days", columns, rows)


def _outcome(kind: str) -> str:
    return f"developer_days_{kind}"


def _in_all(ensemble: Ensemble) -> dict[str, float]:
    days = {kind: float(ensemble.totals[_outcome(kind)].sum()) for kind in WORK}
    whole = sum(days.values()) or 1.0
    return {kind: 100.0 * amount / whole for kind, amount in days.items()}


def _label_places(shown: TeamTime) -> dict[str, float]:
    """Return where the names stand: at the end of their areas, but not on each other."""
    scale = (HEIGHT - _TOP - _BOTTOM) / 100.0
    lower, places = 0.0, {}
    for kind, values in shown.shares.items():
        middle = lower + values[-1] / 2.0
        places[kind] = _TOP + (100.0 - middle) * scale - _LABEL_HEIGHT / 2.0
        lower += float(values[-1])
    return _apart(places)


def _apart(places: dict[str, float]) -> dict[str, float]:
    """Return places from the bottom up, moved until none lies on another or above the chart."""
    floor, moved = HEIGHT - _LABEL_HEIGHT - 4.0, {}
    for kind, place in places.items():
        moved[kind] = floor = min(place, floor)
        floor -= _LABEL_HEIGHT
    ceiling = 13.0
    for kind in reversed(moved):
        moved[kind] = ceiling = max(moved[kind], ceiling)
        ceiling += _LABEL_HEIGHT
    return moved


def _from_start(values: Floats) -> Floats:
    """Return values that begin at the start, with the first period's."""
    return np.concatenate([values[:1], values])


def _texts(shown: TeamTime) -> list[str]:
    """Return the exact values of every period, from the top down."""
    kinds = list(reversed(shown.shares))
    places = [0, *range(len(shown.months))]
    return [
        "\n".join(
            [
                f"Month {shown.months[place]:.0f}",
                *(
                    f"{WORK[kind].words} {formats.number(shown.shares[kind][place])}"
                    f"{formats.NARROW_SPACE}%"
                    for kind in kinds
                ),
            ]
        )
        for place in places
    ]
