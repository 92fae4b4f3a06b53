"""Pictures of a sensitivity analysis: tornado, Morris, Sobol, value of information."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from modelops_abm import formats, outcomes
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.intervals import Estimate
from modelops_abm.experiments.sensitivity import Indices, Morris, Question, Sobol, Tornado
from modelops_abm.experiments.value_of_information import ValueOfInformation
from modelops_abm.plots.palette import BASELINE, COSTS, EARNS, INK_3, PLAN, PREVIOUS
from modelops_abm.plots.rows import Mark, Row, Scale, draw_rows, height_of, money_scale
from modelops_abm.plots.sheet import Picture, shortened
from modelops_abm.version import __version__

MOST_ROWS = 15
"""Inputs that are drawn; the others matter less."""
_SHARES = (-0.25, 1.25)
"""Where an index may reasonably lie; one that lies beyond is not known yet."""
_OUTCOMES = {outcome.name: outcome for outcome in outcomes.SUMMARY}


def tornado(found: Tornado) -> Picture:
    """Draw how far each assumption alone moves the answer, the largest first."""
    swings = [swing for swing in found.effective[:MOST_ROWS] if len(swing.values) > 1]
    base = float(np.nanmean(found.base))
    rows = []
    for swing in swings:
        means = swing.means
        marks = [
            Mark(float(means.max()), colour=INK_3, bar_from=float(means.min())),
            *(Mark(float(mean), colour=EARNS if mean > 0.0 else COSTS) for mean in means),
        ]
        label = f"{in_words(swing.input.name)} ({_range(swing.values)})"
        words = _span(found.question, float(means.min()), float(means.max()))
        turn = "  turns it" if swing.turns_the_decision else ""
        rows.append(Row(label, marks, words + turn, swing.turns_the_decision))
    shows = (
        "Each assumption alone over the range that its sources leave open, all others as they are,"
        f" in the same {formats.plural(found.replications, 'future')}. Dots: average at each value,"
        f" green above zero. With all assumptions as they are: {_amount(found.question, base)}."
    )
    picture = Picture(tornado_finding(found), shows, _source(found.question), height_of(rows))
    values = [mark.value for row in rows for mark in row.marks]
    draw_rows(picture, 0.0, rows, _scale(found.question, values))
    return picture


def morris_effects(found: Morris) -> Picture:
    """Draw the mean absolute effect of each assumption, the largest first."""
    table = found.table().head(MOST_ROWS)
    rows = [
        Row(
            in_words(str(name)),
            [
                Mark(
                    row["mean_absolute"],
                    row["mean_absolute"] - row["half_width"],
                    row["mean_absolute"] + row["half_width"],
                    PLAN,
                    bar_from=0.0,
                ),
                Mark(row["deviation"], colour=PREVIOUS),
            ],
            _amount(found.question, row["mean_absolute"]),
        )
        for name, row in table.iterrows()
    ]
    first = in_words(str(table.index[0]))
    finding = f"{first} moves {_subject(found.question)} most over its range"
    shows = (
        "Bars: mean absolute effect over the whole range while all others vary too, with its 95 %"
        " interval. Dots: standard deviation of the effect, large where it depends on others."
        f" {formats.plural(found.trajectories, 'trajectory').replace('ys', 'ies')}."
    )
    picture = Picture(finding, shows, _source(found.question), height_of(rows))
    values = [mark.value for row in rows for mark in row.marks]
    draw_rows(picture, 0.0, rows, _scale(found.question, values))
    return picture


def sobol_indices(found: Sobol) -> Picture:
    """Draw which assumptions make the spread of the answer, and which decide on its sign."""
    own = _index_rows(found.indices)
    decision = [] if found.decision is None else _index_rows(found.decision)
    gap = 50.0 if decision else 0.0
    positive = found.positive
    chance = (
        f"{formats.share(positive.low, 0)} to {formats.share(positive.high, 0)} of all assumptions"
    )
    shows = (
        "Bars: part of the variance that an assumption makes alone or with others (total index);"
        " dots: alone (first order); lines: 95 % intervals. The answer is above zero at"
        f" {chance}."
    )
    finding = _spread_finding(found.indices)
    if found.decision is not None:
        finding += f"; {in_words(found.decision.table().index[0]).lower()} decides most often"
    else:
        finding += "; none can turn the decision"
    height = height_of(own) + gap + (height_of(decision) if decision else 0.0)
    picture = Picture(finding, shows, _source(found.question), height)
    draw_rows(picture, 0.0, own, Scale(f"Spread of {_subject(found.question)}", "%", 0.01, _SHARES))
    if decision:
        top = height_of(own) + gap
        draw_rows(picture, top, decision, Scale("Whether it is above zero", "%", 0.01, _SHARES))
    return picture


def value_of_information(found: ValueOfInformation) -> Picture:
    """Draw what it would be worth to know each assumption before deciding."""
    rows = [
        _information_row(in_words(name), value, PLAN)
        for name, value in islice(found.partial.items(), MOST_ROWS)
    ]
    rows.append(_information_row("All of them", found.perfect, BASELINE, is_strong=True))
    shows = (
        f"Choice among {', '.join(found.names)}, by average net present value. Each assumption is"
        f" uncertain over its range, at {formats.plural(found.utilities.shape[1], 'point')}."
    )
    source = f"Seed {found.seed}. Intervals: 95 %, over the points. modelops_abm {__version__}."
    picture = Picture(information_finding(found), shows, source, height_of(rows))
    values = [end for row in rows for mark in row.marks for end in (mark.value, mark.high)]
    draw_rows(picture, 0.0, rows, money_scale("Worth of knowing", values))
    return picture


def _information_row(label: str, value: Estimate, colour: str, *, is_strong: bool = False) -> Row:
    mean, half_width = value.mean or 0.0, value.half_width or 0.0
    mark = Mark(mean, mean - half_width, mean + half_width, colour, bar_from=0.0)
    interval = formats.money_interval(mean - half_width, mean + half_width)
    words = f"{formats.money(mean, half_width=half_width or None)}  ({interval})"
    return Row(label, [mark], words, is_strong)


def tornado_finding(found: Tornado) -> str:
    """Return which assumptions could turn the decision, or which moves the answer most."""
    turning = [in_words(swing.input.name) for swing in found.swings if swing.turns_the_decision]
    if not found.effective:
        return "None of these assumptions changes anything"
    first = in_words(found.effective[0].input.name)
    if not turning:
        return f"{first} moves {_subject(found.question)} most; none of them alone turns its sign"
    if len(turning) == 1:
        return f"{turning[0]} alone could turn the decision"
    words = formats.count_in_words(len(turning))
    return (
        f"{words.capitalize()} assumptions could each turn the decision alone;"
        f" {first.lower()} moves it most"
    )


def information_finding(found: ValueOfInformation) -> str:
    """Return what is best as known, and what it would be worth to know more."""
    perfect = found.perfect
    name = shortened(found.best, 40)
    best = f"{name[:1].upper()}{name[1:]} is best on what is known"
    if perfect.mean is None or perfect.half_width is None or perfect.mean <= perfect.half_width:
        return f"{best}; whether it would pay to know more cannot be told"
    worth = formats.money(perfect.mean, half_width=perfect.half_width)
    name, value = next(iter(found.partial.items()))
    most = f", most of all {in_words(name).lower()}" if (value.low or 0.0) > 0.0 else ""
    return f"{best}; to know everything would be worth {worth}{most}"


def _spread_finding(indices: Indices) -> str:
    """Say which input has the highest index, if the interval tells that it has any."""
    place = indices.order[0]
    if indices.total[place] <= indices.total_half_width[place]:
        return "More points are needed to share out the spread"
    return f"{in_words(indices.names[place])} makes most of the spread"


def _index_rows(indices: Indices) -> list[Row]:
    rows = []
    for place in indices.order[:MOST_ROWS]:
        first, total = float(indices.first[place]), float(indices.total[place])
        wide = float(indices.total_half_width[place])
        marks = [
            Mark(total, total - wide, total + wide, PLAN, bar_from=0.0),
            Mark(first, colour=PREVIOUS),
        ]
        words = f"{formats.number(100.0 * total)} %, alone {formats.number(100.0 * first)} %"
        rows.append(Row(in_words(indices.names[place]), marks, words))
    return rows


def _range(values: Sequence[object]) -> str:
    return f"{formats.stated(values[0])} to {formats.stated(values[-1])}"


def _subject(question: Question) -> str:
    words = "net present value" if question.outcome == "npv" else question.outcome.replace("_", " ")
    return f"the worth of the plan in {words}" if question.against_baseline else words


def _amount(question: Question, value: float) -> str:
    unit = _OUTCOMES[question.outcome].unit
    if unit == "share" and question.against_baseline:
        return formats.points(value)
    return formats.amount(value, unit)


def _span(question: Question, low: float, high: float) -> str:
    unit = _OUTCOMES[question.outcome].unit
    if unit.startswith("$"):
        return formats.money_interval(low, high)
    if unit == "share":
        return formats.points_interval(low, high).replace(" points", "\u202f%")
    return formats.interval(low, high)


def _scale(question: Question, values: Sequence[float]) -> Scale:
    outcome = _OUTCOMES[question.outcome]
    subject = _subject(question)
    heading = subject[0].upper() + subject[1:]
    if outcome.unit.startswith("$"):
        return money_scale(heading, values)
    is_share = outcome.unit == "share"
    return Scale(heading, "%" if is_share else outcome.unit, 0.01 if is_share else 1.0)


def _source(question: Question) -> str:
    return f"Scenario {shortened(question.plan.name)}. modelops_abm {__version__}."
