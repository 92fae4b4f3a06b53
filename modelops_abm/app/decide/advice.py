"""What would be better, for a plan that does not earn: the best single change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import solara

from modelops_abm.app.guard import guarded_work
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.errands import Errand, Errands
from modelops_abm.app.state.session import Session
from modelops_abm.experiments import LevelChange, stream_single_changes
from modelops_abm.experiments.credit.advice import best_single_change
from modelops_abm.experiments.variants import raised
from modelops_abm.simulate.sharing import Rank, new_caller

_KIND = "advice"


@dataclass(frozen=True)
class Advice:
    """The best single change of a plan.

    Attributes
    ----------
    key
        Of the plan.
    words
        What the change is and what it is worth, or that none helps.
    change
        The change; None if none can be told to help.
    """

    key: str
    words: str
    change: LevelChange | None


def use_advice(session: Session) -> Advice | None:
    """Return what would be better than the plan that is answered, once that is known (a hook).

    It is found out only for a plan that is answered and does not earn.
    """
    known: solara.Reactive[Advice | None] = solara.use_reactive(None)
    errands = solara.use_memo(Errands, [])
    answer = session.answer.value
    wanted = answer.plan.key if answer is not None and _needs_advice(answer) else ""

    def find_out() -> None:
        if answer is None or not wanted:
            errands.stop(_KIND)
            return
        work = partial(_find, session, answer, known)
        errands.start(_KIND, guarded_work(work, session.notice.set))

    solara.use_effect(find_out, [wanted, session.seed.value])
    solara.use_effect(lambda: errands.close, [])
    return known.value if known.value is not None and known.value.key == wanted else None


def _needs_advice(answer: Answer) -> bool:
    scenario = answer.comparison.plan.scenario
    does_earn = answer.comparison.difference("npv").verdict == "earns"
    return answer.is_settled and not does_earn and bool(raised(scenario))


def _find(
    session: Session, answer: Answer, known: solara.Reactive[Advice | None], errand: Errand
) -> None:
    for changes in stream_single_changes(
        answer.plan.scenario,
        seed=answer.seed,
        cancel=errand.cancel,
        executor=new_caller(Rank.LAST, account=session.account),
    ):
        ranking = changes.ranking()
        helps = ranking.order[0] if None not in ranking.may_be_best else None
        advice = Advice(answer.plan.key, best_single_change(changes), helps)
        errand.tell(known.set, advice)
