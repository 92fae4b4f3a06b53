"""Where the value went: from ideal value over each loss to what was realised."""

from __future__ import annotations

from typing import NamedTuple

from modelops_abm import formats
from modelops_abm.charts.charts import HEADING, write_heading
from modelops_abm.charts.palette import CONTROL, INK, INK_2, INK_3, LOSSES, ONLINE, tint
from modelops_abm.charts.sheet import MARGIN, POINTS, Picture, source_of, width_of, write
from modelops_abm.runs.results import Run

_LEFT, _RIGHT, _ROW, _BAR = 250.0, 980.0, 38.0, 24.0
_TOP = 34.0
_WHY = {
    "adoption": "users who never came",
    "usage": "users who asked for less",
    "offline": "nothing served",
    "capacity": "asked for, but over capacity",
    "decay": "power lost since the first day",
    "drift": "power lost to drift",
    "rollback": "weaker while rolled back",
}

_TO = {
    "adoption": "to fewer users",
    "usage": "to less use per user",
    "offline": "to time offline",
    "capacity": "to demand beyond capacity",
    "decay": "to slow decay",
    "drift": "to drift",
    "rollback": "to older versions",
}

_WHOLE = ("Ideal value", "Realised value")


class Step(NamedTuple):
    """A bar of the waterfall.

    Attributes
    ----------
    words, why
        What it is.
    start, end
        From where to where it goes, in $.
    colour
        Its colour.
    """

    words: str
    why: str
    start: float
    end: float
    colour: str


def losses(run: Run) -> dict[str, float]:
    """Return the value lost to each cause over a run in $, the largest first."""
    lost = {name: float(run.daily[f"lost_{name}"].sum()) for name in LOSSES}
    return dict(sorted(lost.items(), key=lambda entry: -entry[1]))


def waterfall(run: Run) -> list[Step]:
    """Return the bars from ideal value over the losses, the largest first, to realised value."""
    level = float(run.daily["ideal_value"].sum())
    steps = [Step(_WHOLE[0], "full power, always served", 0.0, level, tint(ONLINE, 0.35))]
    for name, lost in losses(run).items():
        steps.append(Step(LOSSES[name].words, _WHY[name], level, level - lost, LOSSES[name].colour))
        level -= lost
    value = float(run.daily["value"].sum())
    return [*steps, Step(_WHOLE[1], "what users got", 0.0, value, tint(ONLINE, 0.85))]


def leakage(run: Run) -> Picture:
    """Draw the way from ideal to realised value.

    Parameters
    ----------
    run
        What to draw.

    Returns
    -------
    Picture
        A waterfall, from the top down.
    """
    shows = (
        "Ideal value is what the same models would yield at the power of their first day, always "
        f"served, without limit of capacity. Sums over {formats.span(run.scenario.horizon_days)}."
    )
    steps = waterfall(run)
    picture = Picture(_finding(run), shows, source_of(run), _TOP + 8.0 + _ROW * len(steps))
    write_heading(picture, MARGIN, 14.0, "Value lost on the way", "$, and share of ideal value")
    ideal = steps[0].end
    reach = max(*(max(step.start, step.end) for step in steps), 0.0) or 1.0
    for number, step in enumerate(steps):
        _draw_step(picture, step, _TOP + _ROW * number, (_RIGHT - _LEFT) / reach, ideal)
    if ideal > 0.0:
        _draw_connectors(picture, steps, (_RIGHT - _LEFT) / reach)
    return picture


def _finding(run: Run) -> str:
    ideal, value = float(run.daily["ideal_value"].sum()), float(run.daily["value"].sum())
    if ideal <= 0.0:
        return "There is no value to lose in this run"
    worst, lost = next(iter(losses(run).items()))
    if lost <= 0.0:
        return "No value is lost in this run"
    return (
        f"{formats.share((ideal - value) / ideal, 0)} of the ideal value is lost, "
        f"{formats.money(ideal - value)}; the largest part, {formats.money(lost)}, {_TO[worst]}"
    )


def _draw_step(picture: Picture, step: Step, top: float, scale: float, ideal: float) -> None:
    middle = top + _BAR / 2.0
    whole = step.words in _WHOLE
    write(
        picture.plane,
        _LEFT - 14.0,
        middle,
        step.words,
        size=HEADING,
        colour=INK,
        bold=whole,
        across="right",
        along="center",
    )
    left = _LEFT + min(step.start, step.end) * scale
    if left > _LEFT + width_of(step.why, 12.0) + 24.0:
        write(picture.plane, _LEFT, middle, step.why, colour=INK_3, along="center")
    picture.plane.barh(
        middle,
        (step.end - step.start) * scale,
        _BAR,
        _LEFT + step.start * scale,
        color=step.colour,
        edgecolor="none",
        linewidth=0.0,
        label=step.words,
    )
    size = step.end - step.start
    words = formats.money(size)
    write(
        picture.plane,
        1090.0,
        middle,
        words,
        size=HEADING,
        colour=INK,
        bold=whole,
        across="right",
        along="center",
    )
    part = formats.share(abs(size) / ideal, 0) if ideal > 0.0 else ""
    write(picture.plane, 1164.0, middle, part, colour=INK_2, across="right", along="center")


def _draw_connectors(picture: Picture, steps: list[Step], scale: float) -> None:
    for number, step in enumerate(steps[:-1]):
        x, y = _LEFT + step.end * scale, _TOP + _ROW * number + _BAR
        picture.plane.plot(
            [x, x], [y, y + _ROW - _BAR], color=CONTROL, linewidth=POINTS, linestyle="-", marker=""
        )
