"""The card of the verdict: the sentence, what else one must know, how far the answer has come."""

from __future__ import annotations

from collections.abc import Sequence

import htpy as h

from modelops_abm.app.decide.sentences import (
    Headline,
    Progress,
    asks_for_better,
    awaited,
    headline,
    longest_headline,
    longest_second_line,
    progress,
    second_line,
    team_in_words,
)
from modelops_abm.app.drawing.interval_mark import Bracket, Interval, Scale, interval_mark
from modelops_abm.app.state.answer import NO_REMARKS, Answer, Remarks
from modelops_abm.experiments import Credit
from modelops_abm.experiments.plans import raised
from modelops_abm.experiments.words import IS_BASELINE
from modelops_abm.scenario import Scenario

NOT_YET = Progress("First estimate in a moment", "", 0.0, "")


def verdict_card(
    answer: Answer,
    credit: Credit | None,
    remarks: Remarks = NO_REMARKS,
    *,
    doubts: Sequence[str] = (),
    awaits: Sequence[str] = (),
    is_page: bool = True,
) -> h.Element:
    """Return the sentence, and what else to know.

    Parameters
    ----------
    answer
        What is shown.
    credit
        Of the plan that is answered.
    remarks
        What else is to be said of that plan.
    doubts
        What speaks against the belief that the answer is over.
    awaits
        What of it is still to be found out.
    is_page
        Whether it is read where a plan can be changed.
    """
    comparison, is_over = answer.comparison, answer.over is not None
    said = headline(comparison, answer.over, is_page=is_page)
    more = second_line(answer, credit, remarks.better)
    return h.section(
        ".verdict",
        data_part="verdict",
        data_futures=str(comparison.replications),
        data_organisations=str(0 if answer.over is None else answer.over.replications),
        data_answers=answer.plan.key,
        data_settled=str(answer.is_settled).lower(),
        data_awaits=", ".join(awaits),
        aria_label="The answer",
    )[
        h.div(".says")[
            _sentence(said, longest_headline(comparison.plan.scenario, is_over=is_over) * is_page),
            h.p(
                ".second",
                data_room=longest_second_line(is_over=is_over, is_better=asks_for_better(answer))
                if is_page
                else None,
            )[
                h.span[
                    (h.strong[word.text] if word.is_strong else word.text for word in more),
                    is_page
                    and remarks.change is not None
                    and [" ", h.button(".link", data_action="use change")["Make this change"]],
                ]
            ],
            (
                h.p(".second.doubt", data_part="doubt")[h.strong["To be doubted: "], doubt]
                for doubt in (doubts if answer.over is not None else ())
            ),
            (team := team_in_words(answer, remarks)) and h.p(".second", data_part="team")[team],
        ],
        h.p(".spoken", aria_live="polite")[answer.is_settled and said.text],
    ]


def waiting_verdict(scenario: Scenario, *, is_over: bool) -> h.Element:
    """Return what stands in the sentence's place before there is an answer.

    Parameters
    ----------
    scenario
        What the plan says.
    is_over
        Whether it will be answered over what the organisation may be as well.
    """
    is_baseline = not raised(scenario)
    longest = longest_headline(scenario, is_over=is_over)
    return h.section(
        ".verdict", data_part="verdict", data_futures="0", data_answers="", data_settled="false"
    )[
        h.div(".says")[
            h.h1(class_="long" if len(longest) > _TWO_LINES else None, data_room=longest or None)[
                h.span[f"{IS_BASELINE}." if is_baseline else awaited(scenario, is_over=is_over)]
            ],
            h.p(".second", data_room=longest_second_line(is_over=is_over))[
                h.span[f"{NOT_YET.futures}."]
            ],
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
        done.note and h.p(".label.note")[done.note],
    ]


def short_verdict(answer: Answer) -> h.Element:
    """Return the answer in a line; it says nothing new, so a screen reader leaves it out."""
    said, done = headline(answer.comparison, answer.over), progress(answer, is_superseded=False)
    over = None if said.over is None else said.over.figure
    return h.div(".short-verdict", aria_hidden="true")[
        h.strong(class_=["worth", f"tone-{said.tone}"])[said.sentence.figure or "can't tell"],
        over and h.strong[f"{over} earn"],
        h.span(".label")[f"{done.futures} {done.precision}".strip()],
    ]


_TWO_LINES = 165
"""Letters that two lines of the sentence hold on a laptop; a longer one is set smaller."""


def _sentence(said: Headline, longest: str) -> h.Element:
    return h.h1(
        class_="long" if max(len(said.text), len(longest)) > _TWO_LINES else None,
        data_room=longest or None,
    )[h.span[told(said)]]


def told(said: Headline) -> h.Fragment:
    """Return the sentence with its figures in colour."""
    before, figure, after = said.sentence
    over = said.over
    return h.fragment[
        before,
        figure and h.span(class_=["worth", f"tone-{said.tone}"])[figure],
        after,
        over
        and h.fragment[
            over.before,
            # On one line where there is room: with another figure it would break elsewhere.
            h.span(".of-whom")[h.span(".worth.chance")[over.figure], over.after],
        ],
    ]


# --------------------------------------------------------------------------------------
# The switch between the values as set and what the organisation may be, and the key of the mark.


MODES = {"as set": "As set", "over": "Organisations like yours"}


def mode_switch(*, is_over: bool) -> h.Element:
    """Return the switch, and what the parts of the mark mean."""
    chosen = "over" if is_over else "as set"
    return h.div(".modes", data_part="modes")[
        h.div(".segments", role="group", aria_label="What the figures are over")[
            (
                h.button(
                    data_action="mode", data_value=mode, aria_pressed=str(mode == chosen).lower()
                )[words]
                for mode, words in MODES.items()
            )
        ],
        mark_key(is_over=is_over),
    ]


def mark_key(*, is_over: bool) -> h.Element:
    """Return what the parts of the mark mean, as `mode_switch` has it."""
    return h.ul(".key", aria_label="What the marks mean")[
        _key(_AVERAGE, "average as set, how well known"),
        _key(_CHANCE, "chance only"),
        is_over and _key(_UNKNOWN, "chance and what nobody knows"),
        is_over and _key(_RING, "average of all"),
        _key(_NOTHING, "baseline", dashed=0.5),
        _key(_NOTHING, "published", bracket=_BRACKET),
    ]


_NOTHING = Interval(None, None, None)
_AVERAGE = Interval(0.5, (0.35, 0.65), None)
_CHANCE = Interval(None, None, (0.0, 1.0))
_UNKNOWN = Interval(None, None, None, unknown=(0.0, 1.0))
_RING = Interval(None, None, None, ring=0.5)
_BRACKET = Bracket(0.0, 1.0, 0.5)


def _key(
    sample: Interval, words: str, *, bracket: Bracket | None = None, dashed: float | None = None
) -> h.Element:
    width = "16px" if sample in (_AVERAGE, _RING) else "24px"
    if dashed is not None:
        width = "8px"
    scale = Scale(-0.05, 1.05)
    mark = interval_mark(sample, scale, ticks=(), bracket=bracket, dashed=dashed)
    return h.li[h.span(".sample", style=f"width: {width}")[mark], words]
