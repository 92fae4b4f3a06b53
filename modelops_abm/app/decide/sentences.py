"""A plan and its answer in sentences.

First what a plan is, its levels, equal ones together; then what is found out of it besides, what
would be better and what team could carry it; then the answer in two lines, what the plan is worth
and what else one must know, and how far it has come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal, NamedTuple

import numpy as np
import solara

from modelops_abm import formats
from modelops_abm.app.decide.rail_rows import (
    SETTABLE,
    day_all_in_place,
    measure_on_rail,
    number_in_words,
)
from modelops_abm.app.measures import shown as value_shown
from modelops_abm.app.state.answer import LIKE_YOURS, NO_REMARKS, Answer, Remarks
from modelops_abm.app.state.events import events_of
from modelops_abm.app.state.jobs import Job, Jobs
from modelops_abm.app.state.plan import OWN, Plan, name_of_organisation
from modelops_abm.app.state.session import Session
from modelops_abm.charts.amounts import (
    Notation,
    between,
    digits_for,
    levels_of,
    money_of,
    notation_of,
)
from modelops_abm.experiments import (
    Comparison,
    Credit,
    staffing,
    stream_single_changes,
)
from modelops_abm.experiments.credit_levels import best_single_change
from modelops_abm.experiments.plans import level_of, raised
from modelops_abm.experiments.running import Keeping
from modelops_abm.experiments.statistics import FUTURES, PairedDifference
from modelops_abm.experiments.words import (
    IS_BASELINE,
    THIS_PLAN,
    Sentence,
    Subject,
    capitalised,
    known_money,
    level_word,
    mean_of,
    settling_in_words,
    worth_in_words,
)
from modelops_abm.runs.summary import is_carried
from modelops_abm.runs.threads import Rank, new_caller
from modelops_abm.scenario import CAPABILITY_NAMES, Distribution, Quantity, Scenario
from modelops_abm.scenario.capabilities import words_of
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.names import name_in_words, name_said
from modelops_abm.text import all_of

BASELINE = "the baseline"


def plan_words(scenario: Scenario) -> str:
    """Return a plan in words: half automation and lineage, full monitoring and some rollback."""
    groups = _by_level(scenario)
    if not groups:
        return BASELINE
    if len(groups) == 1:
        (level, names), *_ = groups.items()
        if len(names) == len(CAPABILITY_NAMES):
            return _everything(level)
    parts = [f"{level_word(level)} {all_of(names)}" for level, names in groups.items()]
    if len(parts) == 1 or len(raised(scenario)) == len(parts):
        return all_of(parts)
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def plan_name(scenario: Scenario) -> str:
    """Return a plan in words that stand alone, as the name of a scenario."""
    return capitalised(plan_words(scenario).removeprefix("the "))


def full_name(plan: Plan, *, says_whose: bool = True) -> str:
    """Return the name of a plan with all that sets it apart: days, organisation, assumptions.

    Parameters
    ----------
    says_whose
        Whether it names the organisation, which a report says elsewhere.
    """
    return ", ".join([plan_name(plan.scenario), *_apart_from_levels(plan, says_whose=says_whose)])


def common_end(plans: Sequence[Plan]) -> str:
    """Return what the full names of all plans end with, and so does not tell one from another."""
    ends = [[*_apart_from_levels(plan)] for plan in plans]
    common: list[str] = []
    while all(ends) and len({end[-1] for end in ends}) == 1:
        common = [ends[0][-1], *common]
        ends = [end[:-1] for end in ends]
    return "".join(f", {part}" for part in common)


def _apart_from_levels(plan: Plan, *, says_whose: bool = True) -> list[str]:
    scenario = plan.scenario
    others = [name for name in plan.changes if name not in plan.planned]
    parts = [*_start_words(scenario)]
    whose = name_of_organisation(plan)
    if says_whose and whose != "Reference":
        parts.append("your organisation" if whose == OWN else whose.lower())
    if "horizon_days" in others:
        parts.append(formats.span(scenario.horizon_days))
    if "team.developers" in others:
        parts.append(formats.plural(scenario.team.developers, "developer"))
    events = [event for event in events_of(scenario) if event.stated_in in others]
    if events:
        parts.append(formats.plural(len(events), "event"))
    elsewhere = {"horizon_days", "team.developers", *(event.stated_in for event in events)}
    assumed = [name for name in others if name not in elsewhere]
    for name in assumed[:_MOST_NAMED]:
        quantity = SETTABLE.get(name)
        if quantity is None:
            parts.append(f"{name_said(name)} changed")
        else:
            words, known = name_in_words(name), _as_on_rail(quantity, plan.value(name))
            parts.append(f"{words[:1].lower()}{words[1:]}: {known}")
    if len(assumed) > _MOST_NAMED:
        parts.append(f"{formats.plural(len(assumed) - _MOST_NAMED, 'assumption')} more")
    return parts


_MOST_NAMED = 2


def _as_on_rail(quantity: Quantity, value: Any) -> str:
    measure = measure_on_rail(quantity.name)
    mean = value.mean if isinstance(value, Distribution) else value
    if measure is not None:
        return measure.words(float(f"{mean:.4g}"))
    return number_in_words(quantity, mean) if quantity.is_number else value_shown(quantity, value)


def _start_words(scenario: Scenario) -> list[str]:
    """Return when work on what is raised starts, where that is later than at once."""
    days = {
        name: float(value_at(scenario, f"capabilities.{name}.start_day"))
        for name in raised(scenario)
    }
    if len(set(days.values())) == 1 and (day := next(iter(days.values()))):
        return [f"from {formats.month_of(day)}"]
    return [f"{words_of(name)} from {formats.month_of(day)}" for name, day in days.items() if day]


def subject_of(scenario: Scenario) -> Subject:
    """Return a plan as the subject of a sentence."""
    are, lose, pay = ("is", "loses", "It pays for itself")
    if len(raised(scenario)) > 1:
        are, lose, pay = ("are", "lose", "They pay for themselves")
    return Subject(plan_words(scenario), are, lose, pay)


_ALL = f"all {formats.count_in_words(len(CAPABILITY_NAMES))} capabilities"


def _everything(level: float) -> str:
    if level == 1.0:
        return f"{_ALL} in full"
    word = level_word(level)
    return f"{_ALL} {'by ' if word == 'half' else 'at '}{word}"


def _by_level(scenario: Scenario) -> dict[float, list[str]]:
    groups: dict[float, list[str]] = {}
    for name in raised(scenario):
        groups.setdefault(level_of(scenario, name), []).append(words_of(name))
    return groups


# --------------------------------------------------------------------------------------
# What else is to be said of a plan: what would be better, and what team could carry it.


_REMARKS = "remarks"


@solara.component
def FindRemarks(session: Session) -> None:
    """Find out what else is to be said of the plan that is answered; shows nothing.

    It stands in every part of the page, as what is saved from any says it too: the best single
    change if the plan does not earn, another team where models wait too long for a developer.
    """
    jobs = solara.use_memo(Jobs, [])
    answer = session.answer.value
    asked = asked_of(answer)

    def find_out() -> None:
        if answer is None or asked is None:
            jobs.stop(_REMARKS)
            return
        jobs.start(_REMARKS, partial(_find, session, answer, asked), session.notice.set)

    solara.use_effect(find_out, [asked])
    # What an effect returns is called when the page goes: no job is left behind.
    solara.use_effect(lambda: jobs.close, [])
    solara.Div(style={"display": "none"})


def remarks_of(session: Session) -> Remarks:
    """Return what else is to be said of the plan that is answered, as far as it is known."""
    asked, found = asked_of(session.answer.value), session.remarks.value
    return found if asked is not None and found.of == asked else NO_REMARKS


def remarks_awaited(session: Session) -> list[str]:
    """Return what else is still to be found out of the plan that is answered, in words."""
    answer, found = session.answer.value, session.remarks.value
    asked = None if answer is None else _to_ask(answer)
    if asked is None or (found.of == asked and found.is_whole):
        return []
    better = ["the best single change"] * asked.may_be_better
    return [*better, *["what team could carry the portfolio"] * asked.may_be_too_few]


class _Asked(NamedTuple):
    """Of which plan and in which futures something is asked, and what."""

    key: str
    seed: int
    may_be_better: bool
    may_be_too_few: bool


def asked_of(answer: Answer | None) -> _Asked | None:
    """Return what else is to be found out of a plan once it is answered; None if nothing is."""
    return _to_ask(answer) if answer is not None and answer.is_settled else None


def _to_ask(answer: Answer) -> _Asked | None:
    comparison = answer.comparison
    does_earn = comparison.difference("npv").verdict == "earns"
    may_be_better = not does_earn
    may_be_too_few = not is_carried(comparison.plan.values)
    if not (may_be_better or may_be_too_few):
        return None
    return _Asked(answer.plan.key, answer.seed, may_be_better, may_be_too_few)


def asks_for_better(answer: Answer) -> bool:
    """Return whether what would be better is found out of a plan, as it does not earn."""
    asked = _to_ask(answer)
    return asked is not None and asked.may_be_better


def team_in_words(answer: Answer, remarks: Remarks) -> str:
    """Return that the team cannot carry the portfolio; empty if nothing is known of that."""
    as_set = "" if answer.over is None else "As set: "
    return f"{as_set}{remarks.team}" if remarks.team else ""


def _find(session: Session, answer: Answer, asked: _Asked, job: Job) -> None:
    scenario = answer.plan.scenario
    keeping: Keeping = {
        "seed": answer.seed,
        "cancel": job.cancel,
        "executor": new_caller(Rank.LAST, account=session.account),
    }
    notation, unit = notation_of(answer.comparison), levels_of(answer.comparison).money
    # A baseline, and a plan that makes next to nothing, have no digits for what would be better.
    is_of_plan = bool(raised(scenario)) and notation.money == unit

    # In the unit and the digits of the headline above it, or else those that it will have.
    def written(worth: PairedDifference, /, *, signed: bool = False) -> str:
        own = notation if is_of_plan else Notation(unit, digits_for(worth, unit.size))
        words = own.in_dollars(mean_of(worth), is_part=signed and is_of_plan)
        if not formats.says_something(words):  # too small for them
            return known_money(worth, signed=signed)
        return words if signed else words.lstrip(f"+{formats.MINUS}")

    known = Remarks(asked)
    if asked.may_be_too_few:
        tried = staffing(scenario, **keeping)
        known = replace(known, team="" if tried.own.carries else tried.sentence())
        job.tell(session.remarks.set, known)
    if asked.may_be_better:
        for changes in stream_single_changes(scenario, **keeping):
            ranking = changes.ranking()
            helps = ranking.order[0] if None not in ranking.may_be_best else None
            better = replace(known, better=best_single_change(changes, written), change=helps)
            job.tell(session.remarks.set, better)
        known = better
    job.tell(session.remarks.set, replace(known, is_whole=True))


# --------------------------------------------------------------------------------------
# The answer in two lines: what the plan is worth, and what else one must know.


type Tone = Literal["earns", "loses", "untold", "baseline"]


class Words(NamedTuple):
    """Part of a sentence, and whether it is set in bold."""

    text: str
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Headline:
    """The sentence that answers, with its figure set apart.

    Attributes
    ----------
    sentence
        The sentence, or its first half, about the values as set.
    tone
        How the figure is meant.
    over
        The other half, about what the organisation may be; None if that was not asked.
    """

    sentence: Sentence
    tone: Tone
    over: Sentence | None = None

    @property
    def text(self) -> str:
        """The sentence as plain text."""
        return self.sentence.text + ("" if self.over is None else self.over.text)


def headline(
    comparison: Comparison, over: Comparison | None = None, *, is_page: bool = True
) -> Headline:
    """Return the sentence that answers: worth, a loss, not to be told, or nothing to tell.

    Parameters
    ----------
    comparison
        At the values as set.
    over
        The same over what the organisation may be; then neither is told without the other.
    is_page
        Whether it is read where a plan can be changed.
    """
    if comparison.is_of_baseline:
        rest = ": no capability is planned."
        if is_page:
            rest = ". Move a slider to see what it is worth."
        words = f"{IS_BASELINE}{rest}"
        return Headline(Sentence(words, "", ""), "baseline")
    npv = comparison.difference("npv")
    tone = _TONES[npv.verdict]
    subject = subject_of(comparison.plan.scenario) if tone == "earns" else THIS_PLAN
    interval = notation_of(comparison).interval(npv)
    said = comparison.verdict(subject, worth=_worth(comparison), interval=interval)
    if over is None:
        return Headline(said, tone)
    before, figure, after = said
    span = f"over {formats.span(comparison.finance.horizon_days)}"
    is_told = tone != "untold" or comparison.is_worth_nothing
    after = f" {span} as set" if is_told else " on average as set"
    link = _AND_MORE if tone == "earns" else "; it is worth more than nothing in "
    rest = f" {LIKE_YOURS}."
    if comparison.is_worth_nothing and over.is_worth_nothing:
        every = formats.count_of(over.replications, over.replications)
        return Headline(
            Sentence(before, figure, after),
            tone,
            Sentence("; it ends as the baseline does in ", every, rest),
        )
    return Headline(Sentence(before, figure, after), tone, Sentence(link, in_hundred(over), rest))


_AND_MORE = ", and more than nothing in "


def awaited(scenario: Scenario, *, is_over: bool) -> str:
    """Return the sentence that is most to be expected, with dots where its figures will stand.

    It is as long as an answer, so that nothing moves when that comes.
    """
    said = worth_in_words(subject_of(scenario), "…", scenario.horizon_days).text
    if not is_over:
        return said
    return f"{said.removesuffix('.')} as set{_AND_MORE}… of 100 {LIKE_YOURS}."


def longest_headline(scenario: Scenario, *, is_over: bool) -> str:
    """Return the longest sentence that an answer may be, whose room is kept from the beginning.

    Not that it cannot be told, which is longer and seldom stays; nothing of a baseline.
    """
    if not raised(scenario):
        return ""
    earns = awaited(scenario, is_over=is_over).replace("…", "+$99.9 M", 1).replace("…", "99")
    loses = f"This plan loses $999 k over {formats.span(scenario.horizon_days)}"
    rest = ". 399 of 400 futures end below the baseline."
    if is_over:
        rest = f" as set; it is worth more than nothing in 99 of 100 {LIKE_YOURS}."
    return max(earns, f"{loses}{rest}", key=len)


_LONGEST_RANGE = "−99.9 to +99.9 M in 95 of 100 futures"
_LONGEST_BETTER = (
    " The best single change is no automation, worth +$99.9 k. The plan still loses $999 k."
    " Make this change."
)


def longest_second_line(*, is_over: bool, is_better: bool = False) -> str:
    """Return a line as long as what else one must know, whose room is kept from the beginning.

    Parameters
    ----------
    is_over
        Whether the answer is over what the organisation may be as well.
    is_better
        Whether what would be better is still to be said; as set it takes the room of when a plan
        pays back.
    """
    if not is_over:
        return (
            f"{_LONGEST_RANGE}. Pays back in 399 of 400 futures, typically month 9 of 36, while it"
            " is being built. Without automation the plan would earn more. It would."
        )
    known = (
        f"{_LONGEST_RANGE} of {LIKE_YOURS}, −99.9 M on average. Of the spread 99 to 100 % is what"
        " nobody knows, the rest chance. First find out, worth $0 to $999 k: what an outage costs."
    )
    return f"{known} As set:{_LONGEST_BETTER}" if is_better else known


def in_hundred(over: Comparison) -> str:
    """Return in how many of 100 organisations a plan is worth more than nothing: 71 of 100.

    It is as many as there are filled dots, and never all or none unless it is so in each.
    """
    chance = over.chance
    if chance.count in (0, chance.n):
        return formats.count_of(chance.count, chance.n)
    return f"{min(max(round(100.0 * chance.share), 1), 99)} of 100"


_TONES: dict[str, Tone] = {"earns": "earns", "loses": "loses", "cannot tell yet": "untold"}


def _worth(comparison: Comparison) -> str:
    """Return the worth of a plan as all of the page writes it, with its unit: +$1.1 M."""
    return notation_of(comparison).in_dollars(comparison.difference("npv").estimate.mean)


def second_line(answer: Answer, credit: Credit | None, advice: str = "") -> list[Words]:
    """Return what one must know besides: range of futures, payback, and one thing more.

    Over what the organisation may be: the range, the average, what the spread is of, and what would
    settle it.

    Parameters
    ----------
    answer
        The answer.
    credit
        The credit of each capability of the same plan, as far as it is known.
    advice
        For a plan that does not earn: what would be better, in a sentence.
    """
    comparison = answer.comparison
    if comparison.is_of_baseline:
        as_set = "" if answer.over is None else "As set it"
        return [*_of_baseline(comparison, as_set or "It"), Words(advice and f" {advice}")]
    if answer.over is not None:
        settles = settling_in_words(answer.over.settles)
        more = " ".join(filter(None, (settles, advice and f"As set: {advice}")))
        said = [*_range_over(comparison, answer.over), Words(more and f" {more}")]
        return [Words(_too_late(answer.over)), *said]
    more = advice or _one_thing(credit, answer)
    said = [*_range(comparison), *_payback(comparison), Words(more and f" {more}")]
    return [Words(_too_late(comparison)), *said]


def _too_late(comparison: Comparison) -> str:
    """Return that nothing of a plan begins within its time, where that is so."""
    scenario = comparison.plan.scenario
    days = (value_at(scenario, f"capabilities.{name}.start_day") for name in raised(scenario))
    if not comparison.is_worth_nothing or any(day < scenario.horizon_days for day in days):
        return ""
    return f"No work on it begins within {formats.span(scenario.horizon_days)}."


def _of_baseline(comparison: Comparison, it: str) -> list[Words]:
    low, high = np.quantile(comparison.plan.outcome("npv"), FUTURES)
    _, brings = comparison.means("npv")
    span = formats.span(comparison.finance.horizon_days)
    return [
        Words(f"{it} brings {formats.money(brings)} over {span}; "),
        Words(formats.money_interval(low, high), is_strong=True),
        Words(" in 95 of 100 futures."),
    ]


def _range(comparison: Comparison) -> list[Words]:
    notation = notation_of(comparison)
    interval = notation.between(comparison.difference("npv"), signed=True)
    if not interval or comparison.is_worth_nothing:
        return []
    ends = notation.money.all_with_unit(interval)
    return [Words(ends, is_strong=True), Words(" in 95 of 100 futures.")]


def _range_over(comparison: Comparison, over: Comparison) -> list[Words]:
    """Return range and average over what the organisation may be, and what the spread is of."""
    if over.is_worth_nothing:
        return []
    difference = over.difference("npv")
    money = money_of(comparison)
    low, high = (end / money.size for end in difference.futures or (0.0, 0.0))
    digits = digits_for(difference, money.size)
    interval = between(low, high, digits, signed=True)
    mean = formats.number((difference.estimate.mean or 0.0) / money.size, digits, signed=True)
    average = money.all_with_unit(mean)
    split = "" if over.unknown is None else f" {over.unknown.in_short}"
    return [
        Words(money.all_with_unit(interval), is_strong=True),
        Words(f" in 95 of 100 futures of {LIKE_YOURS}, {average} on average.{split}"),
    ]


def _payback(comparison: Comparison) -> list[Words]:
    if comparison.is_worth_nothing:
        return []
    paid, horizon = comparison.paid_back, comparison.finance.horizon_days
    said = Words(f" Pays back in {paid.count} futures")
    if not paid.is_typical or paid.day is None:
        return [said, Words(f" within {formats.span(horizon)}{paid.as_baseline}.")]
    when = Words(paid.when, is_strong=True)
    if paid.day == 0.0:
        return [said, Words(", typically "), when, Words(f"{paid.as_baseline}.")]
    early = ", while it is being built" if paid.day < day_all_in_place(comparison) else ""
    within = f" of {formats.months_in(horizon)}{early}{paid.as_baseline}."
    return [said, Words(", typically "), when, Words(within)]


def _one_thing(credit: Credit | None, answer: Answer) -> str:
    """Return the one thing to know about the capabilities: what it would be to drop one."""
    if credit is None or len(credit.capabilities) < 2:
        return ""
    worths = {name: credit.worth(name, "dropped") for name in credit.capabilities}
    idle = [name for name, worth in worths.items() if not worth.values.any()]
    costing = [name for name, worth in worths.items() if worth.verdict == "loses"]
    if costing:
        worst = min(costing, key=lambda name: worths[name].estimate.mean or 0.0)
        return f"Without {worst} the plan would earn more."
    if idle:
        makes = "makes" if len(idle) == 1 else "make"
        return f"{capitalised(_counted(idle))} {makes} no difference."
    untold = [name for name, worth in worths.items() if worth.verdict == "cannot tell yet"]
    if untold:
        yet = "" if answer.is_settled else " yet"
        names = _counted(untold)
        return f"Whether the plan earns more with {names} cannot be told{yet}."
    ranking = credit.ranking(question="dropped")
    if ranking.is_decided:
        return f"{ranking.order[0].capitalize()} would be missed most."
    return "Each capability would be missed."


def _counted(names: Sequence[str]) -> str:
    if len(names) < 3:
        return all_of(names)
    return f"{formats.count_in_words(len(names))} of its capabilities"


class Progress(NamedTuple):
    """How far an answer has come, in words.

    Attributes
    ----------
    futures
        How many futures it rests on.
    precision
        Half-width of the interval of the average.
    share
        Of the work, 0 to 1.
    note
        What is still to come.
    """

    futures: str
    precision: str
    share: float
    note: str


def progress(answer: Answer, *, is_superseded: bool, done: int = 0) -> Progress:
    """Return how far an answer has come.

    Parameters
    ----------
    answer
        The answer.
    is_superseded
        Whether it is that of an earlier plan, so that the work begins anew.
    done
        Futures that are run of the newest plan, which may be more than the answer has.
    """
    n, aim = answer.comparison.replications, answer.aim
    what = "futures" if answer.over is None else "organisations"
    if is_superseded:
        note = answer.error or "The new plan is being run"
        return Progress(f"{formats.count_of(done, aim)} {what}", "", done / aim, note)
    if answer.over is not None:
        return _progress_over(answer, answer.over, done)
    known, money = answer.comparison.finance.npv.half_width, money_of(answer.comparison)
    precision = money.half_width(known) if known else ""
    if not answer.is_settled:
        words, note = f"{formats.count_of(n, aim)} futures", "Average still tightening"
        return Progress(words, precision, max(n, done) / aim, note)
    words = formats.plural(n, "future")
    return Progress(words, precision, 1.0, "The same futures for every plan")


def _progress_over(answer: Answer, over: Comparison, done: int) -> Progress:
    """Return how far an answer over what the organisation may be has come."""
    chance, n, aim = over.chance, over.replications, answer.aim
    half_width = 50.0 * (chance.high - chance.low)
    width = formats.number(half_width, 0 if half_width >= 1.0 else 1)
    precision = "" if over.is_of_baseline else f"±{width} of 100"
    if not answer.is_settled:
        words = f"{formats.count_of(n, aim)} organisations"
        return Progress(words, precision, max(n, done) / aim, "Each is one future of its own")
    words = formats.plural(n, "organisation")
    return Progress(words, precision, 1.0, "")
