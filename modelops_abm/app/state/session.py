"""What one visitor sees and has done; nothing of it is shared with another visitor."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from functools import partial
from threading import RLock
from typing import Any, Literal

import solara

from modelops_abm.app.state.advising import Advising
from modelops_abm.app.state.answer import NO_REMARKS, PRECISIONS, Answer, Question
from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.effects import EventEffects
from modelops_abm.app.state.estimation import (
    Ahead,
    CreditSoFar,
    Estimator,
    Explanation,
    Failure,
    Message,
    RunProgress,
)
from modelops_abm.app.state.jobs import Job, Jobs
from modelops_abm.app.state.organisation import Organisation
from modelops_abm.app.state.plan import FIRST_PRESET, MODEL_DAYS_UNASKED, History, Plan, size_of
from modelops_abm.app.state.tray import (
    LONGEST_NAME,
    Tray,
    renamed,
    with_answer,
    with_kept,
    without,
)
from modelops_abm.app.state.uploads import Uploads
from modelops_abm.experiments.credit_shares import CreditQuestion
from modelops_abm.experiments.plans import raised
from modelops_abm.runs.threads import Account
from modelops_abm.scenario import CAPABILITY_NAMES, CapabilityName, InputError, Scenario
from modelops_abm.scenario.presets import PRESETS

View = Literal["decide", "watch", "understand", "data"]
VIEWS: dict[View, str] = {
    "decide": "Decide",
    "watch": "Watch",
    "understand": "Understand",
    "data": "Your organisation",
}
"""The parts of the page, in their order, with their names."""
SEED = 0
"""Seed of the replications that a new visitor sees; a link may bring another."""
# A replay shows the plan before for as long as it takes to read a changed figure, and waits for its
# answer no longer than a visitor would.
_REPLAY_SECONDS, _LONGEST_WAIT_SECONDS, _POLL_SECONDS = 1.2, 10.0, 0.05


class Session:
    """The state of one visit, as reactive values that the page's components read.

    Attributes
    ----------
    view
        The part of the page that is shown.
    history
        The plan and its past.
    seed
        Seed of all replications.
    replication
        Number of the replication that Watch shows.
    day
        Day of it at which Watch was left; None before it has shown any.
    precision
        Of how many futures every answer is, a name of `PRECISIONS`.
    is_over
        Whether answers are over what the organisation may be as well, or at the values as set only.
    answer
        The answer as far as it is known: to the plan, or to an earlier one until the first estimate
        of the new one is there. None before the very first.
    ahead
        What the plan is worth with what is believed now, before that is decided with; None while
        nobody looks at it.
    progress
        How many replications of how many are run of a plan, which may be more than its answer has;
        None before the first that takes a while.
    credit, credit_progress
        Which capability earns what, as far as it was found out last, and how many replications of
        how many are run for that; None before the very first estimate, 0 of 0 when nothing is run.
    question
        What is asked of each capability, a name of `credit_shares.QUESTIONS`.
    is_credit_table
        Whether the answers to all questions are shown, as a table.
    remarks
        What else is to be said of the plan that was answered last, if anything was asked of it.
    explanation
        What the levels of the capability in the drawer are worth; None if it holds none.
    is_timeline
        Whether Decide shows what happens on which day, in place of what is planned.
    event
        Key of the event whose fields are open; empty if none.
    effects
        What each event does, as far as it is known; None before the first question.
    tray
        The plans that were kept.
    compared
        The scenarios that stand side by side, by their places in the tray, this plan first as 0;
        None while none do.
    agreed
        Size of a replication up to which plans are run, see `size_of`; the visitor may say yes to
        more.
    shows_settings
        Whether the rail shows the assumptions that were changed, and a search for any value.
    drawer
        What the drawer explains: a capability, or a dotted name of the scenario; empty if closed.
    notice
        What went wrong, in words; empty if nothing.
    command
        The last command to the browser, see `widgets.browser`.
    went
        How many steps back and forward of the browser were followed.
    address
        Where the page is, without a query, as the browser reports it; empty before it does.
    wanted, wanted_belief
        Fingerprints of the portfolio and of the belief that a link asks for, until they are there;
        empty if none.
    uploads
        What became of the files that the visitor has chosen.
    team_is_stated
        Whether the visitor has said that the team is theirs, since the portfolio in use was chosen.
    copied
        The link that was put on the clipboard last.
    exporting
        What is being exported, in words; empty if nothing.
    client
        For whom report and slides are made, as the visitor writes it; empty if nobody is named.
    part_states
        What a part of the page keeps while another is shown, by the name of the part.
    on_close
        Takes what parts of the page have to do when the visitor leaves.
    account
        What the visitor has used of the threads that all visitors share.
    organisation
        What the visitor has told of the organisation, and the belief that follows.
    advising
        What the visitor asks to buy with a budget, and what was found.
    drawing
        Within it, what changes is drawn once, at its end; Solara would draw once for every part
        that reads a changed value.
    """

    def __init__(self, plan: Plan | None = None, seed: int = SEED) -> None:
        first = plan if plan is not None else Plan.of_preset(FIRST_PRESET)
        self.view: solara.Reactive[View] = solara.reactive("decide")
        self.history = solara.reactive(History(first))
        self.seed = solara.reactive(seed)
        self.replication = solara.reactive(0)
        self.day: solara.Reactive[int | None] = solara.reactive(None)
        self.precision = solara.reactive("usual")
        self.is_over = solara.reactive(True)
        self.answer: solara.Reactive[Answer | None] = solara.reactive(None)
        self.ahead: solara.Reactive[Ahead | None] = solara.reactive(None)
        self.progress: solara.Reactive[RunProgress | None] = solara.reactive(None)
        self.credit: solara.Reactive[CreditSoFar | None] = solara.reactive(None)
        self.question: solara.Reactive[CreditQuestion] = solara.reactive("dropped")
        self.is_credit_table = solara.reactive(False)
        self.credit_progress = solara.reactive((0, 0))
        self.remarks = solara.reactive(NO_REMARKS)
        self.explanation: solara.Reactive[Explanation | None] = solara.reactive(None)
        self.is_timeline = solara.reactive(False)
        self.event = solara.reactive("")
        self.effects: solara.Reactive[EventEffects | None] = solara.reactive(None)
        self.tray: solara.Reactive[Tray] = solara.reactive(())
        self.compared: solara.Reactive[tuple[int, ...] | None] = solara.reactive(None)
        self.agreed: solara.Reactive[float] = solara.reactive(MODEL_DAYS_UNASKED)
        self.shows_settings = solara.reactive(False)
        self.drawer = solara.reactive("")
        self.notice = solara.reactive("")
        self.command: solara.Reactive[dict[str, Any]] = solara.reactive({})
        self.went = solara.reactive(0)
        self.address = solara.reactive("")
        self.wanted = solara.reactive("")
        self.wanted_belief = solara.reactive("")
        self.uploads = solara.reactive(Uploads())
        self.team_is_stated = solara.reactive(False)
        self.copied = solara.reactive("")
        self.exporting = solara.reactive("")
        self.client = solara.reactive("")
        # Not reactive: a part that is not shown has nobody to draw it anew.
        self.part_states: dict[str, Any] = {}
        self.on_close = ExitStack()
        self.drawing: AbstractContextManager[Any] = nullcontext()
        self.account = Account()
        self.organisation = Organisation(self._in_page, self.account)
        self.advising = Advising(self._in_page, self.account)
        self._commands = 0
        # Jobs change what the visitor changes too: whoever reads, changes and sets takes this.
        self._changing = RLock()
        self._estimator = Estimator(self._hear, self.account)
        self._jobs = Jobs()

    @property
    def plan(self) -> Plan:
        """The plan that is shown."""
        return self.history.value.plan

    def change(self, values: Mapping[str, Any]) -> None:
        """Change the plan by values of dotted names; what is not allowed becomes a notice."""
        try:
            self.take(self.plan.changed(values))
        except InputError as error:
            self.notice.set(str(error))

    def take(self, plan: Plan) -> None:
        """Show another plan, which can be undone."""
        self._jobs.stop("replay")
        with self.drawing:
            self.notice.set("")
            self._change_history(lambda history: history.then(plan))

    def take_organisation(self, name: str) -> None:
        """Lay the plan on the organisation of a preset; one that does not fit becomes a notice."""
        self._take(lambda: self.plan.laid_on(name))

    def take_plan(self, name: str) -> None:
        """Lay what a preset plans on the organisation; what does not fit becomes a notice."""
        self._take(lambda: self.plan.planning(name))

    def _take(self, made: Callable[[], Plan]) -> None:
        try:
            self.take(made())
        except InputError as error:
            self.notice.set(str(error))

    @property
    def basis(self) -> Scenario:
        """What is known of the visitor's organisation before anything is told of it.

        Their own scenario, or else the reference with their portfolio: what a preset states is of
        an example, and not of them.
        """
        plan = self.plan
        if plan.start not in PRESETS or plan.own.imported is None:
            return Plan.of_preset("reference").own if plan.start in PRESETS else plan.own
        own = Plan.of_preset("reference").changed({"start_date": plan.own.start_date})
        return own.with_portfolio(plan.own.imported).own

    def decide_with(self, belief: OwnBelief | None) -> None:
        """Lay the plan on the organisation of a belief, or on none; this can be undone."""
        self.wanted_belief.set("")
        try:
            plan = self.plan
            self.take(plan.with_belief(None) if belief is None else plan.decided_with(belief))
        except InputError as error:
            self.notice.set(f"The plan does not fit this organisation. {error}")

    @property
    def plan_ahead(self) -> Plan | None:
        """The plan as it is once the newest belief is decided with.

        None if there is nothing to tell of it: there is none, it does not fit, it raises nothing,
        or it is larger than the visitor has agreed to.
        """
        own, plan = self.organisation.belief.value, self.plan
        if own is None:
            return None
        try:
            plan = plan if plan.belief == own else plan.decided_with(own)
        except InputError:  # which is said when it is decided with
            return None
        return plan if raised(plan.scenario) and self.may_run(plan) else None

    def undo(self) -> None:
        """Go back to the plan before the last change."""
        self._jobs.stop("replay")
        self._change_history(History.undo)

    def redo(self) -> None:
        """Bring back what was undone last."""
        self._jobs.stop("replay")
        self._change_history(History.redo)

    def reset(self) -> None:
        """Go back to what the plan started from, which can be undone."""
        self.take(replace(self.plan, changes={}))

    def replay(self) -> None:
        """Show the plan before the last change, and the change again once that is answered."""
        if self.history.value.past:
            self.undo()
            # After the undo, which stops any replay.
            self._jobs.start("replay", self._replay, self.notice.set)

    def keep(self, name: str) -> None:
        """Keep the plan in the tray; a name that is not allowed becomes a notice."""
        self._set_tray(lambda tray: with_kept(tray, name, self.plan, self.answer.value))

    def forget(self, name: str) -> None:
        """Remove a plan from the tray."""
        self.compared.set(None)  # places are those of the tray as it was
        self._set_tray(lambda tray: without(tray, name))

    def rename(self, old: str, new: str) -> None:
        """Call a plan in the tray otherwise; a name that is not allowed becomes a notice."""
        self._set_tray(lambda tray: renamed(tray, old, new))

    def name_client(self, words: str) -> None:
        """Say for whom report and slides are made."""
        self.client.set(" ".join(words.split())[:LONGEST_NAME])

    def restore_tray(self, tray: Tray) -> None:
        """Keep the plans that the tab had before a reload, unless there are others by now."""
        if tray:
            self._set_tray(lambda others: others or tray)

    def load(self, name: str) -> None:
        """Show a plan of the tray, which can be undone."""
        for kept in self.tray.value:
            if kept.name == name:
                self.compared.set(None)
                self.take(kept.plan)

    def ask(self) -> None:
        """Answer the plan in the background, and then those in the tray that are not answered.

        Nothing is run for a plan that takes long before the visitor has said yes.
        """
        if not self.may_run(self.plan):
            self._estimator.stop_answering()
            return
        self._estimator.ask(self._question(self.plan))
        self._answer_tray()

    def look_ahead(self, plan: Plan | None) -> None:
        """Answer a plan before it is decided with, or none, as what is shown is answered."""
        if plan is None:
            self.look_ahead_no_more()
            return
        futures = PRECISIONS[self.precision.value]
        self._estimator.look_ahead(Question(plan, self.seed.value, futures, is_over=True))

    def look_ahead_no_more(self) -> None:
        """Stop what `look_ahead` has begun, unless it is decided with by now, and drop it."""
        self._estimator.stop_looking_ahead()
        self.ahead.set(None)

    def _question(self, plan: Plan) -> Question:
        return Question(plan, self.seed.value, PRECISIONS[self.precision.value], self.is_over.value)

    def may_run(self, plan: Plan) -> bool:
        """Return whether a plan is small enough to be run unasked, or the visitor has said yes."""
        return size_of(plan.scenario) <= self.agreed.value

    def agree(self) -> None:
        """Say yes to the plan that is shown, and to all that are no larger."""
        self.agreed.set(max(self.agreed.value, size_of(self.plan.scenario)))

    def explain(self) -> None:
        """Find out what the drawer asks for, if it is about a capability."""
        capability = self._explained
        if capability is not None and self.may_run(self.plan):
            self._estimator.explain(self._question(self.plan), capability)
            return
        self._estimator.stop_explaining()
        self.explanation.set(None)

    @property
    def _explained(self) -> CapabilityName | None:
        # The drawer's subject is text from a browser.
        return next((name for name in CAPABILITY_NAMES if name == self.drawer.value), None)

    @property
    def shows_shares(self) -> bool:
        """Whether fair shares are in sight; they take many more runs than "if dropped"."""
        is_asked = self.question.value != "dropped" or self.is_credit_table.value
        return is_asked or self._explained is not None

    def share_out(self) -> None:
        """Find out the answers to all questions about the capabilities, while they are shown."""
        if self.shows_shares and self.may_run(self.plan):
            self._estimator.share_out(self._question(self.plan))
        else:
            self._estimator.stop_sharing_out()

    def whole_credit(self, answer: Answer) -> CreditSoFar:
        """Return the credit of a plan that answers all questions; see `Estimator.whole_credit`."""
        return self._estimator.whole_credit(answer, self.credit.value)

    def weigh(self) -> None:
        """Find out what each event does, while they are shown."""
        if self.is_timeline.value and self.may_run(self.plan):
            self._estimator.weigh(self.plan, self.seed.value)
        else:
            self._estimator.stop_weighing()

    def close(self) -> None:
        """Stop everything in the background for good."""
        self.on_close.close()
        self.organisation.close()
        self.advising.close()
        self._jobs.close()
        self._estimator.close()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing goes on in the background; return whether that is so."""
        waiting = (self._jobs, self._estimator, self.organisation, self.advising)
        return all(each.wait(seconds) for each in waiting)

    def tell_browser(self, command: dict[str, Any]) -> None:
        """Send a command of `widgets.browser`."""
        with self._changing:
            self._commands += 1
            self.command.set({**command, "serial": self._commands})

    def _hear(self, message: Message) -> None:
        """Show what was found out in the background."""
        self._in_page(partial(self._note, message))

    def _in_page(self, change: Callable[[], None]) -> None:
        """Change what the page shows, from any thread."""
        # Drawing outside, lock inside: the page is drawn at the end of `drawing`, when the lock is
        # free again. Effects of a drawing ask new questions, and others wait for the lock
        # meanwhile.
        with self.drawing, self._changing:
            change()

    def _note(self, message: Message) -> None:
        match message:
            case Answer():
                self._show(message)
            case Ahead():
                self._show_ahead(message)
            case CreditSoFar():
                self.credit.set(message)
            case RunProgress(work="answer"):
                self.progress.set(message)
            case RunProgress(work="credit"):
                self.credit_progress.set((message.done, message.aim))
            case EventEffects():
                self.effects.set(message)
            case Explanation():
                self.explanation.set(message)
            case Failure():
                self.notice.set(f"This plan could not be simulated. {message.words}")
                if self.answer.value is not None:
                    self.answer.set(replace(self.answer.value, error=message.words))

    def _show(self, answer: Answer) -> None:
        # By the key and not by the plan: a plan that was reached in two ways has one answer.
        if any(kept.plan.key == answer.plan.key for kept in self.tray.value):
            self.tray.set(with_answer(self.tray.value, answer))
        if answer.plan.key == self.plan.key:  # else the visitor has moved on meanwhile
            self.answer.set(answer)

    def _show_ahead(self, newer: Ahead) -> None:
        before = self.ahead.value
        if before is None or not before.stays_beside(newer):
            self.ahead.set(newer)

    def _change_history(self, change: Callable[[History], History]) -> None:
        with self._changing:
            self.history.set(change(self.history.value))

    def _set_tray(self, change: Callable[[Tray], Tray]) -> None:
        try:
            with self._changing:
                self.tray.set(change(self.tray.value))
        except InputError as error:
            self.notice.set(str(error))
        else:
            self._answer_tray()

    def _answer_tray(self) -> None:
        """Answer the plans of the tray; the one that is shown is being answered anyway."""
        seed, is_over, shown = self.seed.value, self.is_over.value, self.plan.key
        futures = PRECISIONS[self.precision.value]
        unknown = [
            self._question(kept.plan)
            for kept in self.tray.value
            if kept.plan.key != shown
            and not kept.is_answered(seed, futures, is_over=is_over)
            and self.may_run(kept.plan)
        ]
        # Called with none as well: that stops what is still being answered for one that was
        # removed.
        self._estimator.answer_all(unknown)

    def _replay(self, job: Job) -> None:
        """Wait until the plan before the last change is answered and seen; then change again."""
        shown = self.history.value
        for _ in range(int(_LONGEST_WAIT_SECONDS / _POLL_SECONDS)):
            answer = self.answer.value
            if answer is not None and answer.plan.key == shown.plan.key:
                break
            if not job.pause(_POLL_SECONDS):
                return
        if job.pause(_REPLAY_SECONDS):
            # If the visitor has changed the plan meanwhile, that stands.
            self._change_history(lambda history: shown.redo() if history is shown else history)
