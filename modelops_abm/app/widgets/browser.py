"""What only the browser can do or know: its address, downloads, the clipboard, keys, room.

First the commands to it; then what it tells while pictures follow each other; then keys that work
wherever the focus is; and how data reaches it: as text, see `packed`.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from typing import Any

import solara


@solara.component_vue("browser.vue", vuetify=False)
def Browser(
    command: dict[str, Any],
    address: str,
    place: dict[str, Any],
    kept: dict[str, str],
    event_report: Callable[[dict[str, Any]], None],
) -> None:
    """Carry out commands in the browser; invisible.

    Parameters
    ----------
    command
        See `download`, `copy`, `switch_theme`, `picture`; carried out when its ``serial`` changes.
    address
        Query of the page's address, which follows after a moment without changes.
    place
        Where in the page one is, by names in the query, as ``at``; another one is a step of the
        browser's Back, a changed address alone is none. Beside it, as ``went``, the last ``count``
        that was reported and followed.
    kept
        Texts by name that the tab keeps until it is closed; an empty one is forgotten. What it
        kept before is left alone until this changes.
    event_report
        Called with ``{"kind": "opened", "kept": {...}, "address": ...}`` when the page has opened,
        ``{"kind": "went", "query": ..., "count": ...}`` when Back or Forward of the browser was
        used, for the how manieth time,
        ``{"kind": "copied", "text": ...}`` after `copy`, ``{"kind": "pictures", "pictures": {name:
        data URL}}`` after `picture`, and ``{"kind": "not kept", "name": ...}`` if there is no room
        for a text. What a browser sends can be forged: check it.
    """


@solara.component_vue("pictures.vue", vuetify=False)
def Pictures(caption: str, file: str) -> None:
    """Save cards of the page as pictures, PNG or SVG, in light colours and with a caption.

    A card is saved by its `drawing.cards.save_button`; all of them by `picture`.

    Parameters
    ----------
    caption
        What the figures are of and what makes them repeatable; it stands below every picture.
    file
        How the names of the files begin.
    """


@solara.component_vue("connection.vue", vuetify=False)
def Connection() -> None:
    """Tell when the server does not answer, hold what is beside it meanwhile, and come back.

    All of it happens in the browser, as nothing else can be told then. Put it beside what is held.
    A server that has lost the visit gives a reload, which `Browser` makes whole again.
    """


def download(name: str, content: bytes, media_type: str) -> dict[str, Any]:
    """Return the command to save a file."""
    text = base64.b64encode(content).decode()
    return {"do": "download", "name": name, "content": text, "type": media_type}


def copy(text: str) -> dict[str, Any]:
    """Return the command to put text on the clipboard."""
    return {"do": "copy", "text": text}


def switch_theme() -> dict[str, Any]:
    """Return the command to change between light and dark, and to remember that."""
    return {"do": "theme"}


def picture() -> dict[str, Any]:
    """Return the command to report all cards that can be saved as PNG pictures."""
    return {"do": "picture"}


# --------------------------------------------------------------------------------------
# What the browser tells while pictures follow each other: drawn, keys pressed, room there is.


@solara.component_vue("screen.vue", vuetify=False)
def Screen(
    serial: int,
    event_drawn: Callable[[int], None],
    event_key: Callable[[str], None],
    event_width: Callable[[Any], None],
) -> None:
    """Report on what is around it; invisible.

    Parameters
    ----------
    serial
        Number of the picture that is shown; put this widget behind those that show it.
    event_drawn
        Called with the number once the picture has been painted, or cannot be seen anyway.
    event_key
        Called with ``" "`` or ``"."`` unless the key is for a control.
    event_width
        Called with the width of the element around it, in pixels, at first and when it changes.
    """


# --------------------------------------------------------------------------------------
# Keys that work wherever the focus is.


STEP_KEYS = {"mod+z": "undo", "mod+shift+z": "redo", "mod+y": "redo"}
"""Of what has steps that can be undone."""


@solara.component_vue("keys.vue", vuetify=False)
def _Keys(meanings: dict[str, str], event_press: Callable[[str], None]) -> None: ...


def Keys(keys: Mapping[str, str], on_press: Callable[[str], None]) -> solara.Element:
    """Listen to keys as long as this is on the page; invisible.

    Parameters
    ----------
    keys
        What each key means, such as ``{"mod+z": "undo", "mod+shift+z": "redo"}``; ``mod`` is Ctrl,
        or Command on a Mac. While text is being edited, keys belong to the text.
    on_press
        Called with the meaning of a key that was pressed.
    """
    known = set(keys.values())

    def press(meaning: str) -> None:
        if meaning in known:
            on_press(meaning)

    return _Keys(meanings=dict(keys), event_press=press)


# --------------------------------------------------------------------------------------
# Data on its way to the browser.


def packed(value: Any) -> str:
    """Return data as JSON; NaN and infinity, which that does not know, become null.

    Solara looks for elements in every list and mapping that a component is given, at each
    rendering; for a chart of some thousand numbers that takes longer than everything else. It does
    not look into text.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return packed(_finite(value))


def _finite(value: Any) -> Any:
    match value:
        case dict():
            return {name: _finite(entry) for name, entry in value.items()}
        case list() | tuple():
            return [_finite(entry) for entry in value]
        case float() if not math.isfinite(value):
            return None
    return value
