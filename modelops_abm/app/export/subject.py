"""What is exported: the plan that is shown, with its figures as far as they are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.link import Linked, query_of
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from modelops_abm.experiments import Comparison


@dataclass(frozen=True)
class Subject:
    """A plan with its figures, and what makes them repeatable.

    Attributes
    ----------
    plan, answer
        The plan, and the answer to it.
    address
        Where the page is.
    made_on
        Today.
    """

    plan: Plan
    answer: Answer
    address: str
    made_on: date

    @property
    def comparison(self) -> Comparison:
        """The plan and its baseline over the futures so far."""
        return self.answer.comparison

    @property
    def seed(self) -> int:
        """Seed of all futures."""
        return self.comparison.plan.seed

    @property
    def link(self) -> str:
        """The link that opens the plan; empty if no link can hold it."""
        query = query_of(Linked(self.plan, self.seed))
        return "" if query is None else f"{self.address}?{query}"

    @property
    def version(self) -> str:
        """Version of the program that the figures are from."""
        return __version__


def subject_of(session: Session) -> Subject | None:
    """Return what a session shows, or None before the first estimate."""
    answer = session.answer.value
    if answer is None:
        return None
    return Subject(session.plan, answer, session.address.value, datetime.now(UTC).date())
