"""The slides: a deck of findings with native charts and tables, to be edited and restyled."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from datetime import datetime, time
from itertools import pairwise
from textwrap import shorten
from typing import Any

import numpy as np
from pptx import Presentation

from modelops_abm import formats
from modelops_abm.app.decide import credit_card
from modelops_abm.app.decide.advice_card import TITLE
from modelops_abm.app.decide.figures import Figure
from modelops_abm.app.decide.sentences import in_hundred, second_line, team_in_words
from modelops_abm.app.decide.settle_card import NOTHING_SETTLES, is_found_out
from modelops_abm.app.decide.tray_card import (
    THIS_PLAN,
    best_of,
    chosen_first,
    first_in_words,
    is_alike,
    money_of_items,
)
from modelops_abm.app.export.content import (
    CANNOT_TELL,
    NOT_KNOWN,
    SAME_FIGURES,
    TOLD,
    WORTH,
    Subject,
    assumptions_in_words,
    awaited_in_words,
    described,
    kept_table,
    key_figures,
    learned_table,
    limits,
    plain_value,
    provenance,
    set_table,
    settles_table,
    source_of_plan,
    state_in_words,
    told_table,
    unknown_in_words,
)
from modelops_abm.app.export.slide_kit import (
    MARGIN,
    WIDTH,
    Box,
    Series,
    add_bars,
    add_columns,
    add_cover,
    add_footers,
    add_panel,
    add_slide,
    add_table,
    add_text,
    height_of,
    widen,
)
from modelops_abm.app.state.answer import LIKE_YOURS
from modelops_abm.app.state.belief import belief_of
from modelops_abm.arrays import Floats
from modelops_abm.charts.amounts import notation_of
from modelops_abm.charts.comparison import (
    digits_of_losses,
    losses_of_plan,
    lost_by_cause,
    net_value,
    of_baseline,
    over_each_other,
    team_time_of_plan,
)
from modelops_abm.charts.figure import Band, in_plain_numbers, value_axis
from modelops_abm.charts.layout import shortened
from modelops_abm.charts.palette import LOSSES
from modelops_abm.experiments.credit_shares import QUESTIONS
from modelops_abm.experiments.words import capitalised, chance
from modelops_abm.scenario.capabilities import label_of
from modelops_abm.scenario.names import name_in_words
from modelops_abm.text import visible

_INNER = WIDTH - 2 * MARGIN
_TOP, _BELOW = 1.6, 5.3
_MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120)
_MOST_COLUMNS = 24
_MOST_ROWS = 11
_MOST_PILES = 12
_ROW = 0.26
"""Height of a row of a table, in inches."""
_LONGEST, _LONGEST_IN_LEGEND, _LONGEST_TO_REPEAT, _LONGEST_FOOTER = 68, 28, 400, 180
_SMALL = 10.0
_OF_TEMPLATE = ("extended-properties", "thumbnail", "printerSettings")
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
    widen(deck)
    _leave_out_of_template(deck)
    _describe(deck.core_properties, subject)
    # The answer first, and what it rests on before its limits: whoever stops early has read the
    # most.
    for add in (
        _cover,
        _answer,
        _buy,
        _net_value,
        _organisations,
        _kept,
        _team_time,
        _losses,
        _credit,
        _not_known,
        _told,
        _assumptions,
        _limits,
        _repeat,
    ):
        add(deck, subject)
    for_whom = f" For {subject.client}" if subject.client else ""
    intervals = _WHAT_INTERVALS_ARE[subject.over is not None]
    # Last, as a name that is written from right to left would turn what follows around.
    said = f"{capitalised(subject.rests_on)}. {intervals}{for_whom}"
    add_footers(deck, shorten(said, _LONGEST_FOOTER, placeholder=" …"))
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _leave_out_of_template(deck: Any) -> None:
    """Leave out what the empty template has of its maker: program, printer, a small picture."""
    for holder in (deck.part.package, deck.part):
        for name, relation in list(holder._rels.items()):
            if relation.reltype.endswith(_OF_TEMPLATE):
                holder.drop_rel(name)


def _describe(about: Any, subject: Subject) -> None:
    """Say in the file's properties what it is, in place of what the empty template says."""
    made = datetime.combine(subject.made_on, time())
    program = f"modelops_abm {subject.version}"
    about.title = visible(subject.name)
    about.subject = visible(subject.said)
    about.author = about.last_modified_by = program
    about.created = about.modified = made
    about.language = "en"
    about.category, about.keywords, about.comments = "Report", "", subject.rests_on
    about.revision = 1


