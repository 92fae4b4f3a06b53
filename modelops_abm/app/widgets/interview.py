"""The questions of an interview as rows: how well something is known, thumbs, and what to type.

What is dragged or typed follows in the browser alone and is sent when it is released, as it stands:
Python reads it. What a browser sends can be forged: check it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypedDict

import solara

from modelops_abm.app.theme import icon
from modelops_abm.app.widgets.browser import packed


class Source(TypedDict):
    """Who published a figure: heading, what was said, how far it was traced in words and bars."""

    title: str
    says: str
    kind: str
    bars: int


class Strip(TypedDict):
    """Where a published figure lies: shares of the track; without a middle if there is none."""

    low: float
    high: float
    middle: float | None


class QuestionRow(TypedDict):
    """A question with its answer.

    Attributes
    ----------
    name, label, detail, asks
        Of the question.
    unit
        What stands behind the numbers.
    scale
        What each position of a thumb says.
    start, about
        Where the thumb stands at first, and how many positions "about" leaves open either way.
    how
        How it was answered; empty if it was not.
    low, high, low_at, high_at
        What was answered, and where that is; of one number the low alone.
    fixed
        Why it cannot be answered here, such as "from your file"; empty if it can.
    published, strip, sources
        What is published of it, in words, on the track, and by whom.
    next
        What a question says that is to be answered next; empty for the others.
    problem
        What is wrong with what was entered last.
    """

    name: str
    label: str
    detail: str
    asks: str
    further: bool
    unit: str
    scale: Sequence[str]
    start: int
    about: int
    how: str
    low: str
    high: str
    low_at: float
    high_at: float
    fixed: str
    published: str
    strip: Strip | None
    sources: Sequence[Source]
    next: str
    problem: str


class Saying(NamedTuple):
    """What a visitor answered: to what, how, and the one number or both ends as they stand."""

    name: str
    how: str
    low: str
    high: str


@solara.component_vue("interview.vue", vuetify=False)
def _Interview(
    rows_text: str,
    icons: dict[str, str],
    shown: str,
    answered: int,
    event_say: Callable[[Any], None],
    event_turn: Callable[[Any], None],
) -> None: ...


@solara.component
def Interview(
    rows: Sequence[QuestionRow],
    shown: str,
    *,
    on_say: Callable[[Saying], None],
    on_open: Callable[[str], None],
) -> solara.Element:
    """Show questions, one of them open.

    Parameters
    ----------
    rows
        The questions.
    shown
        Name of the open one; empty if none is.
    on_say
        Called with an answer; an empty `how` takes it back.
    on_open
        Called with the name of the question that was opened; empty if it was closed.
    """
    answered, set_answered = solara.use_state(0)

    def say(message: Any) -> None:
        match message:
            case {
                "name": str(name),
                "how": str(how),
                "low": str(low),
                "high": str(high),
                "serial": int(serial),
            }:
                on_say(Saying(name, how, low, high))
                # After the answer is dealt with: on this the browser drops what was typed.
                set_answered(serial)

    return _Interview(
        rows_text=packed(rows),
        icons={name: str(icon(name, size)) for name, size in (("info", 16), ("down", 14))},
        shown=shown,
        answered=answered,
        event_say=say,
        event_turn=lambda name: on_open(str(name)),
    )
