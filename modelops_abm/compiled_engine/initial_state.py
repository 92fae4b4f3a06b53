"""The organisation at the start, in the order of `modelops_abm.mesa_engine.initial_state`."""

from __future__ import annotations

import numpy as np

from modelops_abm.compiled import part_of_kernel
from modelops_abm.compiled_engine.calendar import schedule
from modelops_abm.compiled_engine.developer import BUILD, DEPLOY, submit_task, work_task
from modelops_abm.compiled_engine.hazards import keep_left
from modelops_abm.compiled_engine.layout import (
    CAPABILITIES,
    RETIRED,
    SLOTS_PER_MODEL,
    Floats,
    Record,
    Tables,
    model_of,
    own_of,
    setting_at,
    task_of,
)
from modelops_abm.compiled_engine.ml_model import (
    count_idea,
    enter_production,
    enter_state,
    plan_retirement,
    plan_retraining,
    plan_review,
    propose,
    retraining_interval,
)
from modelops_abm.compiled_engine.scheduler import release
from modelops_abm.core.events import NOBODY, Rank, RetirementReason
from modelops_abm.core.randomness import Origin, entity_key
from modelops_abm.core.statechart import Serving, Stage, State
from modelops_abm.rules.hazards import first_thresholds
from modelops_abm.rules.maintenance import first_review_days
from modelops_abm.rules.population import (
    NOTHING_KNOWN,
    Attributes,
    ClientFacts,
    KindLaws,
    archetype_index,
    arrival_exposure,
    arrival_time,
    draw_attributes,
    initial_production,
    score,
    shared_source,
    worth_building,
)
from modelops_abm.rules.sampling import Law

_INITIAL_MODEL = Origin.INITIAL_MODEL.value
_INITIAL_IDEA = Origin.INITIAL_IDEA.value
_ARRIVING_IDEA = Origin.ARRIVING_IDEA.value
_CLIENT_MODEL = Origin.CLIENT_MODEL.value
_IDEA = State.IDEA.value
_BUILD_STATE = State.BUILD.value
_DEPLOYMENT = State.DEPLOYMENT.value
_NOTHING_KNOWN = NOTHING_KNOWN
# Columns of a client's model in `Tables.client`.
STAGE, KIND, OWN, KEY_INDEX = range(4)


@part_of_kernel
def _law(row: Floats, place: int) -> Law:
    return Law(int(row[place]), row[place + 1], row[place + 2])


@part_of_kernel
def _laws(row: Floats) -> KindLaws:
    """Return an archetype's laws from its row of numbers; see `inputs._kinds`."""
    # By the fields: three numbers for each distribution, one for a number.
    return KindLaws(
        _law(row, 0),
        row[3],
        row[4],
        _law(row, 5),
        _law(row, 8),
        _law(row, 11),
        _law(row, 14),
        _law(row, 17),
        row[20],
        row[21],
        _law(row, 22),
        _law(row, 25),
        _law(row, 28),
        _law(row, 31),
    )


@part_of_kernel
def _facts(tables: Tables, row: int) -> ClientFacts:
    known = tables.facts[row]
    return ClientFacts(
        known[0],
        known[1],
        known[2],
        known[3],
        known[4],
        known[5],
        known[6],
        known[7],
        known[8],
        known[9],
        known[10],
        known[11],
        known[12],
        known[13],
        known[14],
    )


@part_of_kernel
def _add_model(
    org: Record,
    entity: int,
    kind: int,
    own: int,
    laws: KindLaws,
    facts: ClientFacts,
) -> Attributes:
    """Add a model in the state of an idea under the next number; return its attributes."""
    number = org.models
    org.models = number + 1
    count_idea(org, 1)
    attributes = draw_attributes(laws, entity, facts)
    _keep_attributes(org, number, attributes)
    model = model_of(org, number)
    model.entity = entity
    model.kind = kind
    model.own = own
    _keep_own(org, number)
    sources = setting_at(org.setting_at).shared_sources
    model.source = shared_source(entity, sources, facts.shared_source)
    model.score = score(attributes)
    model.arrived_at = org.clock
    model.begun_at = np.nan
    model.went_live_at = np.nan
    model.retired_at = np.nan
    # Not by `enter_state`, as it comes from no state; its place among the counts is 0 already.
    model.state = _IDEA
    model.cause = NOBODY
    model.serving = Serving.NONE.value
    model.reason = -1
    model.planned_reason = -1
    model.memory = 1.0
    # Daily fields have the same names in a record as in a lane, so this works on either.
    keep_left(model, first_thresholds(entity))
    return attributes


