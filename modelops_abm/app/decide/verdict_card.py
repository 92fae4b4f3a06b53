"""The card of the verdict: the sentence, what else one must know, how far the answer has come."""

from __future__ import annotations

import htpy as h

from modelops_abm.app.decide.sentences import (
    Advice,
    Headline,
    Progress,
    headline,
    plan_name,
    second_line,
)
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.plan import Plan
from modelops_abm.experiments import Credit, Staffing

NOT_YET = Progress("First estimate in a moment", "", 0.0, "")
_LEGEND = Interval(0.5, (0.3, 0.7), (0.0, 1.0))


def verdict_card(
    answer: Answer,
    credit: Credit | None,
    advice: Advice | None = None,
    team: Staffing | None = None,
) -> h.Element:
    """Return the sentence, and what else to know.

    Parameters
    ----------
    answer
        What is shown.
    credit
        Of the plan that is answered.
    advice
        What would be better, for a plan that does not earn.
    team
        What is to be said of a team that cannot carry its portfolio.
    """
    said = headline(answer.comparison)
    more = second_line(answer, credit, "" if advice is None else advice.words)
    return h.section(
        ".verdict",
        data_part="verdict",
        data_futures=str(answer.comparison.replications),
        data_answers=answer.plan.key,
        data_settled=str(answer.is_settled).lower(),
        aria_label="The answer",
    )[
        h.div(".says")[
            _sentence(said),
            h.p(".second")[(h.strong[word.text] if word.is_strong else word.text for word in more)],
            team is not None and h.p(".second", data_part="team")[team.sentence()],
            advice is not None
            and advice.change is not None
            and h.button(data_action="use change")["Make this change"],
        ],
        h.p(".spoken", aria_live="polite")[answer.is_settled and said.text],
    ]


def waiting_verdict(plan: Plan) -> h.Element:
    """Return what stands in the sentence's place before there is an answer."""
    return h.section(
        ".verdict", data_part="verdict", data_futures="0", data_answers="", data_settled="false"
    )[
        h.div(".says")[
            h.h1[f"{plan_name(plan.scenario)}: what is it worth?"],
            h.p(".second")["First estimate in a moment."],
        ],
    ]


def run_state(done: Progress) -> h.Element:
    """Return how many futures the answer rests on, and how well the average is known."""
    return h.div(".run-state")[
        h.p(".counts")[h.strong[done.futures], h.strong(".precision")[done.precision]],
        h.div(
            ".bar",
            role="progressbar",
            aria_label="Futures run",
            aria_valuenow=str(round(100.0 * done.share)),
            aria_valuemin="0",
            aria_valuemax="100",
        )[h.div(style=f"width: {100.0 * done.share:.1f}%")],
        h.p(".label.note")[done.note],
        h.p(".label.legend")[
            h.span(".sample")[interval_mark(_LEGEND, Scale(-0.1, 1.1), ticks=())],
            "95 of 100 futures; dark: the average",
        ],
    ]


def _sentence(said: Headline) -> h.Element:
    before, figure, after = said.sentence
    return h.h1[before, figure and h.span(class_=["worth", f"tone-{said.tone}"])[figure], after]
