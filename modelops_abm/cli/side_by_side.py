"""Several plans side by side: ``compare`` with more than one."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from modelops_abm import formats
from modelops_abm.cli.options import SCENARIO_ENDINGS
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.study import Asked, keep, kept_files, plain_table, say_where, study
from modelops_abm.scenario import InputError, Problem, Scenario, baseline_of, fingerprint_of
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.terminal import console, say
from modelops_abm.text import printable
from modelops_abm.verdict import (
    CAUTION,
    INTERVAL,
    Difference,
    chance,
    finance_as_json,
    size_caution,
)
from modelops_abm.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from modelops_abm.charts import Picture
    from modelops_abm.experiments import SideBySide

type Made = Callable[[str | None, str | None], Scenario]
"""Makes the scenario of a file or of a preset."""

BASELINE = "baseline"
MOST_PLANS = 12
_FILES = kept_files(("npv", "pairs", "npv-by-future"), ("side-by-side",))


def named_plans(
    files: tuple[str, ...], preset_names: tuple[str, ...], made: Made
) -> dict[str, Scenario]:
    """Return plans by name: that of the scenario, numbered where several have it.

    Raises
    ------
    InputError
        If there are none or too many, or with what is wrong with one.
    """
    scenarios = [
        *(made(file, None) for file in files),
        *(made(None, name) for name in preset_names),
    ]
    scenarios = scenarios or [made(None, None)]
    if len(scenarios) > MOST_PLANS:
        raise InputError(f"at most {MOST_PLANS} plans are compared, not {len(scenarios)}")
    plans: dict[str, Scenario] = {}
    for scenario in scenarios:
        name, count = scenario.name, 1
        while name in plans or name == BASELINE:
            count += 1
            name = f"{scenario.name} {count}"
        plans[name] = scenario
    return plans


def compare_side_by_side(
    asked: Asked,
    plans: Mapping[str, Scenario],
    against: str | None,
    made: Made,
    half_width: float | None,
) -> None:
    """Compare several plans with one baseline, and with each other.

    Raises
    ------
    InputError
        If they have no baseline in common, or not the same horizon.
    """
    baseline = _baseline(plans, against, made)
    scenarios = {BASELINE: baseline, **plans}
    _check_horizons(scenarios)
    words = f"{formats.number(asked.replications)} futures of {len(scenarios)} scenarios"
    with study(asked, "compare", words, _FILES) as (keeping, folder):
        from modelops_abm.experiments import side_by_side

        found = side_by_side(
            scenarios,
            asked.replications,
            baseline=BASELINE,
            half_width=half_width,
            **keeping,
        )
        keep(folder, {"replications": found.replications}, _tables(found), _pictures(found))
    if asked.wants_json:
        click.echo(json.dumps(_as_json(found), indent=2, allow_nan=False))
    else:
        _print(asked, found)


def _baseline(plans: Mapping[str, Scenario], against: str | None, made: Made) -> Scenario:
    if against is not None:
        is_preset = against in PRESETS and not against.endswith(SCENARIO_ENDINGS)
        return made(None, against) if is_preset else made(against, None)
    baselines: dict[str, Scenario] = {}
    for plan in plans.values():
        baseline = baseline_of(plan)
        baselines.setdefault(fingerprint_of(baseline), baseline)
    if len(baselines) > 1:
        raise InputError(
            "the plans are not of the same organisation, so they have no baseline in common; name"
            " one with --against, for example --against reference"
        )
    return next(iter(baselines.values()))


def _check_horizons(scenarios: Mapping[str, Scenario]) -> None:
    days = {name: scenario.horizon_days for name, scenario in scenarios.items()}
    if len(set(days.values())) > 1:
        stated = ", ".join(f"{printable(name)} {count}" for name, count in days.items())
        raise InputError(
            Problem(f"plans must be of the same length to be compared, not {stated}; set --days")
        )


def _tables(found: SideBySide) -> dict[str, pd.DataFrame]:
    import pandas as pd

    futures = {name: each.summaries()["npv"] for name, each in found.ensembles.items()}
    return {
        "npv": found.table("npv"),
        "pairs": found.pairs("npv"),
        "npv-by-future": pd.DataFrame(futures),
    }


def _pictures(found: SideBySide) -> dict[str, Callable[[], Picture]]:
    from modelops_abm.charts import side_by_side

    return {"side-by-side": lambda: side_by_side(found)}


def _as_json(found: SideBySide) -> dict[str, Any]:
    ranking = found.ranking()
    return {
        "version": __version__,
        "seed": next(iter(found.ensembles.values())).seed,
        "replications": found.replications,
        "scenarios": {
            name: each.scenario.model_dump(mode="json", exclude_none=True)
            for name, each in found.ensembles.items()
        },
        "npv": _rows(found.table("npv")),
        "pairs": [
            {"one": one, "other": other, **row}
            for (one, other), row in _rows(found.pairs("npv")).items()
        ],
        "finance": {
            name: finance_as_json(comparison) for name, comparison in found.comparisons.items()
        },
        "order": list(ranking.order),
        "may_be_best": list(ranking.may_be_best),
    }


def _rows(table: pd.DataFrame) -> dict[Any, dict[str, float | None]]:
    return {
        name: {str(key): None if math.isnan(value) else float(value) for key, value in row.items()}
        for name, row in zip(table.index, table.to_dict(orient="records"), strict=True)
    }


def _print(asked: Asked, found: SideBySide) -> None:
    target = console()
    baseline = next(iter(found.ensembles.values())).scenario
    luck = f"seed {asked.seed}, {formats.plural(found.replications, 'future')}"
    print_what_ran(baseline, luck, whole=[each.scenario for each in found.ensembles.values()])
    say(target, sentence(found))
    target.print()
    target.print(_plans_table(found))
    target.print()
    if len(found.comparisons) > 1:
        target.print(_pairs_table(found))
        target.print()
    for name, each in found.comparisons.items():
        if caution := size_caution(each.plan.scenario):
            say(target, f"{printable(name)}: {caution}")
    say(target, CAUTION)
    say_where(target, asked)


def sentence(found: SideBySide) -> str:
    """Say which scenario is the best, or which may be."""
    from modelops_abm.experiments.plans import listed

    ranking = found.ranking()
    names = [printable(name) for name in ranking.may_be_best]
    first, *rest = ranking.order
    if not ranking.is_decided:
        futures = formats.plural(found.replications, "future")
        return (
            f"After {futures} the best cannot be told: with 95{formats.NARROW_SPACE}% confidence it"
            f" is among {listed(names)}."
        )
    ahead = Difference.of("npv", found.difference("npv", first, rest[0]).estimate)
    if first == BASELINE:
        return f"No plan is worth it: the baseline is ahead of the best of them by {_size(ahead)}."
    return f"{names[0]} is the best, ahead of {printable(rest[0])} by {_size(ahead)} on average."


def _size(difference: Difference) -> str:
    return difference.text.lstrip("+")


def _plans_table(found: SideBySide) -> Table:
    table = plain_table()
    table.add_column("Scenario", overflow="fold")
    for heading in ("NPV", "against baseline", INTERVAL, "ahead in", "payback"):
        table.add_column(heading, justify="right", no_wrap=True)
    levels = found.table("npv")["mean"]
    may_be_best = found.ranking().may_be_best
    for name in found.ranking().order:
        style = "bold" if name in may_be_best else ""
        table.add_row(
            printable(name), formats.money(float(levels[name])), *_against(found, name), style=style
        )
    return table


def _against(found: SideBySide, name: str) -> tuple[str, ...]:
    if name == found.baseline:
        return ("", "", "", "")
    comparison = found.comparisons[name]
    worth = Difference.of("npv", comparison.finance.npv)
    ahead = comparison.difference("npv").higher
    paid = formats.payback(comparison.finance.median_payback_day)
    if comparison.is_of_baseline or not comparison.difference("npv").values.any():
        paid = formats.NOTHING  # nothing is spent, and nothing earned
    return worth.text, worth.interval, formats.count_of(ahead.count, ahead.n), paid


def _pairs_table(found: SideBySide) -> Table:
    table = plain_table()
    table.add_column("One against the other", overflow="fold")
    for heading in ("difference", INTERVAL, "ahead in", INTERVAL):
        table.add_column(heading, justify="right", no_wrap=True)
    for one, other in found.pairs("npv").index:
        paired = found.difference("npv", one, other)
        difference = Difference.of("npv", paired.estimate)
        words = f"{printable(one)} / {printable(other)}"
        table.add_row(words, difference.text, difference.interval, *chance(paired.higher))
    return table
