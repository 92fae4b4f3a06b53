"""What it takes from ranges of 90 % that draws of a belief are of chains, and few.

    python benchmarks/chains.py [--accepted 0.3] [--size 0.6]

Nothing is fitted: the truth is a draw of a standard normal distribution, and what is believed is
the same distribution, exactly. So a range of 90 % holds the truth 90 times in 100, but for how its
ends are told: by chains of eight states that move a little now and then, from beginnings of which
some are copies, as resampling leaves them. What is missing is not the likelihood's doing.
"""

from __future__ import annotations

import argparse

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float64]

STATES = 8
CHAINS = {"as benchmarks/calibration.py has them": 50, "as the product has them": 250}
BEGINNINGS = (1.0, 0.5, 0.3)
"""Part of the chains that begin at different places."""
SAMPLES = 1_600_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accepted", type=float, default=0.3, help="part of the moves")
    parser.add_argument("--size", type=float, default=0.6, help="of a move; 1 is a draw anew")
    given = parser.parse_args()
    generator = np.random.default_rng(1)
    print("chains  beginnings  inside 90 %  worth draws  by means of chains  by families")
    for words, chains in CHAINS.items():
        print(words)
        for part in BEGINNINGS:
            count, begin = SAMPLES // chains, round(part * chains)
            draws, families = states_of(generator, count, chains, begin, given.accepted, given.size)
            together = draws.reshape(count, -1)
            means = draws.mean(axis=1)
            of_means = means.var(axis=1, ddof=1) / chains
            sums = np.zeros((count, begin))
            np.add.at(
                sums,
                (np.arange(count)[:, np.newaxis], families),
                means - means.mean(axis=1, keepdims=True),
            )
            of_families = (sums**2).sum(axis=1) / chains**2 * begin / (begin - 1)
            print(
                f"{chains:6}  {begin:10}  {inside(generator, together):10.1%}"
                f"  {1.0 / together.mean(axis=1).var():11.0f}"
                f"  {np.median(together.var(axis=1) / of_means):18.0f}"
                f"  {np.median(together.var(axis=1) / of_families):11.0f}"
            )


def states_of(
    generator: np.random.Generator,
    count: int,
    chains: int,
    begin: int,
    accepted: float,
    size: float,
) -> tuple[Floats, NDArray[np.int64]]:
    """Return samples x states x chains, and of which beginning each chain is."""
    places = generator.standard_normal((count, begin))
    # Each beginning at least once, the others again by chance, as resampling has it.
    others = generator.integers(0, begin, (count, chains - begin))
    own = np.broadcast_to(np.arange(begin), (count, begin))
    families = np.concatenate([own, others], axis=1)
    here = np.take_along_axis(places, families, axis=1)
    states = [here]
    for _ in range(STATES - 1):
        there = np.sqrt(1.0 - size**2) * here + size * generator.standard_normal(here.shape)
        here = np.where(generator.random(here.shape) < accepted, there, here)
        states.append(here)
    return np.stack(states, axis=1), families


def inside(generator: np.random.Generator, draws: Floats) -> float:
    """Return how often the truth lies between the 5th and the 95th of 100 draws."""
    truth = generator.standard_normal((len(draws), 1))
    ranks = (draws < truth).mean(axis=1)
    return float(np.mean((ranks >= 0.05) & (ranks <= 0.95)))


if __name__ == "__main__":
    main()
