"""One model's life: its states and their causes, what served, users, power, value."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from modelops_abm import formats
from modelops_abm.charts.charts import Box, Chart, EndLabel, time_chart, value_axis, write_heading
from modelops_abm.charts.clock import Clock
from modelops_abm.charts.lifelines import Spell, model_row, services, spells, unnoticed_drifts
from modelops_abm.charts.palette import (
    DRIFT,
    EARNS,
    HAIRLINE,
    INK,
    INK_2,
    ONLINE,
    PLAN,
    PREVIOUS,
    STATES,
    tint,
)
from modelops_abm.charts.sheet import MARGIN, POINTS, Picture, shortened, source_of, width_of, write
from modelops_abm.core import outcomes
from modelops_abm.core.statechart import PRODUCTION_STATES, Serving, State
from modelops_abm.runs.results import Run

_LEFT, _WIDTH = 216.0, 740.0
_LANE, _BAR = 26.0, 16.0
_PANEL, _BETWEEN = 84.0, 54.0
_TOP = 30.0


class Lane(NamedTuple):
    """A row of the timeline.

    Attributes
    ----------
    words
        What it shows.
    colour
        Of its bars.
    bars
        First and last day of each.
    """

    words: str
    colour: str
    bars: list[tuple[float, float]]


_NO_LIFE = Lane(STATES[State.RETIRED].words, STATES[State.RETIRED].colour, [])


def busiest_model(run: Run) -> int | None:
    """Return the number of the model that yielded most value; None if there is no model."""
    if run.models.empty:
        return None
    return int(run.models["number"].iloc[int(run.models["value"].argmax())])


def lanes(run: Run, number: int) -> list[Lane]:
    """Return the rows for the states of a model's life, in the order of the statechart."""
    life = spells(run, number)
    rows: dict[tuple[State, str], list[tuple[float, float]]] = {}
    for spell in life:
        rows.setdefault((spell.state, _cause(spell)), []).append((spell.start, spell.end))
    return [
        Lane(_lane_words(state, cause), _lane_colour(state), bars)
        for (state, cause), bars in sorted(rows.items(), key=_place)
    ]


def model_timeline(run: Run, model_number: int) -> Picture:
    """Draw one model's life.

    Parameters
    ----------
    run
        Users, power and value are drawn if it kept every model's day.
    model_number
        Number of the model, from 0.

    Returns
    -------
    Picture
        A row of bars for each state that the model was in, and for what served; below, its stocks.

    Raises
    ------
    KeyError
        If the run has no such model.
    """
    name = shortened(str(model_row(run, model_number)["name"]))
    rows = [*lanes(run, model_number), *_other_lanes(run, model_number)] or [_NO_LIFE]
    days = _days_of(run, model_number)
    height = _TOP + _LANE * len(rows) + 40.0 + (0.0 if days is None else 3 * (_PANEL + _BETWEEN))
    shows = (
        "Bars: when the model was in each state, and which version served; at the right how often "
        "and for how many days."
    )
    picture = Picture(_finding(run, model_number, name), shows, source_of(run), height)
    clock = Clock(run.scenario.horizon_days)
    box = Box(_LEFT, _TOP, _WIDTH, _LANE * len(rows))
    chart = time_chart(picture, box, clock, labelled=days is None)
    _draw_lanes(chart, rows)
    _mark_retirement(chart, model_row(run, model_number))
    if days is not None:
        _draw_stocks(picture, clock, box.bottom + _BETWEEN, days)
    return picture


def _finding(run: Run, number: int, name: str) -> str:
    life = [spell for spell in spells(run, number) if spell.state in PRODUCTION_STATES]
    if not lanes(run, number):
        return f"{name} was retired before this run"
    if not life:
        return f"{name} never reaches production in this run"
    total = life[-1].end - life[0].start
    served = sum(
        service.end - service.start
        for service in services(run, number)
        if service.version is not Serving.NONE
    )
    return (
        f"{name} serves {formats.share(served / total, 0)} of its {_days_in_words(total)} days in "
        f"production; {_troubles(life)}"
    )


def _troubles(life: list[Spell]) -> str:
    """Return what took a model offline, and how often."""
    found = {
        noun: sum(spell.state is state for spell in life)
        for noun, state in (("issue", State.OFFLINE_ISSUE), ("drift", State.OFFLINE_DRIFT))
    }
    words = [formats.plural(times, noun) for noun, times in found.items() if times]
    if not words:
        return "nothing takes it offline"
    verb = "takes" if sum(found.values()) == 1 else "take"
    return f"{' and '.join(words)} {verb} it offline"


def _place(row: tuple[tuple[State, str], object]) -> tuple[int, int]:
    (state, cause), _ = row
    return state.value, outcomes.ISSUES.index(cause) if cause else 0


def _cause(spell: Spell) -> str:
    return spell.cause if spell.state is State.OFFLINE_ISSUE else ""


def _lane_words(state: State, cause: str) -> str:
    return f"Offline: {cause}" if cause else STATES[state].words


