"""Answers over what an organisation may be, beside those at the values as set.

A future is a draw of what is not known, and chance: replication n of every scenario has draw n, so
that plan and baseline share both. Every draw comes once, so that futures are independent and every
interval holds as without draws. Of some draws there is a second future, by other chances: what
differs within such pairs is chance, and the rest of the spread is what nobody knows (the law of
total variance). docs/decisions/0054.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.experiments.running import Keeping, Samples, draws_in, sampled, totals_of
from modelops_abm.runs.engines import Progress
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.scenario import Scenario

NINE_OF_TEN = (0.05, 0.95)
_FUTURES_FOR_A_PAIR = 5
"""One draw in five comes again: 80 of 400, which tell a share of 15 % to 3 points or so."""
_FEWEST_PAIRS = 10
_RESAMPLES = 500


@dataclass(frozen=True, slots=True)
class Over[R]:
    """What a result over draws knows besides itself.

    Attributes
    ----------
    as_set
        The same at the values as set, over as many futures: chance only.
    again
        The answer in the futures of the first draws once more, by other chances.
    """

    as_set: R
    again: Floats


@dataclass(frozen=True, slots=True)
class Unknown:
    """Which share of the variance of an answer is what nobody knows; the rest is chance.

    Attributes
    ----------
    share, low, high
        The estimate with its 95 % interval, all within 0 to 1.
    """

    share: float
    low: float
    high: float

    @property
    def sentence(self) -> str:
        """What the spread is of."""
        return self.in_words("the spread")

    def in_words(self, spread: str) -> str:
        """Return what a spread is of.

        Parameters
        ----------
        spread
            What is spread, such as ``the spread of availability``.
        """
        unknown, chance = (formats.share(each, 0) for each in (self.share, 1.0 - self.share))
        sure = f" ({self._interval})" if self._is_rough else ""
        return f"Of {spread}, {unknown}{sure} is what nobody knows, and {chance} is chance."

    @property
    def in_short(self) -> str:
        """What the spread is of, in a line with others; of a rough estimate the interval alone."""
        if self._is_rough:
            return f"Of the spread {self._interval} is what nobody knows, the rest chance."
        unknown, chance = (formats.share(each, 0) for each in (self.share, 1.0 - self.share))
        return f"Of the spread {unknown} is what nobody knows, {chance} chance."

    @property
    def _is_rough(self) -> bool:
        return self.high - self.low > 0.2

    @property
    def _interval(self) -> str:
        return formats.share_interval(self.low, self.high)


def unknown_of(values: Floats, again: Floats) -> Unknown | None:
    """Return what of the spread of an answer is what nobody knows; None if that cannot be told.

    Two futures of one draw differ by chance alone: half the mean square of their differences is the
    variance by chance, and the rest of the variance what nobody knows (the law of total variance,
    docs/decisions/0054). The interval is by bootstrap. It cannot be told from fewer than ten pairs,
    or of answers that are all the same.

    Parameters
    ----------
    values
        The answer in one future of every draw.
    again
        The same for the first draws once more, by other chances.

    Examples
    --------
    >>> values = np.random.default_rng(0).standard_normal(1_000)
    >>> unknown_of(values, values[:200]).share
    1.0
    """
    squares = (values[: len(again)] - again) ** 2 / 2.0
    squares = squares[~np.isnan(squares)]
    values = values[~np.isnan(values)]
    if len(squares) < _FEWEST_PAIRS or np.ptp(values) == 0.0:
        return None
    centred = (values - values.mean()) / values.std()
    squares = squares / values.var()
    chance = float(squares.mean()) * (1.0 - 1.0 / len(values))
    # A bootstrap sample is how often each value is drawn: weights in place of copies.
    pairs, futures = (_weights(len(each)) for each in (squares, values))
    spreads = futures @ centred**2 - (futures @ centred) ** 2
    resampled = pairs @ squares / np.maximum(spreads, np.finfo(float).tiny)
    tail = (1.0 - LEVEL) / 2.0
    low, high = np.quantile(resampled, [tail, 1.0 - tail])
    # Estimated apart, they may contradict each other by a little.
    share, most, least = (float(np.clip(1.0 - each, 0.0, 1.0)) for each in (chance, low, high))
    return Unknown(share, least, most)


@lru_cache(maxsize=8)
def _weights(count: int) -> Floats:
    drawn = np.random.default_rng(count).multinomial(count, np.full(count, 1.0 / count), _RESAMPLES)
    return np.asarray(drawn / count)


def count_again(replications: int) -> int:
    """Return how many draws come again, by the number of futures."""
    return -(-replications // _FUTURES_FOR_A_PAIR)


def again_of(scenarios: Sequence[Scenario], first: int, count: int, keeping: Keeping) -> Floats:
    """Return totals of some draws once more, by other chances: scenarios x draws x totals.

    Parameters
    ----------
    scenarios, keeping
        As `totals_of` has them; with draws.
    first, count
        Number of the first draw, and how many.
    """
    draws = draws_in(keeping)
    other = draws.again()
    # A comparison has further settings, which are none of running.
    known = {name: value for name, value in keeping.items() if name in Keeping.__annotations__}
    settings = cast("Keeping", {**known, "progress": None, "draws": other})
    return totals_of(scenarios, count, first=first + other.first - draws.first, **settings)


def both_ways[K: Keeping](keeping: K) -> tuple[K, K]:
    """Return how to run over draws, and how at the values as set: two halves of one progress."""
    over, as_set = {**keeping}, {**keeping, "draws": None}
    running: Keeping = keeping
    if (progress := running.get("progress")) is not None:
        done = [0, 0]

        def half(place: int) -> Progress:
            def told(count: int, total: int) -> None:
                done[place] = count
                progress(sum(done) // 2, total)

            return told

        over["progress"], as_set["progress"] = half(0), half(1)
    return cast("K", over), cast("K", as_set)


def over_and_as_set(
    scenarios: Sequence[Scenario], looks: Sequence[int], wanted: Sequence[str], keeping: Keeping
) -> Iterator[tuple[Samples, Samples]]:
    """Yield outcomes over draws and at the values as set after so many replications.

    Parameters
    ----------
    scenarios, looks, wanted, keeping
        As `sampled` has them.
    """
    over, as_set = both_ways(keeping)
    return zip(
        sampled(scenarios, looks, wanted, **over),
        sampled(scenarios, looks, wanted, **as_set),
        strict=True,
    )


OVER = "Over what the organisation may be"
OVER_DRAWS = "Intervals are over draws of what the organisation may be, and over chance"


def over_in_words(
    as_set: str, over: str, unknown: Unknown | None, spread: str = "the spread"
) -> str:
    """Return an answer at the values as set, the one over draws, and what its spread is of."""
    split = "" if unknown is None else unknown.in_words(spread)
    return "\n".join(filter(None, (f"As set: {as_set}", f"{OVER}: {over}", split)))


def unknown_as_json(unknown: Unknown | None) -> dict[str, Any]:
    """Return what is known of the split of a spread as plain data."""
    if unknown is None:
        return {"unknown_share": None, "unknown_interval": None}
    return {
        "unknown_share": unknown.share,
        "unknown_interval": [unknown.low, unknown.high],
    }
