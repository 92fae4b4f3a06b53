"""What the command ``sensitivity`` prints: a sentence, tables, and how to read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelops_abm import formats
from modelops_abm.cli.portfolio_words import print_what_ran
from modelops_abm.cli.study import Asked, plain_table, say_where
from modelops_abm.terminal import console, say
from modelops_abm.verdict import INTERVAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.table import Table

    from modelops_abm.experiments import PairedDifference, Share
    from modelops_abm.experiments.assumptions import Assumptions
    from modelops_abm.experiments.sensitivity import Question
    from modelops_abm.experiments.sensitivity_morris import Morris
    from modelops_abm.experiments.sensitivity_sobol import Indices, Sobol
    from modelops_abm.experiments.sensitivity_tornado import Tornado

type Found = Tornado | Morris | Sobol

_MOST_ROWS = 20
_KNOWN = f"±95{formats.NARROW_SPACE}%"


def print_found(asked: Asked, found: Found, known: Assumptions) -> None:
    """Print what a sensitivity analysis found."""
    target = console()
    futures = formats.plural(asked.replications, "future")
    print_what_ran(asked.scenario, f"seed {asked.seed}, {futures} at each point")
    say(target, f"{_finding(found)}.")
    target.print()
    for table in _printed(found):
        target.print(table)
        target.print()
    say(target, f"{_explanation(found)} {known.in_words}")
    say_where(target, asked)


def _finding(found: Found) -> str:
    from modelops_abm.experiments import sensitivity_words
    from modelops_abm.experiments.sensitivity_morris import Morris
    from modelops_abm.experiments.sensitivity_sobol import Sobol

    if isinstance(found, Sobol):
        return sensitivity_words.sobol_finding(found)
    return (
        sensitivity_words.morris_finding(found)
        if isinstance(found, Morris)
        else sensitivity_words.tornado_finding(found)
    )


def _printed(found: Found) -> list[Table]:
    from modelops_abm.experiments.sensitivity_morris import Morris
    from modelops_abm.experiments.sensitivity_sobol import Sobol
    from modelops_abm.experiments.sensitivity_words import spread_of

    if isinstance(found, Sobol):
        of_what = "the answer" if found.is_settled else "its rank"
        spread = _indices_table(f"Spread of {of_what}", spread_of(found)[0])
        if found.decision is None:
            return [spread]
        decision = found.decision
        if not decision.indices.total.any():  # one wins everywhere
            return [_shares_table("Alternative", "wins at", decision.wins), spread]
        return [
            _shares_table("Alternative", "wins at", decision.wins),
            _indices_table("Which alternative wins", decision.indices),
            _shares_table("Another value changes the winner", "at", _turning_first(decision.turns)),
            spread,
        ]
    if isinstance(found, Morris):
        return [_morris_table(found)]
    return [_tornado_table(found), *([_changes_table(found)] if found.turning else [])]


def _turning_first(turns: Mapping[str, Share]) -> dict[str, Share]:
    from modelops_abm.experiments.inputs import in_words

    shares = sorted(turns.items(), key=lambda pair: -pair[1].count)[:_MOST_ROWS]
    return {in_words(name): share for name, share in shares}


def _shares_table(title: str, heading: str, shares: Mapping[str, Share]) -> Table:
    table = plain_table()
    table.add_column(title)
    for text in (heading, INTERVAL):
        table.add_column(text, justify="right", no_wrap=True)
    for name, each in shares.items():
        ends = f"{formats.share(each.low)} to {formats.share(each.high)}"
        table.add_row(name, f"{formats.count_of(each.count, each.n)} points", ends)
    return table


def _tornado_table(found: Tornado) -> Table:
    from modelops_abm.experiments.inputs import in_words

    table = plain_table()
    table.add_column("Assumption")
    for heading in ("from", "to", "lowest", "highest", "apart"):
        table.add_column(heading, justify="right", no_wrap=True)
    for swing in found.effective[:_MOST_ROWS]:
        means = swing.means.tolist()
        ends = (formats.stated(swing.values[0]), formats.stated(swing.values[-1]))
        extremes = (swing.at(means.index(end(means))) for end in (min, max))
        known = (_interval(found.question, each) for each in (*extremes, swing.reach))
        table.add_row(in_words(swing.input.name), *ends, *known)
    return _with_rest(table, len(found.effective))


def _changes_table(found: Tornado) -> Table:
    from modelops_abm.experiments.inputs import in_words
    from modelops_abm.experiments.plans import either

    table = plain_table()
    table.add_column("The winner changes with")
    table.add_column("at", justify="right", no_wrap=True)
    table.add_column("from")
    table.add_column("to")
    for swing in found.turning:
        for change in swing.changes:
            at = formats.stated(change.value)
            words = (either(change.before), either(change.after))
            table.add_row(in_words(swing.input.name), at, *words)
    return table


def _morris_table(found: Morris) -> Table:
    from modelops_abm.experiments.inputs import in_words
    from modelops_abm.experiments.sensitivity_words import span

    table = plain_table()
    table.add_column("Assumption")
    for heading in ("mean effect", "with its sign", "std dev"):
        table.add_column(heading, justify="right", no_wrap=True)
    pairs = (
        ("mean_absolute", "half_width"),
        ("mean", "mean_half_width"),
        ("deviation", "deviation_half_width"),
    )
    for name, row in found.table().head(_MOST_ROWS).iterrows():
        known = [(float(row[middle]), float(row[width])) for middle, width in pairs]
        cells = (span(found.question, middle - width, middle + width) for middle, width in known)
        table.add_row(in_words(str(name)), *cells)
    return _with_rest(table, len(found.names))


def _with_rest(table: Table, count: int) -> Table:
    """Say how many rows there are beyond those that are shown."""
    if count > _MOST_ROWS:
        table.add_row(f"... {formats.number(count - _MOST_ROWS)} that matter less")
    return table


def _indices_table(title: str, indices: Indices) -> Table:
    from modelops_abm.experiments.inputs import in_words

    table = plain_table()
    table.add_column(title)
    for heading in ("in all", _KNOWN, "alone", _KNOWN):
        table.add_column(heading, justify="right", no_wrap=True)
    for name, row in indices.table().head(_MOST_ROWS).iterrows():
        columns = ("total", "total_half_width", "first", "first_half_width")
        cells = (formats.share(float(row[column])) for column in columns)
        table.add_row(in_words(str(name)), *cells)
    return _with_rest(table, len(indices.names))


def _interval(question: Question, answer: PairedDifference) -> str:
    from modelops_abm.experiments.plans import mean_of
    from modelops_abm.experiments.sensitivity_words import level, span

    low, high = answer.estimate.low, answer.estimate.high
    if low is None or high is None:
        return level(question, mean_of(answer))
    return span(question, low, high)


def _explanation(found: Found) -> str:
    from modelops_abm.experiments.sensitivity_morris import Morris
    from modelops_abm.experiments.sensitivity_sobol import Sobol

    ranges = "Ranges are what the sources leave open; many are judgement."
    if isinstance(found, Sobol):
        return (
            "In all: the part of the variance that an assumption makes alone or with others; of the"
            " winner, the chance that another value of it changes the winner, as a part of the"
            " chance that two points differ. Alone: without the others."
            f"{_ranked(found)}{_told(found)} Intervals are over the points; luck is the same at"
            f" each. {ranges}"
        )
    if isinstance(found, Morris):
        return (
            "95 % intervals over the trajectories. Mean effect: of a whole range, whatever its"
            " sign, while the others vary too. Where the standard deviation is as large, it depends"
            f" on the others. {ranges}"
        )
    return (
        "95 % intervals of the lowest and the highest average over the values of an assumption, and"
        f" of the difference between the two.{_turning_round(found)}{_winning(found)} {ranges}"
    )


def _ranked(found: Sobol) -> str:
    if found.is_settled:
        return ""
    return (
        " A few very large answers make most of the variance, so that its parts are not known yet;"
        " the rank of an answer among all of them is told instead."
    )


def _told(found: Sobol) -> str:
    if found.decision is None:
        return ""
    told = formats.count_of(found.decision.told.count, found.decision.told.n)
    return (
        f" The highest average wins; at {told} points it can be told from all others in these"
        " futures."
    )


def _turning_round(found: Tornado) -> str:
    from modelops_abm.experiments.inputs import in_words
    from modelops_abm.experiments.plans import listed

    names = [in_words(each.input.name).lower() for each in found.effective if not each.is_monotonic]
    if not names:
        return ""
    return f" The answer turns round on the way over {listed(names)}."


def _winning(found: Tornado) -> str:
    if not found.question.against_baseline:
        return ""
    return (
        " The highest average wins; a change is told with 95 % confidence for each assumption by"
        " itself, and its values are the nearest to the present one at which it can be told."
    )
