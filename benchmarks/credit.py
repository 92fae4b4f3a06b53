"""Time of the credit of each capability, of a capability's levels and of the single changes.

    python benchmarks/credit.py [--replications 200]

All five capabilities are raised, so that the credit needs 32 combinations. Beside each time stands
the part of the cores' time that went into it; what other programs take is missing there.
"""

from __future__ import annotations

import argparse
import os
import resource
import threading
import time
from collections.abc import Callable, Iterator

from modelops_abm.experiments import Credit, level_worth, stream_credit, try_single_changes
from modelops_abm.runs import Cancelled, prepare_ensemble
from modelops_abm.scenario.presets import preset

PLAN = preset("all_five")
OUTCOMES = ("npv", "availability", "maintenance_share", "models_delivered")


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--replications", type=int, default=200)
    replications = arguments.parse_args().replications
    prepare_ensemble()
    looks = [look for look in (25, 100) if look < replications]
    last = timed_looks(stream_credit(PLAN, (*looks, replications), outcomes=OUTCOMES))
    timed(f"shares, synergies and ranking of {len(OUTCOMES)} outcomes", lambda: analyse(last))
    timed(
        f"6 levels x {replications}",
        lambda: level_worth(PLAN, "rollback", (0.1, 0.25, 0.5, 0.75), replications),
    )
    timed(f"12 single changes x {replications}", lambda: try_single_changes(PLAN, replications))
    cancelling()
    row("peak memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0, "MiB")


def row(what: str, value: float, unit: str, note: str = "") -> None:
    print(f"{what:58} {value:12,.3f} {unit:4}{note}")


def timed_looks(looks: Iterator[Credit]) -> Credit:
    """Print the time until each look, and return the last."""
    began, work = time.perf_counter(), time.process_time()
    for look in looks:
        seconds = time.perf_counter() - began
        busy = (time.process_time() - work) / seconds / cores()
        row(
            f"credit of 5 capabilities, 32 x {look.replications}", seconds, "s", f"{busy:5.0%} busy"
        )
    return look


def timed(what: str, action: Callable[[], object]) -> None:
    began, work = time.perf_counter(), time.process_time()
    action()
    seconds = time.perf_counter() - began
    busy = (time.process_time() - work) / seconds / cores()
    row(what, seconds, "s", f"{busy:5.0%} busy")


def analyse(credit: Credit) -> None:
    for outcome in OUTCOMES:
        credit.table(outcome), credit.synergy_table(outcome), credit.ranking(outcome)


def cancelling() -> None:
    """Print how long it takes to stop after a wish to stop."""
    cancel, wished = threading.Event(), 0.0

    def wish() -> None:
        nonlocal wished
        time.sleep(1.0)
        wished = time.perf_counter()
        cancel.set()

    threading.Thread(target=wish).start()
    try:
        list(stream_credit(PLAN, (100_000,), cancel=cancel))
    except Cancelled:
        row("stopped after", time.perf_counter() - wished, "s")


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


if __name__ == "__main__":
    main()
