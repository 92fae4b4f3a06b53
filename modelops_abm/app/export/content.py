"""What is exported: the plan that is shown, with its figures as far as they are known.

`Subject` is what every export is made from. Then what report and slides say besides figures, the
limits and how to get the same figures again; their tables; and the figures and their course as CSV.
"""

from __future__ import annotations

import csv
import io
import math
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pandas as pd

from modelops_abm import formats
from modelops_abm.app.access import is_loopback
from modelops_abm.app.decide import settle_card
from modelops_abm.app.decide.credit_card import known_credit
from modelops_abm.app.decide.figures import Figure, figures
from modelops_abm.app.decide.rail_rows import number_in_words
from modelops_abm.app.decide.sentences import (
    full_name,
    headline,
    in_hundred,
    progress,
    remarks_awaited,
    remarks_of,
)
from modelops_abm.app.decide.tray_card import Item, apart, items_of, money_of_items
from modelops_abm.app.measures import shown
from modelops_abm.app.organisation.file_cards import organisation_in_words
from modelops_abm.app.state.advising import Advised, Asked
from modelops_abm.app.state.answer import NO_REMARKS, Answer, Remarks
from modelops_abm.app.state.draws import stated_in
from modelops_abm.app.state.events import events_in
from modelops_abm.app.state.link import Linked, assignments_of, changes_of, query_of
from modelops_abm.app.state.plan import PLANNED, Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.tray import Tray
from modelops_abm.charts.amounts import Money, between, digits_for, levels_of
from modelops_abm.charts.figure import Table
from modelops_abm.clients import fingerprint, illustrative_portfolio
from modelops_abm.core import outcomes
from modelops_abm.evidence.benchmarks import compare, of_whom
from modelops_abm.evidence.default import PUBLISHED, RANGES
from modelops_abm.evidence.measures import measured
from modelops_abm.experiments.statistics import estimate
from modelops_abm.experiments.words import INTERVAL, Difference, capitalised
from modelops_abm.formats import count_of, number
from modelops_abm.scenario import Distribution, Scenario, StatedValue, describe
from modelops_abm.scenario.names import name_in_words
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.scenario.sources import LABELS, is_by_size
from modelops_abm.scenario.words import plain_source, value_in_words
from modelops_abm.text import all_of, csv_text
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from modelops_abm.experiments import Comparison, Credit


@dataclass(frozen=True)
class Subject:
    """The answer to a plan, and what makes it repeatable.

    Attributes
    ----------
    answer
        The answer, and the plan that it is of.
    credit
        Which of its capabilities earns what, as far as it is known.
    address
        Where the page is.
    made_on
        Today.
    advised
        What to buy with a budget, if that was found out of the same organisation.
    kept
        The plans that were kept, to be set beside it.
    client
        For whom it is made, as the visitor has written it; empty if that was left open.
    remarks
        What else is to be said of the plan, as far as it is known.
    awaited
        What is still to be found out, in words.
    """

    answer: Answer
    credit: Credit | None
    address: str
    made_on: date
    advised: Advised | None = None
    kept: Tray = ()
    client: str = ""
    remarks: Remarks = NO_REMARKS
    awaited: tuple[str, ...] = ()

    @property
    def plan(self) -> Plan:
        """The plan that the figures are of."""
        return self.answer.plan

    @property
    def comparison(self) -> Comparison:
        """The plan and its baseline over the futures so far."""
        return self.answer.comparison

    @property
    def over(self) -> Comparison | None:
        """The same over what the organisation may be; None if the page shows the values as set."""
        return self.answer.over

    @property
    def seed(self) -> int:
        """Seed of all futures."""
        return self.comparison.plan.seed

    @property
    def name(self) -> str:
        """What the plan is called, with all that sets it apart but whose it is."""
        return full_name(self.plan, says_whose=False)

    @property
    def said(self) -> str:
        """The answer, in a sentence."""
        return headline(self.comparison, self.over, is_page=False).text

    @property
    def day(self) -> str:
        """The day it is made on, as one writes it."""
        return f"{self.made_on.day} {self.made_on:%B} {self.made_on.year}"

    @property
    def organisation(self) -> str:
        """Whose organisation it is, how large, and over what time, in a line."""
        scenario, whose = self.comparison.plan.scenario, organisation_in_words(self.plan)
        if self.plan.belief is None:  # of another the people are told
            whose = f"{whose}, {formats.plural(scenario.team.developers, 'developer')}"
        return f"{whose}, over {formats.span(scenario.horizon_days)}"

    @property
    def rests_on(self) -> str:
        """What the figures are over, and what makes them repeatable, in a line."""
        futures = f"{formats.plural(self.comparison.replications, 'future')} as set"
        drawn = [f"{formats.plural(self.over.replications, 'organisation')}"] if self.over else []
        return ", ".join([*drawn, futures, f"seed {self.seed}", f"modelops_abm {self.version}"])

    @property
    def items(self) -> list[Item]:
        """The plan, and those kept plans that are known, each once; the first is the plan."""
        this, *others = items_of(self.answer, self.kept)
        own = [kept.plan.key == self.plan.key for kept in self.kept]
        known = zip(own, others, strict=True)
        return [this, *(item for is_this, item in known if item.comparison and not is_this)]

    @property
    def link(self) -> str:
        """The link that opens the plan; empty if no link can hold it."""
        linked = Linked(self.plan, self.seed, is_over=self.over is not None)
        if self.advised is not None:
            asked = self.advised.asked
            linked = replace(linked, budget=asked.budget, budget_chance=asked.chance)
        query = query_of(linked)
        return "" if query is None else f"{self.address}?{query}"

    @property
    def version(self) -> str:
        """Version of the program that the figures are from."""
        return __version__


