"""How sure a number is, in two marks: a badge of how well it is supported, and the interval mark.

The badge, bars and a word, is about an assumption. The mark is about a result, and is the same
everywhere: what may happen, how well the average is known, and whether it can be told from zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Self

import htpy as h

from modelops_abm.charts.svg import HATCH

if TYPE_CHECKING:
    from modelops_abm.experiments import PairedDifference


_WORDS = {
    "measured": ("Measured", 4),
    "survey": ("Survey", 3),
    "vendor": ("Vendor claim", 2),
    "judgement": ("Judgement", 1),
}
_BARS = 4


def confidence_badge(confidence: str) -> h.Element:
    """Return the badge of a confidence; what is no degree of it, such as yours, in words alone."""
    words, bars = _WORDS.get(confidence, (confidence.capitalize(), 0))
    return h.span(".confidence")[
        bars > 0
        and h.span(".bars", aria_hidden="true")[
            (h.i(class_={"on": place < bars}) for place in range(_BARS))
        ],
        words,
    ]


# --------------------------------------------------------------------------------------
# The one mark for what may happen and for how well the average is known.
#
# A light block for 95 of 100 futures at the values as set, by chance alone; a taller dark block for
# the 95 % interval of their average, a dot for the average, ticks where something is to be compared
# with. Over what the organisation may be, a hatched pill behind them holds 95 of 100 futures by
# chance and what nobody knows, and a ring is their average. It is grey when the average as set
# cannot be told from zero. A bracket below is what was published.


type Range = tuple[float, float]

HEIGHT, WITH_BRACKET = 16, 24
"""Of the mark, in pixels; and with a bracket below."""
_MARGIN = 0.1
_MIDDLE = 8


@dataclass(frozen=True, slots=True)
class Interval:
    """What a mark shows; None for what does not exist.

    Attributes
    ----------
    middle
        The average, or the median.
    average
        The 95 % interval of the average.
    futures
        The range of 95 of 100 futures.
    is_told
        Whether the average can be told from zero.
    unknown, ring
        Over what the organisation may be: the range of 95 of 100 futures, and their average.
    """

    middle: float | None
    average: Range | None
    futures: Range | None
    is_told: bool = True
    unknown: Range | None = None
    ring: float | None = None

    @classmethod
    def of(cls, difference: PairedDifference, over: PairedDifference | None = None) -> Self:
        """Return what is known of a difference, and of the same over what may be."""
        known = difference.estimate
        average = None if known.low is None or known.high is None else (known.low, known.high)
        told = difference.verdict != "cannot tell yet"
        interval = cls(known.mean, average, difference.futures, told)
        if over is None:
            return interval
        return replace(interval, unknown=over.futures, ring=over.estimate.mean)

    @property
    def ends(self) -> tuple[float, ...]:
        """Every value that must fit on a scale."""
        points = (value for value in (self.middle, self.ring) if value is not None)
        ranges = (self.average, self.futures, self.unknown)
        return (*points, *(end for ends in ranges for end in ends or ()))


class Scale(NamedTuple):
    """What a mark is drawn along."""

    low: float
    high: float

    @classmethod
    def around(cls, intervals: Iterable[Interval], also: float = 0.0) -> Self:
        """Return a scale with room for intervals and a value to compare them with."""
        values = (also, *(value for interval in intervals for value in interval.ends))
        low, high = min(values), max(values)
        # All at one value: any width will do, but none at all would divide by zero.
        room = _MARGIN * (high - low) or 1.0
        return cls(low - room, high + room)

    def percent(self, value: float) -> float:
        """Return where a value is, from 0 to 100; what lies outside is at an end."""
        share = (value - self.low) / (self.high - self.low)
        return round(100.0 * min(1.0, max(0.0, share)), 2)


@dataclass(frozen=True, slots=True)
class Bracket:
    """What was published, below a mark: between what, and the figure itself.

    An end or figure that was not published is None.
    """

    low: float | None
    high: float | None
    figure: float | None = None


def interval_mark(
    interval: Interval,
    scale: Scale,
    *,
    ticks: Iterable[float] = (0.0,),
    muted: bool = False,
    dashed: float | None = None,
    bracket: Bracket | None = None,
) -> h.Element:
    """Return the mark, as wide as there is room; text beside it must say the numbers.

    Parameters
    ----------
    interval
        What is shown.
    scale
        What it is drawn along.
    ticks
        Values to compare with.
    muted
        Whether it is drawn in grey even though it can be told from zero.
    dashed
        Where a baseline is; None for nowhere.
    bracket
        What was published.
    """
    # Places are in per cent: the mark is as wide as its column, and nobody has to measure that.
    is_grey = muted or not interval.is_told
    height = HEIGHT if bracket is None else WITH_BRACKET
    return h.svg(class_=["mark", {"untold": is_grey}], height=str(height), aria_hidden="true")[
        h.line(".base", x1="0", x2="100%", y1=str(_MIDDLE), y2=str(_MIDDLE)),
        _hatched(interval.unknown, scale, is_grey=is_grey),
        _bar("futures", interval.futures, scale, 8),
        (_tick(scale.percent(value)) for value in ticks),
        dashed is not None and _tick(scale.percent(dashed), ".dashed"),
        _bar("average", interval.average, scale, 13, least=4.0),
        _ring(interval.ring, scale),
        _dot(interval.middle, scale),
        bracket is not None and _published(bracket, scale),
    ]


def hatching() -> h.Element:
    """Return the patterns of hatched areas, which a page or report needs once."""
    return h.svg(".hatching", width="0", height="0", aria_hidden="true")[
        h.defs[
            (
                # Slanted lines: of a pattern that is turned some drawing programs know nothing.
                h.pattern(id=name, width="7", height="7", patternUnits="userSpaceOnUse")[
                    h.path(class_=name, d="M-8 8L1 -1M-1 8L8 -1M6 8L15 -1")
                ]
                for name in (HATCH, f"{HATCH}-grey")
            )
        ]
    ]


def _hatched(ends: Range | None, scale: Scale, *, is_grey: bool) -> h.Element | None:
    if ends is None:
        return None
    low, high = (scale.percent(end) for end in ends)
    return h.rect(
        ".unknown",
        x=f"{low}%",
        width=f"{round(max(high - low, 1.0), 2)}%",
        y=str(_MIDDLE - 4),
        height="8",
        rx="4",
        fill=f"url(#{HATCH}{'-grey' if is_grey else ''})",
    )


def _bar(
    name: str, ends: Range | None, scale: Scale, height: int, least: float = 0.0
) -> h.Element | None:
    """Return a block; where one is so narrow that nobody would see it, its line makes it wider."""
    if ends is None:
        return None
    low, high = (scale.percent(end) for end in ends)
    return h.rect(
        class_=name,
        x=f"{low}%",
        width=f"{round(high - low, 2)}%",
        y=f"{_MIDDLE - height / 2.0:g}",
        height=str(height),
        rx="2",
        stroke_width=f"{least:g}" if least else None,
    )


def _tick(percent: float, css_class: str = "") -> h.Element:
    place = {"x1": f"{percent}%", "x2": f"{percent}%", "y1": "1", "y2": str(HEIGHT - 1)}
    return h.line(f".tick{css_class}", **place)


def _dot(middle: float | None, scale: Scale) -> h.Element | None:
    if middle is None:
        return None
    return h.circle(".dot", cx=f"{scale.percent(middle)}%", cy=str(_MIDDLE), r="2.6")


def _ring(ring: float | None, scale: Scale) -> h.Element | None:
    if ring is None:
        return None
    return h.circle(".ring", cx=f"{scale.percent(ring)}%", cy=str(_MIDDLE), r="3.2")


def _published(bracket: Bracket, scale: Scale) -> h.Element:
    """Return the bracket; where an end is open it has no foot."""
    low = 0.0 if bracket.low is None else scale.percent(bracket.low)
    high = 100.0 if bracket.high is None else scale.percent(bracket.high)
    feet = [end for end, known in ((low, bracket.low), (high, bracket.high)) if known is not None]
    y = HEIGHT + 4
    return h.g(".published")[
        h.line(x1=f"{low}%", x2=f"{high}%", y1=str(y), y2=str(y)),
        (h.line(x1=f"{x}%", x2=f"{x}%", y1=str(y - 3), y2=str(y + 3)) for x in feet),
        bracket.figure is not None
        and h.rect(
            x=f"{scale.percent(bracket.figure)}%",
            y=str(y - 2),
            width="4",
            height="4",
            transform="translate(-2 0)",
        ),
    ]
