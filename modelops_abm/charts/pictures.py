"""Which pictures there are, and how they come into files."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from modelops_abm.charts.compare import compare
from modelops_abm.charts.compare_leakage import compare_leakage
from modelops_abm.charts.compare_team_time import compare_team_time
from modelops_abm.charts.leakage import leakage
from modelops_abm.charts.life_cycle import life_cycle
from modelops_abm.charts.model_timeline import busiest_model, model_timeline
from modelops_abm.charts.sheet import Picture, finding
from modelops_abm.charts.state_diagram import statechart
from modelops_abm.charts.states_over_time import states_over_time
from modelops_abm.charts.team_time import team_time
from modelops_abm.charts.value_and_cost import value_and_cost
from modelops_abm.disk import write_whole
from modelops_abm.runs.output import Contents, Result, write_results
from modelops_abm.runs.results import Run

_DOTS_PER_INCH = 200
_TIMELINE = "model-timeline"


class PictureOfRun(NamedTuple):
    """A picture of one run.

    Attributes
    ----------
    name, meaning
        Name of its file, and what it shows.
    draw
        Makes it.
    """

    name: str
    meaning: str
    draw: Callable[[Run], Picture]


class PictureOfPlan(NamedTuple):
    """A picture of a plan and its baseline; attributes as in `PictureOfRun`."""

    name: str
    meaning: str
    draw: Callable[[Run, Run], Picture]


PICTURES: tuple[PictureOfRun, ...] = (
    PictureOfRun("life-cycle", "Models by stage, and how many went each way", life_cycle),
    PictureOfRun("statechart", "States of a model, transitions and their counts", statechart),
    PictureOfRun("states-over-time", "Models by state over time", states_over_time),
    PictureOfRun("team-time", "Developers' time by activity", team_time),
    PictureOfRun("value-and-cost", "Value, costs and net value over time", value_and_cost),
    PictureOfRun("leakage", "From ideal to realised value", leakage),
)
"""Every picture of a run; beside them `model_timeline`, for one model of it."""

COMPARISONS: tuple[PictureOfPlan, ...] = (
    PictureOfPlan("compare", "Net value of plan and baseline, and the difference", compare),
    PictureOfPlan("compare-leakage", "Value that plan and baseline lose", compare_leakage),
    PictureOfPlan(
        "compare-team-time", "Developers' time with plan and baseline", compare_team_time
    ),
)
"""Every picture of a plan beside its baseline."""


def save_pictures(
    run: Run,
    folder: str | os.PathLike[str],
    *,
    baseline: Run | None = None,
    svg: bool = False,
) -> list[Path]:
    """Save every picture of a run, all of them or none.

    Parameters
    ----------
    run
        What to draw; the plan if there is a baseline.
    folder
        Where to; made if it is not there. Pictures that were saved there before are replaced.
    baseline
        A run to compare it with.
    svg
        Whether to save each as SVG as well.

    Returns
    -------
    list of Path
        The files, in the order of `PICTURES` and `COMPARISONS`. The timeline is of the model that
        yielded most value and is left out if there is no model.

    Raises
    ------
    ResultError
        If anything is in the way that this program did not write or that was changed since, or the
        folder cannot be written to.
    ValueError
        If run and baseline are not of the same length.
    """
    endings = ("png", "svg") if svg else ("png",)
    contents = files_of_pictures(run, baseline, endings=endings)
    write_results(Result(Path(folder), "pictures", contents))
    return [Path(folder) / name for name in contents]


def files_of_pictures(
    run: Run, baseline: Run | None = None, *, endings: Sequence[str] = ("png",)
) -> Contents:
    """Return what writes each picture of a run to its file; it is drawn when it is written."""
    pictures = figures_of_run(run)
    if baseline is not None:
        pictures.update((pair.name, partial(pair.draw, run, baseline)) for pair in COMPARISONS)
    return {
        f"{name}.{ending}": partial(write_picture, draw)
        for name, draw in pictures.items()
        for ending in endings
    }


def figures_of_run(run: Run) -> dict[str, Callable[[], Picture]]:
    """Return what draws each picture of a run, by its name."""
    pictures: dict[str, Callable[[], Picture]] = {
        entry.name: partial(entry.draw, run) for entry in PICTURES
    }
    number = busiest_model(run)
    if number is not None:
        pictures[_TIMELINE] = partial(model_timeline, run, number)
    return pictures


def names_of_pictures(*, comparisons: bool = False) -> list[str]:
    """Return the names of all files that `files_of_pictures` may tell of, as PNG."""
    names = [_TIMELINE, *(entry.name for entry in PICTURES)]
    if comparisons:
        names += [pair.name for pair in COMPARISONS]
    return [f"{name}.png" for name in names]


def save_picture(picture: Picture, path: str | os.PathLike[str], *, replace: bool = False) -> Path:
    """Save one picture as the ending of the file says, with its finding as description.

    Parameters
    ----------
    picture
        What to save.
    path
        The file.
    replace
        Whether a file that is there already is replaced.

    Raises
    ------
    InputError
        If a file is there already, or it cannot be written.
    """
    content = io.BytesIO()
    _save(picture, content, Path(path).suffix)
    write_whole(path, content.getvalue(), replace=replace)
    return Path(path)


def write_picture(draw: Callable[[], Picture], path: Path) -> None:
    """Draw a picture and write it to a file that is not there yet, in a folder of results."""
    _save(draw(), path, path.suffix)


def _save(picture: Picture, target: Path | io.BytesIO, suffix: str) -> None:
    picture.savefig(
        target,
        format=suffix.removeprefix("."),
        dpi=_DOTS_PER_INCH,
        facecolor=picture.get_facecolor(),
        edgecolor="none",
        transparent=False,
        bbox_inches=None,
        metadata=_metadata(picture, suffix),
    )


def _metadata(picture: Picture, suffix: str) -> dict[str, str | None]:
    words: dict[str, str | None] = {"Title": picture.finding, "Description": finding(picture)}
    if suffix == ".svg":
        words["Date"] = None
    return words
