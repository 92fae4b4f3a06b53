"""The card that says which capability earns the plan's worth, as it becomes known."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm.app.decide import credit_card
from modelops_abm.app.decide.answered import credit_of
from modelops_abm.app.decide.rail import explain
from modelops_abm.app.drawing.card import card_head
from modelops_abm.app.drawing.tables import table
from modelops_abm.app.guard import guarded
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.experiments import Credit
from modelops_abm.experiments.variants import raised


@solara.component
def CreditCard(session: Session) -> None:
    """Show the share of each capability in what the plan is worth."""
    with solara.Div(classes=["card", "credit"]):
        Shares(session)
        CreditProgress(session)


@solara.component
def Shares(session: Session) -> None:
    """Show the shares that are known."""
    is_table, show_table = solara.use_state(False)
    credit, answer = credit_of(session), session.answer.value

    def act(action: Action) -> None:
        match action:
            case ("table", _):
                show_table(not is_table)
            case ("explain", name):
                explain(session, name)

    is_known = credit is not None and answer is not None
    Markup(
        h.section(
            ".credit-shares",
            data_part="credit",
            data_futures=str(credit.replications) if credit is not None else "0",
            data_answers=answer.plan.key if is_known and answer is not None else "",
        )[_content(credit, is_table=is_table)],
        guarded(session, act),
        css_class="credit-place",
    )


@solara.component
def CreditProgress(session: Session) -> None:
    """Show how far the credit has come, until it is known."""
    done, aim = session.credit_progress.value
    is_known = credit_of(session) is not None
    if not raised(session.plan.scenario):
        Markup(h.p(".label")["The plan raises no capability."])
    elif not is_known:
        Markup(credit_card.waiting(done, aim))
    elif 0 < done < aim:
        Markup(h.p(".label")[credit_card.progress_words(done, aim)])
    else:
        Markup(h.fragment[()])


def _content(credit: Credit | None, *, is_table: bool) -> h.Fragment:
    if credit is None or not credit.capabilities:
        return h.fragment[card_head(credit_card.TITLE, "")]
    shown = credit_card.shares_of(credit)
    unit = f"{shown.money.unit}, share of the difference"
    head = card_head(credit_card.TITLE, unit, credit_card.finding(shown), is_table=is_table)
    body = table(credit_card.table(credit)) if is_table else credit_card.rows(shown)
    return h.fragment[head, body]
