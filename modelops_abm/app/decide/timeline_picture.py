"""What the timeline draws: three charts and five lanes over one axis, and the events on them.

Everything is plain data for `widgets.Lanes`, in days of the run; what is not known yet is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from modelops_abm import formats
from modelops_abm.app.state.effects import EventEffects
from modelops_abm.app.state.events import Event, LaneName, events_of, value_before
from modelops_abm.app.state.plan import Plan
from modelops_abm.charts.amounts import notation_of
from modelops_abm.charts.figure import Axis, Table, time_axis, value_axis
from modelops_abm.charts.timeline import Bands, bands_of, by_month
from modelops_abm.experiments import Comparison
from modelops_abm.experiments.plans import raised
from modelops_abm.formats import MONTH_DAYS
from modelops_abm.scenario import Scenario
from modelops_abm.scenario.capabilities import label_of
from modelops_abm.scenario.scenario import timeline

type Data = dict[str, Any]

_MOST_CAPABILITIES = 5
_HEIGHTS = (128, 92, 78)
_LEAST_FOR_WORDS = 2 * MONTH_DAYS


def picture(
    plan: Plan,
    before: Plan | None,
    comparison: Comparison | None,
    effects: EventEffects | None,
    chosen: str,
    taken: int = 0,
) -> Data:
    """Return all that is drawn of a plan.

    Parameters
    ----------
    plan, before
        The plan, and the one before its last change, whose events leave a mark at their old place.
    comparison
        Of the plan, or of the one before until its own is known; None before the first.
    effects
        Of the same; without them nothing is said of the plan without its events.
    chosen
        Key of the event whose fields are open.
    taken
        How many changes the browser has sent so far.
    """
    scenario = plan.scenario
    events = events_of(scenario)
    axis = time_axis(scenario.horizon_days)
    if not events:
        effects = None
    places = {} if before is None else _places_before(events, events_of(before.scenario))
    return {
        "days": scenario.horizon_days,
        "month": MONTH_DAYS,
        "months": [
            {"day": at * MONTH_DAYS, "words": words}
            for at, words in zip(axis.ticks, axis.labels, strict=True)
        ],
        "label": _label(events),
        "chosen": chosen,
        "taken": taken,
        "charts": [] if comparison is None else list(_charts(comparison, effects)),
        "lanes": [
            *_lanes(scenario),
            _capabilities(comparison, None if effects is None else effects.unchanged),
        ],
        "events": [_event(event, places.get(event.key)) for event in events],
    }


def table(comparison: Comparison) -> Table:
    """Return the numbers of the charts, one row a quarter."""
    difference, plan, baseline = _sides(comparison)
    monthly = [_monthly(side) for side in (plan, baseline)]
    shares = [_bands(side.bands["availability"], 0.01) for side in _ensembles(comparison)]
    quarters = range(3, len(monthly[0]) + 1, 3)
    rows = [
        (
            str(month),
            formats.number(float(_at(difference, month)), 2, signed=True),
            *(formats.number(float(side[month - 1])) for side in monthly),
            *(formats.number(float(_at(side, month)), 1) for side in shares),
        )
        for month in quarters
    ]
    heads = ("Month", "Difference so far, M $", "Plan, k $ a month", "Baseline")
    return Table("The same numbers", (*heads, "Plan available, %", "Baseline"), rows)


def events_in_words(events: Sequence[Event]) -> str:
    """Return the events by their numbers: 1. Team 8 to 5, from month 7."""
    return "; ".join(f"{place}. {each.words}, {each.when}" for place, each in enumerate(events, 1))


def _label(events: Sequence[Event]) -> str:
    said = events_in_words(events) or "Nothing changes."
    return f"What changes, and what it does. {said}"


def _places_before(events: Sequence[Event], before: Sequence[Event]) -> dict[str, int]:
    """Return where events stood; where one of a kind came or went, keys say nothing of that."""
    now, then = (Counter(event.kind for event in each) for each in (events, before))
    return {each.key: each.spans[0][0] for each in before if now[each.kind] == then[each.kind]}


def _event(event: Event, place: int | None) -> Data:
    first, last = event.spans[0]
    was = ""
    if place is not None and place != first:
        was = f", was {event.month_from(place, place + last - first)}"
    return {
        "key": event.key,
        "lane": event.lane,
        "words": event.words,
        "said": f"{event.words} in month {event.month}{was}",
        "month": event.month,
        "end": last if event.is_change and not event.is_open else None,
        "spans": event.spans,
        "is_placed": event.is_placed,
        "is_column": event.is_placed and not event.is_open,
        "ghost": place,
    }


# --------------------------------------------------------------------------------------
# The charts.


def _ensembles(comparison: Comparison) -> tuple[Any, Any]:
    return comparison.plan, comparison.baseline


def _bands(frame: Any, size: float) -> Bands:
    return bands_of(frame, size)


def _sides(comparison: Comparison) -> tuple[Bands, Bands, Bands]:
    """Return difference, plan and baseline of the net value so far, in M $."""
    tables = (comparison.bands["npv"], *(side.bands["npv"] for side in _ensembles(comparison)))
    difference, plan, baseline = (_bands(frame, 1e6) for frame in tables)
    return difference, plan, baseline


def _at(bands: Bands, months: Any) -> Any:
    """Return the mean at the end of months, from nothing at first."""
    places, means = np.append(0.0, bands.months), np.append(bands.mean[:1] * 0.0, bands.mean)
    return np.interp(months, places, means)


def _monthly(bands: Bands) -> Any:
    """Return what each month adds to a net value so far in M $, in thousands of $."""
    last = int(np.floor(bands.months[-1] + 1e-6))
    return 1e3 * np.diff(_at(bands, np.arange(last + 1)))


def _without(comparison: Comparison, effects: EventEffects | None) -> tuple[Bands, Bands] | None:
    """Return difference and plan without the events: those of the answer, less what these do."""
    if effects is None or effects.changed is None or effects.unchanged is None:
        return None
    known, changed, unchanged = map(_sides, (comparison, effects.changed, effects.unchanged))
    difference, plan = (
        own._replace(mean=own.mean + bare.mean - whole.mean)
        for own, whole, bare in list(zip(known, changed, unchanged, strict=True))[:2]
    )
    return difference, plan


def _charts(comparison: Comparison, effects: EventEffects | None) -> Iterator[Data]:
    difference, plan, baseline = _sides(comparison)
    bare = _without(comparison, effects)
    dotted = [] if bare is None else [_line("without", bare[0], "var(--plan)", "2 3", 1.4)]
    ends = [*difference.ends, *(() if bare is None else bare[0].ends)]
    worth = notation_of(comparison).in_dollars(comparison.difference("npv").estimate.mean)
    yield {
        **_chart("Plan minus baseline so far, M $", value_axis(ends, steps=4, signed=True), 0),
        "signed": True,
        "bands": [
            _area("futures", difference, difference.low, difference.high, 0.15),
            _area(
                "average",
                difference,
                difference.mean - difference.half_width,
                difference.mean + difference.half_width,
                0.34,
            ),
        ],
        "lines": [*dotted, _line("plan", difference, "var(--plan)", "", 2)],
        "ends": [
            _end(difference.high[-1], "95 of 100 futures", "var(--ink-3)"),
            _end(difference.mean[-1], worth, "var(--plan)", strong=True),
            *(
                ()
                if bare is None
                else (
                    _end(
                        bare[0].mean[-1],
                        f"{formats.number(float(bare[0].mean[-1]), 1, signed=True)} without",
                        "var(--ink-3)",
                    ),
                )
            ),
        ],
        "flags": list(_paybacks(comparison, None if effects is None else effects.unchanged)),
    }
    monthly = [_monthly(side) for side in (plan, baseline)]
    if len(monthly[0]):  # a run of less than a month has none
        rate = _rate(comparison)
        yield _months_chart(monthly, None if bare is None else _monthly(bare[1]), rate)
    shares = [_bands(side.bands["availability"], 0.01) for side in _ensembles(comparison)]
    yield {
        **_chart("Availability, %", value_axis([*shares[0].mean, *shares[1].mean], steps=3), 2),
        "lines": [
            _line("baseline", shares[1], "var(--baseline)", "6 4", 2),
            _line("plan", shares[0], "var(--plan)", "", 2),
        ],
        "ends": plan_and_baseline(shares[0].mean[-1], shares[1].mean[-1], 1),
    }


def _rate(comparison: Comparison) -> Bands:
    """Return by how much the plan's net value rises, in thousands of $ a month, week by week."""
    # A flow's bands are of its mean day in each period.
    per_day = comparison.plan.bands["discounted_net_value"]
    return by_month(bands_of(per_day, 1e3 / MONTH_DAYS))


