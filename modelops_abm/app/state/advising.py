"""Finding out in the background what to buy with a budget, for one visitor beside the others.

It takes a minute of processor time, so that it is asked for, and never begins by itself. Its runs
go to the threads that all visitors share, behind everything that somebody waits for; what it
computes between them takes turns with the fits of all visitors (`state.fitting.LINE`). What was
found stays while the plan moves, with what it is of. docs/decisions/0059.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import solara

from modelops_abm import formats
from modelops_abm.app.state.draws import answered_in, organisations_of
from modelops_abm.app.state.fitting import LINE, Line
from modelops_abm.app.state.jobs import PRECEDENCE, Job, Jobs
from modelops_abm.app.state.plan import KEY_DIGITS, Plan, key_of, size_of
from modelops_abm.evidence.settling import advised
from modelops_abm.experiments import Advice, Draws, RoadMap, advise, draws_needed
from modelops_abm.experiments.advice import how_it_holds
from modelops_abm.experiments.optimisation import REPLICATIONS
from modelops_abm.experiments.road_maps import TRIALS_OF_ADVICE, nothing_of, with_road_map
from modelops_abm.experiments.running import Keeping
from modelops_abm.runs.resources import cores
from modelops_abm.runs.threads import Account, Rank, new_caller
from modelops_abm.scenario import CAPABILITY_NAMES, Scenario, with_values

USUAL_BUDGET = 250_000.0
"""Capital in $ that stands in the field at first."""
LEAST_BUDGET, MOST_BUDGET = 1, 10**9
"""In $."""
LEAST_AND_MOST_CHANCE = (0.01, 0.99)
"""Of the futures in which a budget has to be enough."""
MOST_MINUTES = 10.0
"""Processor time of the longest that the page takes on; the command line takes longer."""
_ROUNDS = 0.5
"""Futures that it takes for each road map that is looked at, of those that tell it."""
_SECONDS_PER_MODEL_DAY = 6e-9
"""Measured with 24 to 400 models, 5.4 to 7.0."""
_PAUSE_SECONDS = 1.0
_SOON_SECONDS = 3.0
"""Before which it is not said how long the rest takes."""


@dataclass(frozen=True)
class Asked:
    """What is asked: the organisation, with what it is planning, and the budget.

    Attributes
    ----------
    plan
        The plan.
    budget
        What may be spent on capital over the whole time, in $: on average, or as surely as
        `chance` says.
    seed
        Seed of all futures.
    replications
        In how many of them a road map is told.
    is_over
        Whether over what the organisation may be, or at the values as set.
    answered
        In how many futures the plan is answered: none of them may choose a road map, which
        would look better in them than it is.
    chance
        In which part of the futures the budget has to be enough; None if on average.
    """

    plan: Plan
    budget: float
    seed: int
    replications: int
    is_over: bool
    answered: int = 0
    chance: float | None = None

    @cached_property
    def organisation(self) -> tuple[str, str]:
        """What it is of, whatever is planned: the same after a road map has become the plan."""
        return _as_it_is(self.plan.scenario), "" if self.plan.belief is None else (
            self.plan.belief.fingerprint[:KEY_DIGITS]
        )

    def is_of(self, other: Asked) -> bool:
        """Tell whether the answer to another is one to this, whatever is planned by now."""
        return self.others == other.others and self.organisation == other.organisation

    @property
    def others(self) -> tuple[float | None, ...]:
        """All but the organisation."""
        futures = self.seed, self.replications, self.answered
        return self.budget, self.chance, self.is_over, *futures

    @property
    def options(self) -> list[str]:
        """What the command `advise` is given to find out the same, besides plan and futures."""
        options = ["--budget", f"{self.budget:.10g}"]
        if self.chance is not None:
            options += ["--budget-chance", f"{self.chance:.10g}"]
        options += [] if self.is_over else ["--as-set"]
        if self.answered > self.replications:
            options += ["--reserved", str(self.answered)]
        return options

    @property
    def minutes(self) -> float:
        """About how much processor time it takes, in minutes."""
        futures = 2 * TRIALS_OF_ADVICE * _ROUNDS * self.replications  # with the baseline of each
        return futures * size_of(self.plan.scenario) * _SECONDS_PER_MODEL_DAY / 60.0

    def in_words(self) -> str:
        """Return what it is of: budget, size of the organisation, horizon, over what."""
        scenario = self.plan.scenario
        models = formats.plural(round(scenario.models_at_start()), "model")
        people = formats.plural(scenario.team.developers, "developer")
        where = "over organisations like yours" if self.is_over else "as set"
        surely = "" if self.chance is None else f" {how_it_holds(self.chance)}"
        return (
            f"for {formats.money(self.budget)} of capital{surely} over"
            f" {formats.span(scenario.horizon_days)}, {models} and {people}, {where}"
        )


def asked_of(
    plan: Plan,
    budget: float,
    seed: int,
    futures: int,
    *,
    is_over: bool,
    chance: float | None = None,
) -> Asked:
    """Return what a visitor asks by the plan that is shown, and by the futures of its answer."""
    return Asked(plan, budget, seed, min(futures, REPLICATIONS), is_over, futures, chance)


def _as_it_is(plan: Scenario) -> str:
    """Return a key of the organisation of a plan, whatever is raised and from when on."""
    days = {f"capabilities.{name}.start_day": 0.0 for name in CAPABILITY_NAMES}
    nothing = with_road_map(plan, nothing_of(plan))
    return key_of(with_values(nothing, days, source="nothing is planned"))


@dataclass(frozen=True)
class Advised:
    """What was found.

    Attributes
    ----------
    asked
        What it answers.
    advice
        The answer.
    """

    asked: Asked
    advice: Advice

    def laid_on(self, plan: Plan) -> Plan:
        """Return a plan that follows the road map, all else as it is.

        Raises
        ------
        InputError
            If that plan does not take it: a day after its end, say.
        """
        return following(plan, self.advice.road_map)


def following(plan: Plan, road_map: RoadMap) -> Plan:
    """Return a plan that follows a road map, all else as it is, the team included.

    Raises
    ------
    InputError
        If it does not take the road map.
    """
    own = replace(road_map, developers=plan.scenario.team.developers)
    scenario = with_road_map(plan.scenario, own)
    values: dict[str, object] = {}
    for name in CAPABILITY_NAMES:
        for part in ("maximum", "start_day"):
            values[f"capabilities.{name}.{part}"] = getattr(
                getattr(scenario.capabilities, name), part
            )
    if scenario.changes != plan.scenario.changes:
        values["changes"] = scenario.changes
    return plan.changed(values)


@dataclass(frozen=True)
class Searching:
    """How far the search has come.

    Attributes
    ----------
    asked
        What is being found out.
    done, aim
        Work that is done, and about how much there is; 0 before the first.
    seconds_left
        How long the rest takes if it goes on as fast; None if that cannot be told yet.
    ahead
        Work of other visitors that has to end before it begins.
    """

    asked: Asked
    done: int = 0
    aim: int = 0
    seconds_left: float | None = None
    ahead: int = 0


class Advising:
    """What one visitor asks to be advised on, as reactive values that the page's parts read.

    Attributes
    ----------
    budget
        What stands in the field, in $.
    chance
        In which part of the futures it has to be enough; None if on average.
    found
        The newest answer; None before any.
    searching
        How far the search has come; None if none goes on.
    wrong
        What is wrong with what was typed as the budget; empty if nothing is.
    problem
        Why there is no answer to what was asked last; empty if there is, or it is being found out.

    Parameters
    ----------
    in_page
        Calls what changes these values, where that is allowed.
    account
        The visitor's, of what is used of the shared threads.
    line
        In which the work of all visitors takes turns.
    """

    def __init__(
        self,
        in_page: Callable[[Callable[[], None]], None],
        account: Account,
        line: Line = LINE,
    ) -> None:
        self.budget = solara.reactive(USUAL_BUDGET)
        self.chance: solara.Reactive[float | None] = solara.reactive(None)
        self.found: solara.Reactive[Advised | None] = solara.reactive(None)
        self.searching: solara.Reactive[Searching | None] = solara.reactive(None)
        self.wrong = solara.reactive("")
        self.problem = solara.reactive("")
        self._in_page, self._account, self._line = in_page, account, line
        self._jobs = Jobs()

    def ask(self, asked: Asked) -> None:
        """Find it out in the background, in place of what is being found out."""
        if asked.minutes > MOST_MINUTES:
            self.problem.set(
                f"This takes about {formats.plural(round(asked.minutes), 'minute')} of processor"
                " time, which is too long for the page. The command line does it, with the file of"
                f" this plan from Share: modelops-abm advise PLAN.toml {' '.join(asked.options)}"
            )
            return
        self.problem.set("")
        self.searching.set(Searching(asked))

        def work(job: Job) -> None:
            self._search(asked, job)

        self._jobs.start("advice", work, self._fail)

    def stop(self) -> None:
        """Stop the search; what was found before stays."""
        self._jobs.stop("advice")
        self.searching.set(None)

    def close(self) -> None:
        """Stop everything for good."""
        self._jobs.close()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing goes on in the background; return whether that is so."""
        return self._jobs.wait(seconds)

    def _search(self, asked: Asked, job: Job) -> None:
        def tell(message: Searching | Advised) -> None:
            job.tell(self._hear, message)

        with self._line.place(job.cancel, lambda ahead: tell(Searching(asked, ahead=ahead))) as own:
            bar = _Bar(asked, tell)

            def progress(done: int, aim: int) -> None:
                bar.show(done, aim)
                self._line.let_others(own, job.cancel)

            executor = new_caller(Rank.LAST, account=self._account)
            advice = found_out(asked, Keeping(cancel=job.cancel, executor=executor), progress)
            PRECEDENCE.give_way(job.cancel, _PAUSE_SECONDS)
            tell(Advised(asked, advice))

    def _hear(self, message: Searching | Advised) -> None:
        def change() -> None:
            if isinstance(message, Advised):
                self.found.set(message)
                self.searching.set(None)
            else:
                self.searching.set(message)

        self._in_page(change)

    def _fail(self, words: str) -> None:
        def change() -> None:
            self.problem.set(words)
            self.searching.set(None)

        self._in_page(change)