def subject_of(session: Session) -> Subject | None:
    """Return what a session shows, or None before the first estimate."""
    answer = session.answer.value
    if answer is None:
        return None
    credit = known_credit(answer, session.credit.value)
    return Subject(
        answer,
        credit,
        session.address.value,
        datetime.now(UTC).date(),
        _advised(session, answer),
        session.tray.value,
        session.client.value,
        remarks_of(session),
        awaited_in(session, answer),
    )


def awaited_in(session: Session, answer: Answer) -> tuple[str, ...]:
    """Return what is still to be found out of a plan that is answered, in words."""
    parts = remarks_awaited(session)
    if settle_card.is_awaited(answer.over):
        parts.append("what would settle it")
    if session.advising.searching.value is not None:
        parts.append("what to buy first")
    _, *kept = items_of(answer, session.tray.value)
    if waiting := sum(item.comparison is None for item in kept):
        parts.append(formats.plural(waiting, "kept plan"))
    return tuple(parts)


def names_this_machine(address: str) -> bool:
    """Tell whether an address opens nothing, or another page, on any other machine.

    >>> names_this_machine("http://127.0.0.1:8765/?preset=all_five")
    True
    """
    return is_loopback(urlsplit(address).netloc)


def _advised(session: Session, answer: Answer) -> Advised | None:
    """Return what to buy, unless it was found out of another organisation than the answer is of."""
    found = session.advising.found.value
    if found is None:
        return None
    of_answer = replace(
        found.asked, plan=answer.plan, seed=answer.seed, is_over=answer.over is not None
    )
    return found if of_answer.is_of(found.asked) else None


# --------------------------------------------------------------------------------------
# What report and slides say besides figures: limits, and how to get the same figures again.


WORTH = "What a plan for machine-learning models in production is worth"
SAME_FIGURES = (
    "The same version, plan and seed give the same figures: on one machine to the last digit, on"
    " another to about nine digits."
)
NOT_KNOWN, CANNOT_TELL = "What is not known", "What no figure here can tell"
TOLD = "What was told of the organisation"
"""What report and slides both say; the last three are titles."""
_CHANCE_ONLY = (
    "Intervals show chance only: what the same assumptions may lead to. How wrong the assumptions"
    " may be, they do not say."
)
_BEYOND = (
    "What is said of organisations like yours holds for those that are thought possible; what else"
    " may be wrong with the simulator it does not say. Figures of which no organisations are"
    " named are as set, and their intervals are chance only."
)
LIMITS = (
    "Issues other than drift and decay are noticed at once.",
    "Users do not leave: a bad model is used less, down to nothing.",
    "Value and cost of a prediction do not change over time.",
    "Models depend on each other by the sources that they share, if any, and in no other way.",
    "Any developer can do any task, alone; people come and go on stated days only.",
    "Only requests that are listed come; an answer takes work, and no fine is counted.",
)
"""What the simulation cannot tell, whatever its figures are over."""


