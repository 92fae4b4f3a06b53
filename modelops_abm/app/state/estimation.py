"""Answering a visitor's questions in the background, better and better, newest question first.

The order of work is the order in which a visitor waits: first figures of the plan, better ones, the
credit of each capability, the levels of the one in the drawer, the other plans of the tray. A newer
question cancels what it makes useless. Nothing here knows Solara: what is found out is published as
messages, from threads of their own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from threading import Event, Timer
from typing import Literal, NamedTuple

from modelops_abm.app.state.answer import (
    RUNS_KEPT,
    Answer,
    AnswerCache,
    Baselines,
    Question,
    answers,
    credit_told,
    stages_of,
)
from modelops_abm.app.state.belief import belief_of
from modelops_abm.app.state.draws import organisations_of
from modelops_abm.app.state.effects import EventEffects, event_effects
from modelops_abm.app.state.jobs import PRECEDENCE, Job, Jobs
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.sharing import SharedStreams
from modelops_abm.experiments import (
    Credit,
    LevelWorth,
    stream_level_worth,
)
from modelops_abm.experiments.credit_shares import QUESTIONS, CreditQuestion, stream_shares
from modelops_abm.experiments.plans import raised
from modelops_abm.experiments.running import LOOKS, Keeping
from modelops_abm.runs import Cancelled
from modelops_abm.runs.resources import give_back_memory
from modelops_abm.runs.threads import Account, Caller, Rank, new_caller
from modelops_abm.scenario import CapabilityName

_PAUSE_SECONDS = {"answer": 0.25, "credit": 1.0}
"""Until each message on how far some work has come; many visitors' credits run at once."""
_PATIENCE_SECONDS = 2.0
"""For which better figures give way at most while others wait for their first."""
_LONGEST_WAIT_SECONDS = 20.0
"""For the credit of what is saved; a plan of thousands of models would take minutes."""
_POLL_SECONDS = 0.05
_MOST_SHARED = 16
_ANSWERS: SharedStreams[Answer] = SharedStreams(_MOST_SHARED)
_CREDITS: SharedStreams[Credit] = SharedStreams(_MOST_SHARED)
"""Of plans that any visitor may ask for; the latest few are kept."""


@dataclass(frozen=True)
class CreditSoFar:
    """Which capability of a plan earns what, as far as it is known.

    Attributes
    ----------
    plan
        The plan.
    credit
        None for a plan that raises nothing.
    is_over
        Whether over what the organisation may be, or at the values as set.
    """

    plan: Plan
    credit: Credit | None
    is_over: bool = False

    def is_of(self, answer: Answer) -> bool:
        """Tell whether it is of the plan, the futures and the organisations of an answer."""
        own = None if self.credit is None else self.credit.seed
        return (self.plan.key, own, self.is_over) == (
            answer.plan.key,
            answer.seed,
            answer.over is not None,
        )


@dataclass(frozen=True)
class RunProgress:
    """How far some work has come.

    Attributes
    ----------
    plan
        The plan that it is about.
    work
        Whether the plan is being answered, or the credit of its capabilities found out.
    done, aim
        Replications that were run, and how many it will be at most; 0 and 0 if nothing is run any
        more.
    """

    plan: Plan
    work: Literal["answer", "credit"]
    done: int
    aim: int


@dataclass(frozen=True)
class Explanation:
    """What each level of a capability is worth in a plan, as far as it is known.

    Attributes
    ----------
    plan
        The plan.
    subject
        The capability.
    levels
        The worth of its levels, which also knows the reasons; None before the first estimate.
    is_over
        Whether over what the organisation may be, or at the values as set.
    """

    plan: Plan
    subject: CapabilityName
    levels: LevelWorth | None = None
    is_over: bool = False


@dataclass(frozen=True)
class Failure:
    """Why a plan could not be answered.

    Attributes
    ----------
    plan
        The plan.
    words
        What went wrong.
    """

    plan: Plan
    words: str