def _slide(deck: Any, subject: Subject, title: str, explained: str) -> Any:
    """Add a slide whose notes say what is shown and what it rests on."""
    return add_slide(deck, title, _notes(subject, explained))


def _notes(subject: Subject, explained: str) -> str:
    return "\n".join([explained, "", *(f"{name}: {words}" for name, words in provenance(subject))])


def _cover(deck: Any, subject: Subject) -> None:
    explained = f"{WORTH}."
    whom = f"For {subject.client}" if subject.client else explained
    of = [f"{subject.organisation}.", f"{capitalised(subject.rests_on)}."]
    rest = [explained] * bool(subject.client) + of
    add_cover(deck, subject.name, [whom, subject.day, *rest], _notes(subject, explained))


def _answer(deck: Any, subject: Subject) -> None:
    comparison = subject.comparison
    answer, remarks = subject.answer, subject.remarks
    words = "".join(part.text for part in second_line(answer, subject.credit, remarks.better))
    state = f"{state_in_words(subject)} {awaited_in_words(subject)}".strip()
    told = [words, team_in_words(answer, remarks), state]
    slide = _slide(deck, subject, subject.said, _BANDS)
    box = Box(MARGIN, _TOP, _INNER, 0.9)
    top = max(3.0, add_text(slide, box, [each for each in told if each], size=14))
    rows = [_figure_cells(subject, figure) for figure in key_figures(subject)]
    box = Box(MARGIN, top, _INNER, 0.0)
    if comparison.is_of_baseline:
        columns: tuple[str, ...] = ("Average per future, as set", "Baseline")
        known = [cells[:2] for cells in rows]
        add_table(slide, box, columns, known, (3, 1.7), size=16, numbers=1)
        return
    whose = "" if subject.over is None else f" of {LIKE_YOURS}"
    columns = ("Average per future, as set", "Plan", "Baseline", "Difference", f"Futures{whose}")
    end = add_table(slide, box, columns, rows, (3, 1.7, 1.5, 2, 3.4), size=16, numbers=4)
    words = f"Ranges: 95 of 100 futures{whose}."
    add_text(slide, Box(MARGIN, end + 0.1, _INNER, 0.4), [words], size=12)


def _figure_cells(subject: Subject, figure: Figure) -> tuple[str, ...]:
    """Return a figure as a row; its unit stands with the plan's value, not with the baseline's."""
    if figure.name == "loss":  # on the page a chance is over organisations: here it is as set
        as_set, side = (each.finance.loss for each in (subject.comparison, subject.answer.shown))
        return (figure.label, chance(as_set)[0], "", "", "{} ({})".format(*chance(side)))
    unit, is_beside, versus = figure.versus.rpartition("vs ")
    if not is_beside:  # of a baseline there is the unit alone; of what never happens more words
        unit, versus = versus, ""
    value = f"{figure.value} {unit}".strip()
    # "in 26 of 400" goes with the word before it.
    if figure.name == "payback" and figure.range.startswith("in "):
        paid = "never" if figure.value == "never" else "paid back"
        return (figure.label, value, "", "", f"{paid} {figure.range}")
    return (figure.label, value, versus, figure.change, _bare(figure.range))


def _bare(words: str) -> str:
    return words[1:-1] if words.startswith("(") and words.endswith(")") else words


def _buy(deck: Any, subject: Subject) -> None:
    """Add what to buy first, if that was found out."""
    if subject.advised is None:
        return
    asked, advice = subject.advised.asked, subject.advised.advice
    story, *others = advice.told.values()
    slide = _slide(deck, subject, f"{TITLE} {asked.in_words()}", advice.notes())
    top = max(2.7, add_text(slide, Box(MARGIN, _TOP, _INNER, 0.9), [story], size=18))
    fits = top + height_of(others, _INNER, 14) <= _TOP + _BELOW
    add_text(slide, Box(MARGIN, top, _INNER, _TOP + _BELOW - top), others, size=14 if fits else 12)


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
    figure, finding = net_value(subject.comparison, subject.over), ""
    if subject.comparison.is_of_baseline:
        figure = of_baseline(figure)
        finding = "".join(part.text for part in second_line(subject.answer, None))
    slide = _slide(deck, subject, finding or figure.finding, _BANDS)
    changes = [figure.legend_of_changes] if figure.legend_of_changes else []
    height = _BELOW - height_of(changes, _INNER, _SMALL)
    add_text(slide, Box(MARGIN, _TOP + height, _INNER, _BELOW - height), changes, size=_SMALL)
    width = _INNER / len(figure.panels)
    for place, panel in enumerate(figure.panels):
        title = f"{panel.title if place else figure.title}, {figure.unit}"
        add_panel(slide, Box(MARGIN + place * width, _TOP, width, height), title, panel)


