"""What it would be worth to know an assumption before deciding."""

from __future__ import annotations

from itertools import islice

from modelops_abm import formats
from modelops_abm.charts.palette import BASELINE, PLAN
from modelops_abm.charts.rows import Mark, Row, draw_rows, height_of, money_scale
from modelops_abm.charts.sheet import Picture, shortened
from modelops_abm.experiments.information import Worth
from modelops_abm.experiments.information_runs import ValueOfInformation
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.plans import either, listed, worth_of_knowing
from modelops_abm.version import __version__

_MOST_ROWS = 15
_MOST_NAMED = 3


def value_of_information(found: ValueOfInformation) -> Picture:
    """Draw what it would be worth to know each assumption before deciding."""
    rows = [
        _row(in_words(name), value, PLAN)
        for name, value in islice(found.partial.items(), _MOST_ROWS)
    ]
    rows.append(_row("All of them", found.perfect, BASELINE, is_strong=True))
    shows = (
        f"Choice among {listed(found.names)}, by average net present value. Each assumption is"
        f" uncertain over its range, at {formats.plural(found.points, 'point')}, and moved alone"
        f" at {found.moves}."
    )
    source = (
        f"Seed {found.seed}. Intervals: 95 %, over points and luck. modelops_abm {__version__}."
    )
    picture = Picture(information_finding(found), shows, source, height_of(rows))
    values = [end for row in rows for mark in row.marks for end in (mark.value, mark.high)]
    draw_rows(picture, 0.0, rows, money_scale("Worth of knowing", values))
    return picture


def information_finding(found: ValueOfInformation) -> str:
    """Return what is best as known, and what it would be worth to know more."""
    perfect, most = found.perfect, found.worth_knowing
    names = [in_words(name).lower() for name in most[:_MOST_NAMED]]
    more = [f"{len(most) - len(names)} more"] if len(most) > len(names) else []
    single = (
        f"surely worth knowing: {listed([*names, *more])}"
        if names
        else "no single assumption is surely worth knowing"
    )
    return f"{_best(found)}; {_everything(found, perfect)}; {single}"


def average_finding(found: ValueOfInformation) -> str:
    """Return what the average is made of, if it is made by a few; or nothing."""
    if not found.is_made_by_few:
        return ""
    average = formats.money(float(found.utilities[0].mean()), half_width=None)
    names = listed([in_words(name).lower() for name in found.spread_by])
    return (
        f"Over these ranges {found.names[0]} is worth {average} on average, but less than"
        f" {formats.money(found.middle)} at half of the points: {names} spread it most, and a few"
        " very large organisations make the average. State what is known of yours, or narrower"
        " ranges."
    )


def _everything(found: ValueOfInformation, perfect: Worth) -> str:
    if perfect.high == 0.0:
        return "to know more changed the choice at none of the points"
    points = formats.plural(found.points, "point")
    if perfect.high is None:
        return (
            f"what it is worth to know everything cannot be told from {points}, as a few of them"
            f" make most of it; it takes {formats.number(perfect.needed or 0)} or more"
        )
    high = formats.money(perfect.high, half_width=perfect.high / 2.0)
    wanted = formats.number(perfect.needed) if perfect.needed else ""
    enough = f" (about {wanted} points would tell it closely)" if wanted else ""
    if perfect.low == 0.0:
        return f"to know everything would be worth {high} at most{enough}"
    low = formats.money(perfect.low, half_width=perfect.low / 2.0)
    return f"to know everything would be worth {low} to {high}{enough}"


def _best(found: ValueOfInformation) -> str:
    names = [shortened(name, 40) for name in found.ranking.may_be_best]
    if len(names) > _MOST_NAMED:
        return f"Which of {len(names)} alternatives is best on what is known cannot be told"
    words = either(names)
    return f"{words[:1].upper()}{words[1:]} is best on what is known"


def _row(label: str, worth: Worth, colour: str, *, is_strong: bool = False) -> Row:
    text, interval = worth_of_knowing(worth)
    words = text if interval == formats.NOTHING else f"{text}  ({interval})"
    marks = []
    if worth.high is not None:
        marks = [Mark(worth.mean, worth.low, worth.high, colour, bar_from=0.0)]
    return Row(label, marks, words, is_strong)
