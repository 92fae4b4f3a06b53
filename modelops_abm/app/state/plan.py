"""A plan: a scenario to start from, what a visitor has changed in it, and the plans before it.

In the order of the file: how large a plan the page runs, as one visitor must not hold the cores for
long; the plan, its changes and its key; and the history in which changes are undone and redone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any

from modelops_abm.app.state.belief import OwnBelief, belief_of
from modelops_abm.clients.portfolio import SOURCE as ILLUSTRATIVE
from modelops_abm.evidence.belief import SIZES
from modelops_abm.formats import number
from modelops_abm.runs.resources import model_days
from modelops_abm.scenario import (
    CAPABILITY_NAMES,
    ImportedPortfolio,
    InputError,
    Scenario,
    SourceKind,
    baseline_of,
    fingerprint_of,
    with_values,
)
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.presets import PRESETS, preset, title_of
from modelops_abm.scenario.scenario import without_changes
from modelops_abm.scenario.timeline import CHANGEABLE, Change

# --------------------------------------------------------------------------------------
# How large a plan the page runs: what one visitor asks must not hold the cores for long.


_LONGEST_IN_FILE_NAME = 76
MOST_MODEL_DAYS = 20_000_000
"""Size of a replication that the page runs; it takes about a second of processor time."""
MODEL_DAYS_UNASKED = 3_000_000
"""Size of a replication run before the visitor has said yes; all together take about a minute."""
MOST_MODEL_DAYS_WATCHED = 3_000_000
"""Size of a replication that Watch plays, which remembers every day of every model, on Mesa."""
_SECONDS_PER_MODEL_DAY = 50e-9
"""Of a large portfolio, whose models do not fit into the processor's memory."""


def size_of(scenario: Scenario) -> float:
    """Return the size of a replication: days of models, of ideas, and of developers as so many."""
    return model_days(scenario) + _idea_days(scenario)


def minutes_of(scenario: Scenario, replications: int) -> float:
    """Return roughly how many minutes of processor time so many replications of a plan take.

    They are those of the plan and of its baseline; what is found out beside that comes after.
    """
    return 2 * replications * size_of(scenario) * _SECONDS_PER_MODEL_DAY / 60.0


def refuse_too_large(scenario: Scenario) -> None:
    """Refuse a scenario of which a single replication would take too long for a page.

    Raises
    ------
    InputError
        If a replication is larger than `MOST_MODEL_DAYS`; the message says what runs it.
    """
    size = size_of(scenario)
    if size > MOST_MODEL_DAYS:
        raise InputError(
            f"this plan is too large for the page: {number(size)} model-days in every future, and"
            f" at most {number(MOST_MODEL_DAYS)} are run here; the command line runs it"
        )


def _idea_days(scenario: Scenario) -> float:
    """Return how long ideas are looked after, as if none of them were ever built."""
    waiting = 0.0 if scenario.imported is not None else scenario.portfolio.initial_ideas
    arriving = scenario.portfolio.ideas_per_year * scenario.horizon_days / 365.0
    return scenario.horizon_days * (waiting + arriving / 2.0)


FIRST_PRESET = "all_five"
"""What a visitor sees first."""
ON_THE_PAGE = "set on the page"
KEY_DIGITS = 12
PLANNED = ("maximum", "start_day", "streams")
"""What of a capability belongs to the plan; all else of a scenario belongs to the organisation."""


def planned_by(scenario: Scenario) -> dict[str, Any]:
    """Return what a scenario plans: of each capability its level, and when and by how many.

    >>> planned_by(preset("all_five"))["capabilities.rollback.maximum"]
    1.0
    """
    names = (f"capabilities.{name}.{part}" for name in CAPABILITY_NAMES for part in PLANNED)
    return {name: value_at(scenario, name) for name in names}


_MAXIMA = {f"capabilities.{name}.maximum" for name in CAPABILITY_NAMES}


def planned_later(scenario: Scenario) -> tuple[Change, ...]:
    """Return what of a scenario's changes belongs to the plan: levels that are raised later."""
    kept = (change.without({*CHANGEABLE} - _MAXIMA) for change in scenario.changes)
    return tuple(change for change in kept if change is not None)


PLANS = ("reference", "all_five", *(f"{name}_alone" for name in CAPABILITY_NAMES))
"""Presets that are plans of the reference organisation."""
ORGANISATIONS = ("reference", *(name for name in PRESETS if name not in PLANS))
"""Presets that are organisations, the first of which all plans are of."""


