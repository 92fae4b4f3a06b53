"""The tables of report and slides: all figures, what the plan sets, the assumptions."""

from __future__ import annotations

import math
from collections.abc import Iterator

from modelops_abm import formats, outcomes
from modelops_abm.app.drawing.tables import Table
from modelops_abm.app.export.subject import Subject
from modelops_abm.parameters import Scenario, StatedValue, describe
from modelops_abm.parameters.sources import LABELS
from modelops_abm.value_words import source_in_words, value_in_words
from modelops_abm.verdict import INTERVAL, Difference

_SECTIONS = {
    "": "Run",
    "portfolio": "Portfolio",
    "model": "Models",
    "incidents": "Incidents",
    "drift": "Drift",
    "retraining": "Retraining",
    "efforts": "Efforts",
    "team": "Team",
    "capabilities": "Capabilities",
    "usage": "Usage",
    "finance": "Finance",
}


def figures_table(subject: Subject) -> Table:
    """Return every outcome of the run summary, as an average over the futures."""
    comparison = subject.comparison
    averages = [side.summaries().mean() for side in (comparison.plan, comparison.baseline)]
    rows = []
    for outcome in outcomes.SUMMARY:
        known = comparison.difference(outcome.name).estimate
        difference = Difference.of(outcome.name, known)
        plan, baseline = (_level(float(side[outcome.name]), outcome.unit) for side in averages)
        rows.append(
            (outcome.meaning, plan, baseline, difference.text, difference.interval, str(known.n))
        )
    columns = ("Average per future", "Plan", "Baseline", "Difference", INTERVAL, "Futures")
    return Table("All figures", columns, rows)


def _level(value: float, unit: str) -> str:
    return formats.NOTHING if math.isnan(value) else formats.amount(value, unit)


def set_table(scenario: Scenario) -> Table:
    """Return what is unlike the reference, with whose value it is."""
    rows = [
        (meaning_of(value), value_in_words(value), _default_in_words(value), source_in_words(value))
        for value in described(scenario)
        if not value.is_default
    ]
    return Table("Unlike the reference", ("Value", "Here", "Reference", "Source"), rows)


def assumption_tables(scenario: Scenario) -> Iterator[Table]:
    """Yield every value of the scenario, section by section, with its source."""
    rows: dict[str, list[tuple[str, str, str]]] = {title: [] for title in _SECTIONS.values()}
    for value in described(scenario):
        title = _SECTIONS[value.quantity.name.rpartition(".")[0].partition(".")[0]]
        cells = (meaning_of(value), value_in_words(value), source_in_words(value))
        rows[title].append(cells)
    for title, entries in rows.items():
        yield Table(title, ("Assumption", "Value", "Source"), entries)


def described(scenario: Scenario) -> list[StatedValue]:
    """Return every value of a scenario that says something about the simulated system."""
    return [value for value in describe(scenario) if value.quantity.name not in LABELS]


def meaning_of(value: StatedValue) -> str:
    """Return what a value means, without the full stop; a capability's is named."""
    meaning = " ".join(value.quantity.meaning.split()).rstrip(".")
    parts = value.quantity.name.split(".")
    return f"{parts[1].capitalize()}: {meaning}" if len(parts) == 3 else meaning


def short_name(value: StatedValue) -> str:
    """Return a value's own name in words; a capability's is named: ``Automation: maximum``."""
    *section, own = value.quantity.name.split(".")
    words = own.replace("_", " ")
    return f"{section[1].capitalize()}: {words}" if len(section) > 1 else words.capitalize()


def _default_in_words(value: StatedValue) -> str:
    quantity = value.quantity
    default = StatedValue(quantity, quantity.default, quantity.source, quantity.confidence)
    return value_in_words(default)
