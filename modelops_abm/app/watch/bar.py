"""The control bar: play, speed, day, and which future is watched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import htpy as h

from modelops_abm.app.icons import icon
from modelops_abm.app.watch.controller import SPEEDS
from modelops_abm.app.watch.snapshot import Snapshot
from modelops_abm.formats import MONTH_DAYS, month_of, months_in, number

FUTURE_PANEL = "future-panel"
STRIP_HEIGHT = 16
_FULL_BAR = 8
_MOST_MONTHS_SHOWN = 4


def controls(snapshot: Snapshot) -> h.Fragment:
    """Return the buttons to the left of the timeline."""
    going = snapshot.playing
    return h.fragment[
        h.button(".plain.icon", data_action="restart", aria_label="Back to day 0",
                 title="Back to day 0", disabled=not snapshot.day)[icon("reset")],
        h.button(".act.play", data_action="toggle", title="Space")[
            icon("pause" if going else "play"), "Pause" if going else "Play"
        ],
        h.button(data_action="step", disabled=snapshot.over, title="One day: press .")[
            icon("step"), "Day"
        ],
        h.div(".segments", role="group", aria_label="Days a second")[
            (
                h.button(data_action="speed", data_value=name,
                         aria_pressed=str(name == snapshot.speed).lower())[name]
                for name in SPEEDS
            )
        ],
        h.span(".label.unit")["days a second"],
        h.div(".day", aria_live="off")[
            h.strong[f"Day {number(snapshot.day)}"], h.span(".label")[_where(snapshot)]
        ],
    ]  # fmt: skip


def _where(snapshot: Snapshot) -> str:
    if snapshot.goal is not None and abs(snapshot.goal - snapshot.day) > 1:
        return f"on the way to day {number(snapshot.goal)}"
    last = snapshot.horizon_days
    return f"of {number(last)}, {month_of(min(snapshot.day, last - 1))}"


def strips(strip: Mapping[str, Sequence[int]]) -> list[dict[str, str]]:
    """Return bars above the timeline: issues, drifts and retrainings of the plan, stacked.

    Parameters
    ----------
    strip
        How often each happened in each part of the time.
    """
    totals = [sum(counts) for counts in zip(*strip.values(), strict=True)]
    scale = STRIP_HEIGHT / max([_FULL_BAR, *totals])
    below = [0] * len(totals)
    bars = []
    for name, counts in strip.items():
        path = "".join(
            f"M{place + 0.5} {STRIP_HEIGHT - below[place] * scale:.1f}v{-count * scale:.1f}"
            for place, count in enumerate(counts)
            if count
        )
        bars.append({"colour": f"var(--{name})", "path": path})
        below = [before + count for before, count in zip(below, counts, strict=True)]
    return bars


def months(horizon_days: int) -> list[dict[str, float | str]]:
    """Return the words below the timeline."""
    last = max(1, months_in(horizon_days))
    pace = next((step for step in (1, 3, 6, 12, 24, 60) if last / step <= _MOST_MONTHS_SHOWN), 120)
    return [
        {
            "at": round(month * MONTH_DAYS / horizon_days, 4),
            "words": number(month) if month else "month 0",
        }
        for month in range(0, last + 1, pace)
        if month * MONTH_DAYS <= horizon_days * 1.01
    ]


def future_button(future: int, *, twin: bool) -> h.Fragment:
    """Return what is to the right of the timeline: the future, and whether the baseline shows."""
    return h.fragment[
        h.button(popovertarget=FUTURE_PANEL, aria_haspopup="dialog")[
            f"Future {number(future)}", icon("down", 16)
        ],
        h.button(data_action="twin", aria_pressed=str(twin).lower(),
                 title="The baseline beside the plan, under the same luck")["Twin run"],
    ]  # fmt: skip


def future_panel(future: int, last: int, notable: Mapping[str, int]) -> h.Element:
    """Return the panel in which a future is chosen.

    Parameters
    ----------
    future, last
        The one that is watched, and the last that may be.
    notable
        Futures of Decide by what is special about them.
    """
    return h.div(f"#{FUTURE_PANEL}.panel", popover="auto")[
        h.h2["Which future"],
        h.p(".label")[
            "A future is one course of luck. Every future of Decide can be watched: plan and"
            " baseline meet the same ideas, incidents and efforts in it."
        ],
        h.div(".choose")[
            h.button(data_action="future", data_value=str(future - 1), disabled=future <= 0)[
                "Previous"
            ],
            h.input(type="number", min="0", max=str(last), value=str(future),
                    data_action="future", aria_label="Number of the future"),
            h.button(data_action="future", data_value=str(future + 1), disabled=future >= last)[
                "Next"
            ],
        ],
        h.ul[
            (
                h.li[h.button(data_action="future", data_value=str(one))[
                    f"{words}: future {number(one)}"
                ]]
                for words, one in notable.items()
            )
        ]
        if notable
        else h.p(".label")["Once Decide has run, its best, middle and worst futures stand here."],
    ]  # fmt: skip
