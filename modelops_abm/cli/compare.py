"""The command ``compare``: a plan against its baseline, or several plans side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click

from modelops_abm import formats
from modelops_abm.cli.options import (
    MOST_REPLICATIONS,
    SCENARIO_ENDINGS,
    Believed,
    Dollars,
    Part,
    Replications,
    belief_option,
    believed,
    days_option,
    portfolio_option,
    scenario_to_run,
    seed_option,
    set_option,
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
from modelops_abm.scenario import InputError, Problem, Scenario, baseline_of, fingerprint_of
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.text import printable

if TYPE_CHECKING:
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
@belief_option
@click.option(
    "--require-chance",
    type=Part(),
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

    @cache
    def over(file: str | None, preset_name: str | None) -> Believed | None:
        if belief_file is None:
            return None
        return believed(belief_file, file, preset_name, assignments, days, portfolio)

    def made(file: str | None, preset_name: str | None) -> Scenario:
        if (found := over(file, preset_name)) is not None:
            return found.scenario
        return scenario_to_run(file, preset_name, assignments, days, portfolio)

    if len(plan_files) + len(preset_names) > 1 or against is not None:
        if require_chance is not None:
            raise InputError("--require-chance is for one plan against its own baseline")
        plans = _named_plans(plan_files, preset_names, made)
        first = next(iter(plans.values()))
        # What may differ is the same for all of them; the first plan stands for the organisation.
        shared = over(*(*plan_files, None)[:1], *(*preset_names, None)[:1]) if belief_file else None
        asked = Asked(first, replications, seed, output, wants_json, cluster, shared)
        _compare_side_by_side(asked, plans, against, made, half_width)
        return 0
    named = (*(*plan_files, None)[:1], *(*preset_names, None)[:1])
    plan = made(*named)
    check_is_a_plan(plan)
    asked = Asked(plan, replications, seed, output, wants_json, cluster, over(*named))
    chance: list[Share] = []

    def compared(keeping: Keeping) -> Found:
        from modelops_abm.experiments import compare as compare_with_baseline

        found = compare_with_baseline(plan, replications, half_width=half_width, **keeping)
        if (over := asked.believed) is not None and over.is_spread:
            from modelops_abm.evidence.settling import settled

            found = settled(found, over.answered, **keeping)
        chance.append(found.chance)
        futures = formats.plural(found.replications, "future")
        facts = {"replications": found.replications}
        as_set = found if found.over is None else found.over.as_set
        team = team_that_is_too_small(plan, as_set.plan.values, keeping)
        advice = _needed(found, half_width)
        return Found(found, futures, facts, team, whole=[plan], advice=advice)

    words = f"{formats.number(replications)} futures without and with the plan"
    conduct(asked, "compare", words, _FILES, compared)
    return _judged(chance[0], require_chance)


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
    if asked.believed is not None and asked.believed.belief is None:
        _check_organisation(scenarios)

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
        plan = (comparison if comparison.over is None else comparison.over.as_set).plan
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


def _check_organisation(scenarios: Mapping[str, Scenario]) -> None:
    """Refuse organisations that differ: what one leaves open another may have stated."""
    if len({fingerprint_of(baseline_of(scenario)) for scenario in scenarios.values()}) > 1:
        raise InputError(
            "the plans and what they are compared with are not of the same organisation, so that"
            " the ranges of one say nothing of the others; compare each by itself"
        )


def _check_horizons(scenarios: Mapping[str, Scenario]) -> None:
    days = {name: scenario.horizon_days for name, scenario in scenarios.items()}
    if len(set(days.values())) > 1:
        stated = ", ".join(f"{printable(name)} {count}" for name, count in days.items())
        raise InputError(
            Problem(f"plans must be of the same length to be compared, not {stated}; set --days")
        )
