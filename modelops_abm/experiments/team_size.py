"""Whether a team can carry its portfolio, and what larger teams would do.

The figure is the share of the time to restore a model that passes before somebody works on it; time
of models that nobody brought back counts as waiting, or a team of nobody would carry any. Over one
half, models wait for a developer longer than they are worked on: the team cannot carry them. A team
that would do keeps that to a quarter. It is read from runs and not from rates, so that whatever
makes work is in it. docs/decisions/0032 says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Unpack

import numpy as np

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.core import outcomes
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.running import Keeping, refuses_unknown, totals_of
from modelops_abm.representation import Reported, Row, Table, in_short, numbers, words
from modelops_abm.runs.summary import LABELS, MOST_WAITING, waiting_share
from modelops_abm.scenario import Scenario, with_values
from modelops_abm.scenario.scenario import timeline
from modelops_abm.scenario.timeline import Change

WAITING_THAT_WILL_DO = 0.25
"""That of a team that is said to be large enough: at one half models are still abandoned."""
_NO_LESS = 0.05
"""By how much less a larger team must wait for its size to matter."""
MOST_REPLICATIONS, FEWEST_REPLICATIONS = 20, 5
_MODEL_RUNS = 2_000
"""Models times replications that are enough: of many models one future tells much."""
_LARGEST_FACTOR = 64
_LARGEST_TEAM = 10_000
_CHANGES_TOLD = 3
_DEVELOPERS = "team.developers"


class Tried(NamedTuple):
    """A team that was tried."""

    developers: int
    """How many there are at the start."""
    preemption: str
    """As `team.preemption`."""
    waiting: float
    """See `waiting_share`."""
    availability: float
    """Served share of the production time."""
    abandoned: float
    """Models abandoned, on average."""
    later: tuple[tuple[int, int], ...] = ()
    """Days on which the size of the team changes, and how many there are from then on."""

    @property
    def carries(self) -> bool:
        """Whether models wait for a developer no longer than they are worked on."""
        return self.waiting <= MOST_WAITING

    @property
    def would_do(self) -> bool:
        """Whether it does so with room to spare."""
        return self.waiting <= WAITING_THAT_WILL_DO


@dataclass(frozen=True, repr=False)
class Staffing(Reported):
    """A team that may not carry its portfolio, and the other teams that were tried.

    Attributes
    ----------
    scenario
        The scenario of the team.
    replications, seed
        The futures, which are the same for all teams.
    tried
        The scenario's own team, then the others by size.

    See Also
    --------
    staffing : gives it, and has an example.
    """

    scenario: Scenario
    replications: int
    seed: int
    tried: tuple[Tried, ...]

    @property
    def own(self) -> Tried:
        """The scenario's own team."""
        return self.tried[0]

    @property
    def would_do(self) -> Tried | None:
        """The smallest of the other teams that carries it with room to spare; None if none does."""
        return next((each for each in self.tried[1:] if each.would_do), None)

    def _facts(self) -> dict[str, str]:
        would_do = self.would_do
        return {
            "scenario": in_short(self.scenario),
            "developers": in_short(self.own.developers),
            "would_do": in_short(None if would_do is None else would_do.developers),
        }

    def sentence(self) -> str:
        """Return that the team cannot carry the portfolio, and what team would do; or that it can.

        What another team would do is the average over a few futures, and said to be that.
        """
        own, futures = self.own, formats.plural(self.replications, "future")
        largest = self.tried[-1]
        team = f"A team of {formats.plural(own.developers, 'developer')}{_later(own)}"
        if own.carries:
            return (
                f"{team} carries this portfolio: {_waiting(own)} of the time to restore a model is"
                " waiting for a developer."
            )
        # As where the run ends before anybody can have brought a model back.
        if largest.developers > own.developers and largest.waiting >= own.waiting - _NO_LESS:
            return (
                f"{team} has {_waiting(own)} of the time to restore a model passing without work on"
                f" it; in the same {futures} it is {_waiting(largest)} with"
                f" {formats.number(largest.developers)} developers, so their number is not why."
            )
        return (
            f"{team} cannot carry this portfolio: {_waiting(own)} of the time to restore a model is"
            f" waiting for a developer, {_outcome(own)}. {self._remedy(futures)}"
        )

    def _remedy(self, futures: str) -> str:
        would_do = self.would_do
        if (empty := _empty_from(self.own)) is not None:
            day = formats.number(empty)
            return f"From day {day} on nobody is there: no larger team at the start would do."
        if would_do is None:
            largest = formats.plural(self.tried[-1].developers, "developer")
            return f"In the same {futures} no larger team would do, up to {largest}."
        team = f"a team of {formats.number(would_do.developers)}{_later(would_do)}"
        if would_do.preemption != self.own.preemption:
            team = "the same team, if maintenance interrupts other work (team.preemption),"
        return (
            f"In the same {futures} {team} would do: {_waiting(would_do)} is waiting,"
            f" {_outcome(would_do)}. That is an average of few futures, not a promise."
        )

    def tables(self) -> tuple[Table, ...]:
        """Return the teams that were tried; none if the team carries its portfolio."""
        if self.own.carries:
            return ()
        headings = (
            "waiting, of the time to restore",
            LABELS["availability"],
            LABELS["retired_abandoned"],
        )
        rows = [
            Row(
                (
                    _name(each),
                    formats.share(each.waiting, 0),
                    formats.share(each.availability),
                    formats.average(each.abandoned),
                ),
                is_strong=each is self.would_do,
            )
            for each in self.tried
        ]
        return (Table("teams", (*words("Team"), *numbers(*headings)), rows),)

    def to_json(self) -> dict[str, Any]:
        """Return the teams that were tried as plain data."""
        would_do = self.would_do
        return {
            "version": simulator_version(),
            "staffing": {
                "replications": self.replications,
                "carried": self.own.carries,
                "would_do": None if would_do is None else would_do._asdict(),
                "tried": [each._asdict() for each in self.tried],
            },
        }


