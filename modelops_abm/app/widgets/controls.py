"""What a visitor sets: rows of controls, a search, a day, a file, events; and contents to jump in.

A row is a slider with a number to type, a number alone, or a choice. What is typed is sent
as it is and read in Python; while a slider is dragged, its number and word follow in the browser
alone, and it is sent when it is released. What a browser sends can be forged: check it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Required, TypedDict

import solara

from modelops_abm.app.theme import icon
from modelops_abm.app.widgets.browser import packed


class Field(TypedDict, total=False):
    """A value that can be typed or chosen.

    Attributes
    ----------
    name
        Dotted name of the value.
    label
        What it is called.
    text
        The value as it stands in the field.
    before, after
        What stands before and after it: a currency, a unit.
    hint
        What is allowed, for those who cannot see it.
    detail
        A second line under the label.
    options
        What can be chosen, as pairs of value and word, in place of typing.
    explains
        What the information button explains; without it there is none.
    was
        The value that it departs from, in words; with it, a button brings that back.
    problem
        What is wrong with what was entered last.
    """

    name: Required[str]
    label: Required[str]
    text: Required[str]
    before: str
    after: str
    hint: str
    detail: str
    options: Sequence[tuple[str, str]]
    explains: str
    was: str
    problem: str


class Slider(Field, total=False):
    """A value that can be slid as well.

    Attributes
    ----------
    position, lowest, highest
        Where the slider stands, and its ends.
    page
        How far the page keys move it; arrow keys move it by 1.
    stops
        Positions with a mark.
    ghost
        Where it stood before the last change; None if it was not changed.
    words, notes
        Keys of the texts for every whole position, below the slider: at its left and its right end.
    pace
        What the button at its right end says, which opens `more`.
    more
        Fields that it opens.
    """

    position: Required[float]
    lowest: Required[float]
    highest: Required[float]
    page: Required[float]
    stops: Sequence[float]
    ghost: float | None
    words: str
    notes: str
    pace: str
    more: Sequence[Field]


class Entry(NamedTuple):
    """What a visitor entered.

    Attributes
    ----------
    name
        The value's dotted name, as the browser says.
    text
        What was typed or chosen, or the position of the slider.
    is_position
        Whether it is the position of a slider.
    """

    name: str
    text: str
    is_position: bool


@solara.component_vue("controls.vue", vuetify=False)
def _Controls(
    rows_text: str,
    texts_text: str,
    icons: dict[str, str],
    answered: int,
    event_enter: Callable[[dict[str, Any]], None],
    event_explain: Callable[[str], None],
    event_restore: Callable[[str], None],
) -> None: ...


@solara.component
def Controls(
    rows: Sequence[Field | Slider],
    *,
    on_enter: Callable[[Entry], None],
    on_explain: Callable[[str], None],
    on_restore: Callable[[str], None],
    texts: Mapping[str, Sequence[str]] | None = None,
) -> solara.Element:
    """Show rows of controls.

    Parameters
    ----------
    rows
        The rows.
    on_enter
        Called with what was typed, chosen or slid. What a browser sends can be forged: check it.
        The browser shows what was entered until this has returned, and then what the rows say.
    on_explain
        Called with what an information button explains.
    on_restore
        Called with the name of a value that shall be again what it was.
    texts
        Texts by key and position, see `Slider`.
    """
    answered, set_answered = solara.use_state(0)

    def enter(message: Any) -> None:
        match message:
            case {"name": str(name), "text": str(text), "slid": bool(slid), "serial": int(serial)}:
                on_enter(Entry(name, text, slid))
                # After the entry is dealt with: on this the browser drops what was typed, and shows
                # the rows.
                set_answered(serial)

    # As text, see `packed`; icons too are made here, so that there is one set of them.
    return _Controls(
        rows_text=packed(rows),
        texts_text=packed(texts or {}),
        icons={name: str(icon(name, size)) for name, size in (("info", 16), ("down", 14))},
        answered=answered,
        event_enter=enter,
        event_explain=lambda subject: on_explain(str(subject)),
        event_restore=lambda name: on_restore(str(name)),
    )


# --------------------------------------------------------------------------------------
# A field to search in, which reports while one types.


LONGEST_QUERY = 100


@solara.component_vue("search.vue", vuetify=False)
def _Search(label: str, hint: str, longest: int, event_search: Callable[[str], None]) -> None: ...


def Search(label: str, hint: str, on_search: Callable[[str], None]) -> solara.Element:
    """Show a field to search in.

    Parameters
    ----------
    label
        What it is for.
    hint
        An example, shown while it is empty.
    on_search
        Called with the query, a moment after it was typed.
    """
    return _Search(
        label=label,
        hint=hint,
        longest=LONGEST_QUERY,
        event_search=lambda query: on_search(str(query)[:LONGEST_QUERY]),
    )


# --------------------------------------------------------------------------------------
# The contents of a long part of the page: links to its sections, the one being read marked.


@solara.component_vue("contents.vue", vuetify=False)
def _Contents(sections: list[dict[str, str]], label: str) -> None: ...


def Contents(sections: Mapping[str, str], label: str) -> solara.Element:
    """Show links to sections, which are found by their id and take the focus.

    Parameters
    ----------
    sections
        Titles by the ids of the sections.
    label
        What the contents are of.
    """
    listed = [{"id": section, "title": title} for section, title in sections.items()]
    return _Contents(sections=listed, label=label)


# --------------------------------------------------------------------------------------
# A slider over the days of a run, with what has happened above it.


@solara.component_vue("timeline.vue", vuetify=False)
def Timeline(
    day: int,
    days: int,
    strips: list[dict[str, str]],
    box: str,
    changes: list[dict[str, Any]],
    months: list[dict[str, Any]],
    event_jump: Callable[[Any], None],
) -> None:
    """Show the slider.

    Parameters
    ----------
    day, days
        Where it stands, and the days in all.
    strips
        Marks above it: a ``colour`` and a ``path`` of strokes one wide.
    box
        What their paths are drawn in: left, top, width, height, as an SVG's viewBox.
    changes
        Lines across it: ``at``, a share of the width, ``words`` for who points at it, ``letter``.
    months
        Words below it: ``at``, a share of the width, and ``words``.
    event_jump
        Called with the day to which it was moved. What a browser sends can be forged: check it.
    """


# --------------------------------------------------------------------------------------
# A file that a visitor chooses or drops; its content comes as bytes, never as a path.


class PickedFile(NamedTuple):
    """A file of the visitor's.

    Attributes
    ----------
    name
        What the visitor calls it.
    content
        What is in it; None if it is larger than allowed.
    """

    name: str
    content: bytes | None


@solara.component_vue("file_picker.vue", vuetify=False)
def _FilePicker(
    label: str,
    hint: str,
    spoken: str,
    accept: str,
    largest_bytes: int,
    event_pick: Callable[[Any], None],
) -> None: ...


def FilePicker(
    label: str,
    hint: str,
    *,
    accept: str,
    largest_bytes: int,
    on_pick: Callable[[PickedFile], None],
    spoken: str = "",
) -> solara.Element:
    """Show a button and a place to drop a file on.

    Parameters
    ----------
    label, hint
        Words on the button, and beside it.
    accept
        Endings of names that the browser offers, as in HTML.
    largest_bytes
        Size of the largest file that is sent.
    on_pick
        Called with the file.
    spoken
        What the button says besides to those who cannot see where it stands.
    """

    def take(message: Any) -> None:
        file = picked(message, largest_bytes)
        if file is not None:
            on_pick(file)

    return _FilePicker(
        label=label,
        hint=hint,
        spoken=spoken,
        accept=accept,
        largest_bytes=largest_bytes,
        event_pick=take,
    )


def picked(message: Any, largest_bytes: int) -> PickedFile | None:
    """Return the file in a message of the browser's, which may be forged; None if there is none."""
    match message:
        case {"name": str(name), "content": None}:
            return PickedFile(name, None)
        case {"name": str(name), "content": str(text)}:
            content = _decoded(text)
            if content is not None and len(content) > largest_bytes:
                return PickedFile(name, None)
            return None if content is None else PickedFile(name, content)
    return None


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


