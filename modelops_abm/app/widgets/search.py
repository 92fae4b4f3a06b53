"""A field to search in, which reports while one types."""

from __future__ import annotations

from collections.abc import Callable

import solara

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
