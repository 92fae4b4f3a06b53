"""Figures of what is not known: tornado, winners, Morris, Sobol, and what knowing is worth."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import islice

from modelops_abm import formats
from modelops_abm.charts.comparison import money_rows, scaled_rows
from modelops_abm.charts.figure import (
    Axis,
    Bar,
    Cell,
    Cells,
    Figure,
    Mark,
    Row,
    Rows,
    Table,
    value_axis,
)
from modelops_abm.charts.layout import shortened
from modelops_abm.charts.palette import VERDICTS, Colour
from modelops_abm.core import outcomes
from modelops_abm.experiments.information import Worth
from modelops_abm.experiments.information_runs import ValueOfInformation
from modelops_abm.experiments.sensitivity import Question
from modelops_abm.experiments.sensitivity_draws import Drivers
from modelops_abm.experiments.sensitivity_morris import Morris
from modelops_abm.experiments.sensitivity_sobol import Decision, Indices, Sobol
from modelops_abm.experiments.sensitivity_tornado import BestAt, Swing, Tornado
from modelops_abm.experiments.statistics import PairedDifference
from modelops_abm.experiments.words import mean_of, worth_of_knowing
from modelops_abm.scenario.names import name_in_words
from modelops_abm.text import all_of
from modelops_abm.version import __version__

_LONGEST_LABEL = 40
MOST_ROWS = 15
"""Inputs that are drawn; the others matter less."""
_SHARES = (-25.0, 125.0)
"""Where an index may reasonably lie, in per cent; one that lies beyond is not known yet."""
_WITHIN_ROW = 0.6
"""Part of a row over which the values of an assumption are spread."""
_OUTCOMES = {outcome.name: outcome for outcome in outcomes.SUMMARY}
_ALONE: tuple[Colour, ...] = ("retraining", "drift", "previous", "online", "issue")


def tornado(found: Tornado) -> Figure:
    """Return how far each assumption alone moves the answer, the largest first.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> inputs = (experiments.parse_input("drift.severity=0.1..0.4"),)
    >>> question = experiments.Question(plan, inputs)
    >>> tornado(experiments.tornado(question, 5)).as_table().columns
    ('Assumption', 'In words')
    """
    swings = [swing for swing in found.effective[:MOST_ROWS] if len(swing.values) > 1]
    rows = tuple(_swing_row(found.question, swing) for swing in swings)
    base = PairedDifference(found.base)
    known = _interval(found.question, base)
    return _of_rows(
        found.finding,
        _scaled(found.question, rows),
        "Each assumption alone over its range, all others as they are, in the same"
        f" {formats.plural(found.replications, 'future')}. Dots: average at each value, the first"
        " value on top, with its 95 % interval; green if it is told to be above zero, red if below."
        f" With all assumptions as they are: {found.question.level(mean_of(base))}{known}.",
        _source(found.question),
    )


def _of_rows(finding: str, body: Rows, shows: str, source: str) -> Figure:
    return Figure(
        finding,
        ((body,),),
        body.title,
        body.unit,
        shows,
        source,
        lambda: Table(
            body.title, ("Assumption", "In words"), [(row.label, *row.cells) for row in body.rows]
        ),
    )


def _swing_row(question: Question, swing: Swing) -> Row:
    low, high = float(swing.means.min()), float(swing.means.max())
    last = len(swing.values) - 1
    dots = [
        _dot(PairedDifference(row), _WITHIN_ROW * (place / last - 0.5))
        for place, row in enumerate(swing.answers)
    ]
    ends = f"{formats.stated(swing.values[0])} to {formats.stated(swing.values[-1])}"
    turn = "  changes the winner" if swing.changes else ""
    label = f"{name_in_words(swing.input.name)} ({ends})"
    words = question.span(low, high) + turn
    return Row(label, (Bar(low, high, "build 55%"), *dots), (words,), bool(swing.changes))


def _dot(answer: PairedDifference, offset: float) -> Mark:
    colour = VERDICTS.get(answer.verdict, "ink-3")
    return _known(mean_of(answer), answer.estimate.half_width or 0.0, colour, offset)


def _known(value: float, half_width: float, colour: Colour, offset: float) -> Mark:
    """Return a value with its interval, small, as several stand in a row."""
    return Mark(value, value - half_width, value + half_width, colour, offset, is_small=True)


def _line(value: float, half_width: float, colour: Colour, offset: float) -> Mark:
    """Return the interval alone, of a value that a bar shows."""
    return _known(value, half_width, colour, offset)._replace(value=math.nan)


def _interval(question: Question, answer: PairedDifference) -> str:
    low, high = answer.estimate.low, answer.estimate.high
    return "" if low is None or high is None else f" ({question.span(low, high)})"


def _scaled(question: Question, rows: tuple[Row, ...]) -> Rows:
    """Return rows along an axis in the unit of the outcome that is asked for."""
    values = [
        end
        for row in rows
        for mark in row.marks
        for end in (mark[:2] if isinstance(mark, Bar) else mark[:3])
    ]
    words, unit = question.subject, _OUTCOMES[question.outcome].unit
    title = words[0].upper() + words[1:]
    if unit.startswith("$"):
        return money_rows(title, rows, [float(value) for value in values])
    size, unit = (0.01, "%") if unit == "share" else (1.0, unit)
    return scaled_rows(
        Rows(title, unit, rows, Axis(0.0, 1.0)), size, [float(value) for value in values]
    )


def _source(question: Question) -> str:
    return f"Scenario {shortened(question.plan.name)}. modelops_abm {__version__}."


def winners(found: Tornado) -> Figure:
    """Return which alternative is the best at every value of the assumptions that matter most.

    Those that change the winner come first.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> inputs = (experiments.parse_input("drift.severity=0.1..0.4"),)
    >>> question = experiments.Question(plan, inputs)
    >>> winners(experiments.tornado(question, 5)).title
    'Which alternative wins'
    """
    # Sorting is stable: among those that change the winner, and the rest, the widest come first.
    swings = sorted(found.effective, key=lambda swing: not swing.changes)[:MOST_ROWS]
    colours = _colours_of(found.question.alternatives)
    rows = tuple(
        (
            name_in_words(swing.input.name),
            bool(swing.changes),
            tuple(_winner_cell(best, colours) for best in swing.best),
        )
        for swing in swings
    )
    return Figure(
        found.finding,
        ((Cells("", "", (), rows, widest=1200.0, label_width=284.0),),),
        "Which alternative wins",
        shows="Each assumption alone over its range, all others as they are, in the same"
        f" {formats.plural(found.replications, 'future')}. Above: its value, bold as it is now;"
        " below: the best there. Pale: it cannot be told from others with 95 % confidence over the"
        " range.",
        source=_source(found.question),
    )


def _colours_of(alternatives: tuple[str, ...]) -> Mapping[str, Colour]:
    """Return a colour of each alternative: grey for the baseline, blue for the plan."""
    alone = dict(zip(alternatives[1:-1], _ALONE, strict=False))
    return {alternatives[0]: "baseline", **alone, alternatives[-1]: "plan"}


def _winner_cell(best: BestAt, colours: Mapping[str, Colour]) -> Cell:
    """Return a value, and the best there in short: automation, plan or 2 more."""
    ranking = best.ranking
    name = ranking.order[0].removeprefix("the ").removesuffix(" alone")
    others = len(ranking.may_be_best) - 1
    strength = 55 if ranking.is_decided else 15
    return Cell(
        shortened(formats.stated(best.value), 18),
        f"{name} or {others} more" if others else name,
        f"{colours[ranking.order[0]]} {strength}%",
        is_strong=best.is_usual,
    )


def morris_effects(found: Morris) -> Figure:
    """Return the mean absolute effect of each assumption, the largest first.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> inputs = (experiments.parse_input("drift.severity=0.1..0.4"),)
    >>> question = experiments.Question(plan, inputs)
    >>> morris_effects(experiments.morris(question, 4, 2)).as_table().rows[0][0]
    'Severity of a drift'
    """
    rows = tuple(
        Row(
            name_in_words(str(name)),
            (
                Bar(0.0, float(row["mean_absolute"]), "plan 55%"),
                _line(row["mean_absolute"], row["half_width"], "plan", -0.12),
                _known(row["deviation"], row["deviation_half_width"], "previous", 0.12),
            ),
            (
                found.question.span(
                    row["mean_absolute"] - row["half_width"],
                    row["mean_absolute"] + row["half_width"],
                ),
            ),
        )
        for name, row in found.table().head(MOST_ROWS).iterrows()
    )
    return _of_rows(
        found.finding,
        _scaled(found.question, rows),
        "Bars: mean absolute effect over the whole range while all others vary too. Dots: standard"
        " deviation of the effect, large where it depends on others. Lines: 95 % intervals."
        f" {formats.plural(found.trajectories, 'trajectory')}.",
        _source(found.question),
    )


def drivers(found: Drivers) -> Figure:
    """Return how far each uncertain value drives the answer over draws of all, the most first.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> draws = experiments.draws_of(plan, 32, names=["team.focus"])
    >>> found = experiments.drivers(experiments.Question(plan, ()), 32, draws=draws)
    >>> drivers(found).as_table().rows[0][0]
    'Time for hands-on work'
    """
    rows = tuple(
        Row(
            name_in_words(str(name)),
            (
                Bar(0.0, float(row["correlation"]), "plan 55%"),
                Mark(math.nan, float(row["low"]), float(row["high"]), "plan"),
            ),
            (formats.number(row["correlation"], 2),),
        )
        for name, row in found.table().dropna().head(MOST_ROWS).iterrows()
    )
    title = f"Rank correlation with {found.question.subject}"
    return _of_rows(
        found.finding,
        Rows(title, "", rows, value_axis((-1.0, 1.0))),
        "Bars: rank correlation of each value with the answer while all others vary as the belief"
        f" has them; lines: 95 % intervals. {formats.plural(found.replications, 'draw')}.",
        _source(found.question),
    )


def sobol_indices(found: Sobol) -> Figure:
    """Return which assumptions make the spread of the answer, and which decide on the winner.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> inputs = (experiments.parse_input("drift.severity=0.1..0.4"),)
    >>> question = experiments.Question(plan, inputs)
    >>> sobol_indices(experiments.sobol(question, 8, 2)).as_table().columns
    ('Assumption', 'Total, alone')
    """
    by_rank = "" if found.is_settled else ", by rank"
    heading = f"Spread of {found.question.subject}{by_rank}"
    parts = [_index_rows(heading, found.spread[0])]
    shows = (
        "Bars: part of the variance that an assumption makes alone or with others (total index);"
        " dots: alone (first order); lines: 95 % intervals."
    )
    if not found.is_settled:
        shows += " A few very large answers make most of the variance, so ranks are shared out."
    if found.decision is not None:
        parts += [
            _index_rows("Which alternative wins", found.decision.indices),
            _wins_rows(found.decision),
        ]
        shows += (
            " Of the winner, the total index is the chance that another value of this assumption"
            " changes it, as a part of the chance that two points differ."
        )
    return Figure(
        found.finding,
        tuple((part,) for part in parts),
        heading,
        shows=shows,
        source=_source(found.question),
        table=lambda: Table(
            heading,
            ("Assumption", "Total, alone"),
            [(row.label, *row.cells) for row in parts[0].rows],
        ),
    )


def _index_rows(title: str, indices: Indices) -> Rows:
    rows = []
    for place in indices.order[:MOST_ROWS]:
        total, alone, wide, narrow = (
            100.0 * float(each[place])
            for each in (
                indices.total,
                indices.first,
                indices.total_half_width,
                indices.first_half_width,
            )
        )
        marks = (
            # An estimate from few points may fall outside 0 to 100 %: the words say it, the bar
            # stops.
            Bar(0.0, min(max(total, _SHARES[0]), _SHARES[1]), "plan 55%"),
            _line(total, wide, "plan", -0.12),
            _known(alone, narrow, "previous", 0.12),
        )
        words = f"{formats.number(total)} %, alone {formats.number(alone)} %"
        rows.append(Row(name_in_words(indices.names[place]), marks, (words,)))
    ends = [
        min(max(end, _SHARES[0]), _SHARES[1])
        for row in rows
        for mark in row.marks
        if isinstance(mark, Mark)
        for end in mark[:3]
    ]
    return scaled_rows(Rows(title, "%", tuple(rows), Axis(0.0, 1.0)), 1.0, ends)


def _wins_rows(decision: Decision) -> Rows:
    rows = tuple(
        Row(
            shortened(f"{name[:1].upper()}{name[1:]}", 40),
            (
                Bar(0.0, 100.0 * each.share, "ink-3 55%"),
                Mark(math.nan, 100.0 * each.low, 100.0 * each.high, "ink-3"),
            ),
            (formats.count_of(each.count, each.n),),
        )
        for name, each in decision.wins.items()
    )
    ends = [100.0 * each.high for each in decision.wins.values()]
    return scaled_rows(Rows("Wins at", "% of the points", rows, Axis(0.0, 1.0)), 1.0, ends)


def value_of_information(found: ValueOfInformation) -> Figure:
    """Return what it would be worth to know each assumption before deciding.

    Examples
    --------
    >>> from modelops_abm import experiments, preset, with_values
    >>> plan = with_values(preset("all_five"), {"horizon_days": 60}, source="example")
    >>> inputs = (experiments.parse_input("drift.severity=0.1..0.4"),)
    >>> choice = experiments.alternatives_of(plan)
    >>> found = experiments.value_of_information(choice, inputs, 32, 2)
    >>> [row[0] for row in value_of_information(found).as_table().rows]
    ['Severity of a drift', 'All of them']
    """
    rows = [
        _worth_row(shortened(found.label(name), _LONGEST_LABEL), value, "plan")
        for name, value in islice(found.partial.items(), MOST_ROWS)
    ]
    rows.append(_worth_row("All of them", found.perfect, "baseline", is_strong=True))
    values = [worth.high for worth in (*found.partial.values(), found.perfect) if worth.high]
    body = money_rows("Worth of knowing", tuple(rows), values)
    over = (
        f"Each assumption is uncertain over its range, at {formats.plural(found.points, 'point')},"
        f" and moved alone at {found.moves}."
        if found.as_set is None
        else f"Over {formats.plural(found.points, 'draw')} of what the organisation may be."
    )
    return _of_rows(
        found.finding,
        body,
        f"Choice among {all_of(found.names)}, by average net present value. {over}",
        f"Seed {found.seed}. Intervals: 95 %, over points and chance. modelops_abm {__version__}.",
    )


def _worth_row(label: str, worth: Worth, colour: Colour, *, is_strong: bool = False) -> Row:
    text, interval = worth_of_knowing(worth)
    words = text if interval == formats.NOTHING else f"{text}  ({interval})"
    marks: tuple[Bar | Mark, ...] = ()
    if worth.high is not None:
        marks = (
            Bar(0.0, worth.mean, f"{colour} 55%"),
            Mark(math.nan, worth.low, worth.high, colour),
        )
    return Row(label, marks, (words,), is_strong, tone=colour if marks else "")
