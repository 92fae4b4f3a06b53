"""What occurred in a run, counted from its event log: transitions, records, ties, options.

An occurrence is a tuple of words. `EXPECTED` lists all that must occur in the comparison of the
engines; it comes from the statechart, the kinds of event and the catalogue of the scenario, so that
what is added there is asked for here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from itertools import combinations, groupby
from typing import Any

from modelops_abm.core.events import (
    MAINTENANCE,
    NOBODY,
    LogKind,
    LogRecord,
    Rank,
    RetirementReason,
    TaskClass,
)
from modelops_abm.core.statechart import PRODUCTION_STATES, TRANSITIONS, Cause, State, target
from modelops_abm.scenario import CAPABILITY_NAMES, STAGE_NAMES, Scenario, catalogue
from modelops_abm.scenario.sections import OF_KIND
from modelops_abm.scenario.timeline import CHANGEABLE
from tests.docking.docking import Docked
from tests.docking.varied import FAMILIES, ORDERS
from tests.unit.engine.lives import NOT_OF_MODELS, TRIGGERS, judged_again

type Occurrence = tuple[str, ...]

_ISSUES = (Cause.PIPELINE, Cause.CAPACITY, Cause.COMPLIANCE)
_FAILED = RetirementReason.FAILED  # told by a kind of record of its own
_Changeable = IntEnum("_Changeable", CHANGEABLE, start=0)
_WORK = tuple(work for work in TaskClass if work is not TaskClass.IDLE)
_CAUSES: dict[LogKind, tuple[Any, ...]] = {
    LogKind.WORK_STARTED: _WORK,
    LogKind.WORK_COMPLETED: _WORK,
    LogKind.WORK_INTERRUPTED: _WORK,
    LogKind.RETRAINING_REQUESTED: (Cause.RETRAINING, Cause.DRIFT, Cause.DECAY),
    LogKind.ISSUE_STRUCK: (*_ISSUES, Cause.SHARED),
    LogKind.ISSUE_RESOLVED: (*_ISSUES, Cause.SHARED),
    LogKind.PREVIOUS_SERVES: (*_ISSUES, Cause.DRIFT, Cause.RETRAINING),
    LogKind.PREVIOUS_BROKE: (*_ISSUES, Cause.DRIFT, Cause.RETRAINING),
    LogKind.RETIRED: tuple(each for each in RetirementReason if each is not _FAILED),
    LogKind.VALUE_CHANGED: tuple(_Changeable),
}
"""Where a kind of record has several causes; only who leaves lays down a repair or an answer."""
_RANKS: dict[LogKind, Rank] = {
    LogKind.IDEA_ARRIVED: Rank.ARRIVAL,
    LogKind.CAPABILITY_STARTED: Rank.CAPABILITY_START,
    LogKind.RETIRED: Rank.RETIREMENT,
    LogKind.RETRAINING_REQUESTED: Rank.RETRAINING_DUE,
    LogKind.CAPACITY_REQUESTED: Rank.LOAD_REVIEW,
    LogKind.SOURCE_FAILED: Rank.SHARED_FAILURE,
    LogKind.ISSUE_STRUCK: Rank.INCIDENT,
    LogKind.DRIFT_SET_IN: Rank.INCIDENT,
    LogKind.DECAY_SET_IN: Rank.INCIDENT,
    LogKind.PREVIOUS_BROKE: Rank.INCIDENT,
    LogKind.DRIFT_DETECTED: Rank.DETECTION,
    LogKind.DECAY_NOTICED: Rank.DETECTION,
    LogKind.SELF_HEALED: Rank.SELF_HEALING,
    LogKind.PREVIOUS_SERVES: Rank.SWITCH,
    LogKind.DEADLINE_MISSED: Rank.DEADLINE,
    LogKind.WORK_COMPLETED: Rank.COMPLETION,
    LogKind.WORK_STARTED: Rank.DISPATCH,
}
"""The event that a record is of; the other records come with one of these."""
_BY_DEVELOPER = (Rank.COMPLETION, Rank.DISPATCH)
_TWO_OF_ONE_MODEL = (Rank.INCIDENT, Rank.DETECTION)
_ONE_AT_A_TIME = (Rank.ARRIVAL,)
"""There is never more than one on the calendar, and the next is a random time away."""
_SUBMISSIONS: dict[LogKind, TaskClass] = {
    LogKind.ISSUE_STRUCK: TaskClass.REPAIR,
    LogKind.RETRAINING_REQUESTED: TaskClass.RETRAIN,
    LogKind.REQUEST_RECEIVED: TaskClass.RESPOND,
    LogKind.CAPACITY_REQUESTED: TaskClass.RETRAIN,
    LogKind.CAPABILITY_STARTED: TaskClass.CAPABILITY,
    LogKind.BUILD_DONE: TaskClass.DEPLOY,
}


_OWN = (*OF_KIND, "regulated")
"""What a kind of model, or a client's row, may have of its own."""


