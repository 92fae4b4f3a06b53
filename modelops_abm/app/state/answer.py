"""The answer to a plan: over how many futures, how it gets better, and what is kept of it.

Nothing here is of a thread or of a page: `estimation` asks in the background.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from threading import Event, Lock
from types import MappingProxyType
from typing import NamedTuple

from modelops_abm.app.state.draws import answered_in, organisations_of
from modelops_abm.app.state.plan import Plan, organisation_key
from modelops_abm.core.outcomes import LEVEL_STATES
from modelops_abm.evidence.measures import as_it_is
from modelops_abm.evidence.settling import settled
from modelops_abm.experiments import Comparison, Credit, LevelChange, comparisons
from modelops_abm.experiments.statistics import looks_up_to
from modelops_abm.runs.batches import RunCache
from modelops_abm.runs.resources import MOST_REPLICATIONS, replications_per_block
from modelops_abm.runs.results import Ensemble
from modelops_abm.scenario import Scenario, baseline_of
from modelops_abm.scenario.presets import PRESETS, preset

LIKE_YOURS = "organisations like yours"
BANDS = (
    "npv",
    "discounted_net_value",
    "availability",
    "users",
    "served",
    "developer_days_repair",
    "developer_days_respond",
    "developer_days_retrain",
    "developer_days_capability",
    "developer_days_deploy",
    "developer_days_build",
    "developer_days_idle",
    *LEVEL_STATES,
)
"""Daily outcomes of which the page draws bands."""
PERIOD_DAYS = 7
"""Length of the periods of the bands."""


@dataclass(frozen=True)
class Answer:
    """The answer to one plan after some of the replications asked for.

    Attributes
    ----------
    plan
        The plan that it answers, which the visitor may have changed since.
    comparison
        The plan and its baseline at the values as set, over the replications so far, with the bands
        of `BANDS`.
    aim
        How many replications it will be of, as every plan at the same precision.
    is_settled
        Whether all of them have been run.
    error
        Why the plan that the visitor has now could not be answered, in words; empty if it could.
    over
        The same over what the organisation may be, a draw of it in each replication; None if only
        the values as set were asked for.
    """

    plan: Plan
    comparison: Comparison
    aim: int
    is_settled: bool
    error: str = ""
    over: Comparison | None = None

    @property
    def seed(self) -> int:
        """Seed of its replications."""
        return self.comparison.plan.seed

    @property
    def shown(self) -> Comparison:
        """What a card shows that knows one side alone: over organisations, if that is asked."""
        return self.comparison if self.over is None else self.over

    @property
    def of_whom(self) -> str:
        """What the averages of such a card are of, in words; empty where there is one side."""
        return "" if self.over is None else f", average of {LIKE_YOURS}"

    def as_set(self) -> Answer:
        """Return the answer at the values as set alone."""
        return replace(self, over=None)


@dataclass(frozen=True)
class Remarks:
    """What else is to be said of a plan that is answered, as far as it is known.

    Attributes
    ----------
    of
        Of which plan and in which futures, and what was asked.
    better
        Of a plan that does not earn: the best single change, and what it is worth, or that none
        helps.
    change
        That change; None if none can be told to help.
    team
        Of a team that cannot carry its portfolio: that it cannot, and what team would do.
    is_whole
        Whether all that was asked is found out.
    """

    of: Hashable = None
    better: str = ""
    change: LevelChange | None = None
    team: str = ""
    is_whole: bool = False


NO_REMARKS = Remarks()


PRECISIONS = MappingProxyType({"rough": 200, "usual": 400, "fine": 1600})
"""The precisions to choose from: of how many futures every answer is.

Four times as many halve the interval of an average. None ends before, however narrow its interval:
plans would be told by other futures than those that they stand beside (docs/decisions/0060).
"""
USUAL = PRECISIONS["usual"]


# Each costs a drawing of the page: close together only while one of them is long in coming.
_EARLY_STAGES = (2, 4, 8, 16, 24, 32, 48, 64, 80)
_FIRST_LATE_STAGE = 100


def stages_of(scenario: Scenario, replications: int = USUAL) -> tuple[int, ...]:
    """Return after how many replications to show figures.

    Parameters
    ----------
    scenario
        What is run.
    replications
        How many in all.
    """
    stages = looks_up_to(replications)
    if replications_per_block([scenario]) == MOST_REPLICATIONS:
        return stages
    # A replication so large that fewer fit into a block takes long: show something sooner.
    return (*_EARLY_STAGES, *(stage for stage in stages if stage >= _FIRST_LATE_STAGE))


# --------------------------------------------------------------------------------------
# A question, and its answer as it gets better; what is kept of answers.


RUNS_KEPT = RunCache(96_000_000)
"""Runs of organisations without a plan: those of about five, for all visitors.