@part_of_kernel
def _keep_attributes(org: Record, number: int, attributes: Attributes) -> None:
    model = model_of(org, number)
    traits = attributes.traits
    model.market_size = traits.market_size
    model.innovation = traits.innovation_per_year
    model.imitation = traits.imitation_per_year
    model.waning = traits.waning_per_day
    model.waned = traits.waned_in_day
    model.full_usage = traits.full_usage
    model.price = traits.value_per_prediction
    model.cost = traits.cost_per_prediction
    model.wrong_cost = traits.cost_of_wrong_prediction
    model.decay = attributes.decay
    model.capacity = attributes.capacity
    model.build_effort = attributes.build_effort_days
    model.deployment_effort = attributes.deployment_effort_days
    model.life_days = attributes.useful_life_days


@part_of_kernel
def _keep_own(org: Record, number: int) -> None:
    """Keep of a model's own numbers what every day needs, and what its table tells."""
    model, own = model_of(org, number), own_of(org, number)
    model.regulated = 1 if own.regulated else 0
    model.own_pipeline = own.rates.pipeline
    model.own_capacity = own.rates.capacity
    model.own_compliance = own.rates.compliance
    model.own_drift = own.rates.drift
    model.interval = own.interval_days


@part_of_kernel
def _add(
    tables: Tables, org: Record, seed: int, replication: int, origin: int, index: int
) -> Attributes:
    """Add a model of a drawn archetype of whom nothing is known."""
    entity = entity_key(seed, replication, origin, index)
    kind = archetype_index(entity, tables.shares)
    laws = _laws(tables.kinds[kind])
    return _add_model(org, entity, kind, kind, laws, _NOTHING_KNOWN)


@part_of_kernel
def _start_in_production(
    setting: int, org: Record, number: int, attributes: Attributes, facts: ClientFacts
) -> None:
    """Put a model into production with a past."""
    model = model_of(org, number)
    constants = setting_at(setting).constants
    start = initial_production(attributes, model.entity, facts, constants.past_interval_days)
    usage = constants.initial_usage_share * model.full_usage
    if not np.isnan(facts.usage):
        usage = facts.usage
    model.users = start.users
    model.usage = usage
    model.ideal_users = start.users
    model.ideal_usage = usage
    enter_production(setting, org, number, start.base_power)
    # After entering production, which takes it to be now.
    model.went_live_at = -start.age_days
    due_in_days = max(0.0, retraining_interval(setting, org, number) - start.retrained_days_ago)
    plan_retraining(setting, org, number, due_in_days)
    plan_review(setting, org, number, first_review_days(model.entity, constants.review_days))
    reason = RetirementReason.OBSOLETE.value
    if not np.isnan(facts.retires_in_days):
        reason = RetirementReason.PLANNED.value
    plan_retirement(setting, org, number, start.life_left_days, reason)


@part_of_kernel
def _resume(setting: int, org: Record, number: int, target: int, task_class: int) -> None:
    """Put a model into build or deployment with work left to do, as interrupted work."""
    model = model_of(org, number)
    enter_state(org, number, target, NOBODY)
    model.begun_at = org.clock
    # Held until the rest is known: a heap orders a task by what it is when it becomes eligible.
    submit_task(setting, org, work_task(org, number), task_class, number, NOBODY, 0, 1)
    task = task_of(org, work_task(org, number))
    task.interrupted = 1
    release(setting, org, work_task(org, number))


@part_of_kernel
def _best_ideas(setting: int, org: Record, first: int) -> None:
    """Mark the best of the initial ideas, which are in build already, by their state."""
    for _ in range(min(setting_at(setting).initial_builds, setting_at(setting).initial_ideas)):
        found = -1
        for number in range(first, first + setting_at(setting).initial_ideas):
            model = model_of(org, number)
            # Of equal scores the first, as sorting has it in the Mesa engine.
            is_better = found < 0 or model.score > model_of(org, found).score
            if model.state == _IDEA and worth_building(model.score) and is_better:
                found = number
        if found < 0:
            return
        enter_state(org, found, _BUILD_STATE, NOBODY)


