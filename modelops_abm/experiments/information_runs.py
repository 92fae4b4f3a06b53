"""What it is worth to know an assumption before deciding, by runs of the alternatives."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special, stats
from scipy.stats import qmc

from modelops_abm import formats
from modelops_abm.arrays import Floats
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.alternatives import outcomes_at, winners, wins
from modelops_abm.experiments.information import (
    Information,
    Moves,
    Worth,
    information_of,
    information_of_draws,
)
from modelops_abm.experiments.inputs import Choice, Input, check_inputs, varied
from modelops_abm.experiments.running import (
    Keeping,
    draws_in,
    outcome_of,
    refuses_unknown,
    totals_of,
)
from modelops_abm.experiments.spread import Unknown, over_in_words, unknown_as_json, unknown_of
from modelops_abm.experiments.statistics import Ranking, Share, estimate, skewed_interval
from modelops_abm.experiments.sweep import Point, at_positions
from modelops_abm.experiments.words import INTERVAL, Difference, capitalised, worth_of_knowing
from modelops_abm.representation import Reported, Row, Table, numbers, words
from modelops_abm.runs.quantiles import LEVEL
from modelops_abm.runs.replications import Drawn
from modelops_abm.scenario import InputError, Scenario
from modelops_abm.scenario.names import name_in_words, name_said
from modelops_abm.text import all_of, any_of, printable

_LEAST_POINTS, LEAST_MOVES = 32, 24
_MOVES_OF_ALL = 3
"""Moves of all inputs together for each point, where that leaves each input enough."""
_MOST_GROUPS = 12
_TAIL = 5.0
"""An average so many times the middle value is made by a few."""
_MOST_NAMED, _MOST_ROWS = 3, 15


@dataclass(frozen=True, repr=False)
class ValueOfInformation(Reported):
    """Alternatives under uncertain assumptions, and what it would be worth to be certain.

    Attributes
    ----------
    alternatives
        What may be chosen, by name; the plan last.
    inputs
        The uncertain assumptions.
    utilities
        Alternatives x points: the mean outcome over the replications of a point.
    information
        What it is worth to know all inputs, and each alone.
    spread_by
        What decides most on the outcome of the first alternative: inputs whose rank correlation
        with it is highest, the highest first; of many some correlate by chance, so that only those
        count that can be told from none.
    replications, moves, seed
        How the points were run, and how often each input was moved alone.
    asks
        If the points are draws of what the organisation may be: what finding out is worth is told
        of, in words, by its name.
    as_set
        If they are: the utilities at the values as set, alternatives x futures.
    unknown
        If they are: what of the spread of what the last alternative is ahead of the first in a
        future is what nobody knows.

    See Also
    --------
    value_of_information : gives it, and has an example.
    """

    alternatives: Mapping[str, Scenario]
    inputs: tuple[Input, ...]
    utilities: Floats
    information: Information
    spread_by: tuple[str, ...]
    replications: int
    moves: int
    seed: int
    asks: Mapping[str, str] = field(default_factory=dict)
    as_set: Floats | None = None
    unknown: Unknown | None = None

    def label(self, name: str) -> str:
        """Return what would be known, in words."""
        return self.asks.get(name) or name_in_words(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the alternatives."""
        return tuple(self.alternatives)

    @property
    def points(self) -> int:
        """How many points there are, moves apart."""
        return int(self.utilities.shape[1])

    @property
    def perfect(self) -> Worth:
        """Expected value of perfect information on all inputs."""
        return self.information.perfect

    @property
    def partial(self) -> Mapping[str, Worth]:
        """The same on each input alone, by its name.

        First what is worth knowing, the highest lower end first; then the rest by its upper end;
        then what cannot be told. Over draws the rest comes by its estimate.
        """
        parts = self.information.partial

        def place(name: str) -> tuple[float, bool, float]:
            worth = parts[name]
            if self.as_set is not None:
                return -worth.low, False, -worth.mean
            return -worth.low, worth.high is None, -(worth.high or 0.0)

        return {name: parts[name] for name in sorted(parts, key=place)}

    @property
    def ranking(self) -> Ranking[str]:
        """The alternatives by their means: which to choose on what is known.

        One is out if another is known to be ahead of it.
        """
        order = np.argsort(-self.utilities.mean(axis=1), kind="stable").tolist()
        kept = self.information.leads.may_be_best
        names = self.names
        return Ranking(
            tuple(names[place] for place in order),
            tuple(names[place] for place in order if place in kept),
        )

    @property
    def means(self) -> dict[str, Worth]:
        """Mean of each alternative; the ends are infinite where it is not known."""
        error = (1.0 - LEVEL) / 2.0
        return {
            name: Worth(float(row.mean()), *skewed_interval(row, error))
            for name, row in zip(self.names, self.utilities, strict=True)
        }

    @property
    def chances(self) -> Mapping[str, Share]:
        """Share of the points at which each alternative is the best; of equals the first is."""
        return wins(self.names, winners(self.utilities))

    @property
    def worth_knowing(self) -> tuple[str, ...]:
        """Inputs that are worth knowing, with 95 % confidence in all of them together."""
        return tuple(name for name, each in self.partial.items() if each.low > 0.0)

    @property
    def middle(self) -> float:
        """What half of the points leave the first alternative below."""
        return float(np.median(self.utilities[0]))

    @property
    def is_made_by_few(self) -> bool:
        """Whether the average of the first alternative is made by a few very large outcomes."""
        return abs(float(self.utilities[0].mean())) > _TAIL * abs(self.middle)

    def alternatives_table(self) -> pd.DataFrame:
        """Return the mean of each alternative, and the share of the points at which it is best."""
        rows = [
            (mean.mean, mean.low, mean.high, best.share, best.low, best.high)
            for mean, best in zip(self.means.values(), self.chances.values(), strict=True)
        ]
        columns = ["mean", "low", "high", "best_at", "best_at_low", "best_at_high"]
        index = pd.Index(self.names, name="alternative")
        return pd.DataFrame(rows, columns=columns, index=index)

    def table(self) -> pd.DataFrame:
        """Return the value of each input; NaN where the upper end is not known."""
        rows = [(each.mean, each.low, each.high) for each in self.partial.values()]
        index = pd.Index(list(self.partial), name="input")
        return pd.DataFrame(rows, columns=["value", "low", "high"], index=index, dtype=float)

    @property
    def finding(self) -> str:
        """What is best as known, and what it would be worth to know more, without a full stop."""
        most = self.worth_knowing
        names = [self._within_sentence(name) for name in most[:_MOST_NAMED]]
        more = [f"{len(most) - len(names)} more"] if len(most) > len(names) else []
        single = (
            f"surely worth knowing: {all_of([*names, *more])}"
            if names
            else "no single assumption is surely worth knowing"
        )
        return f"{self._best()}; {self._everything()}; {single}"

    def _within_sentence(self, name: str) -> str:
        label = self.label(name)
        return f"\u201c{label}\u201d" if name in self.asks else name_said(name)

    def _best(self) -> str:
        names = [printable(name, 40) for name in self.ranking.may_be_best]
        if len(names) > _MOST_NAMED:
            return f"Which of {len(names)} alternatives is best on what is known cannot be told"
        return f"{capitalised(any_of(names))} is best on what is known"

    def _everything(self) -> str:
        """Return what perfect information is worth."""
        perfect = self.perfect
        if perfect.high == 0.0:
            return "to know more changed the choice at none of the points"
        if perfect.high is None:
            points = formats.plural(self.points, "point")
            return (
                f"what it is worth to know everything cannot be told from {points}, as a few of"
                f" them make most of it; it takes {formats.number(perfect.needed or 0)} or more"
            )
        wanted = formats.number(perfect.needed) if perfect.needed else ""
        enough = f" (about {wanted} points would tell it closely)" if wanted else ""
        low = formats.money(perfect.low, half_width=perfect.low / 2.0)
        high = formats.money(perfect.high, half_width=perfect.high / 2.0)
        if perfect.low == 0.0:
            return f"to know everything would be worth {high} at most{enough}"
        return f"to know everything would be worth {low} to {high}{enough}"

    def sentence(self) -> str:
        """Return the finding, over draws also as set, and what a few of the points make."""
        found = f"{self.finding}."
        if self.as_set is not None:
            found = over_in_words(self._best_as_set(self.as_set), found, self.unknown)
        return "\n".join(filter(None, (found, self.made_by_few)))

    def _best_as_set(self, utilities: Floats) -> str:
        """Return what is best at the values as set, and by how much."""
        order = np.argsort(-utilities.mean(axis=1), kind="stable")
        best, second = order[:2].tolist()
        ahead = Difference.of("npv", estimate(utilities[best] - utilities[second]))
        if not ahead.is_told:
            return "which alternative is best cannot be told."
        lead = ahead.text.lstrip("+")
        return f"{printable(self.names[best], 40)} is best, by {lead} on average."

    @property
    def made_by_few(self) -> str:
        """What the average of the first alternative is made of, if a few make it; or nothing."""
        if not self.is_made_by_few:
            return ""
        average = formats.money(float(self.utilities[0].mean()))
        names = all_of([name_said(name) for name in self.spread_by])
        spread = f"{names} spread{'s' if len(self.spread_by) == 1 else ''} it most, and "
        return (
            f"Over these ranges {self.names[0]} is worth {average} on average, but less than"
            f" {formats.money(self.middle)} at half of the points: {spread if names else ''}a"
            " few very large organisations make the average. State what is known of yours, or"
            " narrower ranges."
        )

    def tables(self) -> tuple[Table, ...]:
        """Return how good the choices are, and what it is worth to know each assumption.

        Over draws, before that what answers to questions are worth.
        """
        asked = [
            (self.label(name), each) for name, each in self.partial.items() if name in self.asks
        ]
        rows = [Row((label, *worth_of_knowing(value))) for label, value in asked]
        columns = (*words("An answer to"), *numbers("is worth", INTERVAL))
        questions = (Table("questions", columns, rows),) if rows else ()
        return self._choices(), *questions, self._values()

    def _choices(self) -> Table:
        rows = []
        for name, mean in self.means.items():
            best = self.chances[name]
            shares = formats.share_interval(best.low, best.high)
            at = formats.count_of(best.count, best.n)
            rows.append(Row((name, *_mean_in_words(mean), at, shares)))
        columns = (*words("Choice"), *numbers("average NPV", INTERVAL, "best at", INTERVAL))
        return Table("alternatives", columns, rows, numbers=self.alternatives_table)

    def _values(self) -> Table:
        values = [each for each in self.partial.items() if each[0] not in self.asks]
        rows = [
            Row((self.label(name), *worth_of_knowing(value))) for name, value in values[:_MOST_ROWS]
        ]
        rows.append(Row(("all of them", *worth_of_knowing(self.perfect)), is_strong=True))
        columns = (*words("To know"), *numbers("is worth", INTERVAL))
        return Table("value-of-information", columns, rows, numbers=self.table)

    def notes(self) -> str:
        """Return what the worth of knowing is, and what its intervals are over."""
        worth = (
            "Worth of knowing: by how much the average net present value of the choice would rise."
        )
        if self.as_set is not None:
            return (
                f"{worth} Told by draws that had no part in the rule that chooses by the answer;"
                " upper ends are of the rule's own draws. Lower ends hold for all answers together,"
                " so that what begins above nothing is worth finding out. What the organisation"
                " shows is what two years of it as it is show, by chances of their own."
            )
        return (
            f"{worth} What one assumption can do was tried at {self.moves} points, everything else"
            " and chance being the same: it is worth no more than that. Intervals are over points"
            " and chance; lower ends hold for all assumptions together, so that what begins above"
            " nothing is worth knowing. Where a few points make most of an average, it cannot be"
            " told. The ranges are what the sources leave open, every value in them held to be as"
            " likely: a judgement."
        )

    def to_json(self) -> dict[str, Any]:
        """Return the plan, the alternatives and what it is worth to know more as plain data."""
        *_, plan = self.alternatives.values()
        return {
            "version": simulator_version(),
            "seed": self.seed,
            "replications": self.replications,
            "scenario": plan.model_dump(mode="json", exclude_none=True),
            "alternatives": list(self.names),
            "best": self.ranking.order[0],
            "may_be_best": list(self.ranking.may_be_best),
            "means": {
                name: {"mean": mean.mean, "low": _finite(mean.low), "high": _finite(mean.high)}
                for name, mean in self.means.items()
            },
            "chances": {name: share.to_json() for name, share in self.chances.items()},
            "perfect": asdict(self.perfect),
            "worth_knowing": list(self.worth_knowing),
            "moves": self.moves,
            "median_of_first": self.middle,
            "partial": {name: asdict(value) for name, value in self.partial.items()},
            **({} if self.as_set is None else self._over_as_json(self.as_set)),
        }

    def _over_as_json(self, as_set: Floats) -> dict[str, Any]:
        means = dict(zip(self.names, as_set.mean(axis=1).tolist(), strict=True))
        return {
            "asks": dict(self.asks),
            "at_the_values_as_set": means,
            **unknown_as_json(self.unknown),
        }


