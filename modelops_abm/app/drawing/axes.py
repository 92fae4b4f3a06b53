"""Axes of charts: as long as the data, with lines at round numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, Self

from matplotlib.ticker import MaxNLocator

from modelops_abm import formats
from modelops_abm.experiments.plans import STOPS
from modelops_abm.experiments.words import level_word

type Option = dict[str, Any]

FONT = "Inter, system-ui, sans-serif"
_MONTH_STEPS = (0.1, 0.25, 0.5, 1, 2, 3, 6, 12, 24, 60, 120)
_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_ROOM = 0.03
_MOST_STEPS = 7
_UNIT_WIDTH = 52


class Extent(NamedTuple):
    """The range of values that an axis must show."""

    low: float
    high: float

    def with_room_for(self, other: Extent) -> Self:
        """Return the extent that shows another one as well."""
        return type(self)(min(self.low, other.low), max(self.high, other.high))


class Axis(NamedTuple):
    """A value axis: its ends, and the round numbers between them."""

    low: float
    high: float
    ticks: tuple[float, ...]

    @property
    def digits(self) -> int:
        """Digits after the decimal point that its numbers need."""
        step = self.ticks[1] - self.ticks[0] if len(self.ticks) > 1 else self.ticks[0]
        return len(f"{step:.6f}".rstrip("0").partition(".")[2])


def round_axis(extent: Extent, steps: int = 3) -> Axis:
    """Return the axis of an extent, with at most so many steps between round numbers."""
    low, high = extent
    if high <= low:
        low, high = low - 1.0, high + 1.0
    room = _ROOM * (high - low)
    low, high = low - room, high + room
    ticks = MaxNLocator(nbins=steps, steps=_ROUND).tick_values(low, high)
    shown = tuple(float(tick) for tick in ticks if low <= tick <= high)
    return Axis(low, high, shown or (extent.low,))


def months(day: float) -> float:
    """Return a day in months."""
    return round(day / formats.MONTH_DAYS, 3)


def month_axis(
    horizon_days: int,
    grid: int = 0,
    *,
    labelled: bool = True,
    most: int = _MOST_STEPS,
    with_last: bool = True,
) -> Option:
    """Return the time axis of a chart, in months.

    Parameters
    ----------
    horizon_days
        Its end.
    grid
        Number of the grid that it belongs to.
    labelled
        Whether its numbers are shown.
    most
        How many steps there may be between them.
    with_last
        Whether the last of them is shown; `month_words` says it otherwise.
    """
    last, step = months(float(horizon_days)), _month_step(horizon_days, most)
    shows_last = with_last and _is_whole(last / step)
    return {
        "type": "value",
        "gridIndex": grid,
        "min": 0,
        "max": last,
        "interval": step,
        "axisLabel": text_style() | {"show": labelled, "showMaxLabel": shows_last},
        **_BARE,
    }


def _month_step(horizon_days: int, most: int) -> float:
    last = months(float(horizon_days))
    return next((step for step in _MONTH_STEPS if last / step <= most), last)


def _is_whole(steps: float) -> bool:
    return abs(steps - round(steps)) < 0.01


def level_axis() -> Option:
    """Return the axis of a capability's level; `stop_words` says what stands along it."""
    return {"type": "value", "min": 0, "max": 1, "axisLabel": {"show": False}, **_BARE}


def number_axis(high: float) -> Option:
    """Return an axis from 0 with a few numbers."""
    return {
        "type": "value",
        "min": 0,
        "max": high,
        "splitNumber": 4,
        "axisLabel": text_style() | {"hideOverlap": True},
        **_BARE,
    }


def stop_words() -> Option:
    """Return the words of the levels, below a grid with a level axis."""
    marks = [
        {"xAxis": stop, "label": {"formatter": level_word(stop).capitalize()}} for stop in STOPS
    ]
    place = {"position": "start", "distance": 8}
    return _words_along("stops", marks, place, "transparent")


def value_axis(axis: Axis, grid: int = 0) -> Option:
    """Return a value axis; `tick_lines` draws what is seen of it."""
    return {
        "type": "value",
        "gridIndex": grid,
        "min": axis.low,
        "max": axis.high,
        "axisLabel": {"show": False},
        **_BARE,
    }


def tick_lines(
    axis: Axis, words: Callable[[float, int], str] = formats.number, grid: int = 0
) -> Option:
    """Return thin lines across a grid at round numbers, with the numbers beside them.

    Parameters
    ----------
    axis
        The axis.
    words
        Makes words of a number and its digits.
    grid
        Number of the grid.
    """
    marks = [
        {"yAxis": tick, "label": {"formatter": words(tick, axis.digits)}} for tick in axis.ticks
    ]
    place = {"position": "start", "distance": 8}
    return _words_along(f"ticks-{grid}", marks, place, "var(--hairline)", grid)


def signed(value: float, digits: int) -> str:
    """Return a number of an axis of differences: +0.5, −1, 0."""
    return formats.number(value, digits if value else 0, signed=True)


def _words_along(
    name: str, marks: list[Option], place: Option, colour: str, grid: int = 0
) -> Option:
    """Return lines across a grid with words at their start."""
    style = {"color": colour, "width": 1, "type": "solid"}
    return {
        "id": name,
        "type": "line",
        "xAxisIndex": grid,
        "yAxisIndex": grid,
        "data": [],
        "silent": True,
        "tooltip": {"show": False},
        "markLine": {
            "silent": True,
            "symbol": "none",
            "animation": False,
            "label": text_style() | place,
            "lineStyle": style,
            "data": marks,
        },
    }


def month_words(horizon_days: int, right: int, bottom: int) -> Option:
    """Return the words at the end of a time axis: month 36; its unit if it ends between numbers.

    Parameters
    ----------
    horizon_days
        End of the axis.
    right
        Room between grid and right edge, in pixels.
    bottom
        Distance of the words from the bottom edge.
    """
    last = months(float(horizon_days))
    is_number = _is_whole(last / _month_step(horizon_days, _MOST_STEPS))
    return {
        "text": f"month {formats.number(last)}" if is_number else "month",
        "right": right if is_number else right - _UNIT_WIDTH,
        "bottom": bottom,
        "padding": 0,
        "textStyle": text_style() | {"fontWeight": 400, "lineHeight": 12},
    }


def text_style(colour: str = "var(--ink-2)") -> Option:
    """Return the style of small text in a chart."""
    return {"color": colour, "fontSize": 12, "fontFamily": FONT}


_BARE: Option = {
    "axisLine": {"show": False},
    "axisTick": {"show": False},
    "splitLine": {"show": False},
}