def occurrences(docked: Docked) -> Counter[Occurrence]:
    """Count what occurred in a run that both engines agree on."""
    found = Counter(_options(docked.scenario))
    found.update(_transitions(docked))
    found.update(_records(docked.log))
    found.update(_rules(docked))
    found.update(_ties(docked.log))
    found.update(_queue_ties(docked))
    return found


# The scenario


def _options(scenario: Scenario) -> Iterator[Occurrence]:
    for quantity in catalogue():
        if quantity.kind in ("list", "portfolio", "text", "date"):
            continue
        value: Any = scenario
        for part in quantity.name.split("."):
            value = getattr(value, part)
        if quantity.kind == "order":
            yield "option", quantity.name, " ".join(value)
        elif quantity.kind in ("choice", "flag"):
            yield "option", quantity.name, str(value)
        elif quantity.kind == "distribution":
            yield "option", quantity.name, value.family
    yield from (("feature", name) for name, present in _features(scenario).items() if present)


def _features(scenario: Scenario) -> dict[str, bool]:
    portfolio, rows = scenario.portfolio, scenario.imported.models if scenario.imported else ()
    capabilities = [getattr(scenario.capabilities, name) for name in CAPABILITY_NAMES]
    efforts, kinds = scenario.efforts, scenario.archetypes
    return {
        "changes": bool(scenario.changes),
        "nobody in the team": any(
            "team.developers" in change.values and not change.team.developers
            for change in scenario.changes
        ),
        "one developer": scenario.team.developers == 1,
        "no models": not rows and portfolio.initial_models == 0,
        "no ideas": not rows and portfolio.initial_ideas == 0 and portfolio.ideas_per_year == 0.0,
        "more builds than ideas": portfolio.initial_builds > portfolio.initial_ideas > 0,
        "one day": scenario.horizon_days == 1,
        "no shared sources": scenario.incidents.shared_sources == 0,
        "one shared source": scenario.incidents.shared_sources == 1,
        "several shared sources": scenario.incidents.shared_sources > 1,
        "no incidents": scenario.incidents.pipeline_per_year == 0.0,
        "no drift": scenario.drift.onsets_per_year == 0.0,
        "no effort": efforts.retraining.mean == efforts.pipeline_repair.mean == 0.0,
        "one kind of model": len(scenario.archetypes) == 1,
        "kinds of model": len(scenario.archetypes) > 1,
        "a client's portfolio": bool(rows),
        **{f"a client's model: {name}": any(r.stage == name for r in rows) for name in STAGE_NAMES},
        "a client's retirement date": any(row.retired_at for row in rows),
        "a client's archetype": any(row.archetype for row in rows),
        "a client's regulated model": any(row.regulated for row in rows),
        **{f"a kind's own {name}": any(_has(each, name) for each in kinds) for name in _OWN},
        **{f"a client's own {name}": any(_has(row, name) for row in rows) for name in _OWN},
        "requests at random": any(each.per_year for each in scenario.requests),
        "requests on a day": any(each.day is not None for each in scenario.requests),
        "requests to regulated models": any(e.who == "regulated" for e in scenario.requests),
        "requests to an archetype": any(e.who.startswith("kind ") for e in scenario.requests),
        "two kinds of request on a day": sum(e.day is not None for e in scenario.requests) > 1,
        "several streams": any(entry.streams > 1 for entry in capabilities),
        "streams by size": any(entry.streams == 0 for entry in capabilities),
        "a start level": any(0.0 < entry.start_level < entry.maximum for entry in capabilities),
        "above the maximum": any(entry.start_level > entry.maximum for entry in capabilities),
        "a later start": any(entry.start_day > 0.0 for entry in capabilities),
        "healing at once": scenario.capabilities.automation.self_healing_days == 0.0,
        "switching at once": scenario.capabilities.rollback.switch_days == 0.0,
    }


