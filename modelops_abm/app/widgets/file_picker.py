"""A file that a visitor chooses or drops; its content comes as bytes, never as a path."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any, NamedTuple

import solara


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
    """

    def take(message: Any) -> None:
        file = picked(message, largest_bytes)
        if file is not None:
            on_pick(file)

    return _FilePicker(
        label=label, hint=hint, accept=accept, largest_bytes=largest_bytes, event_pick=take
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
