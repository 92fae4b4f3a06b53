"""Which pictures there are, and how they come into files."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from modelops_abm.charts.diagrams import life_cycle, statechart
from modelops_abm.charts.figure import Figure
from modelops_abm.charts.lives import busiest_model, model_timeline
from modelops_abm.charts.runs import (
    compare,
    compare_leakage,
    compare_team_time,
    leakage,
    states_over_time,
    team_time,
    value_and_cost,
)
from modelops_abm.disk import write_whole
from modelops_abm.errors import InputError
from modelops_abm.runs.output import Contents, ResultFolder, write_results
from modelops_abm.runs.results import Run
from modelops_abm.text import any_of

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
    draw: Callable[[Run], Figure]


class PictureOfPlan(NamedTuple):
    """A picture of a plan and its baseline; attributes as in `PictureOfRun`."""

    name: str
    meaning: str
    draw: Callable[[Run, Run], Figure]


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

    See Also
    --------
    files_of_pictures : for the files, with an example.
    """
    endings = ("png", "svg") if svg else ("png",)
    contents = files_of_pictures(run, baseline, endings=endings)
    write_results(ResultFolder(Path(folder), "pictures", contents))
    return [Path(folder) / name for name in contents]


def files_of_pictures(
    run: Run, baseline: Run | None = None, *, endings: Sequence[str] = ("png",)
) -> Contents:
    """Return what writes each picture of a run to its file; it is drawn when it is written.

    Parameters
    ----------
    run, baseline
        As `save_pictures` has them.
    endings
        Of the files: ``png``, ``svg``.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> [*files_of_pictures(run, endings=("svg",))][:2]
    ['life-cycle.svg', 'statechart.svg']
    """
    pictures = figures_of_run(run)
    if baseline is not None:
        pictures.update((pair.name, partial(pair.draw, run, baseline)) for pair in COMPARISONS)
    # Bound now, drawn when it is written: one after the other is in memory.
    return {
        f"{name}.{ending}": partial(write_picture, draw)
        for name, draw in pictures.items()
        for ending in endings
    }


def figures_of_run(run: Run) -> dict[str, Callable[[], Figure]]:
    """Return what draws each picture of a run, by its name."""
    pictures: dict[str, Callable[[], Figure]] = {
        entry.name: partial(entry.draw, run) for entry in PICTURES
    }
    number = busiest_model(run)
    if number is not None:
        pictures[_TIMELINE] = partial(model_timeline, run, number)
    return pictures


def names_of_pictures(*, comparisons: bool = False) -> list[str]:
    """Return the names of all files that `files_of_pictures` may tell of, as PNG.

    Examples
    --------
    >>> "team-time.png" in names_of_pictures()
    True
    """
    names = [_TIMELINE, *(entry.name for entry in PICTURES)]
    if comparisons:
        names += [pair.name for pair in COMPARISONS]
    return [f"{name}.png" for name in names]


def save_picture(figure: Figure, path: str | os.PathLike[str], *, replace: bool = False) -> Path:
    """Save one picture as the ending of the file says, with what it shows in words.

    Parameters
    ----------
    figure
        What to save.
    path
        The file, which ends in .png, .svg or .pdf.
    replace
        Whether a file that is there already is replaced.

    Raises
    ------
    InputError
        If it ends otherwise, is there already, or cannot be written.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> from modelops_abm.charts import team_time
    >>> save_picture(team_time(run), "team-time.svg").name
    'team-time.svg'
    """
    from modelops_abm.charts import matplotlib

    ending = Path(path).suffix.lower()
    if ending not in matplotlib.DESCRIBED:
        raise InputError.at(path, f"a picture ends in {any_of(list(matplotlib.DESCRIBED))}")
    content = io.BytesIO()
    matplotlib.save(figure, content, ending)
    write_whole(path, content.getvalue(), replace=replace)
    return Path(path)


def write_picture(draw: Callable[[], Figure], path: Path) -> None:
    """Draw a picture and write it to a file that is not there yet, in a folder of results.

    Examples
    --------
    >>> from pathlib import Path
    >>> from modelops_abm.charts import statechart
    >>> write_picture(statechart, Path("statechart.svg"))
    """
    from modelops_abm.charts import matplotlib

    matplotlib.save(draw(), path, path.suffix)
