"""Outages in an incident log: how often models go out of service, by cause, and for how long.

Incidents of one service that overlap are one outage, as a model that is out cannot fail again; one
that is open stands alone, as nobody knows whether the service has been out ever since. A service
was in production since its first incident, which starts its clock and is not counted, unless a
portfolio says since when, or somebody says how many services there were.

An incident that hits several services at once is one piece of evidence: for the mean of models
counts and exposures are divided by the mean number of outages in an outage's incident, which leaves
rates and widens ranges. By month, counts of all services together have as much more variance than
Poisson counts as they show.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.clients.incidents import UNKNOWN, Incident, IncidentLog
from modelops_abm.core import registry
from modelops_abm.errors import InputError, Problem
from modelops_abm.evidence.estimates import (
    QUANTILES,
    Estimate,
    Lasting,
    mean_rate,
    rate_by_month,
    time_to_end,
)
from modelops_abm.evidence.measures import WINDOW_DAYS
from modelops_abm.evidence.statements import Count, Evidence, Statement, evidence_as_json
from modelops_abm.formats import plural
from modelops_abm.representation import Reported, Row, Table, numbers, words
from modelops_abm.scenario.portfolio import PortfolioModel
from modelops_abm.text import all_of, printable

_YEAR, _HOUR = timedelta(days=365), timedelta(hours=1)
_A_YEAR, _IN_SERVICE = "a year and model", "a year in service"
_MOST_OF_OTHERS = 0.05
"""Part of the outages that may be of no model that is known, for rates of models to be stated."""
ALL = "all services"
"""Where one stands for all of them."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which a service was out.

    Attributes
    ----------
    service
        Its name; empty if the log names none.
    began, ended
        In UTC; no end while it is open, or if nobody knows.
    is_open
        Whether it was open when the log ended.
    cause
        Of the first of its incidents of which one is known.
    incidents
        Places of its incidents in the log.
    """

    service: str
    began: datetime
    ended: datetime | None
    is_open: bool
    cause: str
    incidents: tuple[int, ...]


def outages_of(log: IncidentLog) -> tuple[Outage, ...]:
    """Return the outages of each service, those that overlap as one, by their beginnings."""
    of_service: dict[str, list[int]] = defaultdict(list)
    for at, incident in enumerate(log.table):
        for service in incident.services or ("",):
            of_service[service].append(at)
    found = [
        outage
        for service, places in of_service.items()
        for outage in _merged(service, places, log.table)
    ]
    return tuple(sorted(found, key=lambda outage: (outage.began, outage.service)))


def _merged(service: str, places: Sequence[int], incidents: Sequence[Incident]) -> Iterator[Outage]:
    last: Outage | None = None
    for at in places:
        one = incidents[at]
        new = Outage(service, one.opened, one.closed, one.ending == "open", one.cause, (at,))
        # What names no service may be of any, and what is open would take in all that follows.
        if not service or new.is_open:
            yield new
        elif last is None or new.began > (last.ended or last.began):
            if last is not None:
                yield last
            last = new
        else:
            last = _together(last, new)
    if last is not None:
        yield last


def _together(first: Outage, second: Outage) -> Outage:
    ends = [outage.ended for outage in (first, second) if outage.ended is not None]
    cause = second.cause if first.cause == UNKNOWN else first.cause
    return Outage(
        *(first.service, first.began, max(ends, default=None), False, cause),
        incidents=first.incidents + second.incidents,
    )


@dataclass(frozen=True, slots=True)
class Exposed:
    """A model or service, with how often it went out of service while it was watched."""

    name: str
    """Of the service, or of the model in the portfolio."""
    years: float
    """In production while the log was kept."""
    years_in_service: float
    """Of them, those in which it was not out: only then it can fail, and a cause has a rate."""
    outages: tuple[Outage, ...]
    """That were counted in that time."""

    @property
    def count(self) -> Count:
        """Its outages as a count with exposure, which has a range of its own."""
        return Count(self.name, len(self.outages), self.years)


def exposures(
    log: IncidentLog,
    outages: Sequence[Outage],
    *,
    models: Sequence[PortfolioModel] | None = None,
    services: int | None = None,
) -> tuple[Exposed, ...]:
    """Return how long each model was watched, and how often it went out in that time.

    Parameters
    ----------
    log
        The log.
    outages
        Its outages.
    models
        A portfolio: its models count from the day on which they went live until they are retired,
        those without incidents too, and no other services. A model without such a day was live
        throughout.
    services
        How many services were in production throughout; those that the log does not name had no
        outage.

    Raises
    ------
    InputError
        If both are given, or there are fewer services than the log names.
    """
    of_service: dict[str, list[Outage]] = defaultdict(list)
    for outage in outages:
        if outage.service:
            of_service[outage.service].append(outage)
    if models is not None and services is not None:
        raise InputError("give a portfolio or a number of services, not both")
    if models is not None:
        return tuple(_of_models(log, of_service, models))
    if services is None:
        return tuple(
            _watched(name, found, found[0].began, log.window.until, counts_first=False)
            for name, found in of_service.items()
            if found[0].began < log.window.until
        )
    if services < len(of_service):
        message = f"the log names {plural(len(of_service), 'service')}, more than {services}"
        raise InputError(Problem(message, field="services"))
    unnamed: dict[str, list[Outage]] = {
        f"another {at}": [] for at in range(1, services - len(of_service) + 1)
    }
    everywhere = {**of_service, **unnamed}
    return tuple(_throughout(log, name, found) for name, found in everywhere.items())


def _throughout(log: IncidentLog, name: str, outages: Sequence[Outage]) -> Exposed:
    window = log.window
    return _watched(name, outages, window.since, window.until, counts_first=window.since_stated)


def _watched(
    name: str, outages: Sequence[Outage], since: datetime, until: datetime, *, counts_first: bool
) -> Exposed:
    # What starts the clock is no draw of what happens while it runs.
    counted = [
        outage
        for outage in outages
        if since <= outage.began <= until and (counts_first or outage.began > since)
    ]
    years = (until - since) / _YEAR
    return Exposed(name, years, years - _years_out(outages, since, until), tuple(counted))


def _years_out(outages: Sequence[Outage], since: datetime, until: datetime) -> float:
    """Return for how long a service was out; an open outage lasts until another says it did not."""
    out, reached = timedelta(), since
    in_turn = sorted(outages, key=lambda outage: outage.began)
    for outage in in_turn:
        lasts_on = outage.is_open and outage is in_turn[-1]
        end = min(until if lasts_on else outage.ended or outage.began, until)
        start = max(outage.began, reached)
        out += max(end - start, timedelta())
        reached = max(end, reached)
    return out / _YEAR


def _of_models(
    log: IncidentLog, of_service: Mapping[str, list[Outage]], models: Sequence[PortfolioModel]
) -> Iterator[Exposed]:
    named = {name.casefold(): found for name, found in of_service.items()}
    window = log.window
    for model in models:
        if model.stage not in ("production", "retired"):
            continue
        live = _moment(model.deployed_at) or window.since
        since = max(window.since, live)
        until = min(window.until, _moment(model.retired_at) or window.until)
        if since < until:
            words_of = dict.fromkeys([model.id.casefold(), (model.name or model.id).casefold()])
            found = [outage for word in words_of for outage in named.get(word, ())]
            counts_first = window.since_stated or live > window.since
            yield _watched(model.id, found, since, until, counts_first=counts_first)


def _moment(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)


@dataclass(frozen=True, repr=False)
class Findings(Reported):
    """What an incident log says of how often models go out of service, and for how long."""

    source: str
    """Name of the file."""
    exposed: tuple[Exposed, ...]
    """Every model or service, with its years and outages."""
    at_once: float
    """Mean number of outages in the incident of an outage; 1 if none hits two services."""
    rate: Estimate | None
    """Mean of the models, per year; None if the log names no services."""
    by_cause: Mapping[str, Estimate]
    """The same by cause and year in service; empty where no cause is known."""
    known_causes: float
    """Share of the outages of which the cause is known."""
    of_all_models: bool
    """Whether it is known which models there are, and of nearly all outages whose they were."""
    by_month: Estimate
    """How many begin in a month, all services together, in the last `WINDOW_DAYS` of the log."""
    restore: Mapping[str, Lasting]
    """How long they last, by service, and of `ALL`; there, an incident of several counts once."""
    assumed: tuple[str, ...]
    """What was taken for granted, in sentences."""

    def statements(self) -> Evidence:
        """Return what a fit takes from it; what is open on a side says nothing to a fit.

        Where the causes of most outages are known, and which models there are, it is the rate of
        each cause that can be stated of a model, and not how many outages a month has: that would
        count the same outages twice. Otherwise it is these, as a model of which there is no outage
        is in no log: the mean of those that are in one is too high a rate for all.
        """
        # As a run counts them: those that ended, whatever is still open.
        restore = self.restore[ALL].ended_mean.statement("time_to_restore_hours", self.source)
        stated = [*self._of_causes()] if self._states_causes else []
        if not stated:
            stated = [self.by_month.statement("outages_per_month", self.source)]
        return tuple(each for each in (*stated, restore) if each is not None)

    @property
    def _states_causes(self) -> bool:
        return self.of_all_models and self.known_causes > 0.5

    def _of_causes(self) -> Iterator[Statement | Count | None]:
        years = sum(each.years_in_service for each in self.exposed) * self.known_causes
        years /= self.at_once
        for cause in registry.hazards():
            # The others' rates hold at full load, or for models that are not regulated: a count
            # does not say what they are.
            if cause.kind == "issue" and not cause.scales_with:
                about = f"incidents.{cause.name}_per_year"
                if cause.name in self.by_cause:
                    yield self.by_cause[cause.name].statement(about, self.source)
                else:
                    yield Count(about, 0, years, self.source)

    def sentence(self) -> str:
        """Return what was found."""
        total = sum(len(each.outages) for each in self.exposed)
        parts = []
        if self.rate is not None:
            years = formats.number(sum(each.years for each in self.exposed), 1)
            watched = f"{plural(total, 'outage')} in {years} years of"
            found = f"{plural(len(self.exposed), 'model')}: {self.rate.in_words(_A_YEAR)}"
            parts.append(f"{watched} {found}")
        parts += [
            f"{cause}: {found.in_words(_IN_SERVICE)}" for cause, found in self.by_cause.items()
        ]
        parts.append(f"{self.by_month.in_words('outages a month')}, all together")
        parts.append(_restore_in_words(self.restore[ALL]))
        return f"{'; '.join(parts)}. Ranges hold 90 %."

    def tables(self) -> tuple[Table, ...]:
        """Return the table of services."""
        rows = [Row(tuple(self._cells(each))) for each in self.exposed]
        columns = (
            *words("service"),
            *numbers("years", "outages", "a year", "median hours", "mean hours"),
        )
        return (Table("outages", columns, rows),) if rows else ()

    def _cells(self, each: Exposed) -> Iterator[str]:
        low, middle, high = each.count.quantiles(np.array(QUANTILES))
        yield printable(each.name)
        yield formats.number(each.years, 2)
        yield formats.number(len(each.outages))
        yield Estimate(float(low), float(middle), float(high)).in_words()
        found = self.restore.get(each.name)
        yield found.median.in_words() if found else formats.NOTHING
        yield found.mean.in_words() if found else formats.NOTHING

    def notes(self) -> str:
        """Return how to read it."""
        told = [
            "A service's own rate is of its count alone; the mean of models takes into account how "
            "unlike they are, averaged over what that may be.",
            *self.assumed,
        ]
        if self.at_once > 1.05:
            factor = formats.number(self.at_once, 1)
            told.append(
                f"Incidents hit several services at once: ranges are as wide as if there were "
                f"{factor} times fewer."
            )
        if self.by_cause and self._states_causes:
            told.append(
                "Rates of causes are as seen, with the capabilities that are in place; how many "
                "outages a month has is not stated beside them, as it counts the same ones."
            )
        return " ".join(told)

    def to_json(self) -> dict[str, Any]:
        """Return what a fit takes from it as plain data, with what was taken for granted."""
        return {
            "source": self.source,
            "statements": [evidence_as_json(each) for each in self.statements()],
            "assumed": list(self.assumed),
        }


def _restore_in_words(found: Lasting) -> str:
    if not found.ended:
        return "no outage has a length that is known"
    median = f"restored in {found.median.in_words('hours')} (median)"
    if np.isnan(found.most_likely_mean):
        return f"{median}; too few have an end for a mean"
    return (
        f"{median} and {found.mean.in_words('hours')} (mean, if lengths are lognormal: "
        f"{formats.share(found.from_tail)} of it comes from outages longer than any seen; the "
        f"{found.ended:,} that ended took {found.ended_mean.in_words('hours')})"
    )


def findings(
    log: IncidentLog,
    *,
    models: Sequence[PortfolioModel] | None = None,
    services: int | None = None,
) -> Findings:
    r"""Return what an incident log says; see `exposures` for what is in production when.

    Examples
    --------
    >>> from modelops_abm.clients.incidents import read_incidents
    >>> days = [
    ...     f"{day},2025-01-{day:02} 10:00,2025-01-{day:02} 1{day % 7}:30,a" for day in range(1, 28)
    ... ]
    >>> rows = ["incident_id,opened_at,resolved_at,service", *days]
    >>> log = read_incidents("\n".join(rows).encode())
    >>> found = findings(log)
    >>> len(found.exposed[0].outages), [each.about for each in found.statements()]
    (26, ['outages_per_month', 'time_to_restore_hours'])
    """
    outages = outages_of(log)
    exposed = exposures(log, outages, models=models, services=services)
    groups = _at_once(outages)
    sizes = np.array([sum(bool(each.service) for each in group) for group in groups])
    at_once = float((sizes**2).sum() / sizes.sum()) if sizes.any() else 1.0
    counted = [outage for each in exposed for outage in each.outages]
    known = [outage for outage in counted if outage.cause != UNKNOWN]
    share = len(known) / len(counted) if counted else 0.0
    since = max(log.window.since, log.window.until - timedelta(days=WINDOW_DAYS))
    return Findings(
        log.source,
        exposed,
        at_once,
        _mean_of(exposed, at_once),
        {
            cause: found
            for cause in dict.fromkeys(outage.cause for outage in known)
            if (found := _mean_of(exposed, at_once, cause, share)) is not None
        },
        share,
        _is_of_all(outages, models, services),
        rate_by_month(
            [each.began for each in outages if each.began > since], since, log.window.until
        ),
        _restored(log, outages, groups),
        tuple(_assumed(log, outages, exposed, models, services)),
    )


def _is_of_all(
    outages: Sequence[Outage], models: Sequence[PortfolioModel] | None, services: int | None
) -> bool:
    """Return whether it is known which models there are, and of nearly all outages whose."""
    if models is None:
        known = {outage.service for outage in outages if outage.service and services is not None}
    else:
        known = {word for model in models for word in (model.id, model.name or model.id)}
    known = {word.casefold() for word in known}
    others = sum(outage.service.casefold() not in known for outage in outages)
    return others <= _MOST_OF_OTHERS * len(outages)


def _at_once(outages: Sequence[Outage]) -> list[list[Outage]]:
    """Return outages in groups that share an incident."""
    group_of: dict[int, list[Outage]] = {}
    for outage in outages:
        groups = {id(group_of[at]): group_of[at] for at in outage.incidents if at in group_of}
        joined = [outage, *(other for group in groups.values() for other in group)]
        group_of |= {at: joined for each in joined for at in each.incidents}
    return [*{id(group): group for group in group_of.values()}.values()]


def _mean_of(
    exposed: Sequence[Exposed], at_once: float, cause: str = "", share: float = 1.0
) -> Estimate | None:
    """Return the mean rate of models, of one cause if one is named; None if none was watched.

    Outages of which no cause is known are taken to be as the others are.
    """
    # Over the years in production a model that is out longer would seem to fail less for a cause.
    exposure = [each.years_in_service if cause else each.years for each in exposed]
    years = np.array(exposure) * share
    counts = np.array(
        [sum(cause in ("", outage.cause) for outage in each.outages) for each in exposed],
        dtype=np.float64,
    )
    return mean_rate(counts, years, at_once) if years.sum() > 0.0 else None


def _restored(
    log: IncidentLog, outages: Sequence[Outage], groups: Sequence[Sequence[Outage]]
) -> dict[str, Lasting]:
    of_service: dict[str, list[list[Outage]]] = defaultdict(list)
    for outage in outages:
        if outage.service:
            of_service[outage.service].append([outage])
    return {
        name: time_to_end(*_hours(found, log.window.until))
        for name, found in {**of_service, ALL: groups}.items()
    }


def _hours(groups: Iterable[Sequence[Outage]], until: datetime) -> tuple[Floats, Floats]:
    """Return the hours of outages that ended, and those so far of open ones."""
    ended, still_open = [], []
    for group in groups:
        began = min(outage.began for outage in group)
        ends = [outage.ended for outage in group if outage.ended is not None]
        if any(outage.is_open for outage in group):
            still_open.append((until - began) / _HOUR)
        elif ends:
            ended.append((max(ends) - began) / _HOUR)
    return np.array(ended), np.array(still_open)


def _assumed(
    log: IncidentLog,
    outages: Sequence[Outage],
    exposed: Sequence[Exposed],
    models: Sequence[PortfolioModel] | None,
    services: int | None,
) -> Iterator[str]:
    """Yield what was taken for granted."""
    merged = sum(len(outage.incidents) - 1 for outage in outages)
    if merged:
        yield f"{plural(merged, 'incident')} overlap another of the same service: one outage."
    nameless = sum(not outage.service for outage in outages)
    if nameless:
        share = formats.share(nameless / len(log.table))
        yield (
            f"{plural(nameless, 'incident')} ({share}) name no service, and count by month alone: "
            "rates of services are too low by what is theirs."
        )
    if models is not None:
        foreign, quiet = log.beside((model.id, model.name or model.id) for model in models)
        if foreign:
            yield f"In the log alone, and not counted by model: {_named(foreign)}."
        if quiet:
            yield f"In the portfolio alone, without an outage: {_named(quiet)}."
    elif services is not None:
        yield f"All {plural(services, 'service')} were in production throughout, as is stated."
    elif exposed:
        yield (
            "A service counts from its first incident, which is not counted; services without any "
            "are not known of, so that it is outages a month that are weighed: give the portfolio."
        )


def _named(names: Sequence[str]) -> str:
    shown = all_of([printable(name) for name in names[:5]])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown
