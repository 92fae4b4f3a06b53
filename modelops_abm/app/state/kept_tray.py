"""The tray as text that the browser keeps for its tab: of every plan its name and its link."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from modelops_abm.app.state.link import LONGEST, Linked, query_of, read_query
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.tray import LONGEST_NAME, MOST_KEPT, Tray, with_kept
from modelops_abm.parameters import InputError

_LONGEST_TEXT = MOST_KEPT * (LONGEST + 6 * LONGEST_NAME + 20)  # a character is six at most in JSON


def tray_text(tray: Tray) -> str:
    """Return a tray as text, without answers and files; a plan that has no link is left out."""
    links = ((kept.name, query_of(Linked(kept.plan))) for kept in tray)
    entries = [[name, query] for name, query in links if query is not None]
    return json.dumps(entries) if entries else ""


def read_tray(text: str, complete: Callable[[Linked], Plan]) -> Tray:
    """Return the tray that a text holds; what is wrong in it is left out.

    Parameters
    ----------
    text
        From a browser, which may send anything.
    complete
        Returns the plan of a link, with what no link can hold; raises `InputError` if it lacks
        anything.
    """
    tray: Tray = ()
    for name, query in _entries(text):
        try:
            tray = with_kept(tray, name, complete(read_query(query)), None)
        except InputError:
            continue
    return tray


def _entries(text: str) -> Iterator[tuple[str, str]]:
    """Yield names and queries, as many as a tray holds."""
    entries: Any = []
    if len(text) <= _LONGEST_TEXT:
        try:
            entries = json.loads(text or "[]")
        except (ValueError, RecursionError):
            return
    for entry in entries[:MOST_KEPT] if isinstance(entries, list) else ():
        match entry:
            case [str(name), str(query)] if name.isprintable():
                yield name, query
