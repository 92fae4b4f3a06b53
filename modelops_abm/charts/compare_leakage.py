"""Value that a plan and its baseline lose, cause by cause."""

from __future__ import annotations

from modelops_abm import formats
from modelops_abm.charts.charts import HEADING, write_heading
from modelops_abm.charts.leakage import losses
from modelops_abm.charts.pairing import check_pair, luck_of
from modelops_abm.charts.palette import BASELINE, HAIRLINE, INK, INK_2, LOSSES, PLAN
from modelops_abm.charts.sheet import MARGIN, POINTS, WIDTH, Picture, source_of, write
from modelops_abm.runs.results import Run

_BARS = (250.0, 800.0)
_COLUMNS = ((930.0, "plan", PLAN), (1040.0, "baseline", BASELINE), (1164.0, "change", INK))


def compare_leakage(plan: Run, baseline: Run) -> Picture:
    """Draw the value that plan and baseline lose to each cause.

    Parameters
    ----------
    plan, baseline
        As for `charts.compare`.

    Returns
    -------
    Picture
        A filled bar for the plan over a dashed one for the baseline, for each cause.

    Raises
    ------
    ValueError
        If the runs are not of the same length.
    """
    check_pair(plan, baseline)
    before, after = losses(baseline), losses(plan)
    shows = (
        f"Value lost over {formats.span(plan.scenario.horizon_days)}: filled bars are the plan, "
        f"dashed outlines the baseline. {luck_of(plan, baseline)}"
    )
    height = 118.0 + 44.0 * len(before)
    finding = _loss_finding(plan, baseline)
    picture = Picture(finding, shows, source_of(plan, baseline), height)
    write_heading(picture, MARGIN, 14.0, "Value lost on the way", "$")
    for x, words, colour in _COLUMNS:
        write(picture.plane, x, 14.0, words, bold=True, colour=colour, across="right")
    largest = max(*before.values(), *after.values(), 0.0) or 1.0
    for row, name in enumerate(before):
        _draw_loss(picture, 44.0 + 44.0 * row, name, after[name], before[name], largest)
    _draw_sum(picture, 44.0 + 44.0 * len(before), plan, baseline)
    return picture


def _loss_finding(plan: Run, baseline: Run) -> str:
    after, before = (sum(losses(run).values()) for run in (plan, baseline))
    if before == after == 0.0:
        return "No value is lost, with or without the plan"
    if formats.money(before - after) == "$0":
        return f"Plan and baseline lose the same: {_share_lost(plan)} of the ideal value"
    words = "less" if after <= before else "more"
    return (
        f"The plan loses {formats.money(abs(before - after))} {words} on the way: "
        f"{_share_lost(plan)} of the ideal value, not {_share_lost(baseline)}"
    )


def _share_lost(run: Run) -> str:
    ideal = float(run.daily["ideal_value"].sum())
    return formats.share(sum(losses(run).values()) / ideal if ideal > 0.0 else None, 0)


def _draw_loss(
    picture: Picture, top: float, name: str, plan: float, baseline: float, largest: float
) -> None:
    middle, (left, right) = top + 13.0, _BARS
    write(
        picture.plane,
        left - 14.0,
        middle,
        LOSSES[name].words,
        size=HEADING,
        colour=INK,
        across="right",
        along="center",
    )
    scale = (right - left) / largest
    picture.plane.barh(
        middle,
        baseline * scale,
        26.0,
        left,
        facecolor="none",
        edgecolor=BASELINE,
        linewidth=1.2 * POINTS if baseline > 0.0 else 0.0,
        linestyle=(0, (3, 2)),
        label=f"baseline {name}",
    )
    picture.plane.barh(
        middle,
        plan * scale,
        14.0,
        left,
        color=LOSSES[name].colour,
        linewidth=0.0,
        label=f"plan {name}",
    )
    _write_columns(picture, middle, plan, baseline)


def _write_columns(picture: Picture, y: float, plan: float, baseline: float) -> None:
    words = (
        formats.money(plan),
        formats.money(baseline),
        formats.money(plan - baseline, signed=True),
    )
    for (x, _, _), text in zip(_COLUMNS, words, strict=True):
        bold = x == _COLUMNS[0][0]
        write(
            picture.plane,
            x,
            y,
            text,
            colour=INK if bold else INK_2,
            bold=bold,
            across="right",
            along="center",
        )


def _draw_sum(picture: Picture, top: float, plan: Run, baseline: Run) -> None:
    after, before = (sum(losses(run).values()) for run in (plan, baseline))
    picture.plane.plot(
        [MARGIN, WIDTH - MARGIN],
        [top, top],
        color=HAIRLINE,
        linewidth=POINTS,
        linestyle="-",
        marker="",
    )
    write(
        picture.plane,
        _BARS[0] - 14.0,
        top + 24.0,
        "Lost in all",
        size=HEADING,
        colour=INK,
        bold=True,
        across="right",
        along="center",
    )
    words = f"Of the ideal value: {_share_lost(plan)}, baseline {_share_lost(baseline)}"
    write(picture.plane, _BARS[0], top + 24.0, words, along="center")
    _write_columns(picture, top + 24.0, after, before)
