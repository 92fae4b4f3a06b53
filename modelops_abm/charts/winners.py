"""Which alternative is the best at every value of every assumption."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.patches import Rectangle

from modelops_abm import formats
from modelops_abm.charts.palette import (
    BASELINE,
    DRIFT,
    INK,
    INK_2,
    ISSUE,
    ONLINE,
    PLAN,
    PREVIOUS,
    RETRAINING,
    SURFACE,
    tint,
)
from modelops_abm.charts.sheet import (
    MARGIN,
    POINTS,
    WIDTH,
    Picture,
    shortened,
    width_of,
    wrapped,
    write,
)
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.sensitivity_tornado import BestAt, Swing, Tornado
from modelops_abm.version import __version__

_MOST_ROWS = 15
_ROW, _LEFT, _LABEL = 46.0, 320.0, 13.0
_ALONE = (RETRAINING, DRIFT, PREVIOUS, ONLINE, ISSUE)
_TOLD, _NOT_TOLD = 0.55, 0.15


def winners(found: Tornado) -> Picture:
    """Draw which alternative is the best at every value of the assumptions that matter most.

    Those that change the winner come first.
    """
    swings = sorted(found.effective, key=lambda swing: not swing.changes)[:_MOST_ROWS]
    colours = _colours(found.question.alternatives)
    shows = (
        "Each assumption alone over its range, all others as they are, in the same"
        f" {formats.plural(found.replications, 'future')}. Above: its value, bold as it is now;"
        " below: the best there. Pale: it cannot be told from others with 95 % confidence over the"
        " range."
    )
    source = f"Scenario {shortened(found.question.plan.name)}. modelops_abm {__version__}."
    picture = Picture(found.finding, shows, source, _ROW * max(len(swings), 1))
    for place, swing in enumerate(swings):
        _draw_row(picture, place * _ROW, swing, colours)
    return picture


def _colours(alternatives: tuple[str, ...]) -> Mapping[str, str]:
    """Return a colour of each alternative: grey for the baseline, blue for the plan."""
    alone = dict(zip(alternatives[1:-1], _ALONE, strict=False))
    return {alternatives[0]: BASELINE, **alone, alternatives[-1]: PLAN}


def _draw_row(picture: Picture, top: float, swing: Swing, colours: Mapping[str, str]) -> None:
    label = wrapped(in_words(swing.input.name), _LEFT - MARGIN, _LABEL, bold=bool(swing.changes))[0]
    write(
        picture.plane,
        MARGIN,
        top + _ROW / 2.0,
        label,
        size=_LABEL,
        colour=INK if swing.changes else INK_2,
        bold=bool(swing.changes),
        along="center",
    )
    wide = (WIDTH - MARGIN - _LEFT) / len(swing.best)
    for place, best in enumerate(swing.best):
        _draw_cell(picture, _LEFT + place * wide, top, wide, best, colours)


def _draw_cell(
    picture: Picture,
    left: float,
    top: float,
    wide: float,
    best: BestAt,
    colours: Mapping[str, str],
) -> None:
    ranking = best.ranking
    colour = tint(colours[ranking.order[0]], _TOLD if ranking.is_decided else _NOT_TOLD)
    picture.plane.add_patch(
        Rectangle(
            (left, top + 2.0),
            wide - 2.0,
            _ROW - 4.0,
            facecolor=colour,
            edgecolor=SURFACE,
            linewidth=POINTS,
            linestyle="-",
        )
    )
    middle = left + wide / 2.0 - 1.0
    value = shortened(formats.stated(best.value), 18)
    write(picture.plane, middle, top + 19.0, value, colour=INK, bold=best.is_usual, across="center")
    words = _words(best)
    size = min(11.0, 11.0 * (wide - 8.0) / width_of(words, 11.0))
    write(picture.plane, middle, top + 35.0, words, size=size, colour=INK, across="center")


def _words(best: BestAt) -> str:
    """Return the best there in short: automation, plan or 2 more."""
    name = best.ranking.order[0].removeprefix("the ").removesuffix(" alone")
    others = len(best.ranking.may_be_best) - 1
    return f"{name} or {others} more" if others else name
