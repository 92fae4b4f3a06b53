"""What happens to an organisation, told in words: a list of events, the latest first.

Issues, drifts and retrainings are too many to be told; they are counted above the timeline. Told is
what changes the organisation itself: values, people, requests, sources and builds that fail, models
that come and go, capacity that is added, capabilities that are in place.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

import htpy as h

from modelops_abm.core.events import NOBODY, LogKind, LogRecord, RetirementReason
from modelops_abm.formats import number, plural, share
from modelops_abm.scenario.capabilities import CAPABILITY_NAMES, label_of
from modelops_abm.scenario.names import name_in_words
from modelops_abm.scenario.timeline import CHANGEABLE

MOST_TOLD = 30
"""Events that are kept."""
_SHOWN, _OPEN_SHOWN = 7, 5
_DEVELOPERS = CHANGEABLE.index("team.developers")
REASONS: dict[RetirementReason, str] = {
    RetirementReason.OBSOLETE: "obsolete",
    RetirementReason.ABANDONED: "abandoned by its users",
    RetirementReason.PLANNED: "as planned",
    RetirementReason.FAILED: "as its build failed",
}
"""Why a model is retired."""


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened in the plan: the day, in words, and the name of its colour.

    `grown` counts steps of capacity, of which the first was on day `since`: those that follow each
    other are told together (`joined`), as there are more of them than of all else.
    """

    day: int
    words: str
    tone: str
    grown: int = 0
    since: int = 0


class Names(NamedTuple):
    """What records mean by number: names of models, names and deadlines of kinds of request."""

    model: Callable[[int], str]
    request: Callable[[int], str] = str
    deadline_days: Callable[[int], float] = float


def told(records: Iterable[LogRecord], names: Names) -> list[Told]:
    """Return what records of an event log tell, in their order.

    What happens several times at one moment is told once: 4 developers leave.

    Parameters
    ----------
    records
        In order; those that tell nothing are passed over.
    names
        What their numbers mean.
    """
    # Of a team that changes it is told who comes and goes.
    telling = (
        record
        for record in records
        if record.kind in _WORDS
        and (record.kind, record.cause) != (LogKind.VALUE_CHANGED, _DEVELOPERS)
    )
    found = []
    for (time, kind, _, _), group in groupby(telling, _what):
        same = list(group)
        words, tone = _WORDS[LogKind(kind)]
        grown = len(same) if kind == LogKind.CAPACITY_ADDED else 0
        since = int(time) if grown else 0
        found.append(Told(int(time), words(same, names), tone, grown, since))
    return found


def joined(before: Told, now: Told) -> Told:
    """Return steps of capacity that follow each other as one.

    >>> joined(Told(5, "one", "plan", 1, 5), Told(9, "two", "plan", 2, 9)).words
    'capacity is added 3 times since day 5'
    """
    steps = before.grown + now.grown
    words = f"capacity is added {number(steps)} times since day {number(before.since)}"
    return Told(now.day, words, now.tone, steps, before.since)


def tell(feed: deque[Told], events: Iterable[Told]) -> None:
    """Append events to a feed."""
    for each in events:
        if each.grown and feed and feed[-1].grown:
            each = joined(feed.pop(), each)
        feed.append(each)


def _what(record: LogRecord) -> tuple[float, int, int, int]:
    """Return what is the same of records that are told once; of people it matters not which."""
    # A request of one kind may come for many models at once.
    model = NOBODY if record.kind in _REQUESTS else record.model
    return record.time, record.kind, record.cause, model


def _changed(records: Sequence[LogRecord], _: Names) -> str:
    return f"{name_in_words(CHANGEABLE[records[-1].cause])}: now {records[-1].detail:,.6g}"


def _people(verb: str) -> Callable[[Sequence[LogRecord], Names], str]:
    def words(records: Sequence[LogRecord], _: Names) -> str:
        if len(records) == 1:
            return f"developer {number(records[0].developer + 1)} {verb}s"
        return f"{plural(len(records), 'developer')} {verb}"

    return words


def _came(records: Sequence[LogRecord], names: Names) -> str:
    return f"{names.model(records[0].model)} goes live"