def _organisations(deck: Any, subject: Subject) -> None:
    """Add in how many organisations the plan earns, and how much; nothing if as set alone."""
    over = subject.over
    if over is None or over.is_of_baseline:
        return
    money = notation_of(subject.comparison).money
    values = over.difference("npv").values / money.size
    names, lose, earn = columns_of(values)
    title = f"The plan earns in {in_hundred(over)} {LIKE_YOURS}."
    slide = _slide(
        deck, subject, title, "One future of each; what lies beyond is in the last columns."
    )
    series = [Series("loses", lose, "baseline"), Series("earns", earn, "plan")]
    heading = f"Of 100 organisations, so many by what the plan is worth, {money.unit}"
    add_columns(slide, Box(MARGIN, _TOP, _INNER, _BELOW), heading, names, series, "0")


def columns_of(values: Floats) -> tuple[list[str], list[float], list[float]]:
    """Return columns of what a plan is worth: their names, and how many of 100 lose and earn."""
    # From zero on, so that no column holds futures that earn and futures that lose.
    ends = np.quantile(values, (0.025, 0.975))
    axis = value_axis([0.0, *ends], steps=_MOST_PILES, signed=True)
    edges, step = list(axis.ticks), axis.ticks[1] - axis.ticks[0]
    if ends[0] < edges[0] or values.min() < 0.0 <= edges[0]:
        edges.insert(0, edges[0] - step)
    if ends[1] > edges[-1] or values.max() > 0.0 >= edges[-1]:
        edges.append(edges[-1] + step)
    piles, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    shares = (100.0 * piles / len(values)).tolist()
    lose = [share if high <= 0.0 else 0.0 for share, high in zip(shares, edges[1:], strict=True)]
    earn = [share - less for share, less in zip(shares, lose, strict=True)]
    labels = in_plain_numbers(edges, signed=True)
    names = [f"{low} to {high}" for low, high in pairwise(labels)]
    if values.min() < edges[0]:
        names[0] = f"below {labels[1]}"
    if values.max() > edges[-1]:
        names[-1] = f"above {labels[-2]}"
    return names, lose, earn


def _kept(deck: Any, subject: Subject) -> None:
    """Add the plans that were kept beside this one; nothing if none was."""
    items = subject.items
    if len(items) < 2:
        return
    table, alike = kept_table(subject), sum(is_alike(item, items[0]) for item in items)
    slide = _slide(deck, subject, _best_in_words(subject, alike), f"{THIS_PLAN}: {subject.name}.")
    place, rows = Box(MARGIN, _TOP, _INNER, 0.0), table.rows
    if alike > 1:
        rows = [(_in_short(name), *cells) for name, *cells in rows]
        place = Box(MARGIN + _INNER * 0.44, _TOP + 0.3, _INNER * 0.56, 0.0)
        compared = [items[at] for at in chosen_first(items)]
        money = money_of_items(items)
        known = [(item.name, item.comparison) for item in compared if item.comparison is not None]
        short = [_in_short(name) for name, _ in known]
        names = short if len({*short}) == len(short) else [name for name, _ in known]
        drawn = {name: one for name, (_, one) in zip(names, known, strict=True)}
        (panel,) = over_each_other(drawn, money).panels
        name = f"Net value so far less that of the baseline, {money.unit}{first_in_words(items)}"
        add_panel(slide, Box(MARGIN, _TOP, _INNER * 0.42, _BELOW), name, panel)
    range_width = 1.9 if subject.over is None else 2.4  # with the average
    widths = (3.4, 1.6, range_width, 1.4, 2.2)[: len(table.columns)]
    add_table(slide, place, table.columns, rows, widths, numbers=3)