def _mean_in_words(mean: Worth) -> tuple[str, str]:
    """Return an average net present value with its interval."""
    if mean.high is None or not math.isfinite(mean.high):
        return formats.money(mean.mean), "cannot be told"
    interval = formats.money_interval(mean.low, mean.high)
    return formats.money(mean.mean, half_width=(mean.high - mean.low) / 2.0), interval


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


@refuses_unknown
def value_of_information(
    alternatives: Mapping[str, Scenario],
    inputs: tuple[Input, ...],
    points: int = 256,
    replications: int = 4,
    *,
    outcome: str = "npv",
    seed_of_points: int = 0,
    **keeping: Unpack[Keeping],
) -> ValueOfInformation:
    """Value the information on uncertain assumptions for a choice among alternatives.

    The inputs are independent and uniform over their ranges, those with equal ratios on a
    logarithmic scale: a judgement, like the ranges. Chance is averaged over: nobody can buy
    information on it. Each point has replications of its own, so that an interval over the points
    is one over chance as well. Beside the points, each input alone is drawn anew at some of them.

    Parameters
    ----------
    alternatives
        Scenarios by name, two or more; the inputs have the same value in all of them.
    inputs
        What is uncertain.
    points
        How many points: a Latin hypercube. Each input is moved at 24 of them or more: at as many as
        make three moves a point in all.
    replications
        How many of each alternative at each point, two or more.
    outcome
        What is to be high: an outcome of the run summary.
    seed_of_points
        Decides on the points.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If there are too few alternatives, inputs, points or replications, if an alternative does
        not take a value, or the outcome exists in fewer than two replications of a point.
    ValueError
        If a number is not allowed, there is no such outcome, or the store is of another seed or
        engine.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> from modelops_abm.experiments import alternatives_of, parse_input
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> inputs = (parse_input("team.focus=0.5..0.7"), parse_input("drift.severity=0.1..0.4"))
    >>> found = value_of_information(alternatives_of(plan), inputs, 32, 2)
    >>> sorted(found.partial)
    ['drift.severity', 'team.focus']
    """
    _check(alternatives, inputs, points, replications)
    design = _design(len(inputs), points, seed_of_points)
    halves, after = _run(alternatives, inputs, design, outcome, replications, keeping)
    utilities = halves.mean(axis=0)
    moves = {
        entry.name: Moves(
            start=design.positions[own.points, place],
            end=own.ends,
            before=utilities[:, own.points],
            after=after[place],
            groups=_groups(entry),
        )
        for place, (entry, own) in enumerate(zip(inputs, design.moves, strict=True))
    }
    return ValueOfInformation(
        alternatives=dict(alternatives),
        inputs=inputs,
        utilities=utilities,
        information=information_of(utilities, halves, moves),
        spread_by=_spread_by(
            dict(zip((entry.name for entry in inputs), design.positions.T, strict=True)),
            utilities[0],
        ),
        replications=replications,
        moves=len(design.moves[0].ends),
        seed=keeping.get("seed", 0),
    )


