"""How often a 95 % interval holds the truth if one stops as soon as it is narrow enough.

    python benchmarks/stopping.py

For each rule: without stopping, at the first look; the worst precision that one can ask for; and
the average over precisions. This is where the figures of docs/decisions/0015 come from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from modelops_abm.experiments.statistics import FEWEST, LOOKS
from modelops_abm.runs.quantiles import t_quantile

EXPERIMENTS, AT_ONCE = 40_000, 4_000
SKEWNESS = 0.9
"""Of the difference of net present value that all five capabilities make to the reference."""
PRECISIONS = np.geomspace(0.09, 0.5, 60)
"""Half-widths asked for, in standard deviations of a value."""

Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator, tuple[int, int]], Floats]

RULES = {
    "every 16 from 32": range(32, LOOKS[-1] + 1, 16),
    "looks from 48": [look for look in LOOKS if look >= 48],
    f"looks from {FEWEST}": [look for look in LOOKS if look >= FEWEST],
}


def normal(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    return generator.normal(size=shape)


def skewed(generator: np.random.Generator, shape: tuple[int, int]) -> Floats:
    """Return gamma values of mean 0, standard deviation 1 and `SKEWNESS`."""
    size = 4.0 / SKEWNESS**2
    return (generator.gamma(size, size=shape) - size) / size**0.5


def main() -> None:
    print(f"{'':28} {'fixed':>8} {'worst':>8} {'average':>8}")
    for draw in (normal, skewed):
        for words, looks in RULES.items():
            means, half_widths = intervals(draw, list(looks))
            fixed = float(np.mean(np.abs(means[:, 0]) <= half_widths[:, 0]))
            shares = [coverage(means, half_widths, precision) for precision in PRECISIONS]
            figures = (fixed, min(shares), float(np.mean(shares)))
            print(f"{draw.__name__ + ', ' + words:28}", *(f"{each:8.1%}" for each in figures))


def intervals(draw: Draw, looks: Sequence[int]) -> tuple[Floats, Floats]:
    """Return mean and half-width: experiments x looks."""
    generator = np.random.default_rng(3)
    sizes = np.array(looks)
    factors = np.array([t_quantile(size - 1) for size in looks]) / np.sqrt(sizes)
    means, half_widths = [], []
    for _ in range(0, EXPERIMENTS, AT_ONCE):
        values = draw(generator, (AT_ONCE, looks[-1]))
        mean = np.cumsum(values, axis=1)[:, sizes - 1] / sizes
        squares = np.cumsum(values * values, axis=1)[:, sizes - 1]
        means.append(mean)
        half_widths.append(factors * np.sqrt((squares - sizes * mean * mean) / (sizes - 1)))
    return np.concatenate(means), np.concatenate(half_widths)


def coverage(means: Floats, half_widths: Floats, precision: float) -> float:
    """Return the share of experiments whose interval holds 0 when they stop."""
    stops = half_widths <= precision
    stops[:, -1] = True
    at = np.argmax(stops, axis=1)[:, None]
    held = np.abs(np.take_along_axis(means, at, 1)) <= np.take_along_axis(half_widths, at, 1)
    return float(np.mean(held))


if __name__ == "__main__":
    main()
