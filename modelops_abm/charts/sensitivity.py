"""Pictures of a sensitivity analysis: tornado, Morris, Sobol."""

from __future__ import annotations

from collections.abc import Sequence

from modelops_abm import formats
from modelops_abm.charts.palette import BUILD, COSTS, EARNS, INK_3, PLAN, PREVIOUS
from modelops_abm.charts.rows import Mark, Row, Scale, draw_rows, height_of, money_scale
from modelops_abm.charts.sheet import Picture, shortened
from modelops_abm.core import outcomes
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.sensitivity import Question
from modelops_abm.experiments.sensitivity_morris import Morris
from modelops_abm.experiments.sensitivity_sobol import Decision, Indices, Sobol
from modelops_abm.experiments.sensitivity_tornado import Swing, Tornado
from modelops_abm.experiments.sensitivity_words import level, span, subject
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.experiments.words import mean_of
from modelops_abm.version import __version__

MOST_ROWS = 15
"""Inputs that are drawn; the others matter less."""
_SHARES = (-0.25, 1.25)
"""Where an index may reasonably lie; one that lies beyond is not known yet."""
_WITHIN_ROW = 0.6
"""Part of a row over which the values of an assumption are spread."""
_GAP = 20.0
_COLOURS = {"earns": EARNS, "loses": COSTS}
_OUTCOMES = {outcome.name: outcome for outcome in outcomes.SUMMARY}


def tornado(found: Tornado) -> Picture:
    """Draw how far each assumption alone moves the answer, the largest first."""
    swings = [swing for swing in found.effective[:MOST_ROWS] if len(swing.values) > 1]
    rows = [_swing_row(found.question, swing) for swing in swings]
    base = PairedDifference(found.base)
    known = _interval(found.question, base)
    shows = (
        "Each assumption alone over its range, all others as they are, in the same"
        f" {formats.plural(found.replications, 'future')}. Dots: average at each value, the first"
        " value on top, with its 95 % interval; green if it is told to be above zero, red if below."
        f" With all assumptions as they are: {level(found.question, mean_of(base))}{known}."
    )
    picture = Picture(found.finding, shows, _source(found.question), height_of(rows))
    draw_rows(picture, 0.0, rows, _scale(found.question, _ends(rows)))
    return picture


def morris_effects(found: Morris) -> Picture:
    """Draw the mean absolute effect of each assumption, the largest first."""
    table = found.table().head(MOST_ROWS)
    rows = [
        Row(
            in_words(str(name)),
            [
                _known(row["mean_absolute"], row["half_width"], PLAN, -0.12, bar_from=0.0),
                _known(row["deviation"], row["deviation_half_width"], PREVIOUS, 0.12),
            ],
            span(found.question, *_interval_of(row["mean_absolute"], row["half_width"])),
        )
        for name, row in table.iterrows()
    ]
    shows = (
        "Bars: mean absolute effect over the whole range while all others vary too. Dots: standard"
        " deviation of the effect, large where it depends on others. Lines: 95 % intervals."
        f" {formats.plural(found.trajectories, 'trajectory').replace('ys', 'ies')}."
    )
    picture = Picture(found.finding, shows, _source(found.question), height_of(rows))
    draw_rows(picture, 0.0, rows, _scale(found.question, _ends(rows)))
    return picture