@dataclass(frozen=True)
class Plan:
    """A scenario and the visitor's changes to it.

    Attributes
    ----------
    start
        Name of the preset, or of the uploaded scenario, that it started from.
    own
        That scenario, with the portfolio that the session has.
    changes
        What is different, by dotted name; never a value that the base has as well.
    belief
        What the visitor's organisation is believed to be; None if it is what is believed of any.

    Raises
    ------
    InputError
        If a name or a value is not allowed, or the page does not run so large a plan; see `size`.
    """

    start: str
    own: Scenario
    changes: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    belief: OwnBelief | None = None

    def __post_init__(self) -> None:
        # Here, where every way to a plan comes through: slider, link, file and tray.
        refuse_too_large(self.scenario)

    @classmethod
    def of_preset(cls, name: str) -> Plan:
        """Return an unchanged preset.

        Raises
        ------
        InputError
            If there is no preset of this name.
        """
        return cls(name, preset(name))

    @cached_property
    def base(self) -> Scenario:
        """The scenario without changes: under a belief its organisation, with what `own` plans."""
        return self.own if self.belief is None else self.belief.belief.of_plan(self.own)[0]

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that is simulated."""
        if not self.changes:
            return self.base
        return with_values(self.base, self.changes, source=ON_THE_PAGE)

    @cached_property
    def key(self) -> str:
        """Short key of what is simulated: the same for plans that cannot be told apart.

        By the scenario, the visitor's belief if there is one, and what is set to what the belief
        has anyway: that is not drawn, so that other organisations are like it.
        """
        fingerprint = () if self.belief is None else (self.belief.fingerprint[:KEY_DIGITS],)
        return " ".join((key_of(self.scenario), *fingerprint, *self._set_as_believed))

    @property
    def _set_as_believed(self) -> tuple[str, ...]:
        if not self.changes:
            return ()
        belief = belief_of(self.belief)
        # Sizes choose among the draws of a belief; of any organisation they are always stated.
        names = {name.removesuffix(".mean") for name in self.changes} - SIZES
        drawn = names & {*belief.draws.columns}
        if self.belief is not None:
            drawn |= SIZES & {*self.changes}
        return tuple(
            name
            for name in sorted(drawn)
            if value_at(self.scenario, name) == value_at(belief.scenario, name)
        )

    def changed(self, values: Mapping[str, Any]) -> Plan:
        """Return the plan with other values.

        Raises
        ------
        InputError
            If a name or a value is not allowed; the message says what is.
        """
        # Only what differs from the base counts as a change: a slider moved back is none, and two
        # ways to the same plan have the same key, answer and link.
        together = {**self.changes, **values}
        scenario = with_values(self.base, together, source=ON_THE_PAGE)
        kept = {
            name: value
            for name, value in together.items()
            if value_at(scenario, name) != value_at(self.base, name)
        }
        return replace(self, changes=MappingProxyType(kept))

    def restored(self, name: str) -> Plan:
        """Return the plan with a value, and all its parts, as they are in the base."""
        kept = {
            changed: value
            for changed, value in self.changes.items()
            if changed != name and not changed.startswith(f"{name}.")
        }
        return replace(self, changes=MappingProxyType(kept))

    def with_portfolio(self, portfolio: ImportedPortfolio | None) -> Plan:
        """Return the plan with a client's portfolio, or without one.

        Both are part of its base: the portfolio, and the start date from which its dates count.

        Raises
        ------
        InputError
            If the portfolio does not fit the scenario.
        """
        # From the preset again and not from the base, which may have a portfolio already.
        own = preset(self.start) if self.start in PRESETS else self.own
        if portfolio is None:
            own = with_values(own, {"imported": None}, source=ON_THE_PAGE)
        else:
            values = {"imported": portfolio, "start_date": self.scenario.start_date}
            kind: SourceKind = "judgement" if portfolio.source == ILLUSTRATIVE else "client"
            own = with_values(own, values, source=f"portfolio {portfolio.source}", confidence=kind)
        # A belief is of the portfolio that it was fitted with.
        belief = self.belief if portfolio == self.own.imported else None
        return replace(self, own=own, belief=belief).changed({})  # drops what the base has now too

    def decided_with(self, belief: OwnBelief) -> Plan:
        """Return what is planned, laid on the organisation of a belief as that was told.

        What was set of the organisation before is dropped: it was told since.

        Raises
        ------
        InputError
            If it does not fit.
        """
        planned = ("capabilities.", "horizon_days", "changes")
        kept = {name: value for name, value in self.changes.items() if name.startswith(planned)}
        return replace(self, changes=MappingProxyType(kept), belief=belief).changed({})

    def laid_on(self, organisation: str) -> Plan:
        """Return what is planned, laid on the organisation of a preset.

        Everything else that was set, a portfolio and a belief belong to the organisation before.

        Raises
        ------
        InputError
            If there is no preset of this name, or the plan does not fit.
        """
        plan, later = Plan.of_preset(organisation), planned_later(self.scenario)
        values = self.planned
        if later:
            values["changes"] = (*without_changes(plan.scenario, _MAXIMA).changes, *later)
        return plan.changed(values)

    def planning(self, name: str) -> Plan:
        """Return the organisation with what a preset plans in place of its plan.

        Raises
        ------
        InputError
            If there is no preset of this name, or its plan does not fit.
        """
        values = planned_by(preset(name))
        if planned_later(self.scenario):
            values["changes"] = without_changes(self.scenario, _MAXIMA).changes
        return self.changed(values)

    @property
    def planned(self) -> dict[str, Any]:
        """What makes the plan: of each capability its level, and when and by how many."""
        return planned_by(self.scenario)

    @property
    def organisation(self) -> str:
        """The preset whose organisation it is, or what the visitor's own scenario is called."""
        return "reference" if self.start in PLANS else self.start

    def with_belief(self, belief: OwnBelief | None) -> Plan:
        """Return the plan laid on the organisation of a belief, or on that which it began with.

        What the visitor has set stays set.

        Raises
        ------
        InputError
            If it does not fit.
        """
        return replace(self, belief=belief).changed({})

    @property
    def levels(self) -> dict[str, float]:
        """Level of investment by capability, 0 to 1."""
        return {
            name: float(getattr(self.scenario.capabilities, name).maximum)
            for name in CAPABILITY_NAMES
        }

    def value(self, name: str) -> Any:
        """Return the value of a dotted name."""
        return value_at(self.scenario, name)


