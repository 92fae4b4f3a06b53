"""What it would be worth to know an assumption before deciding."""

from __future__ import annotations

from itertools import islice

from modelops_abm import formats
from modelops_abm.charts.palette import BASELINE, PLAN
from modelops_abm.charts.rows import Mark, Row, draw_rows, height_of, money_scale
from modelops_abm.charts.sheet import Picture
from modelops_abm.experiments.information import Worth
from modelops_abm.experiments.information_runs import ValueOfInformation
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.words import worth_of_knowing
from modelops_abm.text import all_of
from modelops_abm.version import __version__

_MOST_ROWS = 15


def value_of_information(found: ValueOfInformation) -> Picture:
    """Draw what it would be worth to know each assumption before deciding."""
    rows = [
        _row(in_words(name), value, PLAN)
        for name, value in islice(found.partial.items(), _MOST_ROWS)
    ]
    rows.append(_row("All of them", found.perfect, BASELINE, is_strong=True))
    shows = (
        f"Choice among {all_of(found.names)}, by average net present value. Each assumption is"
        f" uncertain over its range, at {formats.plural(found.points, 'point')}, and moved alone"
        f" at {found.moves}."
    )
    source = (
        f"Seed {found.seed}. Intervals: 95 %, over points and luck. modelops_abm {__version__}."
    )
    picture = Picture(found.finding, shows, source, height_of(rows))
    values = [end for row in rows for mark in row.marks for end in (mark.value, mark.high)]
    draw_rows(picture, 0.0, rows, money_scale("Worth of knowing", values))
    return picture


def _row(label: str, worth: Worth, colour: str, *, is_strong: bool = False) -> Row:
    text, interval = worth_of_knowing(worth)
    words = text if interval == formats.NOTHING else f"{text}  ({interval})"
    marks = []
    if worth.high is not None:
        marks = [Mark(worth.mean, worth.low, worth.high, colour, bar_from=0.0)]
    return Row(label, marks, words, is_strong)
