"""What it would be worth to know an assumption before deciding."""

from __future__ import annotations

from itertools import islice

from modelops_abm import formats
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.intervals import Estimate
from modelops_abm.experiments.phrases import either, listed, worth_of_knowing
from modelops_abm.experiments.value_of_information import ValueOfInformation
from modelops_abm.plots.palette import BASELINE, PLAN
from modelops_abm.plots.rows import Mark, Row, draw_rows, height_of, money_scale
from modelops_abm.plots.sheet import Picture, shortened
from modelops_abm.version import __version__

_MOST_ROWS = 15
_MOST_NAMED = 3


def value_of_information(found: ValueOfInformation) -> Picture:
    """Draw what it would be worth to know each assumption before deciding."""
    rows = [
        _row(in_words(name), value, PLAN)
        for name, value in islice(found.partial.items(), _MOST_ROWS)
    ]
    rows.append(_row("All of them, at most", found.perfect, BASELINE, is_strong=True))
    rows.append(_row("All of them, at least", found.at_least, BASELINE, is_strong=True))
    shows = (
        f"Choice among {listed(found.names)}, by average net present value. Each assumption is"
        f" uncertain over its range, at {formats.plural(found.utilities.shape[1], 'point')}."
    )
    source = f"Seed {found.seed}. Intervals: 95 %, over the points. modelops_abm {__version__}."
    picture = Picture(information_finding(found), shows, source, height_of(rows))
    values = [end for row in rows for mark in row.marks for end in (mark.value, mark.high)]
    draw_rows(picture, 0.0, rows, money_scale("Worth of knowing", values))
    return picture


def information_finding(found: ValueOfInformation) -> str:
    """Return what is best as known, and what it would be worth to know more."""
    perfect = found.perfect
    if not perfect.mean:
        return f"{_best(found)}; to know more changed the choice at none of the points"
    if not (found.at_least.low or 0.0) > 0.0:
        return f"{_best(found)}; whether it would pay to know more cannot be told"
    worth = formats.money(perfect.mean, half_width=perfect.half_width or None)
    most = [in_words(name).lower() for name in found.may_be_worth_most]
    named = f", most of all {either(most)}" if 0 < len(most) <= _MOST_NAMED else ""
    return f"{_best(found)}; to know everything would be worth {worth}{named}"


def _best(found: ValueOfInformation) -> str:
    names = [shortened(name, 40) for name in found.ranking.may_be_best]
    if len(names) > _MOST_NAMED:
        return f"Which of {len(names)} alternatives is best on what is known cannot be told"
    words = either(names)
    return f"{words[:1].upper()}{words[1:]} is best on what is known"


def _row(label: str, value: Estimate, colour: str, *, is_strong: bool = False) -> Row:
    mean, half_width = value.mean or 0.0, value.half_width or 0.0
    at, low, high = (max(0.0, end) for end in (mean, mean - half_width, mean + half_width))
    text, interval = worth_of_knowing(value)
    words = text if interval == formats.NOTHING else f"{text}  ({interval})"
    return Row(label, [Mark(at, low, high, colour, bar_from=0.0)], words, is_strong)