def found_out(
    asked: Asked,
    keeping: Keeping,
    progress: Callable[[int, int], None] | None = None,
    *,
    trials: int = TRIALS_OF_ADVICE,
) -> Advice:
    """Return the advice, of the organisations and the futures in which Decide answers the plan.

    Parameters
    ----------
    asked
        What is asked.
    keeping
        How it is run.
    progress
        Called with the work done and about all there is.
    trials
        How many road maps are looked at.
    """
    plan, seed, count = asked.plan, asked.seed, asked.replications
    draws: Draws | None = None
    if asked.is_over:
        draws = organisations_of(plan, draws_needed(count, asked.answered), seed)
    quietly: Keeping = {**keeping, "seed": seed, "draws": draws}
    told: Keeping = {**quietly, "progress": progress}
    found = advise(
        plan.scenario,
        asked.budget,
        chance=asked.chance,
        trials=trials,
        replications=count,
        reserved=asked.answered,
        **told,
    )
    return found if draws is None else advised(found, answered_in(plan), **quietly)


class _Bar:
    """Tells how far a search has come, not too often, and how long the rest takes."""

    def __init__(self, asked: Asked, tell: Callable[[Searching], None]) -> None:
        self._asked, self._tell = asked, tell
        self._began = self._told = time.monotonic()

    def show(self, done: int, aim: int) -> None:
        now = time.monotonic()
        if now - self._told < _PAUSE_SECONDS or PRECEDENCE.is_claimed or not done:
            return
        self._told, spent = now, now - self._began
        left = spent * (aim - done) / done if spent >= _SOON_SECONDS else None
        self._tell(Searching(self._asked, done, aim, left))


def seconds_expected(asked: Asked) -> float:
    """Return about how long it takes where nobody else computes, in seconds."""
    return 60.0 * asked.minutes / cores()