def _months_chart(monthly: Sequence[Any], bare: Any, rate: Bands) -> Data:
    courses = [*monthly, *([] if bare is None else [bare]), rate.low, rate.high]
    return {
        **_chart(
            "Net value a month, thousand $ of day 0",
            value_axis(np.concatenate(courses), steps=3),
            1,
        ),
        "bands": [_area("futures", rate, rate.low, rate.high, 0.15)],
        "lines": [
            *([] if bare is None else [_course("without", bare, "var(--plan)", "2 3")]),
            _course("baseline", monthly[1], "var(--baseline)", "6 4"),
            _course("plan", monthly[0], "var(--plan)", ""),
        ],
        "ends": plan_and_baseline(monthly[0][-1], monthly[1][-1], 0),
    }


def _chart(title: str, axis: Axis, place: int) -> Data:
    return {
        "title": title,
        "low": axis.low,
        "high": axis.high,
        "height": _HEIGHTS[place],
        "ticks": [
            {"at": at, "words": words} for at, words in zip(axis.ticks, axis.labels, strict=True)
        ],
        "bands": [],
        "flags": [],
        "signed": False,
    }


def _paybacks(comparison: Comparison, without: Comparison | None) -> Iterator[Data]:
    day = comparison.finance.median_payback_day
    if day is not None and 0.0 < day < np.inf:
        yield {"day": day, "words": f"payback, {formats.payback(day)}", "before": False}
    old = None if without is None else without.finance.median_payback_day
    if old is not None and 0.0 < old < np.inf and formats.payback(old) != formats.payback(day):
        yield {"day": old, "words": f"without {formats.payback(old)}", "before": True}


