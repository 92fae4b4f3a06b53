"""The chosen model in both organisations: what it does, its statechart, and its days so far.

First head and menu of the panel; then the statechart with the plan's state lit and the baseline's
dashed; then users, power and value as lines over the days, and
the states as strips.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial

import htpy as h

from modelops_abm.app.drawing.diagrams import drawn_statechart
from modelops_abm.app.watch.snapshot import Life, Picture, Spell
from modelops_abm.app.watch.words import label, sentence
from modelops_abm.charts.figure import Axis
from modelops_abm.charts.palette import STATES
from modelops_abm.charts.placement import IN_PANEL
from modelops_abm.core.statechart import PRODUCTION_STATES, Serving, State
from modelops_abm.formats import MONTH_DAYS, NOTHING, money, number, plural, share

LONGEST_MENU = 300
"""Models offered in the menu; beyond, one is chosen by its number."""


def panel_head(picture: Picture) -> h.Element:
    """Return who the chosen model is, and the menu of the others."""
    followed = picture.followed
    if followed is None:
        return h.div(".model-head")[h.h2["No model chosen"], _menu(picture)]
    return h.div(".model-head")[
        h.h2[h.span(".chip")[label(followed.number)], followed.name],
        _menu(picture),
    ]


def panel_body(picture: Picture, axis: Axis) -> h.Element:
    """Return the chosen model's life so far, or what to do if there is none.

    Parameters
    ----------
    picture
        The day.
    axis
        The time of the whole run, with what changes in its course.
    """
    followed, now = picture.followed, float(picture.day)
    if followed is None:
        return h.p(".empty")["Click a token to follow its model."]
    return h.div(".life", data_followed=str(followed.number))[
        h.p(".doing")[_doing(sentence(followed.plan, now), sentence(followed.baseline, now))],
        chart_of_states(followed.plan, followed.baseline, now),
        lines(followed.plan, followed.baseline, picture.day, axis),
        strips(followed.plan, followed.baseline, picture.day, axis),
    ]


def _doing(plan: str, baseline: str) -> h.Node:
    if plan == baseline:
        return [h.strong["Plan and baseline: "], plan]
    return [h.strong["Plan: "], plan, h.strong[" Baseline (dashed): "], baseline]


def _menu(picture: Picture) -> h.Element:
    """Return a menu of the models, for those who cannot click a token."""
    followed = picture.followed
    chosen = -1 if followed is None else followed.number
    known = {model.number: model.name for model in picture.plan.models} | dict(picture.plan.retired)
    if followed is not None:
        known[chosen] = followed.name
    # The models of the plan are those of the baseline: both have the same numbers and names.
    numbers = sorted(known)[:LONGEST_MENU]
    return h.select(".follow", data_action="follow", aria_label="Follow another model")[
        None if chosen in numbers else h.option(value=str(chosen), selected=True)["Follow another"],
        (
            h.option(value=str(one), selected=one == chosen)[f"{label(one)} · {known[one]}"]
            for one in numbers
        ),
    ]


# --------------------------------------------------------------------------------------
# The statechart with the state of the day lit.


_SHORT = {State.IDEA: "Idea", State.DEPLOYMENT: "Deploy"}


def chart_of_states(plan: Life, baseline: Life, now: float) -> h.Element:
    """Return the statechart: the plan's state filled, the baseline's framed with dashes.

    Parameters
    ----------
    plan, baseline
        The chosen model in both organisations.
    now
        The day.
    """
    lines = {State.OFFLINE_ISSUE: ["until repaired"]}
    if plan.state in PRODUCTION_STATES:
        lines[plan.state] = [plural(int(max(0.0, now - plan.since)), "day")]
    words = f"Plan: {STATES[plan.state].words}. Baseline: {STATES[baseline.state].words}."
    return drawn_statechart(
        IN_PANEL,
        f"States of the model. {words}",
        lines,
        short=_SHORT,
        # Marked by fill and halo, and by dashes: not by colour alone.
        lit=plan.state,
        dashed=baseline.state,
    )


# --------------------------------------------------------------------------------------
# Users, power and value as lines over the days, and the states as strips.


LEFT, WIDTH = 72, 160
_PLAN_RIGHT, _BASELINE_RIGHT = 308, 360
_LINE_HEIGHT, _LINE_PITCH = 26, 36
_STRIP_PITCH, _STRIP_HEIGHT = 22, 13
_LETTER_HEIGHT, _LETTERS_APART = 15, 0.08
_ACROSS = _STRIP_PITCH + _STRIP_HEIGHT + 6  # a little beyond both strips
_COLOURS = {
    State.ONLINE: "online",
    State.RETRAINING: "retraining",
    State.OFFLINE_ISSUE: "issue",
    State.OFFLINE_DRIFT: "drift",
}

type Points = Sequence[tuple[int, float]]


def lines(plan: Life, baseline: Life, day: int, axis: Axis) -> h.Element:
    """Return users, power and value of a model in both organisations, day by day.

    Parameters
    ----------
    plan, baseline
        The model in both.
    day
        Today, the right end of every line.
    axis
        The time of the whole run; what has changed so far is marked across all lines, with its
        letter above the strips below them.
    """
    rows = (
        ("Users", plan.users, baseline.users, _texts(plan, baseline, 0, number)),
        ("Power", plan.power, baseline.power, _texts(plan, baseline, 1, partial(share, digits=0))),
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
        _change_lines(_so_far(axis, day), 18, height - 18),
    ]


def _past(life: Life) -> str:
    is_over = life.retired_at is not None
    if life.went_live_at is None:
        return "never live" if is_over else "not live yet"
    since = "from" if is_over else "since"
    if life.went_live_at < 0.0:
        return f"live {since} before day 0"
    return f"live {since} day {number(life.went_live_at)}"


def _words(rows: Iterable[tuple[str, Points, Points, tuple[str, str]]]) -> str:
    return "; ".join(f"{name}: plan {texts[0]}, baseline {texts[1]}" for name, _, _, texts in rows)


def _texts(
    plan: Life, baseline: Life, place: int, words: Callable[[float], str]
) -> tuple[str, str]:
    """Return the value of the last day in both, in words."""
    now = (NOTHING if life.now is None else words(life.now[place]) for life in (plan, baseline))
    return next(now), next(now)


def _row(
    top: int, name: str, plan: Points, baseline: Points, texts: tuple[str, str], day: int
) -> h.Fragment:
    values = [value for points in (plan, baseline) for _, value in points]
    high = max(values, default=1.0) or 1.0
    # Power moves by a few per cent of 1: from zero on, its line would look straight.
    low = min(0.0 if name != "Power" else min(values, default=1.0), high)
    base = top + _LINE_HEIGHT + 4
    text_y = str(top + 20)
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
    # A value is that of the end of its day, hence a day further to the right.
    corners = (
        f"{LEFT + (at + 1) * across:.1f} {bottom - (value - low) * up:.1f}" for at, value in points
    )
    return f"M{'L'.join(corners)}"


def strips(plan: Life, baseline: Life, day: int, axis: Axis) -> h.Element:
    """Return the states of a model in both organisations over the days, as two strips.

    Parameters
    ----------
    plan, baseline
        The model in both.
    day
        Today, the right end of the strips.
    axis
        The time of the whole run; what has changed so far is marked across both strips.
    """
    axis = _so_far(axis, day)
    top = _LETTER_HEIGHT if axis.changes else 0
    height = top + 2 * _STRIP_PITCH + 18
    told = ". ".join(("States by day", *(f"{each.label}: {each.words}" for each in axis.changes)))
    return h.svg(".strips", viewBox=f"0 0 360 {height}", role="img", aria_label=told)[
        (
            _strip(top + _STRIP_PITCH * row, name, life, day)
            for row, (name, life) in enumerate((("Plan", plan), ("Baseline", baseline)))
        ),
        _change_lines(axis, top - 3, _ACROSS),
        _change_letters(axis, top - 5),
        h.text(x=str(LEFT), y=str(height - 4))["day 0"],
        _drift_mark(plan, baseline, day, height),
    ]


def _so_far(axis: Axis, day: int) -> Axis:
    """Return the axis up to today, with what has changed until then."""
    today = day / MONTH_DAYS  # as the axis counts
    changes = tuple(change for change in axis.changes if change.at <= today)
    return replace(axis, high=today or 1.0, changes=changes)


def _change_lines(axis: Axis, top: int, across: int) -> list[h.Element]:
    """Return a line downwards for each change, which says what it is."""
    return [
        h.path(".change", d=f"M{LEFT + WIDTH * axis.share(each.at):.1f} {top}v{across}")[
            h.title[f"{each.label} {each.words}"]
        ]
        for each in axis.changes
    ]


def _change_letters(axis: Axis, y: int) -> list[h.Element]:
    return [
        h.text(x=f"{LEFT + WIDTH * axis.share(at):.1f}", y=str(y), text_anchor="middle")[letter]
        for at, letter in axis.tags(_LETTERS_APART)
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
        # Never thinner than can be seen: an issue of hours is what one looks for.
        f"M{LEFT + spell.start * scale:.1f} {top:g}"
        f"h{max(0.8, (spell.end - spell.start) * scale):.1f}v{height:g}"
        f"h-{max(0.8, (spell.end - spell.start) * scale):.1f}z"
        for spell in spells
    )


def _state_now(life: Life) -> str:
    word = {
        State.IDEA: "an idea",
        State.BUILD: "in build",
        State.DEPLOYMENT: "deployment",
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
