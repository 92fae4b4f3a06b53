"""What belongs together: an answer, and the credit of the plan that it answers."""

from __future__ import annotations

from modelops_abm.app.state.plan import key_of
from modelops_abm.app.state.session import Session
from modelops_abm.experiments import Credit


def credit_of(session: Session) -> Credit | None:
    """Return the credit of the plan that is answered; None while it is that of another one."""
    answer, credit = session.answer.value, session.credit.value
    if answer is None or credit is None or key_of(credit.plan) != answer.plan.key:
        return None
    return credit
