"""Where in the page one is: a step of the browser's Back and Forward, part of the address, and F5.

One rule for all places: what takes the place of something else on the screen has a name in the
address, whoever opens it; `browser.vue` makes a step of each change. What only changes a place (the
plan, which scenarios are compared) replaces the address. The sections of Understand are steps too,
which the browser makes alone (`contents.vue`).
"""

from __future__ import annotations

from collections.abc import Mapping

from modelops_abm.app.decide.rail import is_explained
from modelops_abm.app.state.session import VIEWS, Session
from modelops_abm.app.state.tray import MOST_KEPT

_YES = "yes"


def place_of(session: Session) -> dict[str, str]:
    """Return where a session is, by the names in an address; an empty text needs no room there.

    ``view`` is the part of the page, ``shows`` what stands in Decide in place of plan and charts,
    ``about`` what the drawer explains, ``all`` whether a list that begins short is shown whole.
    """
    view = session.view.value
    shows = about = ""
    unfolded = False
    if view == "decide":
        about, unfolded = session.drawer.value, session.shows_settings.value
        if session.is_timeline.value:
            shows = "timeline"
        elif session.compared.value is not None:
            shows = "comparison"
    elif view == "data":
        unfolded = session.organisation.shows_all.value
    return {
        "view": "" if view == "decide" else view,
        "shows": shows,
        "about": about,
        "all": _YES if unfolded else "",
    }


def go_to(session: Session, place: Mapping[str, str]) -> None:
    """Go to a place of an address, which may name any; what makes no sense is left out."""
    view, unfolded = place.get("view") or "decide", place.get("all") == _YES
    for known in VIEWS:
        if known == view:
            session.view.set(known)
    if view == "data":
        session.organisation.shows_all.set(unfolded)
    if view != "decide":
        return
    shows, about = place.get("shows", ""), place.get("about", "")
    session.is_timeline.set(shows == "timeline")
    if shows != "timeline":
        session.compared.set(_columns(place) if shows == "comparison" else None)
    session.drawer.set(about if is_explained(about) else "")
    session.shows_settings.set(unfolded)


def columns_of(session: Session) -> str:
    """Return which scenarios are compared, as an address says it; empty if none are in sight."""
    chosen = session.compared.value
    if chosen is None or place_of(session)["shows"] != "comparison":
        return ""
    return ",".join(map(str, chosen))


def _columns(place: Mapping[str, str]) -> tuple[int, ...]:
    places = range(MOST_KEPT + 1)  # this plan, then those that are kept
    wanted = place.get("compared", "").split(",")
    return tuple(number for number in places if str(number) in wanted)
