"""What a sensitivity analysis found, in sentences that claim no more than the intervals allow."""

from __future__ import annotations

from collections.abc import Sequence

from modelops_abm import formats
from modelops_abm.core import outcomes
from modelops_abm.experiments.inputs import in_words
from modelops_abm.experiments.plans import either, listed
from modelops_abm.experiments.sensitivity import Question
from modelops_abm.experiments.sensitivity_morris import Morris
from modelops_abm.experiments.sensitivity_sobol import Decision, Indices, Sobol
from modelops_abm.experiments.sensitivity_tornado import Tornado

_MOST_NAMED = 3
_UNITS = {outcome.name: outcome.unit for outcome in outcomes.SUMMARY}


def subject(question: Question) -> str:
    """Return what is asked about: the worth of the plan in net present value."""
    words = "net present value" if question.outcome == "npv" else question.outcome.replace("_", " ")
    return f"the worth of the plan in {words}" if question.against_baseline else words


def level(question: Question, value: float) -> str:
    """Return an answer in its unit."""
    unit = _UNITS[question.outcome]
    if unit == "share" and question.against_baseline:
        return formats.points(value)
    return formats.amount(value, unit)


def span(question: Question, low: float, high: float) -> str:
    """Return an interval of answers in short: 1.2 to 2.3 M."""
    unit = _UNITS[question.outcome]
    if unit.startswith("$"):
        return formats.money_interval(low, high)
    if unit == "share":
        words = formats.points_interval(low, high)
        return words.replace(" points", f"{formats.NARROW_SPACE}%")
    return formats.interval(low, high)


def tornado_finding(found: Tornado) -> str:
    """Return what is best as assumed, which assumptions change that, and which moves most."""
    if not found.effective:
        return "None of these assumptions changes anything"
    names = [swing.input.name for swing in found.may_move_most]
    moves = _most(names, f"moves {subject(found.question)} most")
    if not found.question.against_baseline:
        return moves
    return f"{_as_assumed(found)}; {_turning(found)}. {moves}"


def morris_finding(found: Morris) -> str:
    """Return which assumption moves the answer most, if that can be told."""
    if not found.effects.any():
        return "None of these assumptions changes anything"
    return _most(found.may_be_largest, f"moves {subject(found.question)} most over its range")


def sobol_finding(found: Sobol) -> str:
    """Return which alternative wins, what decides on it, and what makes the spread."""
    spread = _largest(*spread_of(found))
    if found.decision is None:
        return spread
    return f"{_winner(found.decision)}; {_deciding(found.decision)}. {spread}"


def spread_of(found: Sobol) -> tuple[Indices, str]:
    """Return the indices that tell what makes the spread, and what that is in words.

    They are of the answer; or of its rank, where those of the answer are not known.
    """
    if found.is_settled:
        return found.indices, "makes the largest part of the spread"
    return found.ranks, "makes the largest part of the spread, by rank,"


def _as_assumed(found: Tornado) -> str:
    best = found.best.may_be_best
    if found.best.is_decided:
        return f"As assumed, {best[0]} {_is_best(found.question)}"
    if len(best) <= _MOST_NAMED:
        return f"As assumed, {either(best)} {_is_best(found.question)}"
    return "As assumed, it cannot be told what is best"


def _is_best(question: Question) -> str:
    if question.outcome == "npv":
        return "is best"
    return f"has the highest {question.outcome.replace('_', ' ')}"


def _turning(found: Tornado) -> str:
    turning = found.turning
    names = [in_words(swing.input.name).lower() for swing in turning]
    if not turning:
        return "no assumption alone can be told to change the winner"
    if len(turning) == 1:
        first = turning[0].changes[0]
        where = f"at {formats.stated(first.value)} to {either(first.after[:_MOST_NAMED])}"
        return f"{names[0]} alone could change the winner, {where}"
    if len(turning) <= _MOST_NAMED:
        return f"{listed(names)} could each change the winner alone"
    return f"{formats.count_in_words(len(turning))} assumptions could each change the winner alone"


def _winner(decision: Decision) -> str:
    most = decision.may_win_most
    if len(most) > 1:
        names = either(most) if len(most) <= _MOST_NAMED else f"one of {len(most)} alternatives"
        return f"{_capitalised(names)} wins most often"
    share = decision.wins[most[0]]
    if share.count == share.n:
        return f"{_capitalised(most[0])} wins at all {formats.number(share.n)} points"
    ends = f"{formats.share(share.low, 0)} to {formats.share(share.high, 0)}"
    return f"{_capitalised(most[0])} wins at {ends} of all points"


def _deciding(decision: Decision) -> str:
    if not any(share.count for share in decision.turns.values()):
        return "no other value of one assumption changed that"
    most = decision.indices.may_be_largest
    if len(most) > _MOST_NAMED:
        return "which assumption decides most often cannot be told yet"
    return f"{either([in_words(name).lower() for name in most])} decides most often which"


def _largest(indices: Indices, what: str) -> str:
    if not indices.total.any():
        return "Nothing that was varied changes the answer"
    return _most(indices.may_be_largest, what)


def _most(names: Sequence[str], what: str) -> str:
    """Return which assumption does something most, if it is one of a few."""
    if not 0 < len(names) <= _MOST_NAMED:
        return f"Which assumption {what} cannot be told yet"
    words = either([in_words(name).lower() for name in names])
    return f"What {what} is {words}"


def _capitalised(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"