def limits(subject: Subject) -> tuple[str, ...]:
    """Return what the simulation cannot tell, first of what its intervals are."""
    return (_CHANCE_ONLY if subject.over is None else _BEYOND, *LIMITS)


def assumptions_in_words(subject: Subject) -> str:
    """Return how well the assumptions are supported, in a sentence."""
    stated = [value for value in describe(subject.comparison.plan.scenario) if value.confidence]
    judged = sum(value.confidence == "judgement" for value in stated)
    said = f"{count_of(judged, len(stated))} assumptions are judgement."
    if subject.comparison.is_of_baseline:
        return said
    return f"{said} With your own figures in their place the answer may change its sign."


def state_in_words(subject: Subject) -> str:
    """Return on how many futures the figures rest."""
    done = progress(subject.answer, is_superseded=False)
    if subject.comparison.is_of_baseline:
        return f"{done.futures}{'' if subject.answer.is_settled else ' so far'}."
    paired = "each with and without the plan under common random numbers"
    what = "average" if subject.over is None else "chance"
    known = f"{what} known to {done.precision}" if done.precision else f"{what} not known"
    if subject.answer.shown.is_worth_nothing:  # in each it is the same
        known = "no future differs"
    count = "" if subject.answer.is_settled else " so far"
    more = "" if subject.answer.is_settled else ", and better with more of them"
    own = ""
    if subject.over is not None:
        own = f" As set: {formats.plural(subject.comparison.replications, 'future')}."
    return f"{done.futures}{count}, {paired}; {known}{more}.{own}"


def awaited_in_words(subject: Subject) -> str:
    """Return what a reader will look for in vain, in a sentence; empty if that is nothing."""
    if not subject.awaited:
        return ""
    return f"Not found out yet when this was saved: {all_of(subject.awaited)}."


def provenance(subject: Subject) -> list[tuple[str, str]]:
    """Return what makes the figures repeatable, by name."""
    scenario, longer = subject.comparison.plan.scenario, subject.comparison.longer
    entries = [
        ("Version", f"modelops_abm {subject.version}"),
        ("Seed", str(subject.seed)),
        ("Futures as set", number(subject.comparison.replications)),
        *([("Organisations", number(subject.over.replications))] if subject.over else []),
        *([("Futures of the baseline", number(longer.replications))] if longer else []),
        ("Made on", subject.day),
        ("Command", command(subject)),
    ]
    if told := files_of(command(subject)):
        entries.append(("Its files", told))
    # One that opens on this machine alone is of no use to whoever is handed a report.
    if subject.link and not names_this_machine(subject.address):
        entries.insert(0, ("Link", subject.link))
    if subject.advised is not None and (advising := command_of_advice(subject.advised.asked)):
        entries.append(("Command of what to buy", advising))
    if scenario.imported is not None:
        words = f"{scenario.imported.source}, SHA-256 {fingerprint(scenario.imported)}"
        entries.append(("Portfolio", words))
    if subject.plan.belief is not None:
        entries.append(("Belief", f"SHA-256 {subject.plan.belief.fingerprint}"))
    return entries


