"""The developers’ time with a plan and with its baseline, side by side."""

from __future__ import annotations

from modelops_abm import formats
from modelops_abm.charts.charts import Box, Chart, time_chart
from modelops_abm.charts.clock import Clock, bins_of
from modelops_abm.charts.pairing import check_pair, luck_of
from modelops_abm.charts.palette import BASELINE, INK, PLAN, WORK
from modelops_abm.charts.sheet import Picture, source_of, write
from modelops_abm.charts.team_time import draw_work, label_places, last_shares, swatch, work_days
from modelops_abm.runs.results import Run


def compare_team_time(plan: Run, baseline: Run) -> Picture:
    """Draw the developers' time of plan and baseline side by side.

    Parameters
    ----------
    plan, baseline
        As for `charts.compare`.

    Returns
    -------
    Picture
        The baseline at the left, the plan at the right, with totals of both.

    Raises
    ------
    ValueError
        If the runs are not of the same length.
    """
    check_pair(plan, baseline)
    horizon = plan.scenario.horizon_days
    bins = bins_of(horizon, shortest="month", at_most=124)
    shows = (
        f"Calendar days of the developers by activity, each {bins.word} as a share of the whole; "
        f"totals over {formats.span(horizon)} at the right. {luck_of(plan, baseline)}"
    )
    picture = Picture(_team_finding(plan, baseline), shows, source_of(plan, baseline), 370.0)
    clock = Clock(horizon)
    for run, words, left in ((baseline, "Baseline", 84.0), (plan, "Plan", 500.0)):
        chart = time_chart(picture, Box(left, 30.0, 370.0, 300.0), clock)
        chart.heading(words, f"% of developer days, by {bins.word}")
        draw_work(chart, run, bins)
    _write_shares(chart, plan, baseline)
    return picture


def _team_finding(plan: Run, baseline: Run) -> str:
    parts = []
    for run in (plan, baseline):
        days = work_days(run)
        parts.append((days["repair"] + days["retrain"]) / sum(days.values()))
    return (
        f"Repair and retraining take {formats.share(parts[0], 0)} of the team’s time with the "
        f"plan, {formats.share(parts[1], 0)} without"
    )


def _write_shares(chart: Chart, plan: Run, baseline: Run) -> None:
    picture, x = chart.picture, chart.box.right + 16.0
    columns = ((x + 190.0, "plan", PLAN), (x + 270.0, "baseline", BASELINE))
    for column, words, colour in columns:
        y = chart.box.top - 14.0
        write(picture.plane, column, y, words, bold=True, colour=colour, across="right")
    own, other = work_days(plan), work_days(baseline)
    names = [name for name in WORK if own[name] + other[name] > 0.0]
    bins = bins_of(plan.scenario.horizon_days, shortest="month", at_most=124)
    for name, y in label_places(chart, last_shares(plan, bins), names).items():
        swatch(picture, x, y, WORK[name].colour)
        write(picture.plane, x + 18.0, y, WORK[name].words, colour=INK, along="center")
        for (column, _, _), days in zip(columns, (own, other), strict=True):
            write(
                picture.plane,
                column,
                y,
                formats.share(days[name] / sum(days.values()), 0),
                colour=INK,
                bold=days is own,
                across="right",
                along="center",
            )
