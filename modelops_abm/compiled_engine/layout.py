"""Memory of one replication: the portfolio, the team, the queues and the calendar as records.

First what the records hold; then what the kernel is told of a scenario; then the functions that
reach a record by its number. Nothing else computes an address from a number (0006).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from modelops_abm.compiled import inner_loop, part_of_kernel
from modelops_abm.compiled_engine.addresses import SLOT_BYTES, record_at, to_words, tuple_at
from modelops_abm.core import outcomes
from modelops_abm.core.events import NOBODY, TaskClass
from modelops_abm.core.statechart import Cause, Serving, State
from modelops_abm.rules.constants import NOTHING_OWN, Constants, Levels, OwnNumbers, OwnRates
from modelops_abm.rules.day import DayFlows
from modelops_abm.rules.hazards import Hazards
from modelops_abm.rules.requests import REQUEST_WORDS, RequestLaw
from modelops_abm.rules.sampling import Law

type Record = Any
type Records = np.ndarray[Any, np.dtype[np.void]]
type Floats = NDArray[np.float64]
# The same to a type checker; the names tell a reader how many dimensions there are.
type Floats2 = NDArray[np.float64]
type Floats3 = NDArray[np.float64]
type Integers = NDArray[np.int64]
type Integers2 = NDArray[np.int64]
type Bytes = NDArray[np.uint8]

HAZARDS = len(Hazards._fields)
CAUSES = len(outcomes.OFFLINE_CAUSES)
ACTIVITIES = len(TaskClass)
CLASSES = len(outcomes.WORK)
# Lanes of a block: a power of two, so that a shift and a mask find a lane. Blocks of eight, as wide
# as a vector, were not faster (0035).
LANE_BITS = 5
LANES = 1 << LANE_BITS
CAPABILITIES = len(Levels._fields)
SLOTS_PER_MODEL = 8
# Events of a model; there is at most one of each on the calendar. The alert on decay is first the
# fall of power and then its notice, which the rank tells apart.
RETIREMENT, DUE, INCIDENT, ALERT, DETECTION, HEALING, SWITCH, REVIEW = range(SLOTS_PER_MODEL)


# Values of the records' fields.
CURRENT = Serving.CURRENT.value
PREVIOUS = Serving.PREVIOUS.value
NONE = Serving.NONE.value
ONLINE = State.ONLINE.value
OFFLINE_DRIFT = State.OFFLINE_DRIFT.value
RETIRED = State.RETIRED.value
DRIFT = Cause.DRIFT.value
SHARED = Cause.SHARED.value


def _record(floats: str, integers: str, **arrays: tuple[Any, int]) -> np.dtype[np.void]:
    """Return a record of 8-byte numbers, and arrays of such."""
    # All of 8 bytes: no gaps for alignment, and a record can be copied number by number.
    fields: list[Any] = [(name, np.float64) for name in floats.split()]
    fields += [(name, np.int64) for name in integers.split()]
    fields += [(name, kind, (size,)) for name, (kind, size) in arrays.items()]
    return np.dtype(fields)


def _lane(shared: np.dtype[np.void], floats: str, integers: str) -> np.dtype[np.void]:
    """Return a record whose numbers lie `LANES` numbers apart: one lane of a block of lanes."""
    fields: list[Any] = [(name, shared[name]) for name in shared.names or ()]
    fields += [(name, np.float64) for name in floats.split()]
    fields += [(name, np.int64) for name in integers.split()]
    return np.dtype(
        {
            "names": [name for name, _ in fields],
            "formats": [kind for _, kind in fields],
            "offsets": [place * LANES * SLOT_BYTES for place in range(len(fields))],
        }
    )


ORGANISATION = _record(
    # the last arrival of an idea, or change of their rate; the exposure left from then on
    "clock ideas_since idea_left",
    # of the setting in force, of the first; addresses of the tables and their sizes
    "setting_at settings_at timeline_at new_values_at timeline"
    " models_at tasks_at developers_at capabilities_at production_at calendar_at slots_at days_at"
    " queues_at idle_at log_at today_at totals_at lanes_at discounts_at seasons_at own_at"
    " deliveries_at sources_at first_source_task request_laws_at requests_at first_request_slot"
    " model_room request_kinds developer_room calendar_room queue_room log_room"
    # counters; the team are the developers with the first numbers
    " developers lanes models in_production departures abandoned arrivals delivered"
    # models that have a mild drift, which is judged again every day
    " mild_drifts"
    # how many days of changes are over; whether all incidents of the day are to be planned anew
    " changed replan key"
    " events serial idle dispatch day logged",
    # task classes from first to last priority; then by class
    priorities=(np.int64, CLASSES),
    queued=(np.int64, CLASSES),
    waiting=(np.int64, CLASSES),
    # one more than the developer who began last on work of a class that maintenance may
    # interrupt, 0 for none
    last_at_work=(np.int64, CLASSES),
    # of models, by state
    states=(np.int64, len(outcomes.MODEL_COUNTS)),
)
# What every day of a model in production needs; it is in a lane then, see `vectors`.
DAILY_FIELDS = _record(
    # values of the day
    "since production current previous base loss effective_capacity"
    f" {' '.join(f'rate_{name}' for name in Hazards._fields)}"
    f" {' '.join(f'left_{name}' for name in Hazards._fields)}"
    # stocks, traits, power, own capacity, totals
    " users usage memory ideal_users ideal_usage"
    " market_size innovation imitation waning waned full_usage price cost wrong_cost"
    " decay restored restored_at severity drift_since capacity served_total"
    " value_total cost_total"
    f" {' '.join(f'own_{name}' for name in OwnRates._fields)}",
    "serving cause drifting regulated",
)
# A lane and a model's record both begin with the daily fields, in this order: they are copied from
# one to the other by place (`vectors.enter_lane`).
LANE = _lane(
    DAILY_FIELDS,
    # of the day: time since the last change, users who stay, flows
    "days staying_users " + " ".join(f"flow_{name}" for name in DayFlows._fields),
    "number at_risk departed abandoned rolled_back",
)
SHARED_WORDS = len(DAILY_FIELDS.names or ())
LANE_WORDS = len(LANE.names or ())
BLOCK_BYTES = LANE_WORDS * LANES * SLOT_BYTES
VECTOR_BYTES = 64
"""Of the widest vector instructions, which are slower on memory that is not so aligned."""
MODEL = np.dtype(
    [
        *((name, DAILY_FIELDS[name]) for name in DAILY_FIELDS.names or ()),
        *_record(
            "build_effort deployment_effort life_days score interval build_days"
            # dates
            " arrived_at begun_at went_live_at retired_at offline_since"
            # of the previous version while it serves: exposure left, since when, at which rate
            " previous_left previous_since previous_rate",
            "lane state place entity kind own source reason planned_reason"
            " drift_number drift_detected drift_pending drift_mild crossings"
            " issue_number is_banned retrainings_begun retraining_stints steps_begun restorations"
            " next_cause",
            counts=(np.int64, HAZARDS),
        ).descr,
    ]
)
MODEL_BYTES = MODEL.itemsize
OWN_WORDS = len(to_words(NOTHING_OWN))
OWN_BYTES = OWN_WORDS * SLOT_BYTES
LAW_BYTES = len(Law._fields) * SLOT_BYTES
# They are the last field of `OwnNumbers`.
OWN_EFFORTS_AT = OWN_BYTES - len(NOTHING_OWN.efforts) * LAW_BYTES
TASK = _record(
    "submitted_at score effort_left",
    "exists task_class number stream cause begun interrupted held worker serial",
)
# Of a kind to a model; the open one has its task.
REQUEST = _record("begun_at deadline_at", "count is_late")
DEVELOPER = _record(
    # `paced_at`: since when the task's effort left is worked off at this speed;
    # `build_days`: those of the build in hand
    "productivity speed started_at paced_at accounted_at build_days",
    # the class of the task in hand; who began before and after on work of the same class, one more
    # than the number
    "task activity previous next",
    today=(np.float64, ACTIVITIES),
    ledger=(np.float64, ACTIVITIES),
)
CAPABILITY = _record(
    # effort and capital for the models at the start; upkeep in its parts, as models come and go
    "level maximum start_day effort_days capital_cost upkeep_per_year upkeep_per_model_year"
    " delivered",
    "streams first",
)
SOURCE = _record("left rate since failed_at began_at", "entity failures down")
EVENT = _record("time", "place serial slot")
# `next` and `previous` are one more than the slot that they mean, see `slot_of`.
PLANNED = _record("time", "place serial listed next previous")
QUEUED = _record("order", "fresh tie serial task")
QUEUED_BYTES = QUEUED.itemsize
LOGGED = _record("time detail", "kind model developer cause")
# When the day opens: which setting is in force (bytes from the first), and its new values.
DAY_OF_CHANGES = _record("", "day setting first count")
NEW_VALUE = _record("value", "number")
PLACED = _record("", "number lane")
NUMBER = _record("", "value")
AMOUNT = _record("value", "")

_model_at = record_at(MODEL)
REQUEST_BYTES = REQUEST_WORDS * SLOT_BYTES
_task_at = record_at(TASK)
_request_at = record_at(REQUEST)
_developer_at = record_at(DEVELOPER)
_capability_at = record_at(CAPABILITY)
_source_at = record_at(SOURCE)
_event_at = record_at(EVENT)
_planned_at = record_at(PLANNED)
queued_at = record_at(QUEUED)
_logged_at = record_at(LOGGED)
_placed_at = record_at(PLACED)
_day_of_changes_at = record_at(DAY_OF_CHANGES)
_new_value_at = record_at(NEW_VALUE)
_number_at = record_at(NUMBER)
# Neighbouring lanes are one number apart, so their records interleave.
_lane_at = record_at(LANE, SLOT_BYTES)
_lane_word_at = record_at(NUMBER, LANES * SLOT_BYTES)
amount_at = record_at(AMOUNT)


class Priorities(NamedTuple):
    """Task classes from first to last priority."""

    first: int
    second: int
    third: int
    fourth: int
    fifth: int
    sixth: int


class Setting(NamedTuple):
    """A scenario's numbers as the kernel takes them.

    `priorities` holds the task classes from first to last priority; `own_rates` tells whether any
    model may have rates of its own.
    """

    constants: Constants
    productivity: Law
    priorities: Priorities
    horizon_days: int
    initial_models: int
    initial_ideas: int
    initial_builds: int
    ideas_per_year: float
    imported: bool
    own_rates: bool
    shared_sources: int
    best_idea_first: bool
    preemptive: bool
    developers: int
    focus: float
    payroll_per_year: float
    maxima: Levels
    discount_rate: float
    package_days: float


class Tables(NamedTuple):
    """What of a scenario is not a fixed number of numbers.

    Attributes
    ----------
    kinds, shares
        A row of numbers for each archetype, see `inputs._kinds`; the shares of the ideas.
    own
        Words of `OwnNumbers`: a row for each archetype; then, for every client's row that says
        something itself, a row for each archetype that the model may be of.
    facts, client
        What a client knows of each model (NaN if nothing); its stage, kind (-1 if drawn), first
        row in `own` (-1 if it says nothing itself) and key index.
    requests
        Words of a `RequestLaw` for each kind of request.
    capabilities
        Their sections.
    discounts, seasons
        The factors of each day, on its money and on its demand.
    timeline, new_values
        The days on which values change, and all their new values.
    """

    kinds: Floats
    shares: Floats
    own: Integers2
    facts: Floats
    client: Integers2
    requests: Integers2
    capabilities: Records
    discounts: Floats
    seasons: Floats
    timeline: Records
    new_values: Records


setting_at = tuple_at(Setting)
_own_at = tuple_at(OwnNumbers)
_law_at = tuple_at(Law)
_request_law_at = tuple_at(RequestLaw)


@part_of_kernel
def model_of(org: Record, number: int) -> Record:
    """Return a model."""
    return _model_at(org.models_at, number)


@inner_loop
def own_of(org: Record, number: int) -> OwnNumbers:
    """Return what a model has of its own, beside the scenario."""
    return _own_at(org.own_at + model_of(org, number).own * OWN_BYTES)


@inner_loop
def own_effort_of(org: Record, number: int, cause: int) -> Law:
    """Return a model's own effort for a cause."""
    # By its address: a tuple whose place is not known beforehand is copied as a whole first.
    at = org.own_at + model_of(org, number).own * OWN_BYTES
    return _law_at(at + OWN_EFFORTS_AT + cause * LAW_BYTES)