@dataclass(frozen=True)
class Ahead:
    """What a plan is worth that is not decided with yet, as far as it is known.

    Attributes
    ----------
    plan
        The plan.
    answer
        Its answer so far; None if it could not be found out.
    """

    plan: Plan
    answer: Answer | None

    def is_told_as(self, plan: Plan) -> bool:
        """Tell whether another is the same plan of the same statements, over whichever draws."""
        ours, theirs = (belief_of(each.belief).evidence for each in (self.plan, plan))
        return self.plan.scenario == plan.scenario and ours == theirs

    def stays_beside(self, newer: Ahead) -> bool:
        """Tell whether it stays as a newer one of the same comes, which knows less so far."""
        if self.answer is None or newer.answer is None or not self.is_told_as(newer.plan):
            return False
        known, so_far = (each.comparison.replications for each in (self.answer, newer.answer))
        return known > so_far and not newer.answer.is_settled


type Message = Answer | Ahead | CreditSoFar | EventEffects | Explanation | Failure | RunProgress


class _LookAhead(NamedTuple):
    """A plan that is answered ahead: which, whether figures are there, and whether it has ended."""

    key: Hashable
    found: Event
    ended: Event


type Publish = Callable[[Message], None]


class Estimator:
    """Answers the questions of one visitor, whose newest question counts.

    A question is answered stage by stage until every replication has been run; then comes what the
    plan would lose without each capability and, for who asks, fair shares and the worth of the
    levels of one. A newer question stops the older within a slice of its runs; nothing of the older
    is published after something of the newer. Beside it a plan is answered ahead that may be asked
    for next, which then goes on where it is.

    Parameters
    ----------
    publish
        Called with every message, from a thread of the background.
    account
        The visitor's, of what is used of the shared threads.
    """

    def __init__(self, publish: Publish, account: Account | None = None) -> None:
        self._publish = publish
        self._account = account or Account()
        self._jobs = Jobs()
        self._at_rest = Event()  # set when the newest answer is as good as it gets
        self._credited = Event()  # set when its credit is too, as far as nobody asks for more
        self.cache = AnswerCache()
        self._baselines = Baselines()
        # Of what is nobody else's question; the newest of one that nobody takes any more.
        self._own: SharedStreams[Answer] = SharedStreams(1)
        self._asked: Hashable = None
        self._ahead: _LookAhead | None = None
        self._is_looking = False

    def ask(self, question: Question) -> None:
        """Answer a plan; what was asked before is stopped."""
        self._asked = question.own_key
        ahead = self._ahead
        if ahead is not None and ahead.key == self._asked and not ahead.found.is_set():
            # Its runs are of a later rank than those of first figures, which would wait for them.
            self._jobs.stop("ahead")
        self._stop_unasked()
        # A new event for each question: what is begun from now on waits for this answer.
        self._at_rest, self._credited = Event(), Event()
        work = partial(self._answer, question, self._at_rest, self._credited)
        self._start("answer", question.plan, work)

    def stop_answering(self) -> None:
        """Stop what `ask` has begun, and what waits for it."""
        self._asked = None
        self._stop_unasked()
        for kind in ("answer", "shares", "explanation", "effects", "others"):
            self._jobs.stop(kind)
        self._at_rest.set()

    def look_ahead(self, question: Question) -> None:
        """Answer a plan that may be asked for next, once the one that is asked for is answered.

        Another plan is answered ahead no more; the same goes on. Once it is asked for, it has the
        same answer, and nothing of that is run twice.
        """
        ahead, self._is_looking = self._ahead, True
        if ahead is not None and ahead.key == question.own_key and not ahead.ended.is_set():
            return
        self._ahead = ahead = _LookAhead(question.own_key, Event(), Event())
        work = partial(self._look_ahead, question, ahead)
        failed = partial(self._fail_ahead, question.plan)
        self._jobs.start("ahead", work, failed)

    def stop_looking_ahead(self) -> None:
        """Stop what `look_ahead` has begun, unless that is asked for by now."""
        self._is_looking = False
        self._stop_unasked()

    def _stop_unasked(self) -> None:
        """Stop what is answered ahead if nobody looks at it and it is not what is asked for."""
        if not self._is_looking and self._ahead is not None and self._ahead.key != self._asked:
            self._ahead = None
            self._jobs.stop("ahead")

    def share_out(self, question: Question) -> None:
        """Find out fair shares, and what each earns alone, once the plan is answered."""
        self._start("shares", question.plan, partial(self._share_out, question, self._credited))

    def stop_sharing_out(self) -> None:
        """Stop what `share_out` has begun."""
        self._jobs.stop("shares")

    def explain(self, question: Question, capability: CapabilityName) -> None:
        """Find out what the levels of a capability are worth, once the plan is answered."""
        work = partial(self._explain, question, capability, self._at_rest)
        self._start("explanation", question.plan, work)

    def stop_explaining(self) -> None:
        """Stop what `explain` has begun."""
        self._jobs.stop("explanation")

    def weigh(self, plan: Plan, seed: int) -> None:
        """Find out what each event of a plan does."""
        self._start("effects", plan, partial(self._weigh, plan, seed))

    def stop_weighing(self) -> None:
        """Stop what `weigh` has begun."""
        self._jobs.stop("effects")

    def answer_all(self, questions: Sequence[Question]) -> None:
        """Answer plans one after the other, once the one that is asked for is answered."""
        if questions:
            work = partial(self._answer_all, tuple(questions), self._at_rest)
            self._start("others", None, work)
        else:
            self._jobs.stop("others")

    def close(self) -> None:
        """Stop everything for good, and drop what is kept of the visitor's own."""
        self._jobs.close()
        RUNS_KEPT.forget(self)

    def wait(self, seconds: float) -> bool:
        """Wait until nothing is left to do, so long at most; return whether that is so."""
        return self._jobs.wait(seconds)

    def _start(self, kind: str, plan: Plan | None, work: Callable[[Job], None]) -> None:
        self._jobs.start(kind, work, partial(self._fail, plan))

    def _fail(self, plan: Plan | None, words: str) -> None:
        if plan is not None:
            self._publish(Failure(plan, words))

    def _answer(self, question: Question, at_rest: Event, credited: Event, job: Job) -> None:
        plan = question.plan
        try:
            answer, known = self._answered(question, job)
            at_rest.set()
            if known is not None:
                job.tell(self._publish, CreditSoFar(plan, known, question.is_over))
            else:
                # A second time, now with its credit: undo brings both back at once.
                self.cache.add(question, answer, self._credit(answer, job))
                give_back_memory()
        finally:
            # After an error too: what waits for the answer must not wait for ever.
            at_rest.set()
            credited.set()

    def _look_ahead(self, question: Question, ahead: _LookAhead, job: Job) -> None:
        try:
            while not self._at_rest.is_set():  # of the newest question, which may come meanwhile
                if not job.pause(_POLL_SECONDS):
                    return
            plan, known = question.plan, self.cache.get(question)
            if known is not None:
                answer = self._baselines.beside(replace(known[0], plan=plan))
                job.tell(self._publish, Ahead(plan, answer))
                return
            caller = new_caller(Rank.NEXT, account=self._account)
            for answer in self._stages(question, job.cancel, None, caller):
                ahead.found.set()
                self._improve(job, Ahead(plan, answer))
            self.cache.add(question, answer, None)
            give_back_memory()
        finally:
            ahead.ended.set()

    def _fail_ahead(self, plan: Plan, _words: str) -> None:
        self._publish(Ahead(plan, None))

    def _answered(self, question: Question, job: Job) -> tuple[Answer, Credit | None]:
        """Publish the answer to a plan as it gets better; return the last, with a known credit."""
        # Looked up once: a cancelled job ends beside its successor, and may push this answer out.
        plan = question.plan
        if (known := self.cache.get(question)) is not None:
            answer = self._baselines.beside(replace(known[0], plan=plan))
            job.tell(self._publish, answer)
            return answer, known[1]
        bar = ProgressBar(plan, "answer", partial(job.tell, self._publish))
        caller = self._caller(question)
        stages = self._stages(question, job.cancel, bar.show, caller)
        with PRECEDENCE.claimed(caller):  # until somebody sees something, all else makes room
            answer = next(stages)
            job.tell(self._publish, answer)
        # From here on figures are there and only get better: others go first.
        caller.first_places, bar.gives_way = 0, True
        for answer in stages:
            self._improve(job, answer)
        self.cache.add(question, answer, None)
        return answer, None

    def _stages(
        self,
        question: Question,
        cancel: Event,
        progress: Callable[[int, int], None] | None,
        caller: Caller,
        *,
        is_shared: bool = True,
    ) -> Iterator[Answer]:
        """Yield the answer to a plan as it gets better, beside the best baseline so far."""
        owner = self._owner_of(question)
        streams, key = _ANSWERS, question.common_key
        if key is None:
            streams, key = self._own, question.own_key

        def run(cancel: Event) -> Iterator[Answer]:
            return answers(question, cancel, progress, caller, owner)

        for answer in streams.items(key if is_shared else None, run, cancel):
            yield self._baselines.beside(replace(answer, plan=question.plan))

    def _caller(self, question: Question) -> Caller:
        """Return where to answer a plan: what its first stage needs is of the first rank."""
        # What runs ahead of it is not, and so waits while anybody waits for first figures
        # (docs/decisions/0028).
        first_stage = stages_of(question.plan.scenario, question.futures)[0]
        return new_caller(Rank.NEXT, first_places=first_stage, account=self._account)

    def _improve(self, job: Job, message: Message) -> None:
        """Publish once nobody waits for first figures, or it has been kept back long enough."""
        PRECEDENCE.give_way(job.cancel, _PATIENCE_SECONDS)
        job.tell(self._publish, message)

    def _credit(self, answer: Answer, job: Job) -> Credit | None:
        """Publish what the plan would lose without each capability, better and better."""
        plan, is_over = answer.plan, answer.over is not None
        if not raised(plan.scenario):
            job.tell(self._publish, CreditSoFar(plan, None, is_over))
            return None
        known = credit_told(answer)
        if known.questions:
            job.tell(self._publish, CreditSoFar(plan, known, is_over))
            return known
        question = Question(plan, answer.seed, is_over=is_over)
        return self._credit_for(question, ("dropped",), known, job)

    def _share_out(self, question: Question, credited: Event, job: Job) -> None:
        job.wait_for(credited)
        answer, known = self.cache.get(question) or (None, None)
        if answer is not None and known is not None and "share" not in known.questions:
            credit = self._credit_for(question, tuple(QUESTIONS), known, job)
            self.cache.add(question, answer, credit)

    def _credit_for(
        self, question: Question, asked: tuple[CreditQuestion, ...], known: Credit, job: Job
    ) -> Credit:
        """Publish the credit that answers some questions as it gets better; return the last."""
        plan, is_over = question.plan, question.is_over
        bar = ProgressBar(plan, "credit", partial(job.tell, self._publish))

        def run(cancel: Event) -> Iterator[Credit]:
            beside = self._beside(question, cancel)
            beside["progress"] = bar.show
            return stream_shares(plan.scenario, questions=asked, known=known, **beside)

        common = question.common_key
        key = None if common is None else (common, asked)
        for credit in _CREDITS.items(key, run, job.cancel):
            self._improve(job, CreditSoFar(plan, credit, is_over))
        bar.end()
        return credit

    def whole_credit(self, answer: Answer, found: CreditSoFar | None) -> CreditSoFar:
        """Return the credit of a plan to all questions; what it lacks is run now, for some seconds.

        Parameters
        ----------
        answer
            The answer to the plan.
        found
            What was found out last, of whichever plan.
        """
        plan, is_over = answer.plan, answer.over is not None
        if not raised(plan.scenario):
            return CreditSoFar(plan, None, is_over)
        known = credit_told(answer)
        if found is not None and found.credit is not None and found.is_of(answer):
            known = found.credit
        enough = Event()
        beside = self._beside(Question(plan, answer.seed, is_over=is_over), enough)
        beside["executor"] = new_caller(Rank.NEXT, account=self._account)  # somebody waits for it
        clock = Timer(_LONGEST_WAIT_SECONDS, enough.set)
        clock.daemon = True
        clock.start()
        whole = known
        with suppress(Cancelled):
            for better in stream_shares(plan.scenario, LOOKS, known=known, **beside):
                whole = better
        clock.cancel()
        return CreditSoFar(plan, whole if whole.questions else None, is_over)

    def _beside(self, question: Question, cancel: Event) -> Keeping:
        """Return how what is found out beside an answer is run: in the first of its futures."""
        plan, seed = question.plan, question.seed
        return {
            "seed": seed,
            "cancel": cancel,
            "executor": new_caller(Rank.LAST, account=self._account),
            "draws": organisations_of(plan, LOOKS[-1], seed) if question.is_over else None,
            # The next plan differs in one capability: half of its combinations are among these.
            "kept": RUNS_KEPT.of(owner=self._owner_of(question)),
        }

    def _owner_of(self, question: Question) -> Estimator | None:
        """Return whose runs are kept of a question; None if anybody may ask the same."""
        return None if question.common_key is not None else self

    def _explain(
        self, question: Question, capability: CapabilityName, at_rest: Event, job: Job
    ) -> None:
        plan, is_over = question.plan, question.is_over
        # At once and empty: the drawer must not show the capability before while it waits.
        job.tell(self._publish, Explanation(plan, capability, is_over=is_over))
        job.wait_for(at_rest)
        keeping = self._beside(question, job.cancel)
        for levels in stream_level_worth(plan.scenario, capability, **keeping):
            self._improve(job, Explanation(plan, capability, levels, is_over))

    def _weigh(self, plan: Plan, seed: int, job: Job) -> None:
        # Behind everybody's figures: twenty events are 22 comparisons.
        caller = new_caller(Rank.LAST, account=self._account)
        for effects in event_effects(plan, seed, job.cancel, caller):
            self._improve(job, effects)

    def _answer_all(self, questions: Sequence[Question], at_rest: Event, job: Job) -> None:
        job.wait_for(at_rest)
        for question in questions:
            caller = new_caller(Rank.NEXT, account=self._account)
            # By oneself: runs of a later rank than somebody waits for would hold up first figures.
            for answer in self._stages(question, job.cancel, None, caller, is_shared=False):
                self._improve(job, answer)


class ProgressBar:
    """Publishes how far some work has come, not too often.

    Attributes
    ----------
    gives_way
        Whether it is silent while somebody waits for first figures.
    """

    def __init__(
        self, plan: Plan, work: Literal["answer", "credit"], tell: Callable[[RunProgress], None]
    ) -> None:
        self._plan, self._work, self._tell = plan, work, tell
        # An answer shows itself by its first figures; credit takes a while before it has any.
        is_soon_seen = work == "answer"
        self._told = time.monotonic() if is_soon_seen else -math.inf
        self.gives_way = work != "answer"

    def show(self, done: int, aim: int) -> None:
        """Publish how far it has come, if that is worth a message."""
        is_due = time.monotonic() - self._told >= _PAUSE_SECONDS[self._work]
        if is_due and not (self.gives_way and PRECEDENCE.is_claimed):
            self._publish(done, aim)

    def end(self) -> None:
        """Publish that nothing is run any more."""
        self._publish(0, 0)

    def _publish(self, done: int, aim: int) -> None:
        self._tell(RunProgress(self._plan, self._work, done, aim))
        self._told = time.monotonic()
