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
    from modelops_abm.experiments import Comparison, Credit


@dataclass(frozen=True)
class Subject:
    """The answer to a plan, and what makes it repeatable.

    Attributes
    ----------
    answer
        The answer, and the plan that it is of.
    credit
        Which of its capabilities earns what, as far as it is known.
    address
        Where the page is.
    made_on
        Today.
    """

    answer: Answer
    credit: Credit | None
    address: str
    made_on: date

    @property
    def plan(self) -> Plan:
        """The plan that the figures are of."""
        return self.answer.plan

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
    credit = session.credit.value
    if credit is not None and credit.plan != answer.comparison.plan.scenario:
        credit = None
    return Subject(answer, credit, session.address.value, datetime.now(UTC).date())