def _has(section: object, name: str) -> bool:
    return getattr(section, name, None) not in (None, False)


# States and records


def _transitions(docked: Docked) -> Iterator[Occurrence]:
    """Follow every model through the statechart; a transition that it lacks is an error."""
    states = dict(docked.start)
    for record in docked.log:
        if record.kind == LogKind.IDEA_ARRIVED:
            assert states.setdefault(record.model, State.IDEA) is State.IDEA
        elif (trigger := TRIGGERS.get(LogKind(record.kind))) is not None:
            yield "transition", states[record.model].name, trigger.name
            states[record.model] = target(states[record.model], trigger)
    ends = docked.replication.models["state"].tolist()
    assert [states[number] for number in range(len(ends))] == ends


def _records(log: Iterable[LogRecord]) -> Iterator[Occurrence]:
    for record in log:
        kind = LogKind(record.kind)
        yield "record", kind.name
        causes = _CAUSES.get(kind)
        if causes is not None:
            yield "record", kind.name, type(causes[0])(record.cause).name
        if kind is LogKind.IDEA_ARRIVED and record.detail <= 0.0:
            yield "rule", "an idea not worth building"


def _rules(docked: Docked) -> Iterator[Occurrence]:
    """Yield what no kind of record and no tie tells."""
    yield from [("rule", "a mild drift has grown")] * len(judged_again(docked.log))
    yield from _broken_together(docked.log)
    yield from _sources(docked.log)
    yield from _capacity(docked)
    portfolio, states = docked.scenario.portfolio, [*docked.start.values()]
    wanted = min(portfolio.initial_builds, portfolio.initial_ideas)
    if docked.scenario.imported is None and states.count(State.BUILD) < wanted:
        yield "rule", "fewer builds than asked for"


# Ties on the calendar


def event_of(record: LogRecord) -> tuple[Rank, int, int] | None:
    """Return rank, number and cause of the event that a record is of, if it is of one."""
    rank = _RANKS.get(LogKind(record.kind))
    if rank is None or (rank is Rank.ARRIVAL and record.time == 0.0):
        return None
    if rank is Rank.RETIREMENT and record.cause == RetirementReason.ABANDONED:
        return None
    if rank is Rank.RETRAINING_DUE and record.cause != Cause.RETRAINING:
        return None
    if record.kind == LogKind.CAPACITY_REQUESTED and record.cause != NOBODY:
        return None  # comes with the end of a repair
    if record.kind == LogKind.ISSUE_STRUCK and record.cause == Cause.SHARED:
        return None  # comes with the failure of the source, or with the return of the model
    if record.kind == LogKind.PREVIOUS_BROKE:  # a pipeline issue, whatever the current one's is
        return rank, record.model, Cause.PIPELINE
    return rank, record.developer if rank in _BY_DEVELOPER else record.model, record.cause


def _ties(log: Sequence[LogRecord]) -> Iterator[Occurrence]:
    """Yield every kind of tie of an instant once, and the ranks of the events on whole days."""
    for time, records in groupby(log, key=lambda record: record.time):
        records_of_instant = list(records)
        events = {event for event in map(event_of, records_of_instant) if event is not None}
        ranks = sorted({rank for rank, _, _ in events})
        yield from (("tie", one.name, other.name) for one, other in combinations(ranks, 2))
        if any(record.kind == LogKind.VALUE_CHANGED for record in records_of_instant):
            yield from (("tie with changes", rank.name) for rank in ranks)
        for rank in ranks:
            own = [(number, cause) for of, number, cause in events if of is rank]
            numbers = {number for number, _ in own}
            if len(numbers) > 1:
                yield "tie within", rank.name
            if rank in _TWO_OF_ONE_MODEL and len(own) > len(numbers):
                yield "tie within one model", rank.name
            if time > 0.0 and time.is_integer():
                yield "whole day", rank.name


def _broken_together(log: Sequence[LogRecord]) -> Iterator[Occurrence]:
    broken = Counter(record.time for record in log if record.kind == LogKind.PREVIOUS_BROKE)
    yield from [("rule", "two previous versions break together")] * sum(
        count > 1 for count in broken.values()
    )


_OF_WORK = (LogKind.WORK_STARTED, LogKind.WORK_COMPLETED, LogKind.WORK_INTERRUPTED)
_RETURNS = {
    LogKind.WENT_LIVE: "went live",
    LogKind.ISSUE_RESOLVED: "repaired",
    LogKind.DRIFT_ADDRESSED: "drift addressed",
}


