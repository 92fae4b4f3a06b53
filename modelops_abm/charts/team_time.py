"""What the developers spend their time on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from modelops_abm import formats
from modelops_abm.charts.charts import Box, Chart, spread, time_chart, value_axis, write_heading
from modelops_abm.charts.clock import Bins, Clock, bins_of
from modelops_abm.charts.palette import INK, INK_2, WORK
from modelops_abm.charts.sheet import Picture, source_of, write
from modelops_abm.runs.results import Run

_GAP = 22.0


def work_days(run: Run) -> dict[str, float]:
    """Return the calendar days of all developers on each activity of `palette.WORK`."""
    return {name: float(run.daily[f"developer_days_{name}"].sum()) for name in WORK}


def team_time(run: Run) -> Picture:
    """Draw the developers' time by activity over the run, with totals.

    Parameters
    ----------
    run
        What to draw.

    Returns
    -------
    Picture
        A bar for each month (or day, quarter ...), in shares of the team’s time.
    """
    horizon = run.scenario.horizon_days
    bins = bins_of(horizon, shortest="month", at_most=124)
    team = formats.plural(run.scenario.team.developers, "developer")
    shows = (
        f"Calendar days of {team} by activity, each {bins.word} as a share of the whole. "
        f"Totals at the right, over {formats.span(horizon)}."
    )
    picture = Picture(finding_of_team(run), shows, source_of(run), 380.0)
    chart = time_chart(picture, Box(84.0, 30.0, 760.0, 310.0), Clock(horizon))
    chart.heading("Team time", f"% of developer days, by {bins.word}")
    draw_work(chart, run, bins)
    _write_totals(chart, run, last_shares(run, bins))
    return picture


def finding_of_team(run: Run) -> str:
    """Return what the team’s time says, in a sentence."""
    days = work_days(run)
    total = sum(days.values())
    if days["idle"] >= total * (1.0 - 1e-9):
        return "The team has nothing to do"
    maintenance = (days["repair"] + days["retrain"]) / total
    words = f"Repair and retraining take {formats.share(maintenance, 0)} of the team’s time"
    new_models = (days["deploy"] + days["build"]) / total
    return f"{words}; {formats.share(new_models, 0)} is left for new models"


def draw_work(chart: Chart, run: Run, bins: Bins) -> None:
    """Draw a stacked bar for each bin."""
    bottom = np.zeros(len(bins.days))
    total = sum(bins.sums(run.daily[f"developer_days_{name}"]) for name in WORK)
    for name, (_, colour) in WORK.items():
        height = 100.0 * bins.sums(run.daily[f"developer_days_{name}"]) / total
        chart.bars(bins.edges, height, bottom, colour, name)
        bottom = bottom + height
    value_axis(chart, 0.0, 100.0)


def last_shares(run: Run, bins: Bins) -> Mapping[str, float]:
    """Return the share of each activity in the last bin."""
    last = {name: bins.sums(run.daily[f"developer_days_{name}"])[-1] for name in WORK}
    total = sum(last.values())
    return {name: float(days / total) for name, days in last.items()}


def label_places(
    chart: Chart, shares: Mapping[str, float], names: Iterable[str]
) -> dict[str, float]:
    """Return where to write about activities: right of their parts of the last bar."""
    upper = dict(zip(shares, np.cumsum(list(shares.values())), strict=True))
    places = {name: chart.y_of(100.0 * (upper[name] - shares[name] / 2.0)) for name in names}
    low, high = chart.box.top + 8.0, chart.box.bottom - 8.0
    return dict(zip(places, spread(list(places.values()), _GAP, low, high), strict=True))


def swatch(picture: Picture, x: float, y: float, colour: str) -> None:
    """Draw a small square of a colour left of a label."""
    picture.plane.bar(x + 5.0, 10.0, 10.0, y - 5.0, color=colour, edgecolor="none", linewidth=0.0)


def _write_totals(chart: Chart, run: Run, shares: Mapping[str, float]) -> None:
    days = work_days(run)
    total = sum(days.values())
    picture, x = chart.picture, chart.box.right + 16.0
    columns = (x + 210.0, x + 310.0)
    write_heading(picture, x, chart.box.top - 14.0, "Total")
    for column, words in zip(columns, ("share", "days"), strict=True):
        write(picture.plane, column, chart.box.top - 14.0, words, across="right")
    done = {name: part for name, part in shares.items() if days[name] > 0.0}
    for name, y in label_places(chart, shares, done).items():
        swatch(picture, x, y, WORK[name].colour)
        write(picture.plane, x + 18.0, y, WORK[name].words, colour=INK, along="center")
        for column, words in zip(
            columns, (formats.share(days[name] / total, 0), formats.number(days[name])), strict=True
        ):
            bold = column == columns[0]
            write(
                picture.plane,
                column,
                y,
                words,
                colour=INK if bold else INK_2,
                bold=bold,
                across="right",
                along="center",
            )