# --------------------------------------------------------------------------------------
# Charts and lanes over one axis of time, on which events are moved, sized and taken away.


class EventChange(NamedTuple):
    """What a visitor did with an event, at one release of pointer or key.

    Attributes
    ----------
    key
        The event.
    day
        Its first day from now on; of its end the day after its last.
    steps
        By how many steps it is larger.
    is_end
        Whether its end was moved.
    """

    key: str
    day: int
    steps: int = 0
    is_end: bool = False


@solara.component_vue("lanes.vue", vuetify=False)
def _Lanes(
    picture: str,
    event_open: Callable[[str], None],
    event_change: Callable[[dict[str, Any]], None],
    event_remove: Callable[[str], None],
) -> None: ...


def Lanes(
    picture: Mapping[str, Any],
    *,
    on_open: Callable[[str], None],
    on_change: Callable[[EventChange], None],
    on_remove: Callable[[str], None],
) -> solara.Element:
    """Show charts and lanes, and report what is done with the events in them.

    A picture is plain data, as `decide.timeline_picture` makes it; places are days.

    Parameters
    ----------
    picture
        Charts, lanes and events.
    on_open, on_change, on_remove
        Called with the key of an event, or what was done with it. A browser can send anything.
    """

    def change(report: dict[str, Any]) -> None:
        match report:
            case {"key": str(key), "day": int(day), "end": True}:
                on_change(EventChange(key, day, is_end=True))
            case {"key": str(key), "day": int(day), "size": int(steps)} if abs(steps) <= 1_000:
                on_change(EventChange(key, day, steps))

    return _Lanes(
        picture=packed(picture),
        event_open=lambda key: on_open(str(key)),
        event_change=change,
        event_remove=lambda key: on_remove(str(key)),
    )