@part_of_kernel
def request_law_of(org: Record, kind: int) -> RequestLaw:
    """Return a kind of request."""
    return _request_law_at(org.request_laws_at + kind * REQUEST_BYTES)


@part_of_kernel
def request_of(org: Record, number: int, kind: int) -> Record:
    """Return the requests of a kind to a model, of which one may be open."""
    return _request_at(org.requests_at, number * org.request_kinds + kind)


@part_of_kernel
def block_at(org: Record, block: int) -> int:
    """Return the address of a block of lanes."""
    return int(org.lanes_at + block * BLOCK_BYTES)


@part_of_kernel
def lane_at(block: int, lane: int) -> Record:
    """Return a lane of the block at an address."""
    return _lane_at(block, lane)


@part_of_kernel
def lane_of(org: Record, number: int) -> Record:
    """Return the lane of a model in production."""
    return _lane_at(org.lanes_at + model_of(org, number).lane, 0)


@part_of_kernel
def lane_place(number: int) -> int:
    """Return where the n-th lane is, in bytes from the first: what `lane` is in all records."""
    return (number >> LANE_BITS) * BLOCK_BYTES + (number & (LANES - 1)) * SLOT_BYTES


@part_of_kernel
def lane_word_of(org: Record, lane: int, place: int) -> Record:
    """Return the n-th word of the lane that is there."""
    return _lane_word_at(org.lanes_at + lane, place)