What no preset has is kept for the one who brought it.
"""
MOST_CACHED = 4
"""Settled answers that are kept, so that undo and replay need no waiting."""


class Question(NamedTuple):
    """What is asked of a plan.

    Attributes
    ----------
    plan
        The plan.
    seed
        Seed of all replications.
    futures
        Of how many it is asked, see `PRECISIONS`.
    is_over
        Whether over what the organisation may be as well, or only at the values as set.
    """

    plan: Plan
    seed: int
    futures: int = USUAL
    is_over: bool = False

    @property
    def key(self) -> tuple[str, int, int]:
        """What the answer depends on; the values as set are part of either."""
        return self.plan.key, self.seed, self.futures

    @property
    def own_key(self) -> Hashable:
        """What two questions have in common whose answers are the same."""
        return self.key, self.is_over

    @property
    def common_key(self) -> Hashable | None:
        """What the answer depends on, if any visitor may ask the same; None if it is one's own.

        What a visitor has brought is never shared, nor is any name or source that no preset has.
        """
        plan = self.plan
        is_common = plan.belief is None and plan.start in PRESETS and plan.own == preset(plan.start)
        return (plan.start, self.key, self.is_over) if is_common else None


def answers(
    question: Question,
    cancel: Event | None = None,
    progress: Callable[[int, int], None] | None = None,
    executor: Executor | None = None,
    owner: Hashable = None,
) -> Iterator[Answer]:
    """Yield the answer to a plan as it gets better.

    Parameters
    ----------
    question
        What is asked.
    cancel
        Set it from another thread to stop soon.
    progress
        Called with the replications done, and how many it will be at most.
    executor
        Where to run; see `runs.stream`.
    owner
        Who asks, if it is nobody else's question: see `RUNS_KEPT`.

    Raises
    ------
    Cancelled
        If `cancel` was set.
    """
    plan, seed, futures, is_over = question
    stages = stages_of(plan.scenario, futures)
    baseline = baseline_of(plan.scenario)
    kept = RUNS_KEPT.of(baseline, as_it_is(plan.scenario), owner=owner)
    run = partial(
        comparisons,
        plan.scenario,
        stages,
        baseline=baseline,
        kept=kept,
        seed=seed,
        daily=BANDS,
        period_days=PERIOD_DAYS,
        cancel=cancel,
        progress=progress,
        executor=executor,
    )
    if not is_over:
        for known in run():
            yield Answer(plan, known, futures, known.replications == futures)
        return
    draws = organisations_of(plan, futures, seed)
    for over in run(draws=draws):
        assert over.over is not None
        is_settled = over.replications == futures
        answer = Answer(plan, over.over.as_set, futures, is_settled, over=over)
        yield answer
    # What would settle it comes last: it takes runs of its own, of what each draw shows as it is.
    if not over.is_of_baseline:
        told = answered_in(plan)
        asked = settled(
            over, told, draws=draws, seed=seed, cancel=cancel, executor=executor, kept=kept
        )
        yield replace(answer, over=asked)


class Baselines:
    """The baselines of one visitor's organisations, each over the most futures that were run.

    A plan that is moved has the same baseline as before. Over its own first futures that would be
    another number each time, until as many are run. Each precision has its own: of one that asks
    for fewer futures, no plan would ever have as many as its baseline.
    """

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, int, int], Ensemble] = OrderedDict()
        self._lock = Lock()

    def beside(self, answer: Answer) -> Answer:
        """Return an answer whose baseline is as well known as it ever was, and remember its own."""
        own = answer.comparison.baseline
        key = (organisation_key(answer.plan.scenario), answer.seed, answer.aim)
        with self._lock:
            best = self._found.get(key)
            if best is None or best.replications <= own.replications:
                best = self._found[key] = own
            self._found.move_to_end(key)
            while len(self._found) > MOST_CACHED:
                self._found.popitem(last=False)
        longer = best if best.replications > own.replications else None
        return replace(answer, comparison=replace(answer.comparison, longer=longer))


type Credits = Mapping[bool, Credit]
"""Which capability earns what, by whether it is over what the organisation may be."""


class AnswerCache:
    """Settled answers with their credit, the latest few, for all jobs of one visitor."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[str, int, int], tuple[Answer, Credits]] = OrderedDict()
        self._lock = Lock()

    def get(self, question: Question) -> tuple[Answer, Credit | None] | None:
        """Return the answer to a question and the credit as far as known; None if not kept."""
        with self._lock:
            found = self._found.get(question.key)
        if found is None:
            return None
        answer, known = found
        if not question.is_over:
            # What is as set is the same either way; what is over draws has to be run.
            answer = answer.as_set()
        elif answer.over is None:
            return None
        return answer, known.get(question.is_over)

    def add(self, question: Question, answer: Answer, credit: Credit | None) -> None:
        """Keep an answer, and drop the one that was added longest ago if they are many."""
        with self._lock:
            # Taken out and put in again, so that it is the newest; a credit that is known already
            # stays, and so does what is over draws.
            before, known = self._found.pop(question.key, (answer, {}))
            kept = answer if answer.over is not None else before
            own = {} if credit is None else {question.is_over: credit}
            self._found[question.key] = (kept, {**known, **own})
            while len(self._found) > MOST_CACHED:
                self._found.popitem(last=False)


def credit_told(answer: Answer) -> Credit:
    """Return what an answer tells of the credit, which is all if one capability is raised."""
    sides = (answer.shown.baseline, answer.shown.plan)
    baseline, whole = (side.outcome("npv") for side in sides)
    return Credit.of_ends(answer.plan.scenario, answer.seed, baseline, whole)