@part_of_kernel
def _found_generated(
    setting: int, tables: Tables, org: Record, seed: int, replication: int
) -> None:
    """Bring in the initial models, ideas and builds."""
    for index in range(setting_at(setting).initial_models):
        attributes = _add(tables, org, seed, replication, _INITIAL_MODEL, index)
        _start_in_production(setting, org, index, attributes, _NOTHING_KNOWN)
    first = setting_at(setting).initial_models
    for index in range(setting_at(setting).initial_ideas):
        _add(tables, org, seed, replication, _INITIAL_IDEA, index)
    _best_ideas(setting, org, first)
    for number in range(first, first + setting_at(setting).initial_ideas):
        if model_of(org, number).state == _BUILD_STATE:
            _resume(setting, org, number, _BUILD_STATE, BUILD)
        else:
            propose(setting, org, number)


@part_of_kernel
def _found_imported(setting: int, tables: Tables, org: Record, seed: int, replication: int) -> None:
    """Bring in a client's models where they stand."""
    for number in range(len(tables.client)):
        row = tables.client[number]
        facts = _facts(tables, number)
        entity = entity_key(seed, replication, _CLIENT_MODEL, row[KEY_INDEX])
        kind = row[KIND] if row[KIND] >= 0 else archetype_index(entity, tables.shares)
        own = row[OWN] + kind if row[OWN] >= 0 else kind
        laws = _laws(tables.kinds[kind])
        attributes = _add_model(org, entity, kind, own, laws, facts)
        _place(setting, org, number, row[STAGE], attributes, facts)


@part_of_kernel
def _place(
    setting: int,
    org: Record,
    number: int,
    stage: int,
    attributes: Attributes,
    facts: ClientFacts,
) -> None:
    """Put a client's model where it stands."""
    model = model_of(org, number)
    if stage == Stage.PRODUCTION:
        _start_in_production(setting, org, number, attributes, facts)
        return
    if stage == Stage.RETIRED:
        enter_state(org, number, RETIRED, NOBODY)
        model.reason = RetirementReason.PLANNED.value
        return
    if stage == Stage.BUILD:
        _resume(setting, org, number, _BUILD_STATE, BUILD)
    elif stage == Stage.DEPLOYMENT:
        _resume(setting, org, number, _DEPLOYMENT, DEPLOY)
    else:
        propose(setting, org, number)
    if not np.isnan(facts.retires_in_days):
        plan_retirement(setting, org, number, facts.retires_in_days, RetirementReason.PLANNED.value)


@part_of_kernel
def found(setting: int, tables: Tables, org: Record, seed: int, replication: int) -> None:
    """Bring in the portfolio at the start, and plan the first arrival of an idea."""
    if setting_at(setting).imported:
        _found_imported(setting, tables, org, seed, replication)
    else:
        _found_generated(setting, tables, org, seed, replication)
    _know_arrivals(tables, org, seed, replication)
    plan_arrival(setting, org)


@part_of_kernel
def _know_arrivals(tables: Tables, org: Record, seed: int, replication: int) -> None:
    """Draw all ideas that will arrive, ahead of their arrival: their draws are keyed."""
    # Their records lie ready behind those present; they are neither counted nor among the models
    # until they arrive.
    present = org.models
    for index in range(org.model_room - present):
        _add(tables, org, seed, replication, _ARRIVING_IDEA, index)
    count_idea(org, present - org.models)
    org.models = present


@part_of_kernel
def arrival_slot(org: Record) -> int:
    """Return the calendar slot of the next idea's arrival."""
    return int(org.model_room * SLOTS_PER_MODEL + org.developer_room + CAPABILITIES)


@part_of_kernel
def plan_arrival(setting: int, org: Record) -> None:
    """Plan the arrival of the next idea."""
    org.idea_left = arrival_exposure(org.key, org.arrivals)
    org.ideas_since = org.clock
    org.arrivals += 1
    schedule_arrival(setting, org)


@part_of_kernel
def schedule_arrival(setting: int, org: Record) -> None:
    """Put the arrival of the next idea on the calendar, at the rate in force."""
    at = arrival_time(org.ideas_since, org.idea_left, setting_at(setting).ideas_per_year)
    schedule(setting, org, arrival_slot(org), at, Rank.ARRIVAL, 0, 0)


@part_of_kernel
def receive_idea(setting: int, org: Record) -> None:
    """Let an idea arrive."""
    number = org.models
    org.models = number + 1
    count_idea(org, 1)
    model_of(org, number).arrived_at = org.clock
    propose(setting, org, number)
    plan_arrival(setting, org)
