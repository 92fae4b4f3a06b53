"""What answers over draws of the organisation take, beside answers at the values as set.

    python benchmarks/over_draws.py [--count 400] [--tries 5]

Absolute times depend on the machine; the ratios in one output are what to compare. Organisations of
other sizes take other times, so the draws are of all but sizes and work; what runs at the values as
set beside, for a headline of both, is a run of its own and not part of the ratio. Processor time
of all cores, in turn, the least of many.
"""

from __future__ import annotations

import argparse
import time
from functools import partial

from draws import DAILY, SIZES, in_turn, table

from modelops_abm.compiled_engine.run import prepare_kernel
from modelops_abm.experiments import draws_of
from modelops_abm.experiments.draws import known_of
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.spread import again_of, count_again
from modelops_abm.runs import Series, stream
from modelops_abm.scenario import baseline_of
from modelops_abm.scenario.presets import preset

PLAN = preset("all_five")
BOTH = [baseline_of(PLAN), PLAN]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--count", type=int, default=400, help="futures, a draw for each")
    arguments.add_argument("--tries", type=int, default=5, help="of each, in turn")
    given = arguments.parse_args()
    prepare_kernel()
    names = [name for name in known_of(PLAN)[0] if not name.startswith(SIZES)]
    draws = draws_of(PLAN, given.count, names=names)
    count, again = given.count, count_again(given.count)

    def bands(**settings: object) -> None:
        series = [Series(DAILY, 7)]
        list(stream(BOTH, count, seed=1, series=series, **settings))  # type: ignore[arg-type]

    def with_pairs() -> None:
        bands(draws=draws)
        again_of(BOTH, 0, again, {"seed": 1, "draws": draws})

    actions = {
        "with bands, at the values as set": bands,
        "with bands, over draws": partial(bands, draws=draws),
        f"with bands, over draws, and {again} of them once more": with_pairs,
    }
    table(f"{count} futures of plan and baseline", in_turn(actions, time.process_time, given.tries))
    actions = {
        "totals, at the values as set": partial(totals_of, BOTH, count, seed=1),
        "totals, over draws": partial(totals_of, BOTH, count, seed=1, draws=draws),
    }
    table(f"{count} futures, without bands", in_turn(actions, time.process_time, given.tries))


if __name__ == "__main__":
    main()
