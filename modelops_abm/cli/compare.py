"""The command ``compare``: what a plan is worth against its baseline."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelops_abm import formats
from modelops_abm.cli.options import (
    MOST_REPLICATIONS,
    Dollars,
    Replications,
    days_option,
    portfolio_option,
    scenario_to_run,
    seed_option,
    set_option,
)
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.side_by_side import compare_side_by_side, named_plans
from modelops_abm.cli.study import (
    Asked,
    check_is_a_plan,
    cluster_option,
    json_option,
    keep,
    kept_files,
    kept_option,
    plain_table,
    say_where,
    study,
)
from modelops_abm.scenario import Scenario
from modelops_abm.terminal import console, say
from modelops_abm.verdict import (
    CAUTION,
    FIGURES,
    INTERVAL,
    THIS_PLAN,
    Difference,
    as_json,
    chance,
    difference_table,
    payback,
    size_caution,
    spread,
    verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from rich.table import Table

    from modelops_abm.charts import Picture
    from modelops_abm.experiments import Comparison
    from modelops_abm.experiments.finance import Finance

KEY_OUTCOMES = {
    **FIGURES,
    "time_to_restore_days": "Days to restore a model",
    "drift_days_undetected": "Model-days of unnoticed drift",
    "value": "Value of the predictions",
    "discounted_investment": "Discounted investment",
}
"""Outcomes of the table, in its words."""
_FILES = kept_files(("figures", "plan", "baseline"), ("worth-and-payback",))


@click.command()
@click.argument("plan_files", nargs=-1, metavar="[PLAN_FILE]...")
@click.option(
    "--preset",
    "preset_names",
    metavar="NAME",
    multiple=True,
    help="A named scenario; see 'presets'; may be repeated.",
)
@click.option(
    "--against",
    metavar="FILE_OR_PRESET",
    help="What plans are compared with; by default the plan without its capabilities.",
)
@portfolio_option
@set_option
@days_option
@click.option("--replications", type=Replications(), default=400, help="How many futures, at most.")
@click.option(
    "--half-width",
    type=Dollars(),
    help="Stop when the average NPV difference is known to this, with 95 % confidence; 100 futures"
    " are run in any case.",
)
@seed_option
@cluster_option
@kept_option
@json_option
def compare(
    plan_files: tuple[str, ...],
    preset_names: tuple[str, ...],
    against: str | None,
    portfolio: str | None,
    assignments: tuple[str, ...],
    days: int | None,
    replications: int,
    half_width: float | None,
    seed: int,
    cluster: str | None,
    output: Path | None,
    wants_json: bool,
) -> None:
    """Compare a plan with its baseline over the same futures, or several plans side by side.

    The baseline is the same organisation with every capability held at its start level. Values set
    by --set, --days and --portfolio hold for every plan.
    """

    def made(file: str | None, preset_name: str | None) -> Scenario:
        return scenario_to_run(file, preset_name, assignments, days, portfolio)

    if len(plan_files) + len(preset_names) > 1 or against is not None:
        plans = named_plans(plan_files, preset_names, made)
        asked = Asked(next(iter(plans.values())), replications, seed, output, wants_json, cluster)
        compare_side_by_side(asked, plans, against, made, half_width)
        return
    plan = made(*(*plan_files, None)[:1], *(*preset_names, None)[:1])
    check_is_a_plan(plan)
    asked = Asked(plan, replications, seed, output, wants_json, cluster)
    with study(asked, "compare", _words(replications), _FILES) as (keeping, folder):
        from modelops_abm.experiments import compare as compare_with_baseline

        comparison = compare_with_baseline(plan, replications, half_width=half_width, **keeping)
        facts = {"replications": comparison.replications}
        keep(folder, facts, _tables(comparison), _pictures(comparison))
    if wants_json:
        click.echo(json.dumps(as_json(comparison), indent=2, allow_nan=False))
    else:
        _print(asked, comparison, half_width)


def _words(replications: int) -> str:
    return f"{formats.number(replications)} futures without and with the plan"


def _tables(comparison: Comparison) -> dict[str, pd.DataFrame]:
    """Return the figures, and the totals of plan and baseline by future."""
    totals = {"plan": comparison.plan.summaries(), "baseline": comparison.baseline.summaries()}
    return {"figures": comparison.table(), **totals}


def _pictures(comparison: Comparison) -> dict[str, Callable[[], Picture]]:
    from modelops_abm.charts import worth_and_payback

    return {"worth-and-payback": lambda: worth_and_payback(comparison)}


def _print(asked: Asked, comparison: Comparison, half_width: float | None) -> None:
    target, plan = console(), comparison.plan
    futures = f"seed {plan.seed}, {formats.plural(comparison.replications, 'future')}"
    print_what_ran(plan.scenario, futures, whole=[plan.scenario])
    say(target, verdict(comparison, THIS_PLAN))
    say(target, " ".join([payback(comparison, THIS_PLAN), *_needed(comparison, half_width)]))
    target.print()
    columns = ("Average per future", "baseline", "plan")
    target.print(difference_table(comparison, KEY_OUTCOMES, columns))
    target.print()
    target.print(_finance_table(comparison))
    target.print()
    if caution := size_caution(plan.scenario):
        say(target, caution)
    say(target, CAUTION)
    say_where(target, asked)


def _needed(comparison: Comparison, half_width: float | None) -> list[str]:
    """Return how many futures would tell more, if more are needed."""
    npv = comparison.finance.npv
    if npv.mean is None or npv.half_width is None:
        return []
    if half_width is not None and npv.half_width > half_width:
        aim = half_width
    elif abs(npv.mean) > npv.half_width or npv.mean == 0.0:
        return []
    else:
        aim = abs(npv.mean) / 2.0
    count = npv.replications_for(aim) or 0
    futures = (
        f"about {formats.number(_about(count))} futures would be needed (--replications)"
        if count <= MOST_REPLICATIONS
        else f"more than {formats.number(MOST_REPLICATIONS)} futures would be needed"
    )
    return [f"To know the average difference to ±{formats.money(aim)}, {futures}."]


def _about(count: int) -> int:
    """Return a count with two digits, as many as a spread of few futures tells."""
    return round(count, 1 - math.floor(math.log10(max(count, 1))))


def _finance_table(comparison: Comparison) -> Table:
    view = comparison.finance
    npv = Difference.of("npv", view.npv)
    investment = Difference.of("discounted_investment", view.investment)
    low, high = view.return_interval or (None, None)
    table = plain_table()
    table.add_column("Plan against baseline")
    table.add_column("", justify="right", no_wrap=True)
    table.add_column(INTERVAL, justify="right", no_wrap=True)
    table.add_row("Net present value", npv.text, npv.interval)
    table.add_row("Investment", investment.text, investment.interval)
    table.add_row("Return per $ invested", _dollars(view), _between(low, high))
    span = formats.span(view.horizon_days)
    table.add_row(f"Payback within {span}, median", formats.payback(view.median_payback_day), "")
    table.add_row("No payback in the time", *chance(view.never))
    table.add_row("Loss", *chance(view.loss))
    table.add_row("5th to 95th percentile", spread(comparison), "")
    return table


def _dollars(view: Finance) -> str:
    if view.return_on_investment is None:
        return formats.NOTHING
    low, high = view.return_interval or (0.0, 0.0)
    return formats.money(view.return_on_investment, half_width=(high - low) / 2.0)


def _between(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return formats.NOTHING
    return formats.money_interval(low, high)
