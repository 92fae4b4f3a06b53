"""Fitting a visitor's belief in the background, beside the fits of other visitors.

A fit takes about a minute of processor time, and what it shows first is there after seconds. So one
computes at a time, fits take turns a slice at a time, whoever came first first, and of many some
wait before they begin. The runs of a fit go to the threads that all visitors share, behind those
that somebody waits for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.jobs import Job
from modelops_abm.evidence.belief import Belief
from modelops_abm.evidence.fit import Runs, Shown, fit
from modelops_abm.evidence.interview import Told
from modelops_abm.evidence.statements import Statement
from modelops_abm.experiments.draws import Draws
from modelops_abm.runs import Cancelled
from modelops_abm.runs.threads import Account, Rank, new_caller

MOST_FITS = 6
"""Fits on their way in a process; each holds some 100 MB."""
_SOON_RUNS = 1_200
"""Runs that somebody waits for: the first belief follows from half of them."""
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Fitting:
    """How far a fit has come.

    Attributes
    ----------
    done, aim
        Organisations that were tried, and how many it will be as far as is known.
    ahead
        Fits of others that have to end before this one begins.
    """

    done: int = 0
    aim: int = 0
    ahead: int = 0


class Line:
    """Fits that take turns, and others that wait until one of them ends.

    Parameters
    ----------
    most
        Fits on their way at a time.
    """

    def __init__(self, most: int = MOST_FITS) -> None:
        self._most = most
        self._changed = threading.Condition()
        self._waiting: list[object] = []
        self._turns: list[object] = []

    @contextmanager
    def place(self, cancel: threading.Event, tell: Callable[[int], None]) -> Iterator[object]:
        """Wait for a place and the first turn; the place is free again at the end.

        Parameters
        ----------
        cancel
            Set it to wait no more.
        tell
            Called with how many are ahead, whenever that changes.

        Raises
        ------
        Cancelled
            If `cancel` was set.
        """
        ticket, told = object(), 0
        with self._changed:
            self._waiting.append(ticket)
        try:
            while ahead := self._ahead(ticket):
                if ahead != told:
                    tell(told := ahead)
                self._wait(cancel)
            if told:
                tell(0)
            self._first(ticket, cancel)
            yield ticket
        finally:
            with self._changed:
                for line in (self._waiting, self._turns):
                    if ticket in line:
                        line.remove(ticket)
                self._changed.notify_all()

    def let_others(self, ticket: object, cancel: threading.Event) -> None:
        """Give the turn to whoever waits for it longest, and wait for the next of one's own."""
        with self._changed:
            if len(self._turns) < 2:
                return
            self._turns.remove(ticket)
            self._turns.append(ticket)
            self._changed.notify_all()
        self._first(ticket, cancel)

    def _ahead(self, ticket: object) -> int:
        """Return how many have to end first; with none, the ticket has its place."""
        with self._changed:
            ahead = self._waiting.index(ticket) + 1 + len(self._turns) - self._most
            if ahead > 0:
                return ahead
            self._waiting.remove(ticket)
            self._turns.append(ticket)
            return 0

    def _first(self, ticket: object, cancel: threading.Event) -> None:
        while self._turns[:1] != [ticket]:
            self._wait(cancel)

    def _wait(self, cancel: threading.Event) -> None:
        if cancel.is_set():
            raise Cancelled
        with self._changed:
            self._changed.wait(_POLL_SECONDS)


LINE = Line()
"""That of this process."""


class _Runs:
    """Runs organisations where all visitors' are run, and lets other fits go on in between."""

    def __init__(self, cancel: threading.Event, account: Account, turn: Callable[[], None]) -> None:
        self.names = Runs().names
        self._turn, self._done = turn, 0
        first, others = (new_caller(rank, account=account) for rank in (Rank.NEXT, Rank.LAST))
        self._soon = Runs(executor=first, cancel=cancel)
        self._later = Runs(executor=others, cancel=cancel)

    def __call__(self, draws: Draws, first: int) -> Shown:
        """Return what each draw shows, after a turn of the other fits."""
        self._turn()
        run = self._soon if self._done < _SOON_RUNS else self._later
        self._done += len(draws)
        return run(draws, first)


def fit_in_line(
    told: Told,
    answers: Mapping[str, Statement],
    files: tuple[str, ...],
    job: Job,
    account: Account,
    tell: Callable[[OwnBelief | Fitting], None],
    line: Line = LINE,
) -> None:
    """Fit what was told, and tell each belief as it settles, and how far the fit has come.

    Raises
    ------
    Cancelled
        If the job was cancelled.
    InputError
        If what was told cannot be fitted.
    """
    cancel = job.cancel
    with line.place(cancel, lambda ahead: tell(Fitting(ahead=ahead))) as ticket:
        run = _Runs(cancel, account, partial(line.let_others, ticket, cancel))

        def show(belief: Belief) -> None:
            own = OwnBelief(belief, answers, files)
            # Here, as both take a while: the page is drawn where everybody's is.
            own.lines, own.fingerprint  # noqa: B018
            tell(own)

        show(
            fit(
                told.scenario,
                told.evidence,
                simulator=run,
                cancel=cancel,
                progress=lambda done, aim: tell(Fitting(done, aim)),
                on_belief=show,
            )
        )