def _sources(log: Sequence[LogRecord]) -> Iterator[Occurrence]:
    """Yield what happens to models because of the sources that they share."""
    before: dict[int, LogRecord] = {}
    failed: dict[int, float] = {}
    for record in log:
        kind = LogKind(record.kind)
        if kind is LogKind.SOURCE_FAILED:
            failed[record.model] = record.time
            yield "source", ("nobody reads it", "models read it")[record.detail > 0.0]
        elif kind is LogKind.SOURCE_RESTORED:
            ended = failed.pop(record.model)
            yield from [("source", "another is down")] * bool(failed)
            yield from [("source", "repaired at once")] * (ended == record.time)
        elif kind is LogKind.WORK_INTERRUPTED and record.model == NOBODY:
            yield "source", "who repairs it leaves"
        elif kind is LogKind.ISSUE_STRUCK and record.cause == Cause.SHARED:
            yield from _struck_for_a_source(before.get(record.model), record, failed)
        of_capability = kind in _OF_WORK and record.cause == TaskClass.CAPABILITY
        if kind not in NOT_OF_MODELS and not of_capability:
            before[record.model] = record


def _struck_for_a_source(
    last: LogRecord | None, record: LogRecord, failed: Mapping[int, float]
) -> Iterator[Occurrence]:
    if last is None or last.time != record.time:
        return
    kind = LogKind(last.kind)
    if kind is LogKind.WORK_INTERRUPTED and last.cause == TaskClass.RETRAIN:
        yield "source", "a retraining is interrupted"
    elif kind in _RETURNS:
        yield "source", f"{_RETURNS[kind]} while it is down"
        if record.time in failed.values():
            yield "source", "returned at the instant of its failure"


def _capacity(docked: Docked) -> Iterator[Occurrence]:
    """Yield what a review of the load finds, and where the model is when capacity is added."""
    states, asked = dict(docked.start), dict[int, float]()
    for record in docked.log:
        kind, number = LogKind(record.kind), record.model
        if kind is LogKind.CAPACITY_REQUESTED:
            asked[number] = record.time
            yield (
                "capacity",
                ("asked for as planned", "asked for after a repair")[record.cause >= 0],
            )
        elif kind is LogKind.ISSUE_RESOLVED and record.cause == Cause.CAPACITY:
            if number in asked:
                yield "capacity", "asked for before the end of a repair"
            if asked.get(number) == record.time:
                yield "capacity", "asked for as a repair ends"
        elif kind is LogKind.CAPACITY_ADDED:
            yield "capacity", f"added in state {states[number].name}"
            del asked[number]
        elif kind is LogKind.RETIRED and number in asked:
            yield "capacity", "withdrawn"
        if kind in TRIGGERS:
            states[number] = target(states.get(number, State.IDEA), TRIGGERS[kind])


def _queue_ties(docked: Docked) -> Iterator[Occurrence]:
    """Yield ties for a developer, and of developers who may be interrupted."""
    for _, records in groupby(docked.log, key=lambda record: record.time):
        submitted: dict[TaskClass, set[int]] = defaultdict(set)
        for record in records:
            kind = LogKind(record.kind)
            if kind in _SUBMISSIONS:
                submitted[_SUBMISSIONS[kind]].add(record.model)
        yield from (
            ("tie of tasks", work.name) for work, models in submitted.items() if len(models) > 1
        )
    ideas = [record.detail for record in docked.log if record.kind == LogKind.IDEA_ARRIVED]
    if len(set(ideas)) < len(ideas):
        yield "tie of tasks", "BUILD"
    yield from _victims(docked.log)
    yield from _builds(docked)
    yield from _streams(docked.log)


def _builds(docked: Docked) -> Iterator[Occurrence]:
    """Yield if an initial idea is in build already, and another that is no worse is not."""
    scores: dict[State, set[float]] = defaultdict(set)
    for number, state in docked.start.items():
        scores[state].add(float(docked.replication.models["score"][number]))
    if docked.scenario.imported is None and scores[State.BUILD] & scores[State.IDEA]:
        yield "tie of tasks", "initial builds"


