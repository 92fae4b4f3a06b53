"""The slides: a deck of findings with native charts and tables, to be edited and restyled."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from pptx import Presentation
from pptx.util import Inches

from modelops_abm import formats
from modelops_abm.app.decide import credit_card
from modelops_abm.app.decide.advice_card import TITLE
from modelops_abm.app.decide.figures import figures
from modelops_abm.app.decide.sentences import headline, second_line
from modelops_abm.app.export.content import (
    Subject,
    assumptions_in_words,
    described,
    limits,
    provenance,
    short_name,
    state_in_words,
)
from modelops_abm.app.export.slide_kit import (
    HEIGHT,
    MARGIN,
    ROW_HEIGHT,
    WIDTH,
    Box,
    Series,
    add_bars,
    add_columns,
    add_panel,
    add_slide,
    add_table,
    add_text,
)
from modelops_abm.arrays import Floats
from modelops_abm.charts.comparison import (
    losses_of_plan,
    lost_by_cause,
    net_value,
    team_time_of_plan,
)
from modelops_abm.charts.figure import Band
from modelops_abm.charts.palette import LOSSES
from modelops_abm.experiments.credit_shares import QUESTIONS
from modelops_abm.experiments.words import capitalised
from modelops_abm.scenario import StatedValue
from modelops_abm.scenario.capabilities import label_of
from modelops_abm.scenario.words import source_in_words, value_in_words
from modelops_abm.text import visible

_INNER = WIDTH - 2 * MARGIN
_TOP, _BELOW = 1.6, 5.3
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_MOST_COLUMNS = 24
_MOST_ROWS = 6
_LONGEST = 66
_MAIN_ASSUMPTIONS = (
    "model.value_per_prediction",
    "model.market_size",
    "incidents.pipeline_per_year",
    "drift.onsets_per_year",
    "model.yearly_power_loss",
    "portfolio.ideas_per_year",
    "team.payroll_per_year",
)


def slides(subject: Subject) -> bytes:
    """Return the slides as a PowerPoint file."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    deck.core_properties.title = visible(headline(subject.comparison, subject.over).text)
    deck.core_properties.author = f"modelops_abm {subject.version}"
    # The answer first, and what it rests on before its limits: whoever stops early has read the
    # most.
    for add in (_answer, _buy, _net_value, _team_time, _losses, _credit, _assumptions, _limits):
        add(deck, subject)
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _slide(deck: Any, subject: Subject, title: str, explained: str) -> Any:
    """Add a slide whose notes say what is shown and what it rests on."""
    footer = (
        f"{formats.plural(subject.comparison.replications, 'future')}, seed {subject.seed},"
        f" modelops_abm {subject.version}. {_WHAT_INTERVALS_ARE[subject.over is not None]}"
    )
    notes = "\n".join([explained, "", *(f"{name}: {words}" for name, words in provenance(subject))])
    return add_slide(deck, title, footer, notes)


def _answer(deck: Any, subject: Subject) -> None:
    comparison = subject.comparison
    words = "".join(part.text for part in second_line(subject.answer, subject.credit))
    slide = _slide(deck, subject, headline(comparison, subject.over).text, _BANDS)
    add_text(slide, Box(MARGIN, _TOP, _INNER, 0.9), [words, state_in_words(subject)], size=16)
    rows = [
        (figure.label, figure.value, figure.versus.removeprefix("vs "), figure.change, figure.range)
        for figure in figures(comparison, subject.over)
    ]
    ranges = "95 of 100 futures" if subject.over is None else "95 of 100 organisations"
    columns = ("Average per future, as set", "Plan", "Baseline", "Difference", ranges)
    add_table(slide, Box(MARGIN, 3.1, _INNER, 0.0), columns, rows, (3, 2, 2, 2, 3), size=16)


def _buy(deck: Any, subject: Subject) -> None:
    """Add what to buy first, if that was found out."""
    if subject.advised is None:
        return
    asked, advice = subject.advised.asked, subject.advised.advice
    story, *others = advice.told.values()
    slide = _slide(deck, subject, f"{TITLE} {asked.in_words()}", advice.notes())
    add_text(slide, Box(MARGIN, _TOP, _INNER, 0.9), [story], size=18)
    add_text(slide, Box(MARGIN, 2.7, _INNER, 4.0), others, size=14)


_WHAT_INTERVALS_ARE = {
    False: "Intervals are chance only, assumptions as set.",
    True: "As set, intervals chance only, unless organisations are named.",
}
_BANDS = (
    "95 of 100 futures: what may happen; more futures do not narrow it. 95 % interval of the"
    " average: how well the average is known; more futures narrow it. The baseline is the plan"
    " with every capability at its start level, in the same futures."
)


def _net_value(deck: Any, subject: Subject) -> None:
    figure = net_value(subject.comparison, subject.over)
    above, below = figure.panels
    slide = _slide(deck, subject, figure.finding, _BANDS)
    half = _INNER / 2.0
    left, right = (Box(MARGIN + place * half, _TOP, half, _BELOW) for place in (0, 1))
    add_panel(slide, left, f"{figure.title}, {figure.unit}", above, "0")
    add_panel(slide, right, below.title, below, "+0.0;−0.0;0")