@part_of_kernel
def model_word_of(org: Record, number: int, place: int) -> Record:
    """Return the n-th word of a model's record; the first `SHARED_WORDS` are those of its lane."""
    return _number_at(org.models_at + number * MODEL_BYTES, place)


@part_of_kernel
def task_of(org: Record, number: int) -> Record:
    """Return a task: those of each model (see `developer`), then of streams, then of sources."""
    return _task_at(org.tasks_at, number)


@part_of_kernel
def developer_of(org: Record, number: int) -> Record:
    """Return a developer."""
    return _developer_at(org.developers_at, number)


@part_of_kernel
def capability_of(org: Record, number: int) -> Record:
    """Return a capability."""
    return _capability_at(org.capabilities_at, number)


@part_of_kernel
def source_of(org: Record, number: int) -> Record:
    """Return a shared source."""
    return _source_at(org.sources_at, number)


@part_of_kernel
def production_of(org: Record, index: int) -> Record:
    """Return the number of the n-th model in production, and where its lane is."""
    return _placed_at(org.production_at, index)


@part_of_kernel
def in_production_of(org: Record, index: int) -> Record:
    """Return the lane of the n-th model in production, in the order of the models' numbers."""
    return _lane_at(org.lanes_at + production_of(org, index).lane, 0)


