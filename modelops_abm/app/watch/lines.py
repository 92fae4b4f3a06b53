"""Small lines and strips over the days: users, power, value and states of the chosen model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import htpy as h

from modelops_abm.app.watch.snapshot import Life, Spell
from modelops_abm.formats import NOTHING, money, number, share
from modelops_abm.statechart import Serving, State

LEFT, WIDTH = 76, 180
_PLAN_RIGHT, _BASELINE_RIGHT = 308, 360
_LINE_HEIGHT, _LINE_PITCH = 30, 42
_STRIP_PITCH, _STRIP_HEIGHT = 22, 13
_COLOURS = {
    State.ONLINE: "online",
    State.RETRAINING: "retraining",
    State.OFFLINE_ISSUE: "issue",
    State.OFFLINE_DRIFT: "drift",
}

type Points = Sequence[tuple[int, float]]


def lines(plan: Life, baseline: Life, day: int) -> h.Element:
    """Return users, power and value of a model in both organisations, day by day.

    Parameters
    ----------
    plan, baseline
        The model in both.
    day
        Today, the right end of every line.
    """
    rows = (
        ("Users", plan.users, baseline.users, _texts(plan, baseline, 0, number)),
        ("Power", plan.power, baseline.power, _texts(plan, baseline, 1, _percent)),
        ("Value a day", plan.value, baseline.value, _texts(plan, baseline, 2, money)),
    )
    height = 16 + _LINE_PITCH * len(rows)
    return h.svg(".lines", viewBox=f"0 0 360 {height}", role="img", aria_label=_words(rows))[
        h.text(x="0", y="10")[_past(plan)],
        h.text(".plan-words", x=str(_PLAN_RIGHT), y="10", text_anchor="end")["plan"],
        h.text(x=str(_BASELINE_RIGHT), y="10", text_anchor="end")["baseline"],
        (
            _row(16 + _LINE_PITCH * place, name, ours, theirs, texts, day)
            for place, (name, ours, theirs, texts) in enumerate(rows)
        ),
    ]


def _past(life: Life) -> str:
    if life.went_live_at is None:
        return "not live yet"
    if life.went_live_at < 0.0:
        return "live since before day 0"
    return f"live since day {number(life.went_live_at)}"


def _words(rows: Iterable[tuple[str, Points, Points, tuple[str, str]]]) -> str:
    return "; ".join(f"{name}: plan {texts[0]}, baseline {texts[1]}" for name, _, _, texts in rows)


def _texts(
    plan: Life, baseline: Life, place: int, words: Callable[[float], str]
) -> tuple[str, str]:
    return _text(plan, place, words), _text(baseline, place, words)


def _text(life: Life, place: int, words: Callable[[float], str]) -> str:
    return NOTHING if life.now is None else words(life.now[place])


def _percent(value: float) -> str:
    return share(value, 0)


def _row(
    top: int, name: str, plan: Points, baseline: Points, texts: tuple[str, str], day: int
) -> h.Fragment:
    values = [value for points in (plan, baseline) for _, value in points]
    high = max(values, default=1.0) or 1.0
    low = min(0.0 if name != "Power" else min(values, default=1.0), high)
    base = top + _LINE_HEIGHT + 4
    text_y = str(top + 22)
    return h.fragment[
        h.text(".name", x="0", y=text_y)[name],
        h.path(".ground", d=f"M{LEFT} {base}h{WIDTH}"),
        (
            h.path(class_=f"line {who}", d=_path(points, top + 4, low, high, day))
            for who, points in (("baseline", baseline), ("plan", plan))
            if points
        ),
        h.text(".value.plan-value", x=str(_PLAN_RIGHT), y=text_y, text_anchor="end")[texts[0]],
        h.text(".value", x=str(_BASELINE_RIGHT), y=text_y, text_anchor="end")[texts[1]],
    ]


def _path(points: Points, top: float, low: float, high: float, day: int) -> str:
    across, up = WIDTH / max(1, day), (_LINE_HEIGHT - 4) / ((high - low) or 1.0)
    bottom = top + _LINE_HEIGHT - 4
    corners = (
        f"{LEFT + (at + 1) * across:.1f} {bottom - (value - low) * up:.1f}" for at, value in points
    )
    return f"M{'L'.join(corners)}"


def strips(plan: Life, baseline: Life, day: int) -> h.Element:
    """Return the states of a model in both organisations over the days, as two strips."""
    height = 2 * _STRIP_PITCH + 18
    return h.svg(".strips", viewBox=f"0 0 360 {height}", role="img", aria_label="States by day")[
        (
            _strip(_STRIP_PITCH * row, name, life, day)
            for row, (name, life) in enumerate((("Plan", plan), ("Baseline", baseline)))
        ),
        h.text(x=str(LEFT), y=str(height - 4))["day 0"],
        _drift_mark(plan, baseline, day, height),
    ]


def _strip(top: int, name: str, life: Life, day: int) -> h.Fragment:
    scale = WIDTH / max(1, day)
    return h.fragment[
        h.text(".name", x="0", y=str(top + 11))[name],
        h.path(".track", d=f"M{LEFT} {top}h{WIDTH}v{_STRIP_HEIGHT}h-{WIDTH}z"),
        (
            h.path(class_=f"span {colour}", d=_bars(spells, top, _STRIP_HEIGHT, scale))
            for state, colour in _COLOURS.items()
            if (spells := [spell for spell in life.spells if spell.state is state])
        ),
        h.path(
            ".span.previous",
            d=_bars(
                [spell for spell in life.spells if spell.serving is Serving.PREVIOUS],
                top + _STRIP_HEIGHT - 4,
                4,
                scale,
            ),
        ),
        h.text(class_="value", x=str(LEFT + WIDTH + 8), y=str(top + 11))[_state_now(life)],
    ]


def _bars(spells: Sequence[Spell], top: float, height: float, scale: float) -> str:
    return "".join(
        f"M{LEFT + spell.start * scale:.1f} {top:g}"
        f"h{max(0.8, (spell.end - spell.start) * scale):.1f}v{height:g}"
        f"h-{max(0.8, (spell.end - spell.start) * scale):.1f}z"
        for spell in spells
    )


def _state_now(life: Life) -> str:
    word = {
        State.IDEA: "an idea",
        State.BUILD: "in build",
        State.DEPLOYMENT: "in deployment",
        State.ONLINE: "online",
        State.RETRAINING: "retraining",
        State.OFFLINE_ISSUE: "issue",
        State.OFFLINE_DRIFT: "drift",
        State.RETIRED: "retired",
    }[life.state]
    return word if life.state is State.ONLINE else f"{word}, day {number(max(0.0, life.since))}"


def _drift_mark(plan: Life, baseline: Life, day: int, height: int) -> h.Fragment | None:
    """Mark where the drift set in that one of them has."""
    drifting = next((life.drift for life in (baseline, plan) if life.drift is not None), None)
    if drifting is None:
        return None
    x = LEFT + drifting.since * WIDTH / max(1, day)
    anchor = "end" if x > LEFT + WIDTH / 2 else "start"
    return h.fragment[
        h.path(".mark", d=f"M{x:.1f} 0V{height - 16}"),
        h.text(x=f"{x:.1f}", y=str(height - 4), text_anchor=anchor)[
            f"{number(drifting.since)} drift sets in"
        ],
    ]
