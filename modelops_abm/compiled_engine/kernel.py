"""One replication from the founding to the horizon, and many of them.

Rooms are counted, memory is allocated, and its addresses are entered into the organisation's
record; then days are lived through, up to one of them or all. Nothing grows while it runs (0006).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from modelops_abm.compiled import kernel, part_of_kernel
from modelops_abm.compiled_engine import totals
from modelops_abm.compiled_engine.capability import plan_capabilities
from modelops_abm.compiled_engine.day import live_day
from modelops_abm.compiled_engine.initial_state import found
from modelops_abm.compiled_engine.layout import (
    BLOCK_BYTES,
    CAPABILITIES,
    CLASSES,
    DEVELOPER,
    EVENT,
    LANES,
    LOGGED,
    MODEL,
    ORGANISATION,
    PLACED,
    PLANNED,
    QUEUED,
    REQUEST,
    SLOTS_PER_MODEL,
    SOURCE,
    TASK,
    VECTOR_BYTES,
    Bytes,
    Floats,
    Floats2,
    Floats3,
    Integers,
    Integers2,
    Record,
    Records,
    Tables,
    developer_of,
    idle_of,
    setting_at,
)
from modelops_abm.compiled_engine.requests import receive_dated_requests
from modelops_abm.compiled_engine.scheduler import IDLE, NO_TASK, take_priorities
from modelops_abm.compiled_engine.sources import found_sources, open_sources
from modelops_abm.compiled_engine.timeline import change_values
from modelops_abm.compiled_engine.vectors import open_models
from modelops_abm.core.events import FIRST_REQUEST_STREAM
from modelops_abm.core.outcomes import MEDIANS
from modelops_abm.core.randomness import DecisionPoint, Origin, draw_key, entity_key
from modelops_abm.rules.capability import speed
from modelops_abm.rules.population import arrival_exposure, arrival_exposure_left, arrival_time
from modelops_abm.rules.sampling import sample

_SPARE = 64
"""Places of a heap beyond what it may hold at once."""


@part_of_kernel
def _arrivals_before_horizon(setting: int, timeline: Records, seed: int, replication: int) -> int:
    organisation = entity_key(seed, replication, Origin.ORGANISATION.value, 0)
    count, changed, rate = 0, 0, setting_at(setting).ideas_per_year
    since, left = 0.0, arrival_exposure(organisation, 0)
    # The same times, in the same order, as `plan_arrival` and `change_values` will find: with other
    # rounding one idea more might arrive than there is room for, and nothing checks an address.
    while True:
        time = arrival_time(since, left, rate)
        if changed < len(timeline) and timeline[changed].day <= time:
            now = float(timeline[changed].day)
            new = setting_at(setting + timeline[changed].setting).ideas_per_year
            changed += 1
            if new != rate:
                left = arrival_exposure_left(since, left, rate, now)
                since, rate = now, new
        elif time < setting_at(setting).horizon_days:
            count += 1
            since, left = time, arrival_exposure(organisation, count)
        else:
            return count


@part_of_kernel
def _largest_team(setting: int, timeline: Records) -> int:
    largest = setting_at(setting).developers
    for index in range(len(timeline)):
        largest = max(largest, setting_at(setting + timeline[index].setting).developers)
    return largest


@part_of_kernel
def _hire(setting: int, org: Record, seed: int, replication: int) -> None:
    """Bring in the developers, all idle; those who join later are known already."""
    for number in range(org.developer_room):
        entity = entity_key(seed, replication, Origin.DEVELOPER.value, number)
        key = draw_key(entity, DecisionPoint.PRODUCTIVITY.value, 0)
        developer = developer_of(org, number)
        developer.productivity = sample(setting_at(setting).productivity, key)
        developer.speed = speed(setting_at(setting).focus, developer.productivity)
        developer.task = NO_TASK
        developer.activity = IDLE
        # Ascending numbers are a heap already.
        idle_of(org, number).value = number
    org.idle = setting_at(setting).developers
    org.developers = setting_at(setting).developers


@part_of_kernel
def _room(setting: int, tables: Tables, seed: int, replication: int) -> int:
    """Return the number of models that there will be in all."""
    numbers = setting_at(setting)
    initial = numbers.initial_models + numbers.initial_ideas
    if numbers.imported:
        initial = len(tables.client)
    return initial + _arrivals_before_horizon(setting, tables.timeline, seed, replication)


class Memory(NamedTuple):
    """A replication under way: everything that a day reads or writes.

    The organisation's record holds the addresses of the other arrays, so they must all outlive it.
    """

    organisation: Records
    models: Records
    tasks: Records
    developers: Records
    capabilities: Records
    sources: Records
    production: Records
    calendar: Records
    planned: Records
    days: Integers
    queues: Records
    idle: Integers
    log: Records
    lanes: Bytes
    today: Floats
    totals: Floats
    discounts: Floats
    own: Integers2
    seasons: Floats
    deliveries: Floats
    timeline: Records
    new_values: Records
    requests: Records
    request_laws: Integers2


class Rooms(NamedTuple):
    """How many of each there will ever be in a replication, and so how much memory it takes.

    Attributes
    ----------
    models, developers, streams, sources, kinds
        All models and developers, those to come included; streams of all capabilities; shared
        sources; kinds of request.
    first_request_slot, slots
        Of the calendar: where those of requests begin; all.
    tasks_of_models, tasks
        Those of models, which come first; all.
    """

    models: int
    developers: int
    streams: int
    sources: int
    kinds: int
    first_request_slot: int
    slots: int
    tasks_of_models: int
    tasks: int


@part_of_kernel
def _rooms(setting: int, tables: Tables, seed: int, replication: int) -> Rooms:
    """Count what a replication needs memory for."""
    models = _room(setting, tables, seed, replication)
    developers = _largest_team(setting, tables.timeline)
    streams = 0
    for number in range(CAPABILITIES):
        streams += tables.capabilities[number].streams
    sources, kinds = setting_at(setting).shared_sources, len(tables.requests)
    # Of each model, each developer's completion, each capability's start, the next arrival, each
    # source's failure, and the requests of each model, in this order: `events` tells by the slot
    # whose event it is.
    first_request_slot = models * SLOTS_PER_MODEL + developers + CAPABILITIES + 1 + sources
    tasks_of_models = models * (FIRST_REQUEST_STREAM + kinds)
    return Rooms(
        models,
        developers,
        streams,
        sources,
        kinds,
        first_request_slot,
        first_request_slot + models * kinds,
        tasks_of_models,
        tasks_of_models + streams + sources,
    )


@part_of_kernel
def _allocated(horizon_days: int, tables: Tables, rooms: Rooms, log_room: int) -> Memory:
    """Return the memory of a replication, in which nobody is anywhere yet."""
    # Zeros: a list begins with 0 for nobody, a serial of 0 is no entry's, a model's place is that
    # of ideas, and lanes of nobody hold numbers to compute with. What is filled from its beginning
    # needs none: heaps, the log, and who is in production.
    return Memory(
        np.zeros(1, ORGANISATION),
        np.zeros(rooms.models, MODEL),
        np.zeros(rooms.tasks, TASK),
        np.zeros(rooms.developers, DEVELOPER),
        # A copy, as levels rise in it and the tables serve all replications.
        tables.capabilities.copy(),
        np.zeros(rooms.sources, SOURCE),
        np.empty(rooms.models, PLACED),
        # Heaps also hold what is no longer valid. With room for more than can be valid at once
        # there is always something to drop, and it need not be dropped at every push.
        np.empty(rooms.slots + rooms.slots // 2 + _SPARE, EVENT),
        np.zeros(rooms.slots, PLANNED),
        np.zeros(horizon_days, np.int64),
        np.empty(CLASSES * (rooms.tasks + _SPARE), QUEUED),
        np.empty(rooms.developers, np.int64),
        np.empty(log_room, LOGGED),
        np.zeros((rooms.models // LANES + 1) * BLOCK_BYTES + VECTOR_BYTES, np.uint8),
        np.zeros(totals.DAILY),
        np.zeros(totals.TOTALS),
        tables.discounts,
        tables.own,
        tables.seasons,
        np.empty(len(MEDIANS) * rooms.models),
        tables.timeline,
        tables.new_values,
        np.zeros(rooms.kinds * rooms.models, REQUEST),
        tables.requests,
    )


@part_of_kernel
def _enter_addresses(org: Record, memory: Memory) -> None:
    """Enter where everything is into the organisation's record."""
    org.models_at = memory.models.ctypes.data
    org.tasks_at = memory.tasks.ctypes.data
    org.developers_at = memory.developers.ctypes.data
    org.capabilities_at = memory.capabilities.ctypes.data
    org.sources_at = memory.sources.ctypes.data
    org.production_at = memory.production.ctypes.data
    org.calendar_at = memory.calendar.ctypes.data
    org.slots_at = memory.planned.ctypes.data
    org.days_at = memory.days.ctypes.data
    org.queues_at = memory.queues.ctypes.data
    org.idle_at = memory.idle.ctypes.data
    org.log_at = memory.log.ctypes.data
    org.lanes_at = memory.lanes.ctypes.data
    # On to a whole vector, for which there are bytes to spare.
    org.lanes_at += -org.lanes_at % VECTOR_BYTES
    org.today_at = memory.today.ctypes.data
    org.totals_at = memory.totals.ctypes.data
    org.discounts_at = memory.discounts.ctypes.data
    org.own_at = memory.own.ctypes.data
    org.seasons_at = memory.seasons.ctypes.data
    org.deliveries_at = memory.deliveries.ctypes.data
    org.timeline_at = memory.timeline.ctypes.data
    org.new_values_at = memory.new_values.ctypes.data
    org.requests_at = memory.requests.ctypes.data
    org.request_laws_at = memory.request_laws.ctypes.data


