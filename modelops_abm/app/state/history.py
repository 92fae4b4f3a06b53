"""The plans a visitor has had: undo, redo, and what the last change was."""

from __future__ import annotations

from dataclasses import dataclass

from modelops_abm.app.state.plan import Plan

LONGEST = 200
"""Steps that can be undone."""
MOST_PORTFOLIOS = 4
"""Clients' portfolios among those steps: each may be of megabytes."""


@dataclass(frozen=True)
class History:
    """The plan that is shown, those before it, and those that were undone.

    Attributes
    ----------
    past
        Earlier plans, the latest last.
    plan
        The plan that is shown.
    undone
        Plans that were undone, the next to redo first.
    """

    plan: Plan
    past: tuple[Plan, ...] = ()
    undone: tuple[Plan, ...] = ()

    def then(self, plan: Plan) -> History:
        """Return the history after a change; what was undone is forgotten."""
        if plan == self.plan:
            return self
        return History(plan, _latest((*self.past, self.plan), plan))

    def undo(self) -> History:
        """Return the history a step back, or as it is if there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.plan, *self.undone))

    def redo(self) -> History:
        """Return the history a step forward again, or as it is if nothing was undone."""
        if not self.undone:
            return self
        return History(self.undone[0], (*self.past, self.plan), self.undone[1:])

    @property
    def before(self) -> Plan | None:
        """The plan before the last change."""
        return self.past[-1] if self.past else None


def _latest(past: tuple[Plan, ...], plan: Plan) -> tuple[Plan, ...]:
    """Return the latest plans of a past, which are few enough, and so are their portfolios."""
    portfolios, first = {id(plan.base.imported)}, len(past)
    for earlier in reversed(past[-LONGEST:]):
        portfolios.add(id(earlier.base.imported))
        if len(portfolios) > MOST_PORTFOLIOS:
            break
        first -= 1
    return past[first:]
