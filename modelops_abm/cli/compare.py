"""The command ``compare``: a plan against its baseline, or several plans side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from modelops_abm import formats
from modelops_abm.cli.options import (
    MOST_REPLICATIONS,
    SCENARIO_ENDINGS,
    Dollars,
    Replications,
    days_option,
    portfolio_option,
    scenario_to_run,
    seed_option,
    set_option,
    with_assignments,
    with_portfolio,
)
from modelops_abm.cli.study import (
    Asked,
    Found,
    check_is_a_plan,
    cluster_option,
    conduct,
    json_option,
    kept_files,
    kept_option,
    team_that_is_too_small,
)
from modelops_abm.representation import Result
from modelops_abm.scenario import (
    InputError,
    Problem,
    Scenario,
    baseline_of,
    fingerprint_of,
    parse_assignment,
)
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.text import printable

if TYPE_CHECKING:
    import pandas as pd

    from modelops_abm.evidence.belief import Belief
    from modelops_abm.experiments import Comparison, SideBySide
    from modelops_abm.experiments.running import Keeping
    from modelops_abm.experiments.statistics import Share

type Made = Callable[[str | None, str | None], Scenario]
"""Makes the scenario of a file or of a preset."""

BASELINE = "baseline"
TOO_SELDOM = 4
"""Exit code if a plan pays less often than ``--require-chance`` wants."""
MOST_PLANS = 12
_FILES = kept_files(("figures", "plan", "baseline"), ("worth-and-payback",))
_FILES_OF_MANY = kept_files(("npv", "pairs", "npv-by-future"), ("side-by-side",))


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
@click.option(
    "--belief",
    "belief_file",
    metavar="FILE",
    help="Compare also over what 'fit' believes of the organisation: a draw of its own for every"
    " two futures. Of a plan that is named, what it decides is taken, and what --set says.",
)
@click.option(
    "--require-chance",
    type=click.FloatRange(0.0, 1.0),
    metavar="SHARE",
    help="End with exit code 4 if the plan pays in fewer of the futures than this, such as 0.8.",
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
    belief_file: str | None,
    require_chance: float | None,
    seed: int,
    cluster: str | None,
    output: Path | None,
    wants_json: bool,
) -> int:
    """Compare a plan with its baseline over the same futures, or several plans side by side.

    The baseline is the same organisation with every capability held at its start level. Values set
    by --set, --days and --portfolio hold for every plan.
    """

    def made(file: str | None, preset_name: str | None) -> Scenario:
        return scenario_to_run(file, preset_name, assignments, days, portfolio)

    if len(plan_files) + len(preset_names) > 1 or against is not None:
        if belief_file is not None or require_chance is not None:
            raise InputError(
                "--belief and --require-chance are for one plan against its own baseline"
            )
        plans = _named_plans(plan_files, preset_names, made)
        asked = Asked(next(iter(plans.values())), replications, seed, output, wants_json, cluster)
        _compare_side_by_side(asked, plans, against, made, half_width)
        return 0
    belief = None if belief_file is None else _belief(belief_file, half_width)
    if belief is not None and not (plan_files or preset_names):
        plan = with_portfolio(
            with_assignments(belief.scenario, assignments, _days(days)), portfolio
        )
    else:
        plan = made(*(*plan_files, None)[:1], *(*preset_names, None)[:1])
    table = None
    if belief is not None:
        plan, table = belief.of_plan(plan, _stated(assignments))
    check_is_a_plan(plan)
    asked = Asked(plan, replications, seed, output, wants_json, cluster)
    chance: list[Share] = []

    def compared(keeping: Keeping) -> Found:
        found = _over(asked, table, keeping) if table is not None else of_luck(keeping)
        chance.append(_chance(found.result))
        return found

    def of_luck(keeping: Keeping) -> Found:
        from modelops_abm.experiments import compare as compare_with_baseline

        found = compare_with_baseline(plan, replications, half_width=half_width, **keeping)
        futures = formats.plural(found.replications, "future")
        facts = {"replications": found.replications}
        advice = _needed(found, half_width)
        team = team_that_is_too_small(plan, found.plan.values, keeping)
        return Found(found, futures, facts, team, whole=[plan], advice=advice)

    words = f"{formats.number(replications)} futures without and with the plan"
    conduct(asked, "compare", words, _FILES, compared)
    return _judged(chance[0], require_chance)


def _days(days: int | None) -> dict[str, int]:
    return {} if days is None else {"horizon_days": days}


def _stated(assignments: tuple[str, ...]) -> list[str]:
    """Return the names that ``--set`` states."""
    return [parse_assignment(text)[0] for text in assignments]


def _belief(file: str, half_width: float | None) -> Belief:
    from modelops_abm.evidence.belief import load_belief

    if half_width is not None:
        raise InputError("--half-width is of luck alone: give --belief without it")
    return load_belief(file)


def _over(asked: Asked, table: pd.DataFrame, keeping: Keeping) -> Found:
    """Compare at the values as set, and over a table of draws."""
    from modelops_abm.experiments import compare_over, joint_draws
    from modelops_abm.experiments.comparison_over import LUCKS

    draws = joint_draws(asked.scenario, table, max(asked.replications // LUCKS, 2), seed=asked.seed)
    found = compare_over(asked.scenario, draws, **keeping)
    luck = (
        f"{formats.plural(found.at.replications, 'future')}, {formats.plural(len(draws), 'draw')}"
    )
    return Found(found, luck, {"draws": len(draws)}, whole=[asked.scenario])


def _chance(found: Result) -> Share:
    """Return the chance that the plan pays."""
    from modelops_abm.experiments import ComparisonOver
    from modelops_abm.experiments.comparison_over import chance_of_paying

    if isinstance(found, ComparisonOver):
        return found.chance
    return chance_of_paying(cast("Comparison", found))


def _judged(chance: Share, required: float | None) -> int:
    """Return the exit code: whether the plan pays as often as is required."""
    if required is None or chance.share >= required:
        return 0
    paid = formats.count_of(chance.count, chance.n)
    click.echo(f"The plan pays in {paid} futures; required are {required:.0%}.", err=True)
    return TOO_SELDOM


def _needed(comparison: Comparison, half_width: float | None) -> str:
    """Return how many futures would tell more; nothing if no more are needed."""
    npv = comparison.finance.npv
    if npv.mean is None or npv.half_width is None:
        return ""
    if half_width is not None and npv.half_width > half_width:
        aim = half_width
    elif abs(npv.mean) > npv.half_width or npv.mean == 0.0:
        return ""
    else:
        # Half the mean as a half-width tells it from zero with room to spare.
        aim = abs(npv.mean) / 2.0
    count = npv.replications_for(aim) or 0
    futures = (
        f"about {formats.number(formats.about(count))} futures would be needed (--replications)"
        if count <= MOST_REPLICATIONS
        else f"more than {formats.number(MOST_REPLICATIONS)} futures would be needed"
    )
    return f"To know the average difference to ±{formats.money(aim)}, {futures}."


def _compare_side_by_side(
    asked: Asked,
    plans: Mapping[str, Scenario],
    against: str | None,
    made: Made,
    half_width: float | None,
) -> None:
    baseline = _baseline(plans, against, made)
    scenarios = {BASELINE: baseline, **plans}
    _check_horizons(scenarios)

    def compared(keeping: Keeping) -> Found:
        from modelops_abm.experiments import side_by_side

        found = side_by_side(
            scenarios,
            asked.replications,
            baseline=BASELINE,
            half_width=half_width,
            **keeping,
        )
        return Found(
            found,
            formats.plural(found.replications, "future"),
            {"replications": found.replications},
            _too_small(found, keeping),
            scenario=baseline,
            whole=list(scenarios.values()),
        )

    words = f"{formats.number(asked.replications)} futures of {len(scenarios)} scenarios"
    conduct(asked, "compare", words, _FILES_OF_MANY, compared)


def _too_small(found: SideBySide, keeping: Keeping) -> tuple[Result, ...]:
    """Return what is to be said of a team that cannot carry its portfolio: of the first plan's."""
    for comparison in found.comparisons.values():
        plan = comparison.plan
        if team := team_that_is_too_small(plan.scenario, plan.values, keeping):
            return team
    return ()


def _named_plans(
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


def _baseline(plans: Mapping[str, Scenario], against: str | None, made: Made) -> Scenario:
    if against is not None:
        is_preset = against in PRESETS and not against.endswith(SCENARIO_ENDINGS)
        return made(None, against) if is_preset else made(against, None)
    # By their values: a name says which plan it is the baseline of, so that no two are alike.
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
