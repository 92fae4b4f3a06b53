"""Keys that work wherever the focus is."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import solara


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
