"""Previous versions that break, and mild drifts that grow while nobody retrains.

Of ODD 7.4 and 7.6: a previous version lasts an exponential time at the rate of pipeline issues; a
mild drift takes the model offline when the first day opens on which the loss has reached the limit.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from modelops_abm.core.events import LogKind
from modelops_abm.mesa_engine.model import ModelOpsModel
from tests.verification.checks import check_mean, check_share, seed_of
from tests.verification.organisations import constant, fixed_portfolio, quiet, run

MODELS = 150
HORIZON_DAYS = 730

BREAKS_PER_YEAR = 12.0
SWITCH_DAYS = 0.5
REPAIR_DAYS = 20.5


def test_previous_versions_last_an_exponential_time() -> None:
    """Of the 20 days that the current version is repaired after the switch, with an ample team."""
    name = "previous versions that break"
    scenario = quiet(
        {
            **fixed_portfolio(MODELS),
            "horizon_days": HORIZON_DAYS,
            "team.developers": MODELS,
            "incidents.pipeline_per_year": BREAKS_PER_YEAR,
            "efforts.pipeline_repair": constant(REPAIR_DAYS),
            "capabilities.rollback.start_level": 1.0,
            "capabilities.rollback.pipeline_coverage": 1.0,
            "capabilities.rollback.switch_days": SWITCH_DAYS,
        }
    )
    repaired = REPAIR_DAYS - SWITCH_DAYS
    model = run(scenario, seed=seed_of(name))
    # Those whose repair ends in the run, so that each has the same 20 days.
    latest = HORIZON_DAYS - repaired
    lasted = [min(end, repaired) for began, end in _previous_versions(model) if began < latest]
    rate = BREAKS_PER_YEAR / 365.0
    broken = sum(days < repaired - 1e-6 for days in lasted)
    assert len(lasted) > 2_000
    lost = 1.0 - math.exp(-rate * repaired)
    check_share(f"{name}: share", broken, len(lasted), lost)
    check_mean(f"{name}: days that they serve", lasted, lost / rate)


def _previous_versions(model: ModelOpsModel) -> Iterator[tuple[float, float]]:
    """Yield when each previous version took over, and how long it served, if it broke."""
    since: dict[int, float] = {}
    for record in model.event_log:
        if record.kind == LogKind.PREVIOUS_SERVES:
            since[record.model] = record.time
        elif record.kind == LogKind.PREVIOUS_BROKE:
            began = since.pop(record.model)
            yield began, record.time - began
        elif record.kind == LogKind.ISSUE_RESOLVED and record.model in since:
            yield since.pop(record.model), math.inf
    yield from ((began, math.inf) for began in since.values())


DELAY_DAYS = 20.0
SEVERITY, LIMIT, GROWTH_DAYS = 0.4, 0.3, 20.0
ONSETS_PER_YEAR = 10.0
LATEST_ONSET = 400.0


def test_mild_drifts_are_judged_again_when_a_day_opens() -> None:
    """The only developer builds for the whole run: nobody retrains, whoever asks for it.

    With t* = 20 ln 4 days until the loss is 0.3 and Y until it is detected, the model goes offline
    Y after the onset if Y > t*, and else when the first day after t* opens, half a day later in
    the mean: at what hour a drift sets in is all but uniform.
    """
    name = "mild drifts that grow"
    portfolio = fixed_portfolio(2 * MODELS)["imported"]
    idea = type(portfolio.models[0])(id="long", stage="idea", build_effort_days=10_000.0)
    scenario = quiet(
        {
            "imported": portfolio.model_copy(update={"models": (idea, *portfolio.models)}),
            "horizon_days": HORIZON_DAYS,
            "team.developers": 1,
            "team.preemption": "none",
            "drift.onsets_per_year": ONSETS_PER_YEAR,
            "drift.severity": constant(SEVERITY),
            "drift.growth_days": GROWTH_DAYS,
            "drift.offline_loss": LIMIT,
            "capabilities.monitoring.delay_without_days": DELAY_DAYS,
        }
    )
    model = run(scenario, seed=seed_of(name))
    set_in: dict[int, float] = {}
    detected: dict[int, float] = {}
    times: list[float] = []
    again = 0
    for record in model.event_log:
        if record.kind == LogKind.DRIFT_SET_IN:
            set_in[record.model] = record.time
        elif record.kind == LogKind.DRIFT_DETECTED:
            detected[record.model] = record.time
        elif record.kind == LogKind.DRIFT_FOUND and set_in[record.model] < LATEST_ONSET:
            times.append(record.time - set_in[record.model])
            again += record.time > detected[record.model]
    assert len(times) == sum(onset < LATEST_ONSET for onset in set_in.values()) > 250
    grown = GROWTH_DAYS * math.log(SEVERITY / (SEVERITY - LIMIT))
    early = 1.0 - math.exp(-grown / DELAY_DAYS)
    check_share(f"{name}: share judged again", again, len(times), early)
    mean = early * (grown + 0.5) + (1.0 - early) * (grown + DELAY_DAYS)
    # The hour of an exponential onset is uniform but for its rate in a day.
    check_mean(f"{name}: days until offline", times, mean, bias=ONSETS_PER_YEAR / 365.0)
