"""How sure a number is, in two marks: a badge of how well it is supported, and the interval mark.

The badge, bars and a word, is about an assumption. The mark is about a result, and is the same
everywhere: what may happen, how well the average is known, and whether it can be told from zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

import htpy as h

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
# A light bar for 95 of 100 futures, a dark bar for the 95 % interval of the average, a dot for
# the average, ticks where something is to be compared with. It is grey when it cannot be told
# from zero.


type Range = tuple[float, float]

HEIGHT = 16
"""Of the mark, in pixels."""
_MARGIN = 0.1


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
    """

    middle: float | None
    average: Range | None
    futures: Range | None
    is_told: bool = True

    @classmethod
    def of(cls, difference: PairedDifference) -> Self:
        """Return what is known of a difference."""
        known = difference.estimate
        average = None if known.low is None or known.high is None else (known.low, known.high)
        told = difference.verdict != "cannot tell yet"
        return cls(known.mean, average, difference.futures, told)

    @property
    def ends(self) -> tuple[float, ...]:
        """Every value that must fit on a scale."""
        middle = () if self.middle is None else (self.middle,)
        return (*middle, *(self.average or ()), *(self.futures or ()))


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


def interval_mark(
    interval: Interval, scale: Scale, *, ticks: Iterable[float] = (0.0,), muted: bool = False
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
    """
    # Places are in per cent: the mark is as wide as its column, and nobody has to measure that.
    is_grey = muted or not interval.is_told
    return h.svg(class_=["mark", {"untold": is_grey}], height=str(HEIGHT), aria_hidden="true")[
        h.line(".base", x1="0", x2="100%", y1="50%", y2="50%"),
        _bar("futures", interval.futures, scale, 8),
        (_tick(scale.percent(value)) for value in ticks),
        _bar("average", interval.average, scale, 8),
        _dot(interval.middle, scale),
    ]


def _bar(name: str, ends: Range | None, scale: Scale, height: int) -> h.Element | None:
    if ends is None:
        return None
    low, high = (scale.percent(end) for end in ends)
    return h.rect(
        class_=name,
        x=f"{low}%",
        width=f"{round(high - low, 2)}%",
        y=str((HEIGHT - height) // 2),
        height=str(height),
        rx=str(height // 2),
    )


def _tick(percent: float) -> h.Element:
    return h.line(".tick", x1=f"{percent}%", x2=f"{percent}%", y1="1", y2=str(HEIGHT - 1))


def _dot(middle: float | None, scale: Scale) -> h.Element | None:
    if middle is None:
        return None
    return h.circle(".dot", cx=f"{scale.percent(middle)}%", cy="50%", r="3.5")
