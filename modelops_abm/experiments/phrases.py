"""Parts of sentences about plans: levels, amounts, lists."""

from __future__ import annotations

import math
from collections.abc import Sequence

from modelops_abm import formats
from modelops_abm.experiments.information import Worth
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.variants import STOPS
from modelops_abm.parameters import CapabilityName

_WORDS = dict(zip(STOPS, ("none", "some", "half", "most", "full"), strict=True))


def level_word(level: float) -> str:
    """Return a level in words: none, some, half, most, full; between them 60 %."""
    return _WORDS.get(level, formats.share(level, 0))


def level_of_capability(capability: CapabilityName, level: float) -> str:
    """Return a level with its capability: no automation, half lineage, 60 % rollback."""
    return f"{'no' if level == 0.0 else level_word(level)} {capability}"


def mean_of(difference: PairedDifference) -> float:
    """Return the mean; NaN if there is none."""
    mean = difference.estimate.mean
    return math.nan if mean is None else mean


def known_money(worth: PairedDifference, *, signed: bool = False) -> str:
    """Return an amount with as many digits as are known; without `signed` its size alone."""
    mean, half_width = mean_of(worth), worth.estimate.half_width
    return formats.money(mean if signed else abs(mean), half_width=half_width, signed=signed)


def worth_of_knowing(worth: Worth) -> tuple[str, str]:
    """Return what information is worth, and its interval; or what bound is known.

    A dash where it was worth nothing at every point, which tells no interval.
    """
    if worth.high is None:
        known = formats.money(worth.low, half_width=worth.low / 2.0) if worth.low > 0.0 else ""
        return (f"at least {known}" if known else formats.NOTHING), "cannot be told"
    if worth.high == 0.0:
        return formats.money(0.0), formats.NOTHING
    interval = formats.money_interval(worth.low, worth.high)
    if worth.low == 0.0:
        return f"at most {formats.money(worth.high, half_width=worth.high / 2.0)}", interval
    half_width = (worth.high - worth.low) / 2.0
    return formats.money(worth.mean, half_width=half_width), interval


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: a, b and c."""
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def either(words: Sequence[str]) -> str:
    """Return words as a choice in a sentence: a, b or c."""
    return " or ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