@part_of_kernel
def event_of(org: Record, index: int) -> Record:
    """Return an entry of the calendar's heap."""
    return _event_at(org.calendar_at, index)


@part_of_kernel
def slot_of(org: Record, slot: int) -> Record:
    """Return what is planned for a slot.

    `serial` is that of its valid event in the heap, 0 for none. `listed` tells whether its event
    is in the list of a later day, between the slots one below `previous` and `next`; 0 for none.
    """
    return _planned_at(org.slots_at, slot)


@part_of_kernel
def day_of(org: Record, day: int) -> Record:
    """Return one more than the first slot in the list of a day, 0 for none."""
    return _number_at(org.days_at, day)


@part_of_kernel
def day_of_changes(org: Record, index: int) -> Record:
    """Return the n-th day on which values change."""
    return _day_of_changes_at(org.timeline_at, index)


@part_of_kernel
def new_value_of(org: Record, index: int) -> Record:
    """Return the n-th of all new values."""
    return _new_value_at(org.new_values_at, index)


@part_of_kernel
def discount_of(org: Record, day: int) -> Record:
    """Return the factor by which a day's money is discounted."""
    return amount_at(org.discounts_at, day)


@part_of_kernel
def season_of(org: Record, day: int) -> Record:
    """Return the factor of the season on a day's demand."""
    return amount_at(org.seasons_at, day)


@part_of_kernel
def heap_of(org: Record, queue: int) -> int:
    """Return the address of one of the scheduler's heaps, for `queued_at`."""
    return int(org.queues_at + queue * org.queue_room * QUEUED_BYTES)


@part_of_kernel
def idle_of(org: Record, index: int) -> Record:
    """Return an entry of the heap of the idle developers."""
    return _number_at(org.idle_at, index)


@part_of_kernel
def today_of(org: Record, place: int) -> Record:
    """Return a daily outcome, by the order of `outcomes.DAILY`."""
    return amount_at(org.today_at, place)


@part_of_kernel
def total_of(org: Record, place: int) -> Record:
    """Return a total, by the order of `outcomes.TOTALS`."""
    return amount_at(org.totals_at, place)


@part_of_kernel
def delivery_of(org: Record, which: int, index: int) -> Record:
    """Return a time of the models delivered, the shortest first; of `outcomes.MEDIANS` one."""
    return amount_at(org.deliveries_at, which * org.model_room + index)


@part_of_kernel
def log(org: Record, kind: int, model: int, developer: int, cause: int, detail: float) -> None:
    """Record an event, or only count it where the log is full; nothing where none is wanted."""
    # A branch instead of a kernel without a log, which would double the compilation (0035).
    if org.log_room == 0:
        return
    index = org.logged
    org.logged = index + 1
    if index < org.log_room:
        record = _logged_at(org.log_at, index)
        record.time = org.clock
        record.kind = kind
        record.model = model
        record.developer = developer
        record.cause = cause
        record.detail = detail


@part_of_kernel
def log_model(org: Record, kind: int, number: int, cause: int, detail: float) -> None:
    """Record an event of a model."""
    log(org, kind, number, NOBODY, cause, detail)


@inner_loop
def event_slot(number: int, kind: int) -> int:
    """Return the calendar slot of a model's event."""
    return number * SLOTS_PER_MODEL + kind
