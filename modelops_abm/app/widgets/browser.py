"""What only the browser can do: keep a theme and an upload, download, copy, picture the charts."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import solara


@solara.component_vue("browser.vue", vuetify=False)
def Browser(command: dict[str, Any], event_report: Callable[[dict[str, Any]], None]) -> None:
    """Carry out commands in the browser; invisible.

    Parameters
    ----------
    command
        See `download`, `copy`, `keep`, `switch_theme`, `picture`; carried out when its ``serial``
        changes.
    event_report
        Called with ``{"kind": "opened", "kept": {...}, "theme": ...}`` when the page has opened,
        and with ``{"kind": "pictures", "pictures": {name: data URL}}`` after `picture`. What a
        browser sends can be forged: check it.
    """


def download(name: str, content: bytes, media_type: str) -> dict[str, Any]:
    """Return the command to save a file."""
    text = base64.b64encode(content).decode()
    return {"do": "download", "name": name, "content": text, "type": media_type}


def copy(text: str) -> dict[str, Any]:
    """Return the command to put text on the clipboard."""
    return {"do": "copy", "text": text}


def keep(key: str, text: str) -> dict[str, Any]:
    """Return the command to keep text for this tab, until it is closed; empty text is forgotten."""
    return {"do": "keep", "key": key, "text": text}


def switch_theme() -> dict[str, Any]:
    """Return the command to change between light and dark, and to remember that."""
    return {"do": "theme"}


def picture() -> dict[str, Any]:
    """Return the command to report the charts on the page as PNG pictures."""
    return {"do": "picture"}
