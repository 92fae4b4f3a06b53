"""The contents of a long part of the page: links to its sections, the one being read marked."""

from __future__ import annotations

from collections.abc import Mapping

import solara


@solara.component_vue("contents.vue", vuetify=False)
def _Contents(sections: list[dict[str, str]], label: str) -> None: ...


def Contents(sections: Mapping[str, str], label: str) -> solara.Element:
    """Show links to sections, which are found by their id and take the focus.

    Parameters
    ----------
    sections
        Titles by the ids of the sections.
    label
        What the contents are of.
    """
    listed = [{"id": section, "title": title} for section, title in sections.items()]
    return _Contents(sections=listed, label=label)