def _team_time(deck: Any, subject: Subject) -> None:
    figure = team_time_of_plan(subject.answer.shown)
    (panel,) = figure.panels
    assert panel.key is not None
    slide = _slide(deck, subject, figure.finding, "Share of developer days by activity.")
    areas = [layer for layer in panel.layers if isinstance(layer, Band)]
    ends, groups = _periods(areas[0].x[1:])
    series = [
        Series(
            row.words,
            [float(np.mean((area.high - area.low)[1:][group])) / 100.0 for group in groups],
            row.colour,
        )
        for row, area in zip(panel.key.rows, areas, strict=True)
    ]
    title = f"With the plan, % of developer days{subject.answer.of_whom}, up to month"
    add_columns(slide, Box(MARGIN, _TOP, _INNER * 0.62, _BELOW), title, ends, series)
    rows = [(row.words, *row.cells) for row in reversed(panel.key.rows)]
    box = Box(MARGIN + _INNER * 0.66, _TOP + 0.4, _INNER * 0.34, 0.0)
    columns = ("% of developer days", "Plan", "Baseline")
    add_table(slide, box, columns, rows, (3, 1.5, 1.5), size=14)


def _periods(months: Floats) -> tuple[list[str], list[list[int]]]:
    """Return the ends of periods of whole months, few enough to see, and what lies in each."""
    last = math.ceil(months[-1])
    step = next((each for each in _MONTH_STEPS if last / each <= _MOST_COLUMNS), last)
    # Rounded first: the end of a period must not fall into the next one by its last digit.
    numbers = np.ceil(np.round(months / step, 6)).astype(int)
    kinds = sorted({int(number) for number in numbers})
    ends = [str(min(number * step, last)) for number in kinds]
    return ends, [np.flatnonzero(numbers == number).tolist() for number in kinds]


def _losses(deck: Any, subject: Subject) -> None:
    side = subject.answer.shown
    figure, lost = losses_of_plan(side), lost_by_cause(side)
    explained = (
        "What the portfolio could earn at full predictive power, always served and without limits"
        " of capacity, less what it earns: the losses add up to the difference exactly."
    )
    slide = _slide(deck, subject, figure.finding, explained)
    series = [
        Series("Plan", list(lost.plan.values()), "plan"),
        Series("Baseline", list(lost.baseline.values()), "baseline"),
    ]
    title = f"{figure.title}, {figure.unit}{subject.answer.of_whom}"
    words = [LOSSES[cause].words for cause in lost.plan]
    add_bars(slide, Box(MARGIN, _TOP, _INNER, _BELOW), title, words, series, "0.00")


def _credit(deck: Any, subject: Subject) -> None:
    """Add which capability earns what; nothing while that is not known."""
    if subject.credit is None or not subject.credit.capabilities:
        return
    shown = credit_card.shares_of(subject.credit, subject.answer.shown)
    futures = formats.plural(subject.credit.replications, "future")
    asked = "; ".join(f"{each.heading}: {each.meaning}" for each in QUESTIONS.values())
    explained = f"{capitalised(asked)}. From {futures} of every combination."
    slide = _slide(deck, subject, credit_card.finding(shown), explained)
    size = shown.notation.money.size
    means = [(share.estimate.mean or 0.0) / size for share in shown.shares.values()]
    names = [label_of(name) for name in shown.shares]
    heading = f"{QUESTIONS[shown.question].heading}, {shown.notation.money.unit}"
    title = f"{capitalised(heading)}{subject.answer.of_whom}"
    box = Box(MARGIN, _TOP, _INNER * 0.5, _BELOW)
    zeros = "0" * (shown.notation.digits + 1)
    written = f"+0.{zeros};−0.{zeros};0"
    add_bars(slide, box, title, names, [Series(title, means, "plan")], written)
    table = credit_card.credit_table(subject.credit, subject.answer.shown)
    place = Box(MARGIN + _INNER * 0.52, _TOP + 0.4, _INNER * 0.48, 0.0)
    add_table(slide, place, table.columns, table.rows, (2, 2, 2, 2), size=13)
    add_text(slide, Box(place.left, 4.6, place.width, 0.6), [table.caption], size=11)


def _assumptions(deck: Any, subject: Subject) -> None:
    scenario = subject.comparison.plan.scenario
    slide = _slide(
        deck,
        subject,
        "What the answer rests on",
        "Every assumption with its source is in the report, and in Understand on the page.",
    )
    add_text(slide, Box(MARGIN, 1.1, _INNER, 0.4), [assumptions_in_words(subject)], size=14)
    values = described(scenario)
    changed = [value for value in values if not value.is_default]
    top = _add_values(slide, _TOP, "Unlike the reference", changed[:_MOST_ROWS])
    if len(changed) > _MOST_ROWS:
        words = f"... and {len(changed) - _MOST_ROWS} more, in the report"
        add_text(slide, Box(MARGIN, top - 0.05, _INNER, 0.3), [words], size=11)
    main = [value for value in values if value.quantity.name in _MAIN_ASSUMPTIONS]
    _add_values(slide, top + 0.3, "Main assumption", main)


def _add_values(slide: Any, top: float, title: str, values: Sequence[StatedValue]) -> float:
    """Add a table of values with their sources; return where it ends."""
    rows = [
        (short_name(value), value_in_words(value), _shortened(source_in_words(value)))
        for value in values
    ]
    add_table(
        slide, Box(MARGIN, top, _INNER, 0.0), (title, "Value", "Source"), rows, (4, 4, 6), size=11
    )
    return top + ROW_HEIGHT * (len(rows) + 1)


def _shortened(words: str) -> str:
    """Return words that fit into one line of a table."""
    return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"


def _limits(deck: Any, subject: Subject) -> None:
    slide = _slide(
        deck,
        subject,
        "What this cannot tell, and how to get the same figures",
        "\n".join(limits(subject)),
    )
    add_text(slide, Box(MARGIN, _TOP, _INNER, 2.6), limits(subject), size=13, bullets=True)
    add_table(
        slide, Box(MARGIN, 4.3, _INNER, 0.0), ("To repeat it", ""), provenance(subject), (1, 7)
    )
