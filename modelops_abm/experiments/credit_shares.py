"""Which capability of a plan earns what: cooperative games, played by capabilities.

A game states what every coalition of players is worth. A coalition is a whole number, its members
are its bits: player i belongs to it if bit i is set, so 0 is nobody and the last one everybody.
Worths are an array of coalitions x replications; every replication is a game of its own, and so the
results are paired samples. The first half of the file knows games alone; the second runs every
combination of the capabilities under common random numbers. docs/decisions/0016.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations as pairs_of
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Unpack

import numpy as np
import pandas as pd

from modelops_abm.arrays import Floats
from modelops_abm.core.registry import simulator_version
from modelops_abm.experiments.plans import raised, without
from modelops_abm.experiments.running import (
    LOOKS,
    Keeping,
    Samples,
    difference_table,
    outcome_of,
    refuses_unknown,
    sampled,
)
from modelops_abm.experiments.spread import (
    OVER_DRAWS,
    Over,
    Unknown,
    again_of,
    count_again,
    over_and_as_set,
    over_in_words,
    unknown_as_json,
    unknown_of,
)
from modelops_abm.experiments.statistics import (
    PairedDifference,
    Ranking,
    moved_with,
    rank,
    without_rounding,
)
from modelops_abm.experiments.words import HALF_WIDTH, INTERVAL, Difference, capitalised
from modelops_abm.representation import Reported, Row, Table, numbers, words
from modelops_abm.runs.summary import OUTCOMES
from modelops_abm.scenario import CapabilityName, Scenario
from modelops_abm.text import all_of


def players_in(worths: Floats) -> int:
    """Return the number of players of a game.

    Raises
    ------
    ValueError
        If the coalitions are not all subsets of some players.
    """
    coalitions = len(worths)
    players = coalitions.bit_length() - 1
    if coalitions != 1 << players:
        raise ValueError(f"a game has 1, 2, 4, 8 ... coalitions, not {coalitions}")
    return players


def shapley_values(worths: Floats) -> Floats:
    """Return each player's share of what everybody together earns: players x replications.

    What a player adds to those who came before, averaged over all orders of coming (Shapley 1953,
    doi:10.1515/9781400881970-018; in simulation Owen 2014, doi:10.1137/130936233, and Song, Nelson
    and Staum 2016, doi:10.1137/15M1048070). The shares add up to the worth of everybody less that
    of nobody, up to rounding. A player who never adds anything gets exactly 0.
    """
    players = players_in(worths)
    shares = np.zeros((players, *worths.shape[1:]))
    for player in range(players):
        for others in _coalitions_without(players, player):
            # Of the n! orders, k! (n - 1 - k)! have just these k others before the player: one in n
            # C(n - 1, k).
            orders = players * math.comb(players - 1, others.bit_count())
            shares[player] += (worths[others | 1 << player] - worths[others]) / orders
    return shares


def first_gains(worths: Floats) -> Floats:
    """Return what each player adds to nobody: players x replications."""
    return np.array([worths[1 << player] - worths[0] for player in _players(worths)])


def last_gains(worths: Floats) -> Floats:
    """Return what each player adds to all the others: players x replications."""
    everybody = len(worths) - 1
    gains = [worths[everybody] - worths[everybody ^ 1 << player] for player in _players(worths)]
    return np.array(gains)


def synergies(worths: Floats) -> Floats:
    """Return what each pair adds together beyond what its two add apart: players x players x runs.

    The Shapley-Taylor index of order two (Sundararajan, Dhamdhere and Agarwal 2020,
    arXiv:1902.05622), symmetric, 0 on the diagonal. It splits everything beyond `first_gains` over
    the pairs: the first gains and the synergies of all pairs add up to the total, and a player's
    Shapley value is the first gain and half of each synergy that the player has a part in.
    """
    players = players_in(worths)
    result = np.zeros((players, players, *worths.shape[1:]))
    for one in range(players):
        for other in range(one):
            result[one, other] = result[other, one] = _synergy(worths, players, one, other)
    return result


def _synergy(worths: Floats, players: int, one: int, other: int) -> Floats:
    """Return the index of a pair; what is within rounding of its worths is 0."""
    result = np.zeros(worths.shape[1:])
    for others in _coalitions_without(players, one, other):
        both, first, second = others | 1 << one | 1 << other, others | 1 << one, others | 1 << other
        beyond = (worths[both] - worths[first]) - (worths[second] - worths[others])
        result += beyond * 2.0 / (players * math.comb(players - 1, others.bit_count()))
    # Else rounding would make a pair of two that have nothing to do with each other.
    return without_rounding(result, np.max(np.abs(worths), axis=0))


def _players(worths: Floats) -> range:
    return range(players_in(worths))


def _coalitions_without(players: int, *absent: int) -> list[int]:
    away = sum(1 << player for player in absent)
    return [coalition for coalition in range(1 << players) if not coalition & away]


# --------------------------------------------------------------------------------------
# Which capability of a plan earns what: all combinations of them under common random numbers.


type CreditQuestion = Literal["dropped", "share", "alone"]
"""Which question a credit answers about a capability; see `QUESTIONS`."""


class QuestionWords(NamedTuple):
    """A question that a credit answers, as page and terminal put it."""

    heading: str
    """Of a column or a switch."""
    meaning: str
    """What is asked."""


QUESTIONS: Mapping[CreditQuestion, QuestionWords] = MappingProxyType(
    {
        "dropped": QuestionWords(
            "if dropped", "what the plan would lose without it, all others as they are"
        ),
        "share": QuestionWords(
            "fair share",
            "the average of what it adds over all orders in which they could come; shares add up",
        ),
        "alone": QuestionWords("alone", "what it would bring without the others"),
    }
)
"""What may be asked of a capability: the first is what a plan is decided by."""


def _asked_for(question: CreditQuestion, players: int) -> set[int]:
    """Return the numbers of the combinations that decide a question, both ends among them.

    >>> _asked_for("alone", 3), _asked_for("dropped", 3)
    ({0, 1, 2, 4, 7}, {0, 3, 5, 6, 7})
    """
    everybody = (1 << players) - 1
    if question == "share":
        return set(range(everybody + 1))
    each = [1 << player for player in range(players)]
    if question == "dropped":
        each = [everybody ^ one for one in each]
    return {0, everybody, *each}


def _answered_by(combinations: set[int], players: int) -> tuple[CreditQuestion, ...]:
    """Return the questions that some combinations decide."""
    return tuple(name for name in QUESTIONS if _asked_for(name, players) <= combinations)


@dataclass(frozen=True, repr=False)
class Credit(Reported):
    """What each capability of a plan has to do with the difference that they make together.

    Every figure is a paired sample, with one value for each replication. A replication in which one
    of the combinations lacks an outcome does not count for that outcome. To ask for a capability
    that the plan does not raise, or what was not run, is a KeyError.

    Attributes
    ----------
    plan, seed
        What was run.
    capabilities
        Those that the plan raises above their start level.
    worths
        Of each outcome: combinations x replications. Combination c has capability i if bit i of c
        is set, so the first is the baseline and the last the plan. NaN where it was not run.
    over
        If it is over draws of what the organisation may be: the same at the values as set, and what
        all together change of `outcome` in the futures of some draws once more.
    questions
        Those that it answers, each from the replications in which all that it takes was run.
    whole
        Net present value that all together are worth, in $ of day 0, in these replications and
        more, if that is known: see `known_with`.

    See Also
    --------
    credit : gives it, and has an example.
    """

    plan: Scenario
    seed: int
    capabilities: tuple[CapabilityName, ...]
    worths: Samples
    over: Over[Credit] | None = None
    questions: tuple[CreditQuestion, ...] = tuple(QUESTIONS)
    whole: Floats | None = None

    @property
    def replications(self) -> int:
        """Number of replications of the combination with most."""
        return int(next(iter(self.worths.values())).shape[1])

    def replications_for(self, question: CreditQuestion) -> int:
        """Return from how many replications a question about `outcome` is answered."""
        worths = self._complete(self.outcome, question)
        return int(np.count_nonzero(~np.isnan(worths[0])))

    @property
    def outcome(self) -> str:
        """The outcome that sentences, tables and figures are about: the first asked for."""
        return next(iter(self.worths))

    def together(self, outcome: str = "npv") -> PairedDifference:
        """Return the difference that all capabilities make together.

        Raises
        ------
        KeyError
            If there is no such outcome, here and of all below.
        """
        # Of those that shares are of, which add up to it.
        worths = self._complete(outcome, "share" if "share" in self.questions else "dropped")
        return PairedDifference(worths[-1] - worths[0])

    def share(self, capability: CapabilityName, outcome: str = "npv") -> PairedDifference:
        """Return a capability's share of it, its Shapley value; all shares add up to it.

        Shapley 1953, doi:10.1515/9781400881970-018; docs/decisions/0016.

        Raises
        ------
        KeyError
            If the plan does not raise the capability, or that was not run.
        """
        return self.worth(capability, "share", outcome)

    def alone(self, capability: CapabilityName, outcome: str = "npv") -> PairedDifference:
        """Return the difference that a capability makes without the others.

        Raises
        ------
        KeyError
            If the plan does not raise the capability, or that was not run.
        """
        return self.worth(capability, "alone", outcome)

    def last(self, capability: CapabilityName, outcome: str = "npv") -> PairedDifference:
        """Return the difference that a capability makes when all others are there.

        Raises
        ------
        KeyError
            If the plan does not raise the capability, or that was not run.
        """
        return self.worth(capability, "dropped", outcome)

    def worth(
        self, capability: CapabilityName, question: CreditQuestion, outcome: str = "npv"
    ) -> PairedDifference:
        """Return what a capability has to do with the difference, as a question asks for it.

        Raises
        ------
        KeyError
            If the plan does not raise the capability, or that was not run.

        Examples
        --------
        >>> from modelops_abm import preset, with_values
        >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
        >>> found = credit(plan, 5)
        >>> found.worth("rollback", "dropped").estimate == found.last("rollback").estimate
        True
        """
        return PairedDifference(self._asked(question, outcome)[self._place(capability)])

    @classmethod
    def of_ends(cls, plan: Scenario, seed: int, baseline: Floats, whole: Floats) -> Credit:
        """Return what a comparison tells of the credit: all of it if one capability is raised.

        Parameters
        ----------
        plan, seed
            What was run.
        baseline, whole
            Net present value of baseline and plan, in $ of day 0, by replication.
        """
        capabilities = raised(plan)
        players = len(capabilities)
        worths = np.full((1 << players, len(whole)), np.nan)
        worths[0], worths[-1] = baseline, whole
        answered = _answered_by({0, len(worths) - 1}, players)
        return cls(plan, seed, capabilities, {"npv": worths}, questions=answered)

    def known_with(self, whole: Floats) -> Credit:
        """Return the credit of net present value with what all make together better known.

        So everything that is said of one plan adds up to one number; see `moved_with`. Of fewer
        replications than the credit has, these alone count.

        Parameters
        ----------
        whole
            What all together are worth, in $ of day 0, in the replications of the credit and more.
        """
        return replace(self, whole=whole)

    def synergy(
        self, one: CapabilityName, other: CapabilityName, outcome: str = "npv"
    ) -> PairedDifference:
        """Return what two capabilities add together beyond what they add apart.

        The Shapley-Taylor index of order two (Sundararajan et al. 2020, arXiv:1902.05622).
        Where more is better, they are redundant below 0: each does in part what the other does.
        What a capability adds alone and half of each of its synergies make its share.

        Raises
        ------
        KeyError
            If the plan does not raise the capability, or that was not run.
        """
        index = synergies(self._complete(outcome, "share"))  # they take all combinations too
        return PairedDifference(index[self._place(one), self._place(other)])

    def ranking(
        self, outcome: str = "npv", question: CreditQuestion = "share"
    ) -> Ranking[CapabilityName]:
        """Return the capabilities by their share, highest first, and which may be the highest.

        By their share, or as another question has it.
        """
        return rank(self.capabilities, self._asked(question, outcome))

    def largest_parts(
        self, outcome: str = "npv", question: CreditQuestion = "share"
    ) -> Ranking[CapabilityName]:
        """Return the capabilities by their part of what all change together, the largest first.

        Where all together lower the outcome, that is the one that lowers it most.
        """
        direction = math.copysign(1.0, self.together(outcome).estimate.mean or 0.0)
        return rank(self.capabilities, direction * self._asked(question, outcome))

    def _asked(self, question: CreditQuestion, outcome: str) -> Floats:
        gains = {"dropped": last_gains, "share": shapley_values, "alone": first_gains}
        return gains[question](self._complete(outcome, question))

    def table(self, outcome: str = "npv") -> pd.DataFrame:
        """Return `share`, `alone` and `last`, a capability a row.

        Of each the columns `mean`; `half_width` of its 95 % interval; `futures_low` and
        `futures_high`, between which 95 of 100 futures lie; `n`, the replications that count.
        """
        measures = {"share": self.share, "alone": self.alone, "last": self.last}
        tables = {
            name: difference_table({entry: measure(entry, outcome) for entry in self.capabilities})
            for name, measure in measures.items()
        }
        return pd.concat(tables, axis=1)

    def synergy_table(self, outcome: str = "npv") -> pd.DataFrame:
        """Return the synergies, a pair of capabilities a row; columns as those of `table`."""
        return difference_table(self.synergies(outcome))

    def synergies(
        self, outcome: str = "npv"
    ) -> dict[tuple[CapabilityName, CapabilityName], PairedDifference]:
        """Return `synergy` of every pair of capabilities, in their order."""
        return {
            (one, other): self.synergy(one, other, outcome)
            for one, other in pairs_of(self.capabilities, 2)
        }

    @property
    def unknown(self) -> Unknown | None:
        """What of the spread is what nobody knows; None without draws, or if it is not told."""
        if self.over is None:
            return None
        return unknown_of(self.together(self.outcome).values, self.over.again)

    def sentence(self) -> str:
        """Return what they make together, and what is missed most if dropped; over draws both."""
        if self.over is None:
            return self._together_in_words()
        as_set = self.over.as_set.sentence()
        return over_in_words(as_set, self._together_in_words(), self.unknown)

    def _together_in_words(self) -> str:
        outcome = self.outcome
        together = Difference.of(outcome, self.together(outcome).estimate)
        what = OUTCOMES[outcome].meaning.rstrip(".")
        if math.isnan(together.mean):
            return f"{what}: there was none in these futures."
        ranking = self.largest_parts(outcome, "dropped")
        best = all_of(list(ranking.may_be_best))
        if len(self.capabilities) == 1:
            return f"{what}: {best} changes it by {together.text}."
        which = (
            f"dropped from the plan, {best} would change it most"
            if ranking.is_decided
            else f"which of {best} would change it most, if dropped, cannot be told"
        )
        return f"{what}: together they change it by {together.text}; {which}."

    def tables(self) -> tuple[Table, Table]:
        """Return the shares, the largest part first, and the synergies, the strongest first."""
        shares = self._shares_table() if self.over is None else self._over_table(self.over.as_set)
        return shares, self._synergies_table()

    def _over_table(self, as_set: Credit) -> Table:
        """Return the answers to all questions over draws, and those at the values as set."""
        rows = []
        for name in self.largest_parts(self.outcome, "dropped").order:
            cells = [name]
            for question in QUESTIONS:
                over, alone = (each._known(name, question) for each in (self, as_set))
                cells += [over.text, over.width, alone.text]
            rows.append(Row(tuple(cells)))
        over, alone = (
            Difference.of(self.outcome, each.together(self.outcome).estimate)
            for each in (self, as_set)
        )
        rows.append(Row(("together", over.text, over.width, alone.text), is_strong=True))
        headings = (
            heading
            for asked in QUESTIONS.values()
            for heading in (f"{asked.heading}, over draws", HALF_WIDTH, "as set")
        )
        columns = (*words("Capability"), *numbers(*headings))
        return Table("shares", columns, rows, numbers=self._shares_in_full)

    def _shares_table(self) -> Table:
        """Return the answers to all questions; without all of them is lost what they make."""
        rows = []
        for name in self.largest_parts(self.outcome, "dropped").order:
            dropped, *others = (self._known(name, question) for question in QUESTIONS)
            ends = (cell for known in others for cell in (known.text, known.width))
            rows.append(Row((name, dropped.text, dropped.interval, *ends)))
        together = Difference.of(self.outcome, self.together(self.outcome).estimate)
        rows.append(Row(("together", together.text, together.interval), is_strong=True))
        dropped_heading, *headings = (asked.heading for asked in QUESTIONS.values())
        rest = (cell for heading in headings for cell in (heading, HALF_WIDTH))
        columns = (*words("Capability"), *numbers(dropped_heading, INTERVAL, *rest))
        return Table("shares", columns, rows, numbers=self._shares_in_full)

    def _known(self, name: CapabilityName, question: CreditQuestion) -> Difference:
        return Difference.of(self.outcome, self.worth(name, question, self.outcome).estimate)

    def _shares_in_full(self) -> pd.DataFrame:
        """Return `table` with one line of headings, as files have it."""
        table = self.table(self.outcome)
        table.columns = pd.Index(["_".join(column) for column in table.columns])
        return table

    def _synergies_table(self) -> Table:
        if len(self.capabilities) < 2:
            return Table("synergies", numbers=self._synergies_in_full)
        pairs = [
            (f"{one} and {other}", Difference.of(self.outcome, pair.estimate))
            for (one, other), pair in self.synergies(self.outcome).items()
        ]
        pairs.sort(key=lambda each: -abs(each[1].mean))
        rows = [Row((both, pair.text, pair.interval)) for both, pair in pairs]
        columns = (*words("Two together, beyond both apart"), *numbers("", INTERVAL))
        return Table("synergies", columns, rows, numbers=self._synergies_in_full)

    def _synergies_in_full(self) -> pd.DataFrame:
        """Return `synergy_table` with the names of a pair apart, as files have it."""
        table = self.synergy_table(self.outcome)
        if table.empty:
            return table
        pairs = pd.MultiIndex.from_tuples(table.index.tolist(), names=["one", "other"])
        return table.set_axis(pairs, axis=0)

    def notes(self) -> str:
        """Return which question each column answers."""
        asked = "; ".join(f"{each.heading}: {each.meaning}" for each in QUESTIONS.values())
        pair = " A pair below zero does in part the same work."
        rest = "Intervals are chance only" if self.over is None else OVER_DRAWS
        return f"{capitalised(asked)}.{pair} {rest}, each by itself."

    def to_json(self) -> dict[str, Any]:
        """Return the plan and every difference as plain data."""
        outcome = self.outcome
        ranking = self.ranking(outcome)
        return {
            "version": simulator_version(),
            "seed": self.seed,
            "replications": self.replications,
            "scenario": self.plan.model_dump(mode="json", exclude_none=True),
            "outcome": outcome,
            "unit": OUTCOMES[outcome].unit,
            "together": _plain(self.together(outcome)),
            "capabilities": {
                name: {
                    "share": _plain(self.share(name, outcome)),
                    "alone": _plain(self.alone(name, outcome)),
                    "last": _plain(self.last(name, outcome)),
                }
                for name in self.capabilities
            },
            "synergies": [
                {"pair": list(pair), **_plain(synergy)}
                for pair, synergy in self.synergies(outcome).items()
            ],
            "order": list(ranking.order),
            "may_be_highest": list(ranking.may_be_best),
            "may_have_the_largest_part": list(self.largest_parts(outcome).may_be_best),
            **({} if self.over is None else self._over_as_json(self.over.as_set)),
        }

    def _over_as_json(self, as_set: Credit) -> dict[str, Any]:
        found = as_set.to_json()
        names = ("together", "capabilities", "synergies", "order", "may_be_highest")
        return {
            "at_the_values_as_set": {name: found[name] for name in names},
            **unknown_as_json(self.unknown),
        }

    def _place(self, capability: CapabilityName) -> int:
        if capability not in self.capabilities:
            raise KeyError(f"the plan does not raise {capability!r}")
        return self.capabilities.index(capability)

    def _complete(self, outcome: str, question: CreditQuestion) -> Floats:
        """Return the worths where all that a question takes is known, NaN for all elsewhere."""
        if question not in self.questions:
            raise KeyError(f"the credit answers {all_of(self.questions)}, not {question!r}")
        whole = self.whole if outcome == "npv" else None
        worths = self.worths[outcome]
        if whole is not None:
            worths = worths[:, : len(whole)]
        # Shares over different futures would not add up to what all make together.
        taken = list(_asked_for(question, len(self.capabilities)))
        is_known = ~np.isnan(worths[taken]).any(axis=0)
        complete = worths[:, is_known]
        if whole is not None and complete.size:
            gains = complete - complete[0]
            complete = complete[0] + moved_with(gains, gains[-1], float(whole.mean()))
        result = np.full_like(worths, np.nan)
        result[:, is_known] = complete
        return result


def _plain(difference: PairedDifference) -> dict[str, Any]:
    return {**asdict(difference.estimate), "futures": difference.futures}


@refuses_unknown
def stream_credit(
    plan: Scenario,
    looks: Sequence[int] = LOOKS,
    *,
    outcomes: Sequence[str] = ("npv",),
    **keeping: Unpack[Keeping],
) -> Iterator[Credit]:
    """Yield what each capability of a plan earns, better known from look to look.

    Every combination of the capabilities that the plan raises is run, 32 if it raises all five, in
    the replications of `compare` with the same seed.

    Parameters
    ----------
    plan
        The plan. A capability that is left out stays at its start level.
    looks
        After how many replications of each combination to yield.
    outcomes
        Names of outcomes of the run summary, or else of totals; shares and means are split like
        amounts.
    keeping
        See `running.Keeping`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    InputError
        If there is not enough memory for it, or a scenario refuses the values of a draw.
    ValueError
        If the looks are none or do not grow, or there is no outcome of a name.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> [known.replications for known in stream_credit(plan, (5, 10))]
    [5, 10]
    """
    if keeping.get("draws") is None:
        yield from stream_shares(plan, looks, outcomes=outcomes, **keeping)
        return
    capabilities = raised(plan)
    scenarios = combinations(plan, capabilities)

    def found(worths: Samples) -> Credit:
        return Credit(plan, keeping.get("seed", 0), capabilities, worths)

    for over, as_set in over_and_as_set(scenarios, looks, outcomes, keeping):
        drawn = found(over)
        ends = [scenarios[0], scenarios[-1]]
        totals = again_of(ends, 0, count_again(drawn.replications), keeping)
        baseline, whole = outcome_of(drawn.outcome, totals)
        yield replace(drawn, over=Over(found(as_set), whole - baseline))


@refuses_unknown
def stream_shares(
    plan: Scenario,
    looks: Sequence[int] = LOOKS,
    *,
    outcomes: Sequence[str] = ("npv",),
    questions: Sequence[CreditQuestion] = tuple(QUESTIONS),
    known: Credit | None = None,
    **keeping: Unpack[Keeping],
) -> Iterator[Credit]:
    """Yield what each capability earns over draws, or as set without any: either one alone.

    It takes half the runs of `stream_credit`, which over draws tells both.

    Parameters
    ----------
    questions
        What is asked. Only the combinations that decide it are run: of five capabilities 7 for what
        the plan would lose without each, 32 for shares.
    known
        What is known of the same credit: what it has of the last look is not run again.

    See Also
    --------
    stream_credit : for the parameters and the errors.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> [known.replications for known in stream_shares(plan, (5, 10))]
    [5, 10]
    >>> next(stream_shares(plan, (5,), questions=["dropped"])).questions
    ('dropped',)
    """
    capabilities, seed = raised(plan), keeping.get("seed", 0)
    players = len(capabilities)
    asked = set[int]().union(*(_asked_for(each, players) for each in questions))
    before = _worths_known(known, outcomes, looks[-1])
    places = sorted(asked - before.keys())
    answered = _answered_by(asked | before.keys(), players)
    scenarios = combinations(plan, capabilities)
    for samples in sampled([scenarios[each] for each in places], looks, outcomes, **keeping):
        worths = {}
        for name, values in samples.items():
            count = looks[-1] if before else values.shape[1]
            worths[name] = np.full((len(scenarios), count), np.nan)
            worths[name][places, : values.shape[1]] = values
            for place, others in before.items():
                worths[name][place] = others[name]
        yield Credit(plan, seed, capabilities, worths, questions=answered)


@refuses_unknown
def credit(
    plan: Scenario,
    replications: int = 200,
    *,
    outcomes: Sequence[str] = ("npv",),
    **keeping: Unpack[Keeping],
) -> Credit:
    """Return what each capability of a plan earns, from replications of every combination.

    See Also
    --------
    stream_credit : for the other parameters and the errors.

    Examples
    --------
    >>> from modelops_abm import preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> shares = credit(plan, 10)
    >>> shares.capabilities
    ('automation', 'monitoring', 'rollback', 'lineage', 'autoscaling')
    >>> parts = sum(shares.share(name, "npv").estimate.mean for name in shares.capabilities)
    >>> abs(parts - shares.together("npv").estimate.mean) < 0.01
    True
    """
    return next(stream_credit(plan, (replications,), outcomes=outcomes, **keeping))


def _worths_known(
    known: Credit | None, outcomes: Sequence[str], count: int
) -> dict[int, dict[str, Floats]]:
    """Return what a credit has of so many replications, by combination and outcome."""
    if known is None or known.replications < count or not known.worths.keys() >= set(outcomes):
        return {}
    worths = np.array([known.worths[name][:, :count] for name in outcomes])
    return {
        place: dict(zip(outcomes, worths[:, place], strict=True))
        for place in np.flatnonzero(~np.isnan(worths).any(axis=(0, 2))).tolist()
    }


def combinations(plan: Scenario, capabilities: Sequence[CapabilityName]) -> list[Scenario]:
    """Return the plan with each combination of its capabilities, numbered as in `Credit.worths`."""
    return [
        without(plan, (name for place, name in enumerate(capabilities) if not number >> place & 1))
        for number in range(1 << len(capabilities))
    ]