def sobol_indices(found: Sobol) -> Picture:
    """Draw which assumptions make the spread of the answer, and which decide on the winner."""
    by_rank = "" if found.is_settled else ", by rank"
    heading = f"Spread of {subject(found.question)}{by_rank}"
    charts = [(Scale(heading, "%", 0.01, _SHARES), found.spread[0])]
    if found.decision is not None:
        charts.append((Scale("Which alternative wins", "%", 0.01, _SHARES), found.decision.indices))
    drawn = [(scale, _index_rows(indices)) for scale, indices in charts]
    shows = (
        "Bars: part of the variance that an assumption makes alone or with others (total index);"
        " dots: alone (first order); lines: 95 % intervals."
    )
    if not found.is_settled:
        shows += " A few very large answers make most of the variance, so ranks are shared out."
    if found.decision is not None:
        drawn.append((Scale("Wins at", "% of the points", 0.01), _wins_rows(found.decision)))
        shows += (
            " Of the winner, the total index is the chance that another value of this assumption"
            " changes it, as a part of the chance that two points differ."
        )
    height = sum(height_of(rows) for _, rows in drawn) + _GAP * (len(drawn) - 1)
    picture = Picture(found.finding, shows, _source(found.question), height)
    top = 0.0
    for scale, rows in drawn:
        draw_rows(picture, top, rows, scale)
        top += height_of(rows) + _GAP
    return picture


def _swing_row(question: Question, swing: Swing) -> Row:
    means = swing.means
    low, high = float(means.min()), float(means.max())
    last = len(swing.values) - 1
    dots = [
        _dot(PairedDifference(row), _WITHIN_ROW * (place / last - 0.5))
        for place, row in enumerate(swing.answers)
    ]
    ends = f"{formats.stated(swing.values[0])} to {formats.stated(swing.values[-1])}"
    turn = "  changes the winner" if swing.changes else ""
    label = f"{in_words(swing.input.name)} ({ends})"
    bar = Mark(high, colour=BUILD, bar_from=low)
    return Row(label, [bar, *dots], span(question, low, high) + turn, bool(swing.changes))


def _dot(answer: PairedDifference, offset: float) -> Mark:
    mean, half_width = mean_of(answer), answer.estimate.half_width or 0.0
    return _known(mean, half_width, _COLOURS.get(answer.verdict, INK_3), offset)


def _known(
    value: float, half_width: float, colour: str, offset: float, *, bar_from: float | None = None
) -> Mark:
    """Return a value with its interval, small, as several stand in a row."""
    low, high = _interval_of(value, half_width)
    return Mark(value, low, high, colour, bar_from, offset, is_small=True)


def _interval_of(value: float, half_width: float) -> tuple[float, float]:
    return value - half_width, value + half_width


def _index_rows(indices: Indices) -> list[Row]:
    rows = []
    for place in indices.order[:MOST_ROWS]:
        first, total = float(indices.first[place]), float(indices.total[place])
        wide, alone = (
            float(each[place]) for each in (indices.total_half_width, indices.first_half_width)
        )
        marks = [
            _known(total, wide, PLAN, -0.12, bar_from=0.0),
            _known(first, alone, PREVIOUS, 0.12),
        ]
        words = f"{formats.number(100.0 * total)} %, alone {formats.number(100.0 * first)} %"
        rows.append(Row(in_words(indices.names[place]), marks, words))
    return rows


def _wins_rows(decision: Decision) -> list[Row]:
    return [
        Row(
            shortened(f"{name[:1].upper()}{name[1:]}", 40),
            [Mark(each.share, each.low, each.high, INK_3, bar_from=0.0)],
            formats.count_of(each.count, each.n),
        )
        for name, each in decision.wins.items()
    ]


def _ends(rows: Sequence[Row]) -> list[float]:
    return [end for row in rows for mark in row.marks for end in (mark.value, mark.low, mark.high)]


def _interval(question: Question, answer: PairedDifference) -> str:
    low, high = answer.estimate.low, answer.estimate.high
    return "" if low is None or high is None else f" ({span(question, low, high)})"


def _scale(question: Question, values: Sequence[float]) -> Scale:
    outcome = _OUTCOMES[question.outcome]
    words = subject(question)
    heading = words[0].upper() + words[1:]
    if outcome.unit.startswith("$"):
        return money_scale(heading, values)
    is_share = outcome.unit == "share"
    return Scale(heading, "%" if is_share else outcome.unit, 0.01 if is_share else 1.0)


def _source(question: Question) -> str:
    return f"Scenario {shortened(question.plan.name)}. modelops_abm {__version__}."
