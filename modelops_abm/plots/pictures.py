"""Which pictures there are, and how they come into files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from modelops_abm.plots.compare import compare
from modelops_abm.plots.compare_leakage import compare_leakage
from modelops_abm.plots.compare_team_time import compare_team_time
from modelops_abm.plots.leakage import leakage
from modelops_abm.plots.life_cycle import life_cycle
from modelops_abm.plots.model_timeline import busiest_model, model_timeline
from modelops_abm.plots.sheet import Picture, finding
from modelops_abm.plots.state_diagram import statechart
from modelops_abm.plots.states_over_time import states_over_time
from modelops_abm.plots.team_time import team_time
from modelops_abm.plots.value_and_cost import value_and_cost
from modelops_abm.results import ResultError, Run

_DOTS_PER_INCH = 200


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
    run: Run, folder: Path, *, baseline: Run | None = None, svg: bool = False
) -> list[Path]:
    """Save every picture of a run, each file whole or not at all.

    Parameters
    ----------
    run
        What to draw; the plan if there is a baseline.
    folder
        Where to; made if it is not there. Pictures of the same names are replaced.
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
        If the folder cannot be written to.
    ValueError
        If run and baseline are not of the same length.
    """
    endings = ("png", "svg") if svg else ("png",)
    return [
        save_picture(picture, folder / f"{name}.{ending}")
        for name, picture in _drawn(run, baseline)
        for ending in endings
    ]


def save_picture(picture: Picture, path: Path) -> Path:
    """Save one picture as the ending of the file says, with its finding as description.

    Raises
    ------
    ResultError
        If the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{path.stem}-", dir=path.parent) as place:
            partial = Path(place) / path.name
            picture.savefig(
                partial,
                dpi=_DOTS_PER_INCH,
                facecolor=picture.get_facecolor(),
                edgecolor="none",
                transparent=False,
                bbox_inches=None,
                metadata=_metadata(picture, path.suffix),
            )
            partial.replace(path)
    except OSError as error:
        raise ResultError(f"cannot write to {path}: {error.strerror}") from None
    return path


def _drawn(run: Run, baseline: Run | None) -> Iterator[tuple[str, Picture]]:
    for entry in PICTURES:
        yield entry.name, entry.draw(run)
    number = busiest_model(run)
    if number is not None:
        yield "model-timeline", model_timeline(run, number)
    if baseline is not None:
        for pair in COMPARISONS:
            yield pair.name, pair.draw(run, baseline)


def _metadata(picture: Picture, suffix: str) -> dict[str, str | None]:
    words: dict[str, str | None] = {"Title": picture.finding, "Description": finding(picture)}
    if suffix == ".svg":
        words["Date"] = None
    return words
