"""What a visitor tells of the organisation, by answers and logs, and the belief that follows.

Whatever is told anew starts a fit in the background and stops the one before; the belief that was
there stays until the next is. A log is read at once, in the background too, and what was understood
is shown before anything is computed from it. Nothing is written to disk, and no path is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from functools import partial
from threading import Lock
from types import MappingProxyType
from typing import Literal

import solara

from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.fitting import Fitting, fit_in_line
from modelops_abm.app.state.jobs import Job, Jobs
from modelops_abm.app.state.said import (
    Answers,
    LogForm,
    ReadLog,
    Said,
    kept_text,
    read_kept,
    text_of,
)
from modelops_abm.app.state.uploads import Complaint, label_of, on_the_page, size_in_words
from modelops_abm.clients import kinds
from modelops_abm.clients.incidents import IncidentLog
from modelops_abm.clients.kinds import Log, Reader
from modelops_abm.clients.logs import AS_IT_IS, Reading, columns_of, unknown_columns
from modelops_abm.clients.quality import QualityLog
from modelops_abm.clients.registry import RegistryLog
from modelops_abm.clients.usage import UsageLog
from modelops_abm.evidence.belief import Way, read_belief
from modelops_abm.evidence.fit import weighable
from modelops_abm.evidence.interview import (
    QUESTIONS,
    Told,
    answer_of,
    next_question,
    read_answers,
    told,
)
from modelops_abm.evidence.logs import weighed
from modelops_abm.evidence.statements import widened
from modelops_abm.runs.threads import Account
from modelops_abm.scenario import InputError, Scenario

LARGEST_LOG_BYTES, LARGEST_BELIEF_BYTES, LARGEST_ANSWERS_BYTES = 10_000_000, 10_000_000, 100_000
"""Size of the largest files that the page takes; the command line takes larger logs."""
MOST_ROWS = 100_000
"""Rows of the largest log that the page takes."""
MOST_NAMES = 1_000
"""Services or models of the largest log that the page weighs, which takes a minute at most."""
MOST_UNUSABLE = 200
"""Rows that cannot be used of which the page tells."""
_AS_BEFORE = "read as the file before it, whose columns were the same"
_READING = Lock()  # one log of whoever's is read at a time: each holds the interpreter for a while


class Organisation:
    """What one visitor tells, and the belief, as reactive values that the page's parts read.

    Attributes
    ----------
    said
        What was told.
    belief
        The newest belief; None if nothing was told, or none is there yet.
    fitting
        How far the fit has come; None if none goes on.
    notes
        What was not taken as it was said, in sentences.
    problem
        Why there is no belief, in words; empty if nothing is wrong.
    problems
        What is wrong with the last answer to a question, by its name.
    open
        The question that is being answered; empty if none is.
    forms
        How logs are read, by their kind, as it was chosen.
    shows_all
        Whether all that was not learned is shown too.

    Parameters
    ----------
    in_page
        Calls what changes these values, where that is allowed.
    account
        The visitor's, of what is used of the shared threads.
    """

    def __init__(self, in_page: Callable[[Callable[[], None]], None], account: Account) -> None:
        self.said = solara.reactive(Said())
        self.belief: solara.Reactive[OwnBelief | None] = solara.reactive(None)
        self.fitting: solara.Reactive[Fitting | None] = solara.reactive(None)
        self.notes: solara.Reactive[tuple[str, ...]] = solara.reactive(())
        self.problem = solara.reactive("")
        self.problems: solara.Reactive[Mapping[str, str]] = solara.reactive({})
        self.open = solara.reactive("")
        self.forms: solara.Reactive[Mapping[str, LogForm]] = solara.reactive({})
        self.shows_all = solara.reactive(False)
        self._in_page, self._account = in_page, account
        self._jobs = Jobs()
        self._contents: dict[str, bytes] = {}
        self._logs: dict[str, Log] = {}

    # ----------------------------------------------------------------------------------
    # Answers.

    def answer(self, name: str, said: str) -> None:
        """Take the answer to a question as it is said; what is none becomes a problem of it."""
        question = QUESTIONS.get(name)
        if question is None:
            return
        try:
            statement = answer_of(question, said)
        except InputError as error:
            # The row says already which question it is.
            words = "; ".join(str(replace(each, field="")) for each in error.problems)
            self.problems.set({**self.problems.value, name: words})
            return
        self._set_answers(lambda answers: {**answers, name: statement})

    def forget(self, name: str) -> None:
        """Take an answer back."""
        self._set_answers(
            lambda answers: {other: said for other, said in answers.items() if other != name}
        )

    def loosen(self, way: Way) -> None:
        """Take a way out of what does not go together."""
        self._set_answers(
            lambda answers: {
                name: widened(said) if said.about in way.widened else said
                for name, said in answers.items()
                if said.about not in way.dropped
            }
        )

    def take_answers(self, content: bytes | None, name: str) -> None:
        """Take a file of answers, beside those that are there.

        Raises
        ------
        InputError
            If it is none.
        """
        label = label_of(name)
        found = read_answers(_within(content, LARGEST_ANSWERS_BYTES, label), label)
        self._set_answers(lambda answers: {**answers, **found})

    def answers_file(self) -> str:
        """Return the answers as a file that `take_answers` and the command line read."""
        return text_of(self.said.value.answers)

    def next_question(self) -> str:
        """Return the name of what is asked next; empty if everything was answered."""
        question = next_question(self.said.value.answers)
        return "" if question is None else question.name

    def undo(self) -> None:
        """Go back to the answers before the last step."""
        self._step(Said.undo)

    def redo(self) -> None:
        """Bring back the answers that were undone last."""
        self._step(Said.redo)

    def _set_answers(self, change: Callable[[Answers], Answers]) -> None:
        self._step(lambda said: said.then(change(said.answers)))

    def _step(self, change: Callable[[Said], Said]) -> None:
        def step() -> None:
            before, kept = self.said.value, dict(self.problems.value)
            said = change(before)
            for name in {*said.answers, *before.answers}:
                if said.answers.get(name) != before.answers.get(name):
                    kept.pop(name, None)
            self.problems.set(kept)
            self.said.set(said)

        # Not beside a log that has just been read, which would be lost.
        self._in_page(step)

    # ----------------------------------------------------------------------------------
    # Logs.

    def take_log(
        self,
        name: str,
        content: bytes | None,
        kind: str = "",
        scenario: Scenario | None = None,
    ) -> None:
        """Read a log in the background, as the last of its kind if that had the same columns.

        Parameters
        ----------
        name
            What the visitor calls it.
        content
            What is in it; None if it is too large.
        kind
            What it is; if empty, its columns must tell.
        scenario
            Of which a portfolio is taken.

        Raises
        ------
        InputError
            If nobody has said what it is, and it is too large or its columns do not tell.
        """
        label = label_of(name)
        try:
            content = _within(content, LARGEST_LOG_BYTES, label)
            reader = _reader_of(content, kind, label)
        except InputError as error:
            if not kind:
                raise
            self._jobs.stop(f"read {kind}")
            self._contents.pop(kind, None)
            self._refuse(kind, label, _words(error, label))
            return
        self._begin(reader, label, content, scenario, None)

    def choose(self, kind: str, field: str, value: str) -> None:
        """Take what was chosen in the form of a log: its column, how its dates are meant."""

        def choose() -> None:
            form = self.forms.value.get(kind, LogForm())
            self.forms.set({**self.forms.value, kind: form.choosing(field, value)})

        self._in_page(choose)

    def has_content(self, kind: str) -> bool:
        """Return whether what is in the log of a kind is still there, to be read again."""
        return kind in self._contents

    def read_again(self, kind: str, scenario: Scenario | None = None) -> None:
        """Read the log of a kind again, as its form says; nothing if its content is gone.

        Parameters
        ----------
        kind
            Of the log.
        scenario
            As `take_log` has it.

        Raises
        ------
        InputError
            If the form says no way to read it.
        """
        log, content = self.said.value.logs.get(kind), self._contents.get(kind)
        if log is not None and content is not None:
            reading = self.forms.value.get(kind, LogForm()).reading()
            self._begin(kinds.READERS[kind], log.label, content, scenario, reading)

    def _begin(
        self,
        reader: Reader,
        label: str,
        content: bytes,
        scenario: Scenario | None,
        reading: Reading | None,
    ) -> None:
        kind = reader.kind.name
        self._contents[kind] = content
        self._show_log(ReadLog(kind, label, "reading"))
        work = partial(self._read, reader, label, content, scenario, reading)
        self._jobs.start(f"read {kind}", work, partial(self._refuse, kind, label))

    def drop_log(self, kind: str) -> None:
        """Put a log away, or stop reading it."""
        self._jobs.stop(f"read {kind}")
        self._contents.pop(kind, None)
        self._logs.pop(kind, None)

        def drop() -> None:
            logs = {name: log for name, log in self.said.value.logs.items() if name != kind}
            self.said.set(replace(self.said.value, logs=MappingProxyType(logs)))

        self._in_page(drop)

    def _read(
        self,
        reader: Reader,
        label: str,
        content: bytes,
        scenario: Scenario | None,
        reading: Reading | None,
        job: Job,
    ) -> None:
        kind = reader.kind
        # Of no known form: it can be mapped, or mapped otherwise.
        columns = unknown_columns(content, kind)
        form = None
        try:
            if reading is None:
                before = self.forms.value.get(kind.name, LogForm())
                form = before.of_another(columns_of(content, kind))
                reading = form.reading()
            with _READING:
                if job.cancel.is_set():
                    return
                log = reader.read(content, reading, name=label)
                _check_names(log, label)
                self._logs[kind.name] = log
                found = self._found(log, label, kind.name, scenario)
            if form is not None and reading != AS_IT_IS:
                found = replace(found, found=(_AS_BEFORE, *found.found))
        except InputError as error:
            state: Literal["refused", "unknown"] = "unknown" if columns else "refused"
            other = kinds.reader_of(content)
            found = ReadLog(kind.name, label, state, _words(error, label))
            if columns and other is not None:
                found = replace(found, found=(f"by its columns it is {other.kind.noun}",))
            elif not columns and other is None:
                self._contents.pop(kind.name, None)  # no table: no form makes it one
        found = replace(found, columns=columns)
        job.tell(partial(self._show_log, form=form), found)

    def _found(self, log: Log, label: str, kind: str, scenario: Scenario | None) -> ReadLog:
        """Return what a log says."""
        registry = self._logs.get("registry")
        models = None
        if scenario is not None and scenario.imported is not None:
            models = scenario.imported.models
        said = weighed(log, registry if isinstance(registry, RegistryLog) else None, models)
        evidence, notes = weighable(scenario or Scenario(), said.evidence)
        return ReadLog(
            kind,
            label,
            "read",
            on_the_page(log.sentence()),
            tuple(map(on_the_page, (*log.notes, *said.sentences, *notes))),
            tuple(_complaint(each.place, each.message) for each in log.problems[:MOST_UNUSABLE]),
            sum(max(len(each.rows), 1) for each in log.problems),
            evidence,
        )

    def _refuse(self, kind: str, label: str, words: str) -> None:
        self._show_log(ReadLog(kind, label, "refused", words))

    def _show_log(self, log: ReadLog, form: LogForm | None = None) -> None:
        def show() -> None:
            if form is not None:
                self.forms.set({**self.forms.value, log.kind: form})
            logs = MappingProxyType({**self.said.value.logs, log.kind: log})
            self.said.set(replace(self.said.value, logs=logs))

        self._in_page(show)

    # ----------------------------------------------------------------------------------
    # The belief.

    def fit(self, basis: Scenario) -> None:
        """Fit what was told, unless its belief is there; a fit of what was told before stops.

        Parameters
        ----------
        basis
            What is known of the organisation besides.
        """
        said = self.said.value
        if said.is_nothing:
            self._jobs.stop("fit")
            self.fitting.set(None)
            self.problem.set("")
            self.notes.set(())
            self.belief.set(said.brought)
            return
        self._jobs.start("fit", partial(self._fit, said, basis), self._fail)

    def cancel(self) -> None:
        """Stop the fit; the belief that is there stays."""
        self._jobs.stop("fit")
        self.fitting.set(None)

    def take_belief(self, content: bytes | None, name: str) -> None:
        """Take the file of a belief, in place of what was told.

        Raises
        ------
        InputError
            If it is none.
        """
        label = label_of(name)
        belief = read_belief(_within(content, LARGEST_BELIEF_BYTES, label), label)
        self._jobs.stop("fit")
        own = OwnBelief(belief, files=(label,))
        # By a step, so that the answers can be brought back.
        self.said.set(replace(self.said.value.then({}, own), logs=MappingProxyType({})))
        self.fitting.set(None)
        self.belief.set(own)

    def _fit(self, said: Said, basis: Scenario, job: Job) -> None:
        found = told(basis, said.answers, said.evidence)
        job.tell(self._hear, found)
        known = self.belief.value
        if known is not None and known.is_settled and known.is_of(found):
            job.tell(self._hear, None)
            return
        job.tell(self._hear, Fitting())
        files = tuple(log.label for log in said.logs.values() if log.evidence)
        tell = partial(job.tell, self._hear)
        fit_in_line(found, said.answers, files, job, self._account, tell)
        job.tell(self._hear, None)

    def _fail(self, words: str) -> None:
        def change() -> None:
            self.problem.set(words)
            self.fitting.set(None)

        self._in_page(change)

    def _hear(self, message: Told | OwnBelief | Fitting | None) -> None:
        def change() -> None:
            match message:
                case Told():
                    self.notes.set(message.notes)
                    self.problem.set("")
                case OwnBelief():
                    self.belief.set(message)
                case _:
                    self.fitting.set(message)

        self._in_page(change)

    def close(self) -> None:
        """Stop everything for good."""
        self._jobs.close()

    def wait(self, seconds: float) -> bool:
        """Wait until nothing goes on in the background; return whether that is so."""
        return self._jobs.wait(seconds)

    # ----------------------------------------------------------------------------------
    # What the browser keeps for its tab.

    def kept(self) -> str:
        """Return what was told as text, without any row of a file."""
        return kept_text(self.said.value)

    def restore(self, text: str, belief: OwnBelief | None) -> None:
        """Bring back what was told, unless something was told since; what is wrong is left out.

        Parameters
        ----------
        text
            From a browser, which may send anything.
        belief
            What was believed then.
        """
        if not self.said.value.is_nothing or self.belief.value is not None:
            return
        try:
            said = read_kept(text, belief)
        except (InputError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return
        self.said.set(said)
        if belief is not None:
            self.belief.set(said.brought or replace(belief, answers=said.answers))


def _within(content: bytes | None, largest_bytes: int, label: str) -> bytes:
    if content is None or len(content) > largest_bytes:
        raise InputError.at(
            label,
            f"is larger than {size_in_words(largest_bytes)}; the command line takes larger ones",
        )
    return content


def _reader_of(content: bytes, kind: str, label: str) -> Reader:
    """Return what reads a log: of the kind that is said, or else that its columns tell.

    Raises
    ------
    InputError
        If it is not read here, or nobody knows what it is.
    """
    if max(content.count(b"\n"), content.count(b"\r")) > MOST_ROWS:
        words = f"has more than {MOST_ROWS:,} rows; the command line takes larger ones"
        raise InputError.at(label, words)
    if content.startswith(b"SQLite format 3"):
        words = "a database is read by the command line only ('fit --log'); here a CSV is read"
        raise InputError.at(label, words)
    reader = kinds.READERS.get(kind) or kinds.reader_of(content)
    if reader is None:
        raise InputError.at(label, _unknown(content))
    return reader


def _check_names(log: Log, label: str) -> None:
    """Refuse a log of so many services or models that to weigh it would take minutes."""
    names: Collection[str] = ()
    if isinstance(log, IncidentLog):
        names = log.services
    elif isinstance(log, UsageLog | QualityLog):
        names = {each.model for each in log.table}
    if len(names) > MOST_NAMES:
        what = "services" if isinstance(log, IncidentLog) else "models"
        words = (
            f"names {len(names):,} {what}, and {MOST_NAMES:,} are looked at here: is it the column"
        )
        raise InputError.at(label, f"{words} that is meant? The command line takes more")


def _unknown(content: bytes) -> str:
    """Return why nobody knows what a log is: its columns, or because it is no table at all."""
    some = kinds.READERS["incidents"]
    if not unknown_columns(content, some.kind):
        try:
            some.read(content, Reading())
        except InputError as error:
            return "; ".join(each.message for each in error.problems)
    return "is of no known form: choose it in the row of what it is, and say its columns"


def _words(error: InputError, label: str) -> str:
    """Return what is wrong with a file, whose name need not be repeated."""
    words = "; ".join(str(each).removeprefix(f"{label}: ") for each in error.problems)
    return on_the_page(words)


def _complaint(place: str, message: str) -> Complaint:
    return Complaint(place[:1].upper() + place[1:], on_the_page(message))
