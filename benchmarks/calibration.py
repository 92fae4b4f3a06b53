"""Calibration of the fit by simulation: do ranges of 90 % hold the truth in 90 of 100?

    python benchmarks/calibration.py [--organisations 40] [--budget SECONDS] [--small] [--seed 1]

Organisations are drawn from what is known of the reference. Each runs once, what it shows is said
with the error that statements have ("about"), and a belief is fitted to what was said (Talts et al.
2018, arXiv:1804.06788). Printed: of every value that something was learned of, and of all values
together, how often its range of 90 % holds the truth, and whether the ranks of the truth among the
draws are uniform; how much narrower ranges became; time and runs of a fit.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from scipy import stats
from scipy.special import expit, logit, ndtri

from modelops_abm import Scenario
from modelops_abm.evidence.fit import SIZE, Runs, Size, fit
from modelops_abm.evidence.measures import MEASURES
from modelops_abm.evidence.statements import ABOUT, Statement, about
from modelops_abm.experiments.draws import draws_of

ASKED = (
    "models_live",
    "value_per_year",
    "upkeep_share",
    "outages_per_month",
    "time_to_restore_hours",
    "models_delivered_per_year",
)
ERROR = np.log(1.0 + ABOUT) / ndtri(0.95)
SMALL = Size(draws=1_000, rounds=(300, 300, 500), checked=50)
TRUTHS, LUCK = 97, 1_000_000_000


def said(name: str, shown: float, generator: np.random.Generator) -> Statement | None:
    """Return what somebody says of what was shown, off as far as "about" leaves open."""
    is_share = MEASURES[name].family == "logit-normal"
    if not (np.isfinite(shown) and shown > 0.0 and (not is_share or shown < 1.0)):
        return None
    off = ERROR * generator.standard_normal()
    value = float(expit(logit(shown) + off) if is_share else shown * np.exp(off))
    return about(name, value, MEASURES[name].family)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisations", type=int, default=40)
    parser.add_argument("--budget", type=float, default=1_800.0, help="seconds, at most")
    parser.add_argument("--small", action="store_true", help="fewer runs of each fit")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    size = SMALL if arguments.small else SIZE
    scenario, began = Scenario(), time.monotonic()
    truths = draws_of(scenario, arguments.organisations, seed=TRUTHS + arguments.seed)
    shown = Runs(seed=arguments.seed + TRUTHS)(truths, LUCK)
    generator = np.random.default_rng(arguments.seed)
    ranks: list[dict[str, float]] = []
    seconds: list[float] = []
    narrower: list[dict[str, float]] = []
    for number, truth in enumerate(truths.points):
        if time.monotonic() - began > arguments.budget:
            break
        statements = [said(name, float(shown[name][number]), generator) for name in ASKED]
        start = time.monotonic()
        belief = fit(
            scenario,
            tuple(each for each in statements if each is not None),
            seed=number,
            simulator=Runs(seed=arguments.seed),
            size=size,
        )
        seconds.append(time.monotonic() - start)
        narrower.append(belief.learned["narrower"].to_dict())
        ranks.append(
            {
                name: float(generator.uniform(*_ends(belief.draws.columns[name], truth[name])))
                for name in narrower[-1]
            }
        )
        inside = np.mean([0.05 <= rank <= 0.95 for rank in ranks[-1].values()])
        print(f"{number:4} {seconds[-1]:6.1f} s  {inside:.0%} of values inside", flush=True)
    _report(ranks, narrower, seconds)


def _ends(draws: np.ndarray, truth: float) -> tuple[float, float]:
    """Return between which shares the rank lies: where draws are equal to the truth, anywhere."""
    return float(np.mean(draws < truth)), float(np.mean(draws <= truth))


def _report(
    ranks: list[dict[str, float]], narrower: list[dict[str, float]], seconds: list[float]
) -> None:
    names = list(ranks[0])
    factors = {name: float(np.median([each[name] for each in narrower])) for name in names}
    learned = sorted(names, key=lambda name: -factors[name])[:12]
    print(f"\n{len(ranks)} organisations, {np.mean(seconds):.1f} s each")
    print(f"{'value':44} narrower  inside 90 %  p of uniform ranks")
    for name in learned:
        own = np.array([each[name] for each in ranks])
        inside = int(np.sum((own >= 0.05) & (own <= 0.95)))
        p = stats.kstest(own, "uniform").pvalue
        print(f"{name:44} {factors[name]:8.2f}  {inside:4} of {len(own):<4}  {p:.3f}")
    for words, some in (("those that were learned", learned), ("all", names)):
        whole = np.array([[each[name] for name in some] for each in ranks])
        print(f"{words}: {np.mean((whole >= 0.05) & (whole <= 0.95)):.1%} inside 90 %")


if __name__ == "__main__":
    main()
