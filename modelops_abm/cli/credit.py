"""The command ``credit``: which capability of a plan earns what."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from modelops_abm import formats
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.study import (
    Asked,
    check_is_a_plan,
    check_outcome,
    keep,
    kept_files,
    outcome_option,
    plain_table,
    say_where,
    study,
    study_options,
)
from modelops_abm.core import outcomes
from modelops_abm.terminal import console, say
from modelops_abm.verdict import INTERVAL, Difference
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from rich.table import Table

    from modelops_abm.charts import Picture
    from modelops_abm.experiments import Credit, PairedDifference

_SUMMARY = {outcome.name: outcome for outcome in outcomes.SUMMARY}
_FILES = kept_files(("shares", "synergies"), ("waterfall", "synergies"))


@click.command()
@outcome_option("What is shared out")
@study_options(replications=200)
def credit(asked: Asked, outcome: str) -> None:
    """Tell which capability of a plan earns what: all combinations of them, the same futures.

    Shares add up to what they make together (Shapley values). A plan with five capabilities has 32
    combinations.
    """
    check_outcome(outcome)
    check_is_a_plan(asked.scenario)
    with study(asked, "credit", "All combinations of the capabilities", _FILES) as (
        keeping,
        folder,
    ):
        from modelops_abm.experiments import credit as credit_of

        found = credit_of(asked.scenario, asked.replications, outcomes=(outcome,), **keeping)
        facts = {"outcome": outcome, "replications": found.replications}
        keep(folder, facts, _tables(found, outcome), _pictures(found, outcome))
    if asked.wants_json:
        click.echo(json.dumps(_as_json(found, outcome), indent=2, allow_nan=False))
    else:
        _print(asked, found, outcome)


def _tables(found: Credit, outcome: str) -> dict[str, pd.DataFrame]:
    import pandas as pd

    pairs = found.synergy_table(outcome)
    named = pairs.set_index(
        pd.MultiIndex.from_tuples(pairs.index.tolist(), names=["one", "other"])
        if len(pairs)
        else pairs.index
    )
    shares = found.table(outcome)
    shares.columns = pd.Index(["_".join(column) for column in shares.columns])
    return {"shares": shares, "synergies": named}


def _pictures(found: Credit, outcome: str) -> dict[str, Callable[[], Picture]]:
    from modelops_abm.charts import credit_synergies, credit_waterfall

    if outcome != "npv":
        return {}
    pictures: dict[str, Callable[[], Picture]] = {"waterfall": lambda: credit_waterfall(found)}
    if len(found.capabilities) > 1:
        pictures["synergies"] = lambda: credit_synergies(found)
    return pictures


def _as_json(found: Credit, outcome: str) -> dict[str, Any]:
    ranking = found.ranking(outcome)
    names = found.capabilities
    return {
        "version": __version__,
        "seed": found.seed,
        "replications": found.replications,
        "scenario": found.plan.model_dump(mode="json", exclude_none=True),
        "outcome": outcome,
        "unit": _SUMMARY[outcome].unit,
        "together": _plain(found.together(outcome)),
        "capabilities": {
            name: {
                "share": _plain(found.share(name, outcome)),
                "alone": _plain(found.alone(name, outcome)),
                "last": _plain(found.last(name, outcome)),
            }
            for name in names
        },
        "synergies": [
            {"pair": [one, other], **_plain(found.synergy(one, other, outcome))}
            for place, one in enumerate(names)
            for other in names[place + 1 :]
        ],
        "order": list(ranking.order),
        "may_be_highest": list(ranking.may_be_best),
        "may_have_the_largest_part": list(found.largest_parts(outcome).may_be_best),
    }


def _plain(difference: PairedDifference) -> dict[str, Any]:
    return {**asdict(difference.estimate), "futures": difference.futures}


def _print(asked: Asked, found: Credit, outcome: str) -> None:
    target = console()
    futures = formats.plural(found.replications, "future")
    luck = f"seed {found.seed}, {futures} of each combination"
    print_what_ran(found.plan, luck, whole=[found.plan])
    say(target, _sentence(found, outcome))
    target.print()
    target.print(_shares_table(found, outcome))
    target.print()
    if len(found.capabilities) > 1:
        target.print(_pairs_table(found, outcome))
        target.print()
    say(
        target,
        "A share is the average of what a capability adds over all orders in which they could come;"
        " alone: without the others; last: when the others are there. A pair below zero does in"
        " part the same work. Intervals are luck only, each by itself.",
    )
    say_where(target, asked)


def _sentence(found: Credit, outcome: str) -> str:
    """Say what they make together, and which has the largest share."""
    from modelops_abm.experiments.plans import listed

    together = Difference.of(outcome, found.together(outcome).estimate)
    what = _SUMMARY[outcome].meaning.rstrip(".")
    ranking = found.largest_parts(outcome)
    if found.together(outcome).estimate.mean is None:
        return f"{what}: there was none in these futures."
    best = listed(list(ranking.may_be_best))
    if len(found.capabilities) == 1:
        return f"{what}: {best} changes it by {together.text}."
    which = (
        f"{best} has the largest share"
        if ranking.is_decided
        else f"the largest share may be that of {best}"
    )
    return f"{what}: together they change it by {together.text}; {which}."


def _shares_table(found: Credit, outcome: str) -> Table:
    table = plain_table()
    table.add_column("Capability")
    known = f"±95{formats.NARROW_SPACE}%"
    for heading in ("share", INTERVAL, "alone", known, "last", known):
        table.add_column(heading, justify="right", no_wrap=True)
    for name in found.largest_parts(outcome).order:
        share, alone, last = (
            Difference.of(outcome, measure(name, outcome).estimate)
            for measure in (found.share, found.alone, found.last)
        )
        ends = (cell for each in (alone, last) for cell in (each.text, each.width))
        table.add_row(name, share.text, share.interval, *ends)
    together = Difference.of(outcome, found.together(outcome).estimate)
    table.add_row("together", together.text, together.interval, style="bold")
    return table


def _pairs_table(found: Credit, outcome: str) -> Table:
    """Return the pairs, the strongest first."""
    names = found.capabilities
    pairs = {
        f"{one} and {other}": Difference.of(outcome, found.synergy(one, other, outcome).estimate)
        for place, one in enumerate(names)
        for other in names[place + 1 :]
    }
    table = plain_table()
    table.add_column("Two together, beyond both apart")
    for heading in ("", INTERVAL):
        table.add_column(heading, justify="right", no_wrap=True)
    for words, pair in sorted(pairs.items(), key=lambda each: -abs(each[1].mean)):
        table.add_row(words, pair.text, pair.interval)
    return table