def _lane_colour(state: State) -> str:
    return STATES[state].colour if state in PRODUCTION_STATES else tint(STATES[state].colour, 0.6)


def _other_lanes(run: Run, number: int) -> list[Lane]:
    """Return the rows beside the states: a hidden drift, and the version that served."""
    rows = [Lane("Drift not noticed", tint(DRIFT, 0.45), unnoticed_drifts(run, number))]
    for version, words, colour in (
        (Serving.CURRENT, "Current version serves", tint(ONLINE, 0.5)),
        (Serving.PREVIOUS, "Previous version serves", PREVIOUS),
    ):
        bars = [each[1:] for each in services(run, number) if each.version is version]
        rows.append(Lane(words, colour, bars))
    return [row for row in rows if row.bars]


def _draw_lanes(chart: Chart, rows: list[Lane]) -> None:
    axes, plane, box = chart.axes, chart.picture.plane, chart.box
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks([])
    columns = (box.right + 80.0, box.right + 160.0)
    write_heading(chart.picture, MARGIN, box.top - 14.0, "State")
    for column, words in zip(columns, ("times", "days"), strict=True):
        write(plane, column, box.top - 14.0, words, across="right")
    for row, (words, colour, bars) in enumerate(rows):
        y = box.top + _LANE * (row + 0.5)
        write(plane, MARGIN, y, words, colour=INK, along="center")
        axes.axhline(row, color=HAIRLINE, linewidth=POINTS, linestyle="-", zorder=0.5)
        axes.broken_barh(
            [(start, end - start) for start, end in bars],
            (row - 0.5 * _BAR / _LANE, _BAR / _LANE),
            facecolors=colour,
            edgecolors=colour,
            linewidth=0.8 * POINTS,
            label=words,
        )
        total = sum(end - start for start, end in bars)
        for column, text in zip(
            columns, (formats.number(len(bars)), _days_in_words(total)), strict=True
        ):
            write(plane, column, y, text, colour=INK_2, across="right", along="center")


def _mark_retirement(chart: Chart, row: pd.Series) -> None:
    if pd.isna(row["retired_at"]):
        return
    words = f"retired: {row['retirement_reason']}"
    half = width_of(words, 12.0) / 2.0
    x = chart.x_of(float(row["retired_at"]))
    middle = min(max(x, chart.box.left + half), chart.box.right - half)
    write(chart.picture.plane, middle, chart.box.top - 14.0, words, colour=INK, across="center")
    plane = chart.picture.plane
    top, bottom = chart.box.top - 9.0, chart.box.bottom
    plane.plot([x, x], [top, bottom], color=INK_2, linewidth=POINTS, linestyle="-", marker="")


def _days_in_words(days: float) -> str:
    return formats.number(days, 1 if 0.0 < days < 9.95 else 0)


def _days_of(run: Run, number: int) -> pd.DataFrame | None:
    if run.model_days is None or run.model_days.empty:
        return None
    days = run.model_days[run.model_days["model"] == number]
    return None if days.empty else days


def _draw_stocks(picture: Picture, clock: Clock, top: float, days: pd.DataFrame) -> None:
    power = 100.0 * pd.to_numeric(days["power"])
    size, unit = formats.money_scale(float(days["value_today"].max()))
    value, average = days["value_today"] / size, float(days["value_today"].mean())
    _draw_stock(
        _stock_chart(picture, clock, top, 0, "Users", "number"),
        days["day"],
        days["users"],
        PLAN,
        f"{formats.number(days['users'].iloc[-1])} at the end",
        whole=True,
    )
    _draw_stock(
        _stock_chart(picture, clock, top, 1, "Predictive power", "% of the first day"),
        days["day"],
        power,
        PLAN,
        f"{formats.share(power.mean() / 100.0, 0)} on average",
        low=80.0,
    )
    _draw_stock(
        _stock_chart(picture, clock, top, 2, "Value", f"{unit} a day"),
        days["day"],
        value,
        EARNS,
        f"{formats.money(average)} a day on average",
    )


def _stock_chart(
    picture: Picture, clock: Clock, top: float, row: int, words: str, unit: str
) -> Chart:
    box = Box(_LEFT, top + row * (_PANEL + _BETWEEN), _WIDTH, _PANEL)
    chart = time_chart(picture, box, clock, labelled=row == 2)
    chart.heading(words, unit)
    return chart


def _draw_stock(
    chart: Chart,
    day: pd.Series[int],
    values: pd.Series[float],
    colour: str,
    words: str,
    *,
    low: float = 0.0,
    whole: bool = False,
) -> None:
    """Draw what held on each day, or at its start, as steps."""
    days = day.to_numpy()
    chart.steps(values.to_numpy(), np.append(days, days[-1] + 1), colour, width=1.3)
    value_axis(chart, min(low, float(values.min())), float(values.max()), steps=3, whole=whole)
    chart.label_ends([EndLabel(float(values.iloc[-1]), words, colour)], day=days[-1] + 1.0)