def _best_in_words(subject: Subject, alike: int) -> str:
    """Return which of the plans beside each other is worth most; so many can be compared."""
    items = subject.items
    if alike == 1:
        return "No other plan that was kept is of this organisation and horizon."
    best = best_of(items)
    if best is None:
        return "Which of the plans is worth most cannot be told yet."
    others = "" if alike == len(items) else " of this organisation and horizon"
    where = "" if subject.over is None else f", on average of {LIKE_YOURS}"
    # Behind a colon, as a name is no subject of a sentence.
    name = THIS_PLAN.lower() if best is items[0] else best.name
    return f"Worth most of {formats.count_in_words(alike)} plans{others}{where}: {name}."


def _in_short(name: str) -> str:
    """Return the name of a plan without its middle if it is long: many differ at the end."""
    if len(name) <= _LONGEST_IN_LEGEND:
        return name
    half = _LONGEST_IN_LEGEND // 2
    return f"{name[:half].rstrip()} … {name[-half:].lstrip()}"


def _team_time(deck: Any, subject: Subject) -> None:
    figure = team_time_of_plan(subject.answer.shown)
    if subject.comparison.is_of_baseline:
        figure = of_baseline(figure)
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
    whose = "" if subject.comparison.is_of_baseline else "With the plan, "
    title = f"{whose}% of developer days{subject.answer.of_whom}"
    place = Box(MARGIN, _TOP, _INNER * 0.62, _BELOW)
    add_columns(slide, place, title, ends, series, "0%", "Up to month")
    sides = ("Plan", "Baseline")[-len(panel.key.heads) :]
    columns = ("% of developer days", *sides)
    rows = [(row.words, *row.cells) for row in reversed(panel.key.rows)]
    box = Box(MARGIN + _INNER * 0.66, _TOP + 0.4, _INNER * 0.34, 0.0)
    add_table(slide, box, columns, rows, (2.6, 1.3, 1.7)[: len(columns)], size=14, numbers=2)


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
    series = [Series("Baseline", list(lost.baseline.values()), "baseline")]
    if not subject.comparison.is_of_baseline:
        series.insert(0, Series("Plan", list(lost.plan.values()), "plan"))
    title = f"{figure.title}, {figure.unit}{subject.answer.of_whom}"
    words = [LOSSES[cause].words for cause in lost.plan]
    digits = digits_of_losses(max(sum(lost.plan.values()), sum(lost.baseline.values())))
    written = f"0.{'0' * digits}".rstrip(".")
    add_bars(slide, Box(MARGIN, _TOP, _INNER, _BELOW), title, words, series, written)


def _credit(deck: Any, subject: Subject) -> None:
    """Add which capability earns what; nothing while that is not known, or if there is one only."""
    if subject.credit is None or len(subject.credit.capabilities) < 2:
        return
    shown = credit_card.shares_of(subject.credit, subject.answer.shown)
    answered = [QUESTIONS[name] for name in subject.credit.questions]
    asked = "; ".join(f"{each.heading}: {each.meaning}" for each in answered)
    explained = f"{capitalised(asked)}. {credit_card.rests_on(subject.credit)}"
    slide = _slide(deck, subject, credit_card.finding(shown), explained)
    size = shown.notation.money.size
    digits = shown.notation.digits + 1
    means = [round((each.estimate.mean or 0.0) / size, digits) for each in shown.shares.values()]
    names = [label_of(name) for name in shown.shares]
    heading = f"{QUESTIONS[shown.question].heading}, {shown.notation.money.unit}"
    title = f"{capitalised(heading)}{subject.answer.of_whom}"
    box = Box(MARGIN, _TOP, _INNER * 0.5, _BELOW)
    zeros = "0" * digits
    written = f"+0.{zeros};−0.{zeros};0.{zeros}"
    add_bars(slide, box, title, names, [Series(title, means, "plan")], written)
    table = credit_card.credit_table(subject.credit, subject.answer.shown)
    place = Box(MARGIN + _INNER * 0.52, _TOP + 0.4, _INNER * 0.48, 0.0)
    widths, numbers = (2,) * len(table.columns), len(answered)
    end = add_table(slide, place, table.columns, table.rows, widths, size=13, numbers=numbers)
    add_text(slide, Box(place.left, end + 0.1, place.width, 0.6), [table.caption], size=11)


