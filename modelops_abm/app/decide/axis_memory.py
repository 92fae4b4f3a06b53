"""Axes that only grow while the futures of one plan stream in."""

from __future__ import annotations

import solara

from modelops_abm.app.drawing.axes import Extent
from modelops_abm.app.state.answer import Answer


def use_grown(
    shown: tuple[Extent, ...] | None, answer: Answer | None, what: str = ""
) -> tuple[Extent, ...] | None:
    """Return extents that hold what the chart has shown of the plan so far (a hook).

    Parameters
    ----------
    shown
        What must be shown now; None for nothing.
    answer
        What it is part of; another plan starts afresh.
    what
        Which of several things the chart shows; another one starts afresh.
    """
    memory: solara.Ref[tuple[str, tuple[Extent, ...]] | None] = solara.use_ref(None)
    if shown is None or answer is None:
        return shown
    key = f"{answer.plan.key} {what}"
    known, before = memory.current or ("", ())
    if known == key:
        shown = tuple(
            extent.with_room_for(earlier) for extent, earlier in zip(shown, before, strict=True)
        )
    memory.current = (key, shown)
    return shown
