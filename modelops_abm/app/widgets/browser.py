"""What only the browser can do: its address, what a tab keeps, theme, download, copy, pictures."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import solara


@solara.component_vue("browser.vue", vuetify=False)
def Browser(
    command: dict[str, Any],
    address: str,
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
    kept
        Texts by name that the tab keeps until it is closed; an empty one is forgotten. What it
        kept before is left alone until this changes.
    event_report
        Called with ``{"kind": "opened", "kept": {...}, "address": ...}`` when the page has opened,
        ``{"kind": "copied", "text": ...}`` after `copy`, ``{"kind": "pictures", "pictures": {name:
        data URL}}`` after `picture`, and ``{"kind": "not kept", "name": ...}`` if there is no room
        for a text. What a browser sends can be forged: check it.
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
    """Return the command to report the charts on the page as PNG pictures."""
    return {"do": "picture"}