def _points(months: Any, values: Any) -> list[list[float]]:
    return [
        [round(month * MONTH_DAYS, 1), round(value, 4)]
        for month, value in zip(months, values, strict=True)
        if np.isfinite(value)
    ]


def _line(name: str, bands: Bands, colour: str, dash: str, width: float) -> Data:
    points = _points(bands.months, bands.mean)
    return {"name": name, "points": points, "colour": colour, "dash": dash, "width": width}


def _course(name: str, monthly: Any, colour: str, dash: str) -> Data:
    points = _points(np.arange(len(monthly)) + 0.5, monthly)
    return {"name": name, "points": points, "colour": colour, "dash": dash, "width": 2}


def _area(name: str, bands: Bands, low: Any, high: Any, opacity: float) -> Data:
    points = [
        [round(month * MONTH_DAYS, 1), round(one, 4), round(other, 4)]
        for month, one, other in zip(bands.months, low, high, strict=True)
        if np.isfinite(one + other)
    ]
    return {"name": name, "points": points, "colour": "var(--plan)", "opacity": opacity}


def _end(at: float, words: str, colour: str, *, strong: bool = False) -> Data:
    return {"at": float(at), "words": words, "colour": colour, "strong": strong}


def plan_and_baseline(plan: float, baseline: float, digits: int) -> list[Data]:
    """Return the words at the ends of two lines; none where a line does not reach the end."""
    ends = (
        _end(plan, f"Plan {formats.number(float(plan), digits)}", "var(--plan)", strong=True),
        _end(baseline, f"Baseline {formats.number(float(baseline), digits)}", "var(--baseline)"),
    )
    # Without a model in production there is no availability.
    return [end for end in ends if np.isfinite(end["at"])]


# --------------------------------------------------------------------------------------
# The lanes.