def _not_known(deck: Any, subject: Subject) -> None:
    """Add what nobody knows of the organisation, and what would be worth finding out first."""
    if subject.over is None:
        return
    doubts = belief_of(subject.plan.belief).doubts()
    if subject.over.is_of_baseline and not doubts:  # there is nothing to decide
        return
    slide = _slide(deck, subject, NOT_KNOWN, "\n".join(limits(subject)))
    words = [unknown_in_words(subject), assumptions_in_words(subject)]
    words += doubts
    table = settles_table(subject)
    if is_found_out(subject.over) and not table.rows:
        words.append(NOTHING_SETTLES)
    told = [each for each in words if each]
    top = add_text(slide, Box(MARGIN, _TOP, _INNER, 0.8 * len(told)), told, size=16)
    if table.rows:
        box = Box(MARGIN, top + 0.2, _INNER * 0.75, 0.0)
        add_table(slide, box, table.columns, table.rows, (4, 1.4), size=14, numbers=1)


def _told(deck: Any, subject: Subject) -> None:
    """Add what was told of the organisation, and what was learned of it; nothing if nothing was."""
    table, learned = told_table(subject), learned_table(subject)
    if not table.rows:
        return
    slide = _slide(deck, subject, TOLD, table.caption)
    add_text(slide, Box(MARGIN, 1.1, _INNER, 0.4), [table.caption], size=14)
    box = Box(MARGIN, _TOP, _INNER, 0.0)
    top = add_table(slide, box, table.columns, table.rows, (4, 3, 3), numbers=2) + 0.3
    rows = learned.rows[: int((_TOP + _BELOW - top) / _ROW) - 1]
    if rows:
        box = Box(MARGIN, top, _INNER, 0.0)
        add_table(slide, box, learned.columns, rows, (4, 2, 2, 2), numbers=3)


def _assumptions(deck: Any, subject: Subject) -> None:
    scenario = subject.comparison.plan.scenario
    slide = _slide(
        deck,
        subject,
        "What the answer rests on",
        "Every assumption with its source is in the report, and in Understand on the page.",
    )
    add_text(slide, Box(MARGIN, 1.1, _INNER, 0.4), [assumptions_in_words(subject)], size=14)
    changed = [(name, here, source) for name, here, _, source in set_table(scenario).rows]
    more = len(changed) - _MOST_ROWS
    title = f"Unlike the reference{f', and {more} more in the report' if more > 0 else ''}"
    top = _add_values(slide, _TOP, title, changed[:_MOST_ROWS]) + 0.3 if changed else _TOP
    main = [
        (name_in_words(value.quantity.name), plain_value(value), source_of_plan(value))
        for value in described(scenario)
        if value.quantity.name in _MAIN_ASSUMPTIONS
    ]
    _add_values(slide, top, "Main assumptions", main)


def _add_values(slide: Any, top: float, title: str, known: Sequence[tuple[str, ...]]) -> float:
    """Add a table of values with their sources; return where it ends."""
    rows = [(name, here, _shortened(source)) for name, here, source in known]
    box = Box(MARGIN, top, _INNER, 0.0)
    return add_table(slide, box, (title, "Value", "Source"), rows, (5, 3, 5), size=11)


def _shortened(words: str) -> str:
    """Return words that fit into one line of a table; of more, how well it is supported alone."""
    if len(words) <= _LONGEST:
        return words
    return shorten(re.split("[:;,] ", words)[0], _LONGEST, placeholder=" …")


def _limits(deck: Any, subject: Subject) -> None:
    slide = _slide(deck, subject, CANNOT_TELL, "\n".join(limits(subject)))
    add_text(slide, Box(MARGIN, _TOP, _INNER, 4.6), limits(subject), size=16, bullets=True)


def _repeat(deck: Any, subject: Subject) -> None:
    slide = _slide(deck, subject, "How to get the same figures", SAME_FIGURES)
    add_text(slide, Box(MARGIN, 1.1, _INNER, 0.4), [SAME_FIGURES], size=14)
    rows = [(name, _in_part(words)) for name, words in provenance(subject)]
    add_table(slide, Box(MARGIN, _TOP + 0.2, _INNER, 0.0), ("To repeat it", ""), rows, (1.4, 7))


def _in_part(words: str) -> str:
    """Return the beginning of what no slide holds, and where the rest is."""
    cut = shortened(words, _LONGEST_TO_REPEAT)
    return words if cut == words else f"{cut} (whole in the notes)"