@part_of_kernel
def _enter_sizes(org: Record, memory: Memory, rooms: Rooms) -> None:
    """Enter how much there is of everything."""
    org.timeline = len(memory.timeline)
    org.first_source_task = rooms.tasks_of_models + rooms.streams
    org.first_request_slot = rooms.first_request_slot
    org.model_room = rooms.models
    org.request_kinds = rooms.kinds
    org.developer_room = rooms.developers
    org.calendar_room = len(memory.calendar)
    org.queue_room = len(memory.queues) // CLASSES
    org.log_room = len(memory.log)


@part_of_kernel
def _founded(setting: int, tables: Tables, seed: int, replication: int, log_room: int) -> Memory:
    """Return the memory of a replication in which day 0 is about to begin."""
    rooms = _rooms(setting, tables, seed, replication)
    memory = _allocated(setting_at(setting).horizon_days, tables, rooms, log_room)
    org = memory.organisation[0]
    org.setting_at = setting
    org.settings_at = setting
    _enter_addresses(org, memory)
    _enter_sizes(org, memory, rooms)
    _begin(setting, tables, org, seed, replication)
    return memory


@part_of_kernel
def _records(memory: Memory) -> int:
    """Return how many records there are; reading them all keeps them until then."""
    tables = len(memory.tasks) + len(memory.capabilities) + len(memory.production)
    plans = len(memory.calendar) + len(memory.planned) + len(memory.days) + len(memory.queues)
    rest = len(memory.sources) + len(memory.idle) + len(memory.lanes) + len(memory.organisation)
    rest += len(memory.deliveries) + len(memory.requests) + len(memory.request_laws)
    return tables + plans + rest