def _streams(log: Iterable[LogRecord]) -> Iterator[Occurrence]:
    """Yield when a stream goes on while another, begun as early and not as far, waits as well."""
    waiting: dict[int, list[float]] = defaultdict(list)
    done: set[int] = set()
    for record in log:
        if record.cause != TaskClass.CAPABILITY:
            continue
        if record.kind == LogKind.WORK_COMPLETED:
            done.add(record.model)
        elif record.kind == LogKind.WORK_INTERRUPTED:
            waiting[record.model].append(record.detail)
        elif record.kind == LogKind.WORK_STARTED and record.detail in waiting[record.model]:
            if record.model not in done and len(set(waiting[record.model])) > 1:
                yield "tie of tasks", "streams"
            waiting[record.model].remove(record.detail)


def _victims(log: Iterable[LogRecord]) -> Iterator[Occurrence]:
    """Yield when several developers had begun work of the interrupted class at one instant."""
    work: dict[int, tuple[float, int, int]] = {}
    for record in log:
        if record.kind == LogKind.WORK_STARTED:
            work[record.developer] = (record.time, record.cause, record.model)
        elif record.kind in (LogKind.WORK_COMPLETED, LogKind.WORK_INTERRUPTED):
            since, task_class, _ = work.pop(record.developer)
            alike = [entry[:2] == (since, task_class) for entry in work.values()]
            if record.kind == LogKind.WORK_INTERRUPTED and task_class not in MAINTENANCE:
                yield from [("tie of developers", "interrupted")] * any(alike)
        elif record.kind in (LogKind.RETIRED, LogKind.CAPABILITY_REACHED):
            ended = record.kind == LogKind.CAPABILITY_REACHED
            work = {
                developer: entry
                for developer, entry in work.items()
                if entry[2] != record.model or (entry[1] == TaskClass.CAPABILITY) != ended
            }


# What must occur


def _expected_options() -> Iterator[Occurrence]:
    for quantity in catalogue():
        values: Sequence[Any] = ()
        if quantity.kind == "order":
            values = [" ".join(order) for order in ORDERS]
        elif quantity.kind == "choice":
            values = quantity.choices
        elif quantity.kind == "flag":
            values = (False, True)
        elif quantity.kind == "distribution":
            values = FAMILIES
        yield from (("option", quantity.name, str(value)) for value in values)
    yield from (("feature", name) for name in _features(Scenario()))


def _expected_records() -> Iterator[Occurrence]:
    for kind in LogKind:
        yield "record", kind.name
        yield from (("record", kind.name, cause.name) for cause in _CAUSES.get(kind, ()))


def _expected_rules() -> Iterator[Occurrence]:
    yield "rule", "an idea not worth building"
    yield "rule", "a mild drift has grown"
    yield "rule", "fewer builds than asked for"
    yield "rule", "two previous versions break together"
    yield from (("source", f"{words} while it is down") for words in _RETURNS.values())
    yield from (
        ("source", words)
        for words in (
            "nobody reads it",
            "models read it",
            "another is down",
            "repaired at once",
            "a retraining is interrupted",
            "who repairs it leaves",
            "returned at the instant of its failure",
        )
    )


def _expected_capacity() -> Iterator[Occurrence]:
    for words in (
        "asked for as planned",
        "asked for after a repair",
        "asked for before the end of a repair",
        "asked for as a repair ends",
        "withdrawn",
    ):
        yield "capacity", words
    yield from (("capacity", f"added in state {state.name}") for state in PRODUCTION_STATES)


def _expected_ties() -> Iterator[Occurrence]:
    yield from (("tie", one.name, other.name) for one, other in combinations(Rank, 2))
    yield from (("tie within", rank.name) for rank in Rank if rank not in _ONE_AT_A_TIME)
    yield from (("tie within one model", rank.name) for rank in _TWO_OF_ONE_MODEL)
    yield from (("whole day", rank.name) for rank in Rank)
    yield from (("tie with changes", rank.name) for rank in Rank)
    yield from (("tie of tasks", work.name) for work in _WORK)
    yield from (("tie of tasks", name) for name in ("initial builds", "streams"))
    yield "tie of developers", "interrupted"


def _expected_transitions() -> Iterator[Occurrence]:
    for transition in TRANSITIONS:
        yield "transition", transition.source.name, transition.trigger.name


EXPECTED: frozenset[Occurrence] = frozenset(
    (
        *_expected_transitions(),
        *_expected_records(),
        *_expected_rules(),
        *_expected_capacity(),
        *_expected_ties(),
        *_expected_options(),
    )
)
