"""Picture of the efficient frontier: what road maps spend, and what they are worth for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes

from modelops_abm import formats
from modelops_abm.charts.charts import LABEL, LINE, Box, spread, write_heading
from modelops_abm.charts.palette import (
    BASELINE,
    CONTROL,
    COSTS,
    HAIRLINE,
    INK_3,
    PLAN,
    readable,
    tint,
)
from modelops_abm.charts.rows import in_plain_numbers, round_numbers
from modelops_abm.charts.sheet import POINTS, Picture, shortened, text_style, write
from modelops_abm.experiments.optimisation_results import Finalist, Optimised, spend_of
from modelops_abm.experiments.optimisation_search import Measured
from modelops_abm.experiments.road_maps import nothing_of, road_map_of
from modelops_abm.experiments.statistics import Estimate
from modelops_abm.version import __version__

type Value = Callable[[Measured], Estimate]

_BOXES = (Box(84.0, 44.0, 470.0, 330.0), Box(660.0, 44.0, 470.0, 330.0))
_LABEL_GAP = 17.0
_RECOMMENDED = 11.0
_DOT = 8.0


def spend_frontier(found: Optimised) -> Picture:
    """Draw what the finalists spend and are worth, on average and in the worst futures.

    Parameters
    ----------
    found
        An optimisation.

    Returns
    -------
    Picture
        Both frontiers, every finalist with its interval, the plan and the recommended road map.
    """
    shows = (
        f"Each dot is a road map against doing nothing, in {found.replications:,} futures that the"
        " search has not seen; bars: 95 % interval. The line joins those that none beats for the"
        " same money."
    )
    picture = Picture(_finding(found), shows, source_of_search(found), 424.0)
    views: tuple[tuple[str, Value, bool], ...] = (
        ("Worth on average", lambda each: each.worth.estimate, False),
        ("Average of the worst 5 % of futures", lambda each: each.downside, True),
    )
    for box, (heading, value, downside) in zip(_BOXES, views, strict=True):
        view = _View(found, picture.axes_at(*box), box, value)
        view.set_scales()
        write_heading(picture, box.left, box.top - 16.0, heading, view.worth_scale[1])
        view.draw_line(found.frontier(downside=downside))
        for finalist in found.finalists:
            view.draw_dot(finalist)
        view.name_dots(picture)
    return picture


def source_of_search(found: Optimised) -> str:
    """Return what makes a picture of an optimisation repeatable, for its footer."""
    tried = formats.plural(found.tried, "road map")
    name = shortened(found.plan.name)
    return f"Scenario {name}, seed {found.seed}, {tried} searched. modelops_abm {__version__}."


def _finding(found: Optimised) -> str:
    """Say how much of the highest worth half of its money buys."""
    efficient = found.frontier()
    best = efficient[-1].rechecked
    if best.mean_gain <= 0.0:
        return "No road map that was re-checked is worth more on average than doing nothing"
    spent = spend_of(best)
    cheaper = [each.rechecked for each in efficient if spend_of(each.rechecked) <= spent / 2.0]
    half = max((each.mean_gain for each in cheaper), default=0.0) / best.mean_gain
    bought = f"{formats.money(spent)} buy {formats.money(best.mean_gain)}"
    if half <= 0.0 or spent <= 0.0:
        return bought
    return f"{bought}; half of the money buys {formats.share(half, 0)} of that"


@dataclass(frozen=True)
class _View:
    """A chart of spending against one kind of worth."""

    found: Optimised
    axes: Axes
    box: Box
    value: Value

    @property
    def worth_scale(self) -> tuple[float, str]:
        """What worth is divided by, and its unit."""
        return formats.money_scale(max(abs(end) for end in self._ends()))

    @property
    def spend_scale(self) -> tuple[float, str]:
        """What spending is divided by, and its unit."""
        return formats.money_scale(max(abs(spend) for spend in self._spends()))

    def set_scales(self) -> None:
        """Set both axes to hold every finalist, and zero."""
        style = text_style(LABEL, INK_3)
        x, y = (
            _limits(*each)
            for each in ((self._spends(), self.spend_scale), (self._ends(), self.worth_scale))
        )
        across, up = round_numbers(*x, most=6), round_numbers(*y, most=6)
        self.axes.set_xlim(*x)
        self.axes.set_ylim(*y)
        self.axes.set_xticks(across, in_plain_numbers(across), **style)
        self.axes.set_yticks(up, in_plain_numbers(up), **style)
        self.axes.tick_params(axis="both", length=0.0, pad=6.0 * POINTS)
        self.axes.grid(visible=True, which="major", color=HAIRLINE, linewidth=POINTS, linestyle="-")
        self.axes.axhline(0.0, color=CONTROL, linewidth=POINTS, linestyle="-", zorder=1.5)

    def draw_line(self, efficient: Sequence[Finalist]) -> None:
        """Join the road maps of the frontier."""
        places = [self._place(each) for each in efficient]
        self.axes.plot(
            [x for x, _ in places],
            [y for _, y in places],
            color=tint(PLAN, 0.45),
            linewidth=LINE * POINTS,
            linestyle="-",
            marker="",
            zorder=2.0,
        )

    def draw_dot(self, finalist: Finalist) -> None:
        """Draw a road map with its interval."""
        x, y = self._place(finalist)
        half = (self.value(finalist.rechecked).half_width or 0.0) / self.worth_scale[0]
        colour, is_recommended = self._colour(finalist), self._is_recommended(finalist)
        self.axes.plot(
            [x, x],
            [y - half, y + half],
            color=colour,
            linewidth=2.0 * POINTS,
            linestyle="-",
            marker="",
            zorder=3.0,
        )
        self.axes.plot(
            [x],
            [y],
            color=colour,
            marker="D" if is_recommended else "o",
            markersize=(_RECOMMENDED if is_recommended else _DOT) * POINTS,
            markeredgewidth=0.0,
            linestyle="",
            zorder=3.5,
        )

    def name_dots(self, picture: Picture) -> None:
        """Name what the reader looks for: recommended, plan, doing nothing; and the axis."""
        names = {road_map_of(self.found.plan): "plan given", nothing_of(self.found.plan): "nothing"}
        names[self.found.recommended] = "recommended"
        named = [each for each in self.found.finalists if each.road_map in names]
        places = [self._pixels(each) for each in named]
        heights = spread([y for _, y in places], _LABEL_GAP, self.box.top, self.box.bottom - 8.0)
        for finalist, (x, _), y in zip(named, places, heights, strict=True):
            over = "" if finalist in self.found.within_budget else ", over the budget"
            is_left = x < self.box.left + 0.6 * self.box.width
            write(
                picture.plane,
                x + (14.0 if is_left else -14.0),
                y,
                f"{names[finalist.road_map]}{over}",
                size=LABEL,
                colour=readable(self._colour(finalist)),
                bold=self._is_recommended(finalist),
                across="left" if is_left else "right",
                along="center",
                over=True,
            )
        words = f"Spent over {formats.span(self.found.plan.horizon_days)}, {self.spend_scale[1]}"
        below = self.box.bottom + 42.0
        write(picture.plane, self.box.right, below, words, size=LABEL, across="right")

    def _is_recommended(self, finalist: Finalist) -> bool:
        return finalist.road_map == self.found.recommended

    def _colour(self, finalist: Finalist) -> str:
        if finalist not in self.found.within_budget:
            return COSTS
        return BASELINE if finalist.road_map == nothing_of(self.found.plan) else PLAN

    def _place(self, finalist: Finalist) -> tuple[float, float]:
        worth = self.value(finalist.rechecked).mean or 0.0
        return spend_of(finalist.rechecked) / self.spend_scale[0], worth / self.worth_scale[0]

    def _pixels(self, finalist: Finalist) -> tuple[float, float]:
        x, y = self._place(finalist)
        (left, right), (low, high) = self.axes.get_xlim(), self.axes.get_ylim()
        across, up = (x - left) / (right - left), (y - low) / (high - low)
        return self.box.left + across * self.box.width, self.box.bottom - up * self.box.height

    def _spends(self) -> list[float]:
        return [spend_of(each.rechecked) for each in self.found.finalists]

    def _ends(self) -> list[float]:
        """Return the ends of all intervals."""
        estimates = [self.value(each.rechecked) for each in self.found.finalists]
        return [
            (each.mean or 0.0) + side * (each.half_width or 0.0)
            for each in estimates
            for side in (-1.0, 1.0)
        ]


def _limits(values: Sequence[float], scale: tuple[float, str]) -> tuple[float, float]:
    """Return the ends of an axis that holds zero and some values, with room around them."""
    low, high = min(0.0, *values) / scale[0], max(0.0, *values) / scale[0]
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room