@kernel
def found_replication(
    setting: int, tables: Tables, seed: int, replication: int, log_room: int
) -> Memory:
    """Return the memory of a replication that is about to begin, for `live_until`.

    Parameters
    ----------
    setting
        Address of the words of a `Setting`.
    log_room
        Records of the event log that there is room for; none if there is to be no log.
    """
    return _founded(setting, tables, seed, replication, log_room)


@kernel
def live_until(memory: Memory, day: int, wanted: Integers, series: Floats2) -> int:
    """Go on with a replication until a day; it does not matter where it is cut.

    Parameters
    ----------
    memory
        Of `found_replication`, whose setting must still be where it was.
    day
        The first that is not lived through; the horizon for all.
    wanted
        Places of the daily outcomes to keep.
    series
        Filled with the wanted outcomes by outcome and day.
    """
    for _ in range(memory.organisation[0].day, day):
        live_day(memory.organisation[0], wanted, series)
    return _records(memory)


@part_of_kernel
def _begin(setting: int, tables: Tables, org: Record, seed: int, replication: int) -> None:
    """Found the organisation."""
    take_priorities(setting, org)
    _hire(setting, org, seed, replication)
    plan_capabilities(setting, org)
    org.key = entity_key(seed, replication, Origin.ORGANISATION.value, 0)
    found_sources(setting, org, seed, replication)
    found(setting, tables, org, seed, replication)
    change_values(org)
    if org.replan:
        open_models(org.setting_at, org)
        open_sources(org.setting_at, org)
    receive_dated_requests(org.setting_at, org)
    # What is there is assigned at the end of the instant 0, after whatever happens at it.
    org.dispatch = 1


@kernel
def run_block(
    setting: int,
    tables: Tables,
    seed: int,
    first: int,
    wanted: Integers,
    sums: Floats,
    series: Floats3,
) -> None:
    """Run replications one after the other and keep their totals and some daily outcomes.

    Parameters
    ----------
    first
        Number of the first replication.
    wanted
        Places of the daily outcomes to keep.
    sums
        A row for each replication, filled with its totals.
    series
        Filled with the wanted outcomes by replication, outcome, day.
    """
    horizon_days = setting_at(setting).horizon_days
    for index in range(len(sums)):
        # Allocated anew for each, as rooms differ by the ideas that will arrive.
        memory = _founded(setting, tables, seed, first + index, 0)
        for _ in range(horizon_days):
            live_day(memory.organisation[0], wanted, series[index])
        # The arrays must outlive the run that reached them by address.
        if _records(memory) > 0:
            sums[index] = memory.totals