def commands_of_kept(subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield the commands of the kept plans beside this one, each with what it is of."""
    for kept in subject.kept:
        if kept.answer is not None and kept.plan.key != subject.plan.key:
            yield f"Command of {kept.name}", command(replace(subject, answer=kept.answer))


def command(subject: Subject) -> str:
    """Return the command that prints the same figures.

    The files that it needs are named by what they are: a portfolio, or the belief of an
    organisation.
    """
    count, is_over = subject.comparison.replications, subject.over is not None
    return _command(["compare"], subject.plan, count, subject.seed, is_over=is_over)


def command_of_advice(asked: Asked) -> str:
    """Return the command that prints what to buy, with the same figures."""
    named = ["advise", *asked.options]
    return _command(named, asked.plan, asked.replications, asked.seed, is_over=asked.is_over)


def _command(named: list[str], plan: Plan, replications: int, seed: int, *, is_over: bool) -> str:
    portfolio, is_preset = plan.scenario.imported, plan.start in PRESETS
    # The published belief was not fitted with a portfolio, so that each value has its own range.
    is_open = is_over and plan.belief is None and portfolio is not None
    belief = RANGES if is_open else PUBLISHED if plan.belief is None else "BELIEF.parquet"
    parts = ["modelops-abm", *named]
    if is_preset:
        parts += ["--preset", plan.start]
    elif is_open:  # which has its own ranges, and what it states as it is anyway
        parts.append("PLAN.toml")
    if is_over:
        parts += ["--belief", belief]
    if is_preset or not is_open:
        for name, text in _stated(plan) if is_over and not is_open else changes_of(plan):
            parts += ["--set", f"{name}={text}"]
    if portfolio is not None and (is_open or not is_over):
        is_shipped = portfolio == illustrative_portfolio()
        parts += ["--portfolio", "illustrative" if is_shipped else "PORTFOLIO.csv"]
    parts += ["--replications", str(replications), "--seed", str(seed)]
    return shlex.join(parts)


_FILES = {
    "BELIEF.parquet": "what “Keep as a file” in Your organisation saves",
    "PLAN.toml": "what “This plan as a file” in Your organisation saves",
    "PORTFOLIO.csv": "the portfolio's own file, without the rows and columns that were left out",
}


def files_of(words: str) -> str:
    """Return where the files are from that a command names; empty if it names none.

    >>> files_of("modelops-abm compare --portfolio PORTFOLIO.csv")
    "PORTFOLIO.csv is the portfolio's own file, without the rows and columns that were left out."
    """
    return " ".join(f"{name} is {origin}." for name, origin in _FILES.items() if name in words)


def _stated(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield what a plan decides unlike the preset, and what else is not drawn, as assignments.

    What the organisation of the belief has unlike the preset is drawn, and no assignment.
    """
    stated, changes = {*stated_in(plan)}, dict(changes_of(plan))
    for name, text in changes.items():
        if {name, name.rpartition(".")[0]} & stated or _is_decided(name):
            yield name, text
    for name in sorted(stated - {*changes}):
        if not _is_decided(name):  # it is taken from the plan anyway
            yield from assignments_of(plan.scenario, name)


def _is_decided(name: str) -> bool:
    is_level = name.startswith("capabilities.") and name.endswith((".maximum", ".start_day"))
    return is_level or name in ("horizon_days", "changes")


# --------------------------------------------------------------------------------------
# The tables of report and slides: kept plans, all figures, what the plan sets, the assumptions.


_TITLES = {"": "Run", "model": "Models"}
"""Of sections that are called otherwise in a scenario."""


def kept_table(subject: Subject) -> Table:
    """Return the plan and those that were kept: what each is worth against its own baseline."""
    items = subject.items
    money = money_of_items(items)
    rows = [cells for item in items if (cells := _worth(item, items[0], money))]
    spread = "Average (95 of 100 organisations)" if subject.over else "95 of 100 futures"
    columns = [
        "Plan",
        f"Worth as set, {money.unit}",
        spread,
        "Earns in" if subject.over else "Loses in",
    ]
    if any(note for *_, note in rows):
        return Table("Plans beside each other", (*columns, "Not compared"), rows)
    return Table("Plans beside each other", columns, [cells[:-1] for cells in rows])


def _worth(item: Item, this: Item, money: Money) -> tuple[str, ...]:
    if item.worth is None or item.comparison is None:
        return ()
    side = item.over or item.comparison
    drawn, loss = side.difference("npv"), item.comparison.finance.loss
    low, high = (end / money.size for end in drawn.futures or (0.0, 0.0))
    spread = between(low, high, digits_for(drawn, money.size), signed=True)
    chance = in_hundred(item.over) if item.over else formats.count_of(loss.count, loss.n)
    reason = "" if this.comparison is None else apart(item.comparison, this.comparison)
    return (
        f"{item.name} ({item.so_far})" if item.so_far else item.name,
        money.worth(item.worth),
        f"{money.worth(drawn)} ({spread})" if item.over else spread,
        chance,
        capitalised(reason) if reason else "",
    )


def settles_table(subject: Subject) -> Table:
    """Return what it is worth to find out before deciding, most first; no rows if nothing is."""
    money, rows = settle_card.worth_finding_out(subject.over)
    cells = [(each.asks, each.words) for each in rows]
    return Table(settle_card.TITLE, ("What to find out", f"Worth, {money.unit}"), cells)


def unknown_in_words(subject: Subject) -> str:
    """Return how much of the spread of the answer is what nobody knows; empty if that is not."""
    unknown = None if subject.over is None else subject.over.unknown
    return "" if unknown is None else unknown.sentence


def key_figures(subject: Subject) -> tuple[Figure, ...]:
    """Return the key figures of the page; of a baseline what says something of one alone."""
    found = figures(subject.comparison, subject.over)
    if not subject.comparison.is_of_baseline:
        return found
    units = {each.name: each.versus.partition("vs ")[0] for each in found}
    known = (each for each in found if each.value != formats.NOTHING)
    return tuple(replace(each, versus=units[each.name].strip(), change="") for each in known)


def figures_table(subject: Subject) -> Table:
    """Return every outcome of the run summary, as an average over the futures."""
    comparison = subject.comparison
    rows: list[tuple[str, ...]] = []
    for outcome in outcomes.SUMMARY:
        count = str(comparison.difference(outcome.name).estimate.n)
        cells = _in_money if outcome.unit.startswith("$") else _in_its_unit
        rows.append((outcome.meaning, *cells(comparison, outcome), count))
    if comparison.is_of_baseline:  # what is said of the plan has its unit
        alone = [(row[0], row[1], row[-1]) for row in rows]
        return Table("All figures", ("Average per future", "Baseline", "Futures"), alone)
    columns = ("Average per future", "Plan", "Baseline", "Difference", INTERVAL, "Futures")
    return Table("All figures", columns, rows)


def _in_money(
    comparison: Comparison, outcome: outcomes.SummaryOutcome
) -> tuple[str, str, str, str]:
    """Return plan, baseline, difference and interval in one unit, as the page writes them."""
    plan, baseline = comparison.means(outcome.name)
    money = Money(*formats.money_scale(max(abs(plan), abs(baseline))))
    apart = comparison.difference(outcome.name)
    known = Difference.of(outcome.name, apart.estimate)
    is_known = known.interval != formats.NOTHING  # and not rounding alone
    digits = digits_for(apart, money.size) if is_known else 1
    if outcome.name == "npv":  # as the figure has it
        digits = levels_of(comparison).digits
    levels = money.level(plan, digits), money.level(baseline, digits)
    if not is_known:
        return (*levels, known.text, known.interval)
    difference = money.with_unit(money.difference(known.mean, known.half_width))
    ends = known.mean - known.half_width, known.mean + known.half_width
    return (
        *levels,
        difference,
        f"{formats.interval(*(end / money.size for end in ends))}{money.short}",
    )


def _in_its_unit(
    comparison: Comparison, outcome: outcomes.SummaryOutcome
) -> tuple[str, str, str, str]:
    """Return the same of what is no money; a unit stands with the plan alone."""
    plan, baseline = (_level(mean, outcome.unit) for mean in comparison.means(outcome.name))
    if outcome.unit != "share":
        baseline = baseline.partition(" ")[0]
    known = Difference.of(outcome.name, comparison.difference(outcome.name).estimate)
    return plan, baseline, known.text, known.interval


def _level(value: float, unit: str) -> str:
    if unit == "share" or unit.endswith("days") or math.isnan(value):
        return formats.amount(value, unit)
    return f"{formats.average(value)} {unit}"  # of few with a digit, as on the page


def told_table(subject: Subject) -> Table:
    """Return what was told of the organisation, with what is predicted; no rows if nothing was."""
    own = subject.plan.belief
    rows = [] if own is None else [row.cells for row in own.belief.tables()[1].rows if row.cells[1]]
    where = "" if own is None or not own.files else f", read from {all_of(own.files)}"
    columns = ("What it shows", "As said", "Predicted, 90 of 100")
    return Table(f"Answered{where}.", columns, rows)


def learned_table(subject: Subject) -> Table:
    """Return of which values most was learned from what was told; no rows if nothing was."""
    own = subject.plan.belief
    rows = [
        (line.label, line.before, f"{line.after} {line.unit}".rstrip(), line.times)
        for line in (() if own is None else own.lines[:_LEARNED])
        if line.moved
    ]
    columns = ("Learned most, 90 of 100", "Before", "After", "Narrower")
    return Table("What was learned", columns, rows)


_LEARNED = 5


def set_table(scenario: Scenario) -> Table:
    """Return what is unlike the reference, with whose value it is; of events, each of them."""
    rows = []
    for value in described(scenario):
        if value.is_default:
            continue
        source = source_of_plan(value)
        if events := events_in(scenario, value.quantity.name):
            rows += [(each.words, each.when, formats.NOTHING, source) for each in events]
        else:
            name, default = name_in_words(value.quantity.name), _default_in_words(value)
            rows.append((name, plain_value(value), default, source))
    return Table("Unlike the reference", ("Value", "Here", "Reference", "Source"), rows)


def published_table(subject: Subject) -> Table:
    """Return what is published beside the organisation without the plan, over the same run.

    A figure never stands without its population.
    """
    baseline = subject.comparison.baseline
    scenario = baseline.scenario
    found = measured(baseline.values, scenario.horizon_days, scenario.models_at_start())
    known = {name: estimate(values) for name, values in found.items()}
    rows = [
        (
            row.label,
            row.ours_in_words(),
            f"{row.benchmark.in_words()}: {of_whom(row.benchmark)}",
            row.judgement,
        )
        for row in compare(known, scenario)
    ]
    return Table("Published figures", ("Without the plan", "Ours", "Published", "Ours is"), rows)


def assumption_tables(scenario: Scenario) -> Iterator[Table]:
    """Yield every value of the scenario, section by section, with its source."""
    rows: dict[str, list[tuple[str, str, str]]] = {}
    for value in described(scenario):
        section = value.quantity.name.rpartition(".")[0].partition(".")[0]
        events = events_in(scenario, value.quantity.name)
        told = "; ".join(f"{each.words}, {each.when}" for each in events)
        cells = (meaning_of(value), told or full_value(value), source_of_plan(value))
        rows.setdefault(_TITLES.get(section, section.capitalize()), []).append(cells)
    for title, entries in rows.items():
        yield Table(title, ("Assumption", "Value", "Source"), entries)


def described(scenario: Scenario) -> list[StatedValue]:
    """Return every value of a scenario that says something about the simulated system."""
    return [value for value in describe(scenario) if value.quantity.name not in LABELS]


def meaning_of(value: StatedValue) -> str:
    """Return what a value means, without the full stop; a capability's is named."""
    meaning = value.quantity.meaning.replace("`", "").replace("_", " ").rstrip(".")
    parts = value.quantity.name.split(".")
    return f"{parts[1].capitalize()}: {meaning}" if len(parts) == 3 else meaning


def plain_value(value: StatedValue) -> str:
    """Return a value as the rail shows it: 50 %, $0.50; of a distribution its mean."""
    known = value.value.mean if isinstance(value.value, Distribution) else value.value
    if is_by_size(value.quantity.name, known) or not isinstance(known, int | float):
        return value_in_words(value)
    if not value.quantity.is_number:
        return shown(value.quantity, known)
    if value.quantity.unit == "day":
        return f"day {number(known)}"
    return number_in_words(value.quantity, known)


def full_value(value: StatedValue) -> str:
    """Return a value as `plain_value` has it, with how it is drawn."""
    known, quantity = value.value, value.quantity
    if isinstance(known, Distribution) and known.family != "constant":
        return f"{plain_value(value)} ({known.family}, cv {known.cv:.3g})"
    if quantity.kind == "months" and len({*known}) == 1:
        return f"{known[0]:g} in every month"
    return str(known).replace("_", " ") if quantity.kind == "choice" else plain_value(value)


def source_of_plan(value: StatedValue) -> str:
    """Return whose value it is: the plan's, or as `plain_source` has it."""
    if not value.is_default and value.quantity.name.split(".")[-1] in PLANNED:
        return "the plan"
    return plain_source(value)


def _default_in_words(value: StatedValue) -> str:
    return plain_value(replace(value, value=value.quantity.default))


# --------------------------------------------------------------------------------------
# The figures and their course as CSV, one row an outcome, or an outcome in a week.


_DAILY = {outcome.name: outcome for outcome in outcomes.DAILY}
_FIGURES = (
    "outcome",
    "meaning",
    "unit",
    "plan",
    "baseline",
    "difference",
    "difference_low",
    "difference_high",
    "futures_low",
    "futures_high",
    "n",
    "organisations_low",
    "organisations_high",
    "organisations",
)
"""The interval of the average difference, and between what 95 of 100 futures lie.

As set; of how many organisations, where that is asked, and between what 95 of 100 of theirs lie.
"""
_WEEKLY = ("day", "outcome", "unit", "of", "mean", "half_width", "q2.5", "q97.5", "n")
_ABOUT = ("scenario", "seed", "version")


def figures_csv(subject: Subject) -> bytes:
    """Return every outcome of the run summary: plan, baseline, and their paired difference."""
    link = "" if names_this_machine(subject.address) else subject.link
    same = (*_about(subject), link, command(subject))
    header = (*_FIGURES, *_ABOUT, "link", "command")
    return _csv(header, ((*row, *same) for row in _figures(subject)))


def series_csv(subject: Subject) -> bytes:
    """Return the course of plan, baseline and difference by week, as the charts show it."""
    comparison = subject.comparison
    courses = {name: comparison.course(name) for name in comparison.plan.bands}
    sides = {
        "plan": {name: plan for name, (plan, _) in courses.items()},
        "baseline": {name: baseline for name, (_, baseline) in courses.items()},
        "difference": comparison.bands,
    }
    rows = (
        (*row, *_about(subject))
        for side, bands in sides.items()
        for name, band in bands.items()
        for row in _course(name, side, band)
    )
    return _csv((*_WEEKLY, *_ABOUT), rows)


def _figures(subject: Subject) -> Iterator[tuple[Any, ...]]:
    for outcome in outcomes.SUMMARY:
        difference = subject.comparison.difference(outcome.name)
        known, nothing = difference.estimate, (None, None)
        over: tuple[float | None, ...] = (*nothing, None)
        if subject.over is not None:
            drawn = subject.over.difference(outcome.name)
            over = (*(drawn.futures or nothing), drawn.estimate.n)
        yield (
            *(outcome.name, outcome.meaning, outcome.unit),
            *subject.comparison.means(outcome.name),
            *(known.mean, known.low, known.high),
            *(difference.futures or nothing),
            known.n,
            *over,
        )


def _course(name: str, side: str, band: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    columns = band[["mean", "half_width", "2.5%", "97.5%", "n"]]
    for day, *values in columns.itertuples():
        yield (day, name, _DAILY[name].unit, side, *values)


def _about(subject: Subject) -> tuple[str, int, str]:
    return subject.comparison.plan.scenario.name, subject.seed, subject.version


def _csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """Return a table as spreadsheets read it: UTF-8 with its mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def cell(value: Any) -> Any:
    """Return a value as a cell: text that a spreadsheet would take for a formula is quoted."""
    if isinstance(value, str):
        return csv_text(value)
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value
