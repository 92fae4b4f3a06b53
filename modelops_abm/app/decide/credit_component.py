"""The card that says which capability earns the plan's worth, as it becomes known."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm.app.decide import credit_card
from modelops_abm.app.decide.answered import credit_of
from modelops_abm.app.drawing.card import card_head
from modelops_abm.app.drawing.tables import table
from modelops_abm.app.guard import guarded
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.experiments import Credit
from modelops_abm.experiments.variants import raised
from modelops_abm.parameters import CAPABILITY_NAMES


@solara.component
def CreditCard(session: Session) -> None:
    """Show the share of each capability in what the plan is worth."""
    is_table, show_table = solara.use_state(False)
    credit = credit_of(session)
    answer = session.answer.value

    def act(action: Action) -> None:
        match action:
            case ("table", _):
                show_table(not is_table)
            case ("explain", name) if name in CAPABILITY_NAMES:
                session.drawer.set(name)

    content = _content(session, credit, is_table=is_table)
    futures = 0 if credit is None else credit.replications
    Markup(
        h.section(
            ".card.credit",
            data_part="credit",
            data_futures=str(futures),
            data_answers=answer.plan.key if credit is not None and answer is not None else "",
        )[content],
        guarded(session, act),
        css_class="card-place",
    )


def _content(session: Session, credit: Credit | None, *, is_table: bool) -> h.Fragment:
    if credit is None or not credit.capabilities:
        return h.fragment[card_head(credit_card.TITLE, ""), _waiting(session)]
    shown = credit_card.shares_of(credit)
    unit = f"{shown.money.unit}, share of the difference"
    head = card_head(credit_card.TITLE, unit, credit_card.finding(shown), is_table=is_table)
    body = table(credit_card.table(credit)) if is_table else credit_card.rows(shown)
    return h.fragment[head, body, _still_running(session)]


def _waiting(session: Session) -> h.Node:
    if not raised(session.plan.scenario):
        return h.p(".label")["The plan raises no capability."]
    return credit_card.waiting(*session.credit_progress.value)


def _still_running(session: Session) -> h.Node:
    done, aim = session.credit_progress.value
    return 0 < done < aim and h.p(".label.credit-progress")[credit_card.progress_words(done, aim)]