def _later(tried: Tried) -> str:
    """Return how the team changes: , 6 from day 180 on."""
    if not tried.later:
        return ""
    told = [
        f"{formats.number(size)} from day {formats.number(day)} on" for day, size in tried.later
    ]
    if len(told) > _CHANGES_TOLD:
        told = [*told[: _CHANGES_TOLD - 1], f"in the end {told[-1]}"]
    return f" ({', '.join(told)})"


def _empty_from(tried: Tried) -> int | None:
    """Return the day from which on nobody is there until the end; None if somebody is."""
    return tried.later[-1][0] if tried.later and tried.later[-1][1] == 0 else None


def _name(tried: Tried) -> str:
    team = formats.plural(tried.developers, "developer")
    if tried.later:  # the sentence says when
        sizes = [tried.developers, *(size for _, size in tried.later)][:_CHANGES_TOLD]
        team = f"{', then '.join(map(formats.number, sizes))} developers"
    return team if tried.preemption == "maintenance" else f"{team}, no preemption"


def _waiting(tried: Tried) -> str:
    return formats.share(tried.waiting, 0)


def _outcome(tried: Tried) -> str:
    """Return availability and models abandoned: availability is 61 %, 8.4 models are abandoned."""
    models = f"{formats.number(tried.abandoned, 1)} models are abandoned"
    if tried.abandoned < 0.05:  # would round to 0.0
        models = "hardly any model is abandoned" if tried.abandoned else "no model is abandoned"
    return f"availability is {formats.share(tried.availability)}, {models}"