def key_of(scenario: Scenario) -> str:
    """Return a short key of a scenario: of all its values, and not of their sources."""
    return fingerprint_of(scenario)[:KEY_DIGITS]


def organisation_key(scenario: Scenario) -> str:
    """Return a short key of the organisation and horizon of a scenario, whatever it plans.

    >>> organisation_key(preset("all_five")) == organisation_key(preset("reference"))
    True
    """
    baseline, nothing = baseline_of(scenario), preset("reference").capabilities
    # Copied and not checked anew: a portfolio may have thousands of models.
    held = {
        name: getattr(baseline.capabilities, name).model_copy(
            update={part: getattr(getattr(nothing, name), part) for part in PLANNED}
        )
        for name in CAPABILITY_NAMES
    }
    capabilities = baseline.capabilities.model_copy(update=held)
    return key_of(baseline.model_copy(update={"capabilities": capabilities}))


OWN = "Yours"
"""What a visitor's organisation is called on the page."""


def name_of_organisation(plan: Plan) -> str:
    """Return what the organisation of a plan is called on the page."""
    if plan.belief is not None or plan.base.imported is not None:
        return OWN
    return "Reference" if plan.organisation == "reference" else title_of(plan.organisation)


# --------------------------------------------------------------------------------------
# The plans a visitor has had: undo, redo, and what the last change was.


LONGEST = 200
"""Steps that can be undone."""
MOST_PORTFOLIOS = 4
"""Clients' portfolios among those steps: each may be of megabytes."""


@dataclass(frozen=True)
class History:
    """The plan that is shown, those before it, and those that were undone.

    Attributes
    ----------
    past
        Earlier plans, the latest last.
    plan
        The plan that is shown.
    undone
        Plans that were undone, the next to redo first.
    """

    plan: Plan
    past: tuple[Plan, ...] = ()
    undone: tuple[Plan, ...] = ()

    def then(self, plan: Plan) -> History:
        """Return the history after a change; what was undone is forgotten."""
        # A slider put back where it was is no step: undo would seem to do nothing.
        if plan == self.plan:
            return self
        return History(plan, _latest((*self.past, self.plan), plan))

    def undo(self) -> History:
        """Return the history a step back, or as it is if there is none."""
        if not self.past:
            return self
        return History(self.past[-1], self.past[:-1], (self.plan, *self.undone))

    def redo(self) -> History:
        """Return the history a step forward again, or as it is if nothing was undone."""
        if not self.undone:
            return self
        return History(self.undone[0], (*self.past, self.plan), self.undone[1:])

    @property
    def before(self) -> Plan | None:
        """The plan before the last change."""
        return self.past[-1] if self.past else None


def _latest(past: tuple[Plan, ...], plan: Plan) -> tuple[Plan, ...]:
    """Return the latest plans of a past, which are few enough, and so are their portfolios."""
    # Plans share a portfolio: it is counted by identity, as equality would compare every model.
    portfolios, first = {id(plan.base.imported)}, len(past)
    for earlier in reversed(past[-LONGEST:]):
        portfolios.add(id(earlier.base.imported))
        if len(portfolios) > MOST_PORTFOLIOS:
            break
        first -= 1
    return past[first:]


def file_name(words: str, ending: str, client: str = "") -> str:
    """Return the name of a file about a plan, and for somebody.

    >>> file_name("Half automation, two years", "report.html", "Müller & Co")
    'modelops-muller-co-half-automation-two-years-report.html'
    """
    named = filter(None, (_in_file_name(client), _in_file_name(words)))
    return "-".join(["modelops", *named, ending])


def _in_file_name(words: str) -> str:
    while len(words) > _LONGEST_IN_FILE_NAME and ", " in words:
        words = words.rpartition(", ")[0]
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    parts = re.sub(r"[^a-z0-9]+", "-", plain).strip("-").split("-")
    while len("-".join(parts)) > _LONGEST_IN_FILE_NAME and len(parts) > 1:
        parts.pop()  # whole words, rather than half of one
    return "-".join(parts)[:_LONGEST_IN_FILE_NAME]
