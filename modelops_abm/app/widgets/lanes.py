"""Charts and lanes over one axis of time, on which events are moved, sized and taken away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import solara

from modelops_abm.app.widgets.browser import packed


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