def _lanes(scenario: Scenario) -> Iterator[Data]:
    team = _course_of(scenario, "team.developers")
    payroll = _course_of(scenario, "team.payroll_per_year")[-1][1] * team[-1][1]
    yield {
        **_lane("team", "Team", "var(--plan)", team),
        "note": f"payroll {formats.money(payroll)} a year",
        "words": [_word(day, people(size)) for day, size in team],
    }
    demand = list(_demand(scenario))
    others = [event for event in events_of(scenario) if event.lane == "traffic"]
    yield {
        **_lane("traffic", "Traffic", "var(--retraining)", demand),
        "note": "each year" if any(event.kind == "usage.season" for event in others) else "",
        # Behind what is over soon, as it has no room for words.
        "words": [
            _word(
                end if factor > 1 and end - day < _LEAST_FOR_WORDS else day,
                f"× {factor:.3g}",
                is_high=factor > 1,
            )
            for (day, factor), (end, _) in pairwise(demand)
        ],
    }
    incidents = _course_of(scenario, "incidents.pipeline_per_year")
    yield {
        **_lane("incidents", "Incidents", "var(--issue)", incidents),
        "note": "a model and year",
        "words": [_word(day, f"{rate:.3g}") for day, rate in incidents],
    }
    requests = [event for event in events_of(scenario) if event.lane == "requests"]
    yield {
        **_lane("requests", "Requests", "var(--drift)", []),
        "bars": [
            {"key": event.key, "begin": event.spans[0][0], "end": event.spans[0][1]}
            for event in requests
        ],
        "words": [_word(event.spans[0][1], event.words) for event in requests if event.is_placed]
        or [_word(event.spans[0][0], f"{event.words}, {event.when}") for event in requests],
    }


def people(size: float) -> str:
    """Return a team in words: 1 person, 8 people."""
    return "1 person" if size == 1 else f"{formats.number(size)} people"


def _lane(name: LaneName, title: str, colour: str, steps: list[tuple[int, float]]) -> Data:
    most = max((value for _, value in steps), default=1.0) or 1.0
    line = {"points": steps, "colour": colour, "dash": "", "is_stepped": True}
    return {
        "name": name,
        "title": title,
        "colour": colour,
        "most": most,
        "steps": steps,
        "lines": [line] if steps else [],
        "bars": [],
        "words": [],
        "note": "",
    }


def _word(day: float, words: str, *, is_high: bool = False) -> Data:
    return {"day": day, "words": words, "is_high": is_high}


def _course_of(scenario: Scenario, name: str) -> list[tuple[int, float]]:
    """Return days and values of a number that may change, to the end of the run."""
    course = [(0, value_before(scenario, name))]
    course += [(day.day, value_before(day.scenario, name)) for day in timeline(scenario)]
    kept = [course[0]]
    kept += [step for step, last in zip(course[1:], course, strict=False) if step[1] != last[1]]
    return [*kept, (scenario.horizon_days, kept[-1][1])]


def _demand(scenario: Scenario) -> Iterator[tuple[int, float]]:
    """Yield days and factors on demand, season included."""
    factors = _course_of(scenario, "usage.demand_factor")
    seasons = [event for event in events_of(scenario) if event.kind == "usage.season"]
    days = {day for day, _ in factors}
    days |= {day for event in seasons for span in event.spans for day in span}
    last = np.nan
    for day in sorted(days):
        factor = next(value for start, value in reversed(factors) if start <= day)
        for event in seasons:
            if any(begin <= day < end for begin, end in event.spans):
                factor *= event.value or 1.0
        if factor != last or day == scenario.horizon_days:
            yield day, factor
        last = factor


def _capabilities(comparison: Comparison | None, without: Comparison | None) -> Data:
    lane = {**_lane("capabilities", "Capabilities", "var(--plan)", []), "most": 1.0}
    if comparison is None:
        return lane
    names = raised(comparison.plan.scenario)[:_MOST_CAPABILITIES]
    lines = []
    sides = ((comparison, ""), *(() if without is None else ((without, "2 3"),)))
    for side, dash in sides:
        for place, name in enumerate(names):
            bands = side.plan.bands[f"level_{name}"]
            days = bands.index.to_numpy() + 1.0
            points = [(0.0, float(bands["mean"].iloc[0]))]
            points += [
                (float(day), round(float(v), 3)) for day, v in zip(days, bands["mean"], strict=True)
            ]
            strength = ("var(--plan)", "var(--deploy)", "var(--ink-3)")[place % 3]
            lines.append({"points": points, "colour": strength, "dash": dash, "is_stepped": False})
    said = ", ".join(map(label_of, names))
    return {**lane, "lines": lines, "note": said if len(said) < 22 else f"{len(names)} raised"}
