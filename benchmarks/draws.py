"""What it takes that every replication has numbers of its own: draws of what is known.

    python benchmarks/draws.py [--count 400] [--tries 7]

Absolute times depend on the machine; the ratios in one output are what to compare. Other work on
the machine slows whatever runs beside it, so all is measured in turn, and the least of many counts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

from modelops_abm.compiled_engine.inputs import Inputs, prepared_each, prepared_rows
from modelops_abm.compiled_engine.run import prepare_kernel, run_block
from modelops_abm.experiments import draws_of
from modelops_abm.experiments.draws import Draws, known_of
from modelops_abm.runs import replicate
from modelops_abm.scenario.presets import preset

REFERENCE = preset("reference")
DAILY = ("npv", "availability", "users", "power")
# Whoever draws these has other organisations, whose replications take another time by themselves.
SIZES = (
    "portfolio.",
    "team.developers",
    "model.build",
    "model.deployment",
    "efforts.",
    "incidents.",
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--count", type=int, default=400, help="draws, one for a replication")
    arguments.add_argument("--tries", type=int, default=7, help="of each, in turn")
    given = arguments.parse_args()
    count, tries = given.count, given.tries
    prepare_kernel()
    everything = draws_of(REFERENCE, count)
    kernel(everything, tries)
    same_work = [name for name in known_of(REFERENCE)[0] if not name.startswith(SIZES)]
    futures(draws_of(REFERENCE, count, names=same_work), "of all but sizes and work", tries)
    futures(everything, "of everything: also other sizes, which take other times", tries)


def kernel(draws: Draws, tries: int) -> None:
    """One core: the same organisations, laid out beforehand, one by one, or all at once."""
    count = len(draws)
    alone = prepared_each(draws.scenarios(), 0)
    seconds = in_turn(
        {
            "kernel alone: everything is laid out": partial(run, alone, count),
            "columns, and the kernel": lambda: run(
                prepared_rows(REFERENCE, draws.columns, 0), count
            ),
            "a scenario for each draw, checked and laid out": lambda: run(
                prepared_each(draws.scenarios(), 0), count
            ),
        },
        time.thread_time,
        tries,
    )
    table(f"{count} replications of as many draws, one core", seconds)


def run(inputs: Inputs, count: int) -> object:
    return run_block(inputs, 1, 0, count, ())


def futures(draws: Draws, what: str, tries: int) -> None:
    """All cores, with bands of some outcomes by week: over chance alone, and over draws too.

    Processor time, which other work on the machine disturbs less than the time of the clock.
    """
    replications = partial(replicate, REFERENCE, len(draws), seed=1, daily=DAILY, period_days=7)
    seconds = in_turn(
        {"chance alone": replications, "chance and draws": partial(replications, draws=draws)},
        time.process_time,
        tries,
    )
    table(f"{len(draws)} futures with bands, time of all cores; draws {what}", seconds)


def in_turn(
    actions: dict[str, Callable[[], object]], clock: Callable[[], float], tries: int
) -> dict[str, float]:
    """Return the least time of each of several actions, which take turns."""
    least = dict.fromkeys(actions, float("inf"))
    for _ in range(tries):
        for name, action in actions.items():
            began = clock()
            action()
            least[name] = min(least[name], clock() - began)
    return least


def table(title: str, seconds: dict[str, float]) -> None:
    print(title)
    first = next(iter(seconds.values()))
    for name, value in seconds.items():
        print(f"  {name:52} {value * 1e3:9,.1f} ms {value / first:7.3f}")


if __name__ == "__main__":
    main()
