"""Time of both engines: one run, scaling, paired replications, many scenarios.

    python benchmarks/engines.py [--full]

Absolute times depend on the machine; the ratios in one output are what to compare. Times are the
processor's, of all cores, which other work on the machine disturbs less than the clock's.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import time
from collections.abc import Callable

from modelops_abm.compiled_engine.inputs import prepared
from modelops_abm.compiled_engine.run import prepare_kernel, run_block
from modelops_abm.core import outcomes
from modelops_abm.experiments import compare, comparisons
from modelops_abm.runs import replicate, simulate
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario, with_values
from modelops_abm.scenario.presets import preset

REFERENCE = preset("reference")
TEAM = tuple(outcome.name for outcome in outcomes.DEVELOPER_FLOWS)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--full", action="store_true", help="also the runs that take minutes")
    full = arguments.parse_args().full
    began = time.perf_counter()
    prepare_kernel()
    row("kernel ready (compiled or from the cache)", time.perf_counter() - began, "s")
    mesa = mesa_run()
    kernel = one_replication()
    row("ratio, Mesa engine / ensemble engine", mesa / kernel, "")
    scaling(full)
    paired()
    if full:
        row("32 scenarios x 1,000 replications", thirty_two(1000), "s")
        large_mesa_run()


def row(what: str, value: float, unit: str) -> None:
    print(f"{what:58} {value:12,.3f} {unit}")


def best_of(times: int, action: Callable[[], object]) -> float:
    def once() -> float:
        began = time.process_time()
        action()
        return time.process_time() - began

    return min(once() for _ in range(times))


def mesa_run() -> float:
    run = simulate(REFERENCE, seed=1)
    seconds = best_of(5, lambda: simulate(REFERENCE, seed=1))
    days = run.totals["production_days"]
    row("Mesa engine, reference, three years", seconds, "s")
    row("  model-days per second", days / seconds, "")
    row("  records of the event log per second", len(run.events) / seconds, "")
    return seconds


def one_replication() -> float:
    """Mean of ten replications, the best of many tries."""
    scenario = prepared(REFERENCE)
    seconds = best_of(30, lambda: run_block(scenario, 1, 0, 10, ())) / 10
    days = statistics.mean(run_block(scenario, 1, 0, 10, ()).totals[:, 0])
    row("ensemble engine, reference, one core, per replication", seconds * 1e3, "ms")
    row("  per model-day", seconds / days * 1e9, "ns")
    return seconds


def scaled(factor: int) -> Scenario:
    portfolio = REFERENCE.portfolio
    return with_values(
        REFERENCE,
        {
            "portfolio.initial_models": portfolio.initial_models * factor,
            "portfolio.initial_ideas": portfolio.initial_ideas * factor,
            "portfolio.initial_builds": portfolio.initial_builds * factor,
            "portfolio.ideas_per_year": portfolio.ideas_per_year * factor,
            "team.developers": REFERENCE.team.developers * factor,
        },
        source="benchmark",
    )


def scaling(full: bool) -> None:
    for factor in (1, 10, 100, 1000) if full else (1, 10, 100):
        scenario = prepared(scaled(factor))
        days = run_block(scenario, 1, 0, 1, ()).totals[0, 0]
        seconds = best_of(3, lambda held=scenario: run_block(held, 1, 0, 1, ()))
        row(f"ensemble, {24 * factor} models, per model-day", seconds / days * 1e9, "ns")
        row("  peak memory so far", peak_mib(), "MiB")


def paired() -> None:
    """Two scenarios over 200 replications: totals, daily bands, and as the page looks at them."""
    plan, few = preset("all_five"), ("npv", "availability", "users", "discounted_net_value")
    row("200 paired replications", best_of(3, lambda: compare(plan, 200)), "s")
    by_day = best_of(3, lambda: compare(plan, 200, daily=few))
    row("  with bands of 4 outcomes by day", by_day, "s")
    by_week = best_of(3, lambda: looked_at(plan))
    row("  with bands of 12 by week, at 16, 48, 100, 200", by_week, "s")
    own = min(looked_at(plan) for _ in range(3))
    row("    of which bands and figures, beside the simulation", own, "s")


def looked_at(plan: Scenario) -> float:
    """Return the time that the caller's thread has worked, while others simulate."""
    names = ("npv", "availability", "power", "users", "demand", "served")
    began = time.thread_time()
    for comparison in comparisons(plan, (16, 48, 100, 200), daily=names + TEAM, period_days=7):
        comparison.table()
    return time.thread_time() - began


def thirty_two(replications: int) -> float:
    plans = [
        with_values(
            REFERENCE,
            {
                f"capabilities.{name}.maximum": float(combination >> place & 1)
                for place, name in enumerate(CAPABILITY_NAMES)
            },
            source="benchmark",
        )
        for combination in range(32)
    ]
    return best_of(1, lambda: [replicate(plan, replications) for plan in plans])


def large_mesa_run() -> None:
    scenario = with_values(scaled(83), {"portfolio.initial_models": 2000}, source="benchmark")
    row("Mesa engine, 2,000 models, three years", best_of(1, lambda: simulate(scenario)), "s")
    row("  peak memory so far", peak_mib(), "MiB")


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0


if __name__ == "__main__":
    main()