@refuses_unknown
def staffing(
    scenario: Scenario, replications: int | None = None, **keeping: Unpack[Keeping]
) -> Staffing:
    """Find out whether a team can carry its portfolio, and if not, what team would do.

    The same futures are run with the same team whose maintenance interrupts other work, if it does
    not; then with teams twice as large each until one would do, and between the last two sizes.

    Where the size of the team changes on a day, that of the others changes by the same factor,
    rounded up: of a team that is halved, twice as many stay if it is twice as large.

    Parameters
    ----------
    scenario
        What the team is asked to carry.
    replications
        How many futures of each team; by default from 5 to 20, the fewer the more models.
    keeping
        See `running.Keeping`; `progress` is not called.

    Raises
    ------
    Cancelled, InputError, ValueError
        As `compare` does.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> small = {"team.developers": 1, "horizon_days": 200}
    >>> found = staffing(with_values(preset("reference"), small, source="example"), 5)
    >>> found.own.carries, found.would_do.would_do, found.would_do.developers > 1
    (False, True, True)
    """
    count = _replications(scenario) if replications is None else replications
    settings: Keeping = {**keeping, "progress": None}

    def tried(preemption: str, developers: int) -> Tried:
        values = {"team.preemption": preemption, **_with_team(scenario, developers)}
        team = with_values(scenario, values, source="another team")
        return _tried(team, totals_of([team], count, **settings)[0])

    teams = _teams(scenario, tried)
    return Staffing(scenario, count, settings.get("seed", 0), tuple(teams))


def _with_team(scenario: Scenario, developers: int) -> dict[str, Any]:
    """Return the values of another team; where its size changes it does so by the same factor."""
    values: dict[str, Any] = {_DEVELOPERS: developers}
    if scenario.changes:
        own = scenario.team.developers
        values["changes"] = [_scaled(change, developers, own) for change in scenario.changes]
    return values


def _scaled(change: Change, developers: int, own: int) -> Change:
    if _DEVELOPERS not in change.values:
        return change
    # In whole numbers: a factor would be rounded before the product is.
    rounded_up = -(-int(change.values[_DEVELOPERS]) * developers // own)
    return change.with_value(_DEVELOPERS, min(rounded_up, _LARGEST_TEAM))


def _replications(scenario: Scenario) -> int:
    imported = scenario.imported
    models = scenario.portfolio.initial_models if imported is None else len(imported.models)
    return min(MOST_REPLICATIONS, max(FEWEST_REPLICATIONS, _MODEL_RUNS // max(models, 1)))


def _teams(scenario: Scenario, tried: Callable[[str, int], Tried]) -> list[Tried]:
    own = tried(scenario.team.preemption, scenario.team.developers)
    if own.carries or _empty_from(own) is not None:
        return [own]
    # Before any larger team, as it costs nothing.
    if own.preemption == "none":
        found = tried("maintenance", own.developers)
        if found.would_do:
            return [own, found]
    larger = _doubled(own, tried)
    return sorted(
        [own, *larger, *_between([own, *larger], tried)], key=lambda each: each.developers
    )


def _doubled(own: Tried, tried: Callable[[str, int], Tried]) -> list[Tried]:
    """Return teams twice as large each, up to the first that would do."""
    largest = min(_LARGEST_TEAM, _LARGEST_FACTOR * own.developers)
    found: list[Tried] = []
    size = own.developers
    while size < largest and not (found and found[-1].would_do):
        size = min(2 * size, largest)
        found.append(tried(own.preemption, size))
    return found


def _between(teams: Sequence[Tried], tried: Callable[[str, int], Tried]) -> list[Tried]:
    """Return the teams of a bisection between the last two, to a tenth of the size."""
    if not teams[-1].would_do:
        return []
    few, enough = teams[-2].developers, teams[-1].developers
    found: list[Tried] = []
    # To a tenth: few futures tell no finer, and each team is run.
    while enough - few > max(1, enough // 10):
        found.append(tried(teams[0].preemption, (few + enough) // 2))
        if found[-1].would_do:
            enough = found[-1].developers
        else:
            few = found[-1].developers
    return found


def _tried(team: Scenario, totals: Floats) -> Tried:
    def mean(name: str) -> float:
        return float(np.mean(totals[:, outcomes.TOTALS.index(name)]))

    produced = mean("production_days")
    days = timeline(team)
    return Tried(
        team.team.developers,
        team.team.preemption,
        waiting_share(totals),
        mean("served_days") / produced if produced else 0.0,
        mean("retired_abandoned"),
        tuple((day, int(new[_DEVELOPERS])) for day, _, new in days if _DEVELOPERS in new),
    )
