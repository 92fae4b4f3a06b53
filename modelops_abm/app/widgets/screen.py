"""What the browser tells while pictures follow each other: drawn, keys pressed, room there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import solara


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