def _went(records: Sequence[LogRecord], names: Names) -> str:
    first = records[0]
    return f"{names.model(first.model)} is retired, {REASONS[RetirementReason(first.cause)]}"


def _grew(records: Sequence[LogRecord], names: Names) -> str:
    first = records[-1]
    return f"{names.model(first.model)}: capacity grows to {first.detail:,.0f} predictions a day"


def _reached(records: Sequence[LogRecord], _: Names) -> str:
    first = records[0]
    return f"{label_of(CAPABILITY_NAMES[first.model])} has reached {share(first.detail, 0)}"


def _failed_build(records: Sequence[LogRecord], names: Names) -> str:
    first = records[0]
    spent = plural(round(first.detail), "day")
    return f"{names.model(first.model)}: the build fails, after {spent} of work"


def _failed_source(records: Sequence[LogRecord], _: Names) -> str:
    first = records[0]
    models = plural(round(first.detail), "model")
    return f"source {number(first.model + 1)} fails and takes {models} offline"


def _restored_source(records: Sequence[LogRecord], _: Names) -> str:
    first = records[0]
    after = plural(max(1, round(first.detail)), "day")
    return f"source {number(first.model + 1)} works again after {after}"


def _about(records: Sequence[LogRecord], names: Names) -> str:
    """Return whom requests that come at once are about."""
    if len(records) == 1:
        return names.model(records[0].model)
    return plural(len(records), "model")


def _received(records: Sequence[LogRecord], names: Names) -> str:
    kind = records[0].cause
    due = number(int(records[0].time + names.deadline_days(kind)))
    return f"{names.request(kind)}: {_about(records, names)}, due on day {due}"


def _answered(records: Sequence[LogRecord], names: Names) -> str:
    after = plural(max(1, round(records[0].detail)), "day")
    return f"{names.request(records[0].cause)}: answered for {_about(records, names)} after {after}"


def _missed(records: Sequence[LogRecord], names: Names) -> str:
    verb = "must not serve"
    return f"{names.request(records[0].cause)}: late, {_about(records, names)} {verb}"


_REQUESTS = (LogKind.REQUEST_RECEIVED, LogKind.REQUEST_ANSWERED, LogKind.DEADLINE_MISSED)
_WORDS: dict[LogKind, tuple[Callable[[Sequence[LogRecord], Names], str], str]] = {
    LogKind.VALUE_CHANGED: (_changed, "plan"),
    LogKind.DEVELOPER_JOINED: (_people("join"), "online"),
    LogKind.DEVELOPER_LEFT: (_people("leave"), "issue"),
    LogKind.WENT_LIVE: (_came, "online"),
    LogKind.RETIRED: (_went, "previous"),
    LogKind.CAPACITY_ADDED: (_grew, "retraining"),
    LogKind.CAPABILITY_REACHED: (_reached, "plan"),
    LogKind.BUILD_FAILED: (_failed_build, "issue"),
    LogKind.REQUEST_RECEIVED: (_received, "previous"),
    LogKind.REQUEST_ANSWERED: (_answered, "online"),
    LogKind.DEADLINE_MISSED: (_missed, "issue"),
    LogKind.SOURCE_FAILED: (_failed_source, "issue"),
    LogKind.SOURCE_RESTORED: (_restored_source, "online"),
}
"""What tells a kind of record, and the colour of its dot."""


def feed_card(feed: Sequence[Told], now: Sequence[Told] = ()) -> h.Element:
    """Return the card of what happened in the plan, below what is open now."""
    latest = list(feed)[::-1][:_SHOWN]
    return h.section(".card.feed")[
        h.header[h.h2["What happened"], h.span(".label")["in the plan, the latest first"]],
        h.ol(".now")[
            map(_item, now[:_OPEN_SHOWN]),
            h.li[h.i, h.span, f"and {number(len(now) - _OPEN_SHOWN)} more"]
            if len(now) > _OPEN_SHOWN
            else None,
        ]
        if now
        else None,
        h.ol[map(_item, latest)],
    ]


def _item(each: Told) -> h.Element:
    return h.li[
        h.i(class_=f"dot of-{each.tone}"),
        h.span(".label")[f"day {number(each.day)}"],
        h.span[each.words],
    ]
