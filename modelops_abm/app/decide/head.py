"""The answer at the top of Decide: the sentence, how sure it is, and six key figures."""

from __future__ import annotations

import htpy as h
import solara

from modelops_abm.app.decide.advice import Advice, use_advice
from modelops_abm.app.decide.answered import credit_of
from modelops_abm.app.decide.figures import Figure, figures
from modelops_abm.app.decide.plan_words import plan_name
from modelops_abm.app.decide.rail_rows import maximum_of
from modelops_abm.app.decide.safe import Safe
from modelops_abm.app.decide.sentences import (
    Headline,
    Progress,
    Words,
    headline,
    progress,
    second_line,
)
from modelops_abm.app.drawing.interval_mark import Interval, Scale, interval_mark
from modelops_abm.app.guard import guarded
from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.experiments import Credit

_LEGEND = Interval(0.5, (0.3, 0.7), (0.0, 1.0))
_LABELS = (
    "Net value, discounted",
    "Availability",
    "Time for new models",
    "Models delivered",
    "Payback",
    "Chance of losing money",
)


@solara.component
def Head(session: Session) -> None:
    """Show the verdict and the figures, or that they cannot be shown."""
    Safe(VerdictAndFigures, session)


@solara.component
def VerdictAndFigures(session: Session) -> None:
    """Show the verdict and the figures."""
    answer, advice = session.answer.value, use_advice(session)

    def act(action: Action) -> None:
        if action.name == "use change" and advice is not None and advice.change is not None:
            change = advice.change
            session.change({maximum_of(change.capability): change.level})

    with solara.Div(classes=["decide-head"]):
        if answer is None:
            Markup(waiting_verdict(session.plan), css_class="verdict-place")
            Markup(waiting_figures(), css_class="figures-place")
        else:
            credit = credit_of(session)
            card = verdict_card(answer, session.plan, credit, advice)
            Markup(card, guarded(session, act), css_class="verdict-place")
            Markup(figures_card(figures(answer.comparison)), css_class="figures-place")


def verdict_card(
    answer: Answer, plan: Plan, credit: Credit | None, advice: Advice | None = None
) -> h.Element:
    """Return the sentence, what else to know, and how far the answer has come.

    Parameters
    ----------
    answer
        What is shown.
    plan
        What the sliders say, which may be newer than the answer.
    credit
        Of the plan that is answered.
    advice
        What would be better, for a plan that does not earn.
    """
    said = headline(answer.comparison)
    done = progress(answer, is_superseded=answer.plan != plan)
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
            _second(second_line(answer, credit, "" if advice is None else advice.words)),
            advice is not None
            and advice.change is not None
            and h.button(data_action="use change")["Make this change"],
        ],
        _progress(done),
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
        _progress(Progress("First estimate in a moment", "", 0.0, "")),
    ]


def figures_card(content: tuple[Figure, ...]) -> h.Element:
    """Return the six key figures."""
    return h.section(".card.figures", data_part="figures", aria_label="Key figures")[
        (_figure(figure) for figure in content)
    ]


def waiting_figures() -> h.Element:
    """Return the places of the figures before there are any."""
    return h.section(".card.figures.waiting", data_part="figures", aria_label="Key figures")[
        (
            h.div(".figure")[
                h.p(".label")[label],
                h.p(".value")["–"],
                h.p(".change")[h.span["\u00a0"]],
                interval_mark(Interval(None, None, None), Scale(-1.0, 1.0)),
            ]
            for label in _LABELS
        )
    ]


def _sentence(said: Headline) -> h.Element:
    before, figure, after = said.sentence
    return h.h1[before, figure and h.span(class_=["worth", f"tone-{said.tone}"])[figure], after]


def _second(words: list[Words]) -> h.Element:
    return h.p(".second")[(h.strong[word.text] if word.is_strong else word.text for word in words)]


def _progress(done: Progress) -> h.Element:
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


def _figure(figure: Figure) -> h.Element:
    return h.div(".figure", data_figure=figure.name)[
        h.p(".label")[figure.label],
        h.p(".value")[figure.value, figure.versus and h.span(".versus")[figure.versus]],
        h.p(".change", title=f"{figure.change} {figure.range}".strip())[
            figure.change and h.strong[figure.change], " ", h.span[figure.range]
        ],
        interval_mark(figure.interval, figure.scale, ticks=figure.ticks),
    ]
