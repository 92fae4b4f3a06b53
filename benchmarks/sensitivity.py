"""Time that a person waits for Sobol indices, and the memory they take.

    python benchmarks/sensitivity.py [--base-points 512] [--replications 20]

The 12 assumptions that move the worth of a plan most, each alone; every point is run as plan and as
baseline. With 512 base points that is 7,168 points, 14,336 scenarios, 286,720 runs.
"""

from __future__ import annotations

import argparse
import resource
import time
from dataclasses import replace

from modelops_abm.experiments import Question, sobol, tornado
from modelops_abm.experiments.assumptions import assumptions_of
from modelops_abm.runs import prepare_ensemble
from modelops_abm.scenario.presets import preset

INPUTS = 12


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--base-points", type=int, default=512)
    arguments.add_argument("--replications", type=int, default=20)
    asked = arguments.parse_args()
    prepare_ensemble()
    plan = preset("all_five")
    everything = Question(plan, assumptions_of(plan).inputs)
    began = time.perf_counter()
    swings = tornado(everything, asked.replications).effective[:INPUTS]
    row(f"tornado, {len(everything.inputs)} assumptions", time.perf_counter() - began, "s")
    question = replace(everything, inputs=tuple(swing.input for swing in swings))
    began = time.perf_counter()
    found = sobol(question, asked.base_points, asked.replications)
    seconds = time.perf_counter() - began
    points = asked.base_points * (INPUTS + 2)
    runs = 2 * points * asked.replications
    row(f"sobol, {points:,} points, {runs:,} runs", seconds, "s")
    row("  a run", seconds / runs * 1e3, "ms")
    widest = "  widest 95 % interval of a total index of the"
    row(f"{widest} answer, ±", found.indices.total_half_width.max(), "")
    row(f"{widest} rank, ±", found.ranks.total_half_width.max(), "")
    row("most memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MiB")


def row(what: str, value: float, unit: str) -> None:
    print(f"{what:60} {value:10,.3f} {unit}")


if __name__ == "__main__":
    main()