class _Moved(NamedTuple):
    """Where an input is moved: at which points, each once, and to which positions."""

    points: NDArray[np.intp]
    ends: Floats


class _Design(NamedTuple):
    """Positions of the points (points x inputs), and the moves of each input."""

    positions: Floats
    moves: tuple[_Moved, ...]


def _design(inputs: int, points: int, seed: int) -> _Design:
    # All from one generator: what is drawn in another order is another design for the same seed.
    generator = np.random.default_rng(seed)
    positions = qmc.LatinHypercube(inputs, rng=generator).random(points)
    count = max(LEAST_MOVES, min(points, _MOVES_OF_ALL * points // inputs))
    ends = qmc.LatinHypercube(inputs, rng=generator).random(count)
    # Each input at points of its own choice; at the same few their peculiarities would be in all
    # moves.
    moves = tuple(_Moved(generator.permutation(points)[:count], own) for own in ends.T)
    return _Design(positions, moves)


def _run(
    alternatives: Mapping[str, Scenario],
    inputs: Sequence[Input],
    design: _Design,
    outcome: str,
    replications: int,
    keeping: Keeping,
) -> tuple[Floats, Floats]:
    """Return utilities at the points by halves of their replications, and after the moves.

    Returns
    -------
    halves
        2 x alternatives x points, by the even and by the odd replications.
    after
        Inputs x alternatives x moves.
    """
    count = len(design.positions)
    halves = np.empty((2, len(alternatives), count))
    after = np.empty((len(inputs), len(alternatives), len(design.moves[0].ends)))
    own_progress, keeping = keeping.get("progress"), keeping.copy()
    for point, position in enumerate(design.positions):
        if own_progress is not None:
            keeping["progress"] = _part_of(own_progress, point, count)
        moved = [
            (place, int(move))
            for place, own in enumerate(design.moves)
            for move in np.flatnonzero(own.points == point)
        ]
        rows = np.repeat(position[None], 1 + len(moved), axis=0)
        for row, (place, move) in enumerate(moved, start=1):
            rows[row, place] = design.moves[place].ends[move]
        # Each point has futures of its own (from point x replications on), so that the spread over
        # the points has chance in it. A point, its moves and all alternatives share them, so that
        # the effect of a move has none.
        found = _found(
            alternatives,
            at_positions(inputs, rows),
            outcome,
            replications,
            point * replications,
            keeping,
        )
        halves[:, :, point] = _halves(found[:, 0])
        for row, (place, move) in enumerate(moved, start=1):
            # Half by half, as the utilities before the move are averaged: summed in another order,
            # what has no effect would have one of rounding.
            after[place, :, move] = _halves(found[:, row]).mean(axis=0)
    return halves, after


def _halves(found: Floats) -> Floats:
    """Return means of alternatives by the even and by the odd replications."""
    return np.array([found[:, half::2].mean(axis=1) for half in (0, 1)])


def _found(
    alternatives: Mapping[str, Scenario],
    points: Sequence[Point],
    outcome: str,
    replications: int,
    first: int,
    keeping: Keeping,
) -> Floats:
    scenarios = [[varied(each, point) for each in alternatives.values()] for point in points]
    found = outcomes_at(points, scenarios, outcome, replications, first=first, **keeping)
    if found.shape[2] < 2:
        raise InputError(f"'{outcome}' exists at a point in a single future; two are needed")
    return found


def _part_of(
    progress: Callable[[int, int], None], done: int, count: int
) -> Callable[[int, int], None]:
    """Return what tells of the progress at one of several points."""
    # A function of its own, as a lambda made in the loop would see the last point only.
    return lambda part, whole: progress(done * whole + part, count * whole)


def _spread_by(known: Mapping[str, NDArray[Any]], outcomes: Floats) -> tuple[str, ...]:
    # Of ranks, as a few very large outcomes would decide any correlation of the values.
    ranks = stats.rankdata(outcomes)
    # What chance alone gives the highest of so many correlations, with 95 % confidence.
    by_chance = special.ndtri(1.0 - 0.025 / max(len(known), 1)) / math.sqrt(len(ranks) - 1)
    along = {
        name: abs(float(np.corrcoef(stats.rankdata(each), ranks)[0, 1]))
        for name, each in known.items()
        if np.ptp(each) > 0 and np.ptp(ranks) > 0
    }
    told = [name for name, correlation in along.items() if correlation > by_chance]
    return tuple(sorted(told, key=lambda name: -along[name])[:_MOST_NAMED])


def _groups(entry: Input) -> int | None:
    """Return how many values an input has, if they are few enough to be told apart."""
    if isinstance(entry, Choice):
        return len(entry.values)
    count = int(entry.high - entry.low) + 1
    return count if entry.is_whole and count <= _MOST_GROUPS else None


def _check(
    alternatives: Mapping[str, Scenario],
    inputs: tuple[Input, ...],
    points: int,
    replications: int,
    *,
    is_known: bool = False,
) -> None:
    if len(alternatives) < 2:
        raise InputError("a choice takes two alternatives or more")
    if not (inputs or is_known):
        raise InputError("nothing is uncertain, so there is nothing to know")
    if points < _LEAST_POINTS:
        raise InputError(f"at least {_LEAST_POINTS} points are needed, not {points}")
    if replications < 2:
        raise InputError("at least two replications are needed, so that chance can be told")
    for scenario in alternatives.values():
        check_inputs(scenario, inputs)


# --------------------------------------------------------------------------------------
# Over draws of what the organisation may be: what finding something out of it is worth.


@refuses_unknown
def worth_of_answers(
    alternatives: Mapping[str, Scenario],
    known: Mapping[str, NDArray[Any]],
    replications: int = 4,
    *,
    asks: Mapping[str, str] = MappingProxyType({}),
    **keeping: Unpack[Keeping],
) -> ValueOfInformation:
    """Value answers on an organisation for a choice among alternatives, over draws of it.

    Parameters
    ----------
    alternatives
        Scenarios by name, two or more; each draw is the same organisation in all of them.
    known
        By name, what an answer says of each draw: of whatever may be found out.
    replications
        How many futures of each draw, two or more.
    asks
        In words what is asked, by its name; of others the name says it.
    keeping
        See `running.Keeping`; with draws: what the organisation may be. As many futures as there
        are draws are run at the values as set.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If there are too few alternatives, answers, draws or replications.
    ValueError
        If there are no draws, or a number is not allowed.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> from modelops_abm.experiments import alternatives_of, draws_of
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> draws = draws_of(plan, 32, names=["team.focus"])
    >>> found = worth_of_answers(alternatives_of(plan), draws.columns, 2, draws=draws)
    >>> list(found.partial)
    ['team.focus']
    """
    draws = draws_in(keeping)
    _check(alternatives, (), len(draws), replications, is_known=bool(known))
    scenarios, count = list(alternatives.values()), len(draws)
    progress = keeping.get("progress")

    def found(place: int, chances: Drawn | None, first: int) -> Floats:
        settings: Keeping = {**keeping, "progress": None, "draws": chances}
        npv = outcome_of("npv", totals_of(scenarios, count, first=first, **settings))
        if progress is not None:
            progress((place + 1) * count, (replications + 1) * count)
        return npv

    as_set = found(0, None, draws.first)
    repeats = [draws, *map(draws.again, range(1, replications))]
    each = np.array([found(place, one, one.first) for place, one in enumerate(repeats, start=1)])
    halves = np.array([each[half::2].mean(axis=0) for half in (0, 1)])
    utilities = each.mean(axis=0)
    ahead = each[:, -1] - each[:, 0]
    return ValueOfInformation(
        alternatives=dict(alternatives),
        inputs=(),
        utilities=utilities,
        information=information_of_draws(utilities, known, halves, asks),
        spread_by=_spread_by(
            {name: each for name, each in draws.columns.items() if each.dtype.kind in "if"},
            utilities[0],
        ),
        replications=replications,
        moves=0,
        seed=keeping.get("seed", 0),
        asks=dict(asks),
        as_set=as_set,
        unknown=unknown_of(ahead[0], ahead[1]),
    )
