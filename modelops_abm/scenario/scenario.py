"""The scenario: every number of the simulated system in one frozen, validated object.

Beside it what is made of it as a whole: its baseline, and its fingerprint.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, NamedTuple, NoReturn, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from modelops_abm.representation import Represented, in_short
from modelops_abm.scenario.capabilities import (
    BY_SIZE,
    CAPABILITY_NAMES,
    MODELS_OF_COSTS,
    Capabilities,
    Capability,
    CapabilityName,
)
from modelops_abm.scenario.knowledge import DECIDED, PERCENT_ALLOWED
from modelops_abm.scenario.portfolio import (
    Day,
    ImportedPortfolio,
    PortfolioModel,
    contradictions,
    no_archetype,
    no_source,
)
from modelops_abm.scenario.quantity import (
    Distribution,
    Section,
    choices_of,
    facts_of,
    misfit,
    misfits,
    quantity,
    stated,
    with_mean,
)
from modelops_abm.scenario.requests import RequestKind, contradictions_of
from modelops_abm.scenario.sections import (
    OF_KIND,
    Archetype,
    CapacityParameters,
    DriftParameters,
    EffortParameters,
    FinanceParameters,
    IncidentParameters,
    ModelKind,
    PortfolioParameters,
    RetrainingParameters,
    TaskClassName,
    TeamParameters,
    UsageParameters,
    as_in_scenario,
)
from modelops_abm.scenario.timeline import CHANGEABLE, MOST_CHANGES, Change, outside_the_run
from modelops_abm.text import printable, range_in_words

_SHARE_OF_TEAM = 4
"""The streams of a capability that go by size take at most one developer of so many."""
SourceKind = Literal["measured", "survey", "vendor", "judgement", "client", "user"]


class ValueSource(Section):
    """Whose value it is, where a scenario departs from the defaults."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Dotted name of the value."""
    source: Annotated[str, Field(min_length=1, max_length=1000)]
    """Who set it and on what evidence."""
    confidence: SourceKind = "user"
    """How well it is supported; `client` for a client's own figure, `user` for a set value."""
    low: Annotated[float, Field(ge=-1e300, le=1e300)] | None = None
    """What is known of the value beside it, with `high`; a value without a range is known."""
    high: Annotated[float, Field(ge=-1e300, le=1e300)] | None = None
    """The other end of the range; the value is its median."""
    percent: Annotated[float, Field(ge=PERCENT_ALLOWED[0], le=PERCENT_ALLOWED[1])] | None = None
    """What the range holds of the values that are thought possible, in per cent; 90 if left out."""
    weights: dict[str, Annotated[float, Field(gt=0.0, le=1e6)]] | None = None
    """How likely each thing is that a switch may be, in any unit: instead of a range."""

    @property
    def is_uncertain(self) -> bool:
        """Whether it says that the value is not known."""
        return any(each is not None for each in (self.low, self.high, self.percent, self.weights))


class Scenario(Represented, Section):
    """Everything that a run depends on besides seed and replication.

    It is frozen: `with_values` returns one with other values, and `load_scenario` one from a file.

    Examples
    --------
    >>> Scenario().team.developers, Scenario(horizon_days=365).horizon_days
    (8, 365)
    """

    name: Annotated[str, Field(min_length=1, max_length=200)] = "reference"
    """Name of the scenario."""
    description: Annotated[str, Field(max_length=5000)] = ""
    """Whom or what it describes."""
    horizon_days: int = quantity(
        1095, "days", ge=1, le=36_500, plausible=(365, 1825), fixed=DECIDED
    )
    """Length of the run."""
    start_date: Day = stated(date(2026, 1, 1), fixed="the calendar is nobody's to be unsure of")
    """Calendar date of day 0; the dates of a client's portfolio count from it."""
    portfolio: PortfolioParameters = PortfolioParameters()
    """Models and ideas at the start, and new ideas."""
    model: ModelKind = ModelKind()
    """Attributes of the models."""
    archetypes: Annotated[tuple[Archetype, ...], Field(strict=False)] = stated(
        (), fixed="which kinds of model there are is for an organisation to say"
    )
    """Kinds of model with their own attributes; none means that all are as in `model`."""
    incidents: IncidentParameters = IncidentParameters()
    """Issues that take a model offline."""
    drift: DriftParameters = DriftParameters()
    """Drift, its detection, the alert on decay."""
    retraining: RetrainingParameters = RetrainingParameters()
    """Scheduled retraining."""
    capacity: CapacityParameters = CapacityParameters()
    """How capacity is planned, and what it costs."""
    efforts: EffortParameters = EffortParameters()
    """Work on each kind of maintenance."""
    team: TeamParameters = TeamParameters()
    """The developers and their priorities."""
    capabilities: Capabilities = Capabilities()
    """The capabilities."""
    usage: UsageParameters = UsageParameters()
    """How use answers to quality and availability."""
    finance: FinanceParameters = FinanceParameters()
    """How money is counted."""
    changes: Annotated[tuple[Change, ...], Field(strict=False, max_length=MOST_CHANGES)] = stated(
        (), fixed="what changes on a day is for a scenario to say"
    )
    """Values that change on a day of the run, by day; of one day in this order."""
    requests: Annotated[tuple[RequestKind, ...], Field(strict=False)] = stated(
        (), fixed="who asks what of the models is for a scenario to say"
    )
    """Kinds of request with a deadline; none means that nobody asks."""
    imported: ImportedPortfolio | None = stated(
        None, fixed="a list of models is what a client knows"
    )
    """A client's portfolio, which replaces the initial models, ideas and builds."""
    sources: Annotated[tuple[ValueSource, ...], Field(strict=False)] = ()
    """Whose value it is, for every value that is not the default."""

    def __iter__(self) -> NoReturn:
        """Refuse: a scenario is one value, also where several would do (`mesa.batch_run`)."""
        raise TypeError("a scenario cannot be iterated over; model_dump() gives its values")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Report everything that contradicts something else, and not only the first of it."""
        kinds = {archetype.name for archetype in self.archetypes}
        found = [
            *_of_archetypes(self),
            *_of_portfolio(self, kinds),
            *_of_changes(self),
            *contradictions_of(self.requests, kinds, self.start_date, self.horizon_days),
            *_of_ranges(self),
        ]
        if found:
            raise misfits(self, found)
        return self

    @property
    def priorities(self) -> tuple[TaskClassName, ...]:
        """Classes of work from the first to the last priority; requests only if there are any.

        >>> Scenario().priorities
        ('repair', 'retrain', 'capability', 'deploy', 'build')
        """
        order = self.team.priority_order
        return order if self.requests else tuple(name for name in order if name != "respond")

    def _facts(self) -> dict[str, str]:
        named: dict[str, object] = {"name": self.name, "horizon_days": self.horizon_days}
        if self.imported is not None:
            named["imported"] = f"{len(self.imported.models):,} models"
        named["changed"] = len(self.sources)
        return {name: in_short(value) for name, value in named.items()}

    def _table(self) -> Any:
        """Return whose value it is, a value a row."""
        import pandas as pd  # only a notebook asks, and it has it already

        rows = [(each.name, each.source, each.confidence) for each in self.sources]
        return pd.DataFrame(rows, columns=["changed", "source", "confidence"])

    def kinds(self) -> tuple[ModelKind, ...]:
        """Return the attributes of every archetype in order, or of `model` if there is none."""
        if not self.archetypes:
            return (self.model,)
        return tuple(self._kind(archetype) for archetype in self.archetypes)

    def models_at_start(self) -> int:
        """Return the number of models in production at t = 0; a client's are those of its list.

        >>> Scenario().models_at_start()
        24
        """
        if self.imported is None:
            return self.portfolio.initial_models
        return sum(entry.stage == "production" for entry in self.imported.models)

    def streams_of(self, name: CapabilityName) -> int:
        """Return how many developers work on a capability at once, for the whole run.

        >>> Scenario().streams_of("automation")
        1
        """
        given: int = getattr(self.capabilities, name).streams
        # Of the team at the start, as the models are.
        return streams_of_size(given, self.models_at_start(), self.team.developers)

    def _kind(self, archetype: Archetype) -> ModelKind:
        own = {
            name: value
            for name in ModelKind.model_fields
            if (value := getattr(archetype, name)) is not None
        }
        return self.model.model_copy(update=own)

    def own_values(
        self, archetype: Archetype | None, entry: PortfolioModel | None
    ) -> dict[str, float | Distribution]:
        """Return what a model says itself of how it fails, by the names of `OF_KIND`.

        Parameters
        ----------
        archetype
            Its kind, if the scenario names any.
        entry
            Its row in a client's portfolio, which goes before its kind. The spread of a mean that
            it gives is that of the kind, or else the scenario's.
        """
        found: dict[str, float | Distribution] = {}
        for name in OF_KIND:
            of_kind = getattr(archetype, name, None)
            own = getattr(entry, name, None)
            if own is not None and isinstance(as_in_scenario(name).default, Distribution):
                own = with_mean(of_kind or value_of(self, name), own)
            value = of_kind if own is None else own
            if value is not None:
                found[name] = value
        return found


def streams_of_size(given: int, models: int, developers: int) -> int:
    """Return how many developers work on a capability at once: so many as given, or by size.

    >>> (
    ...     streams_of_size(BY_SIZE, 24, 8),
    ...     streams_of_size(BY_SIZE, 270, 90),
    ...     streams_of_size(3, 24, 8),
    ... )
    (1, 12, 3)
    """
    if given != BY_SIZE:
        return given
    by_models = -(-models // MODELS_OF_COSTS)
    return max(1, min(by_models, developers // _SHARE_OF_TEAM))


def _of_archetypes(scenario: Scenario) -> Iterator[PydanticCustomError]:
    names = [archetype.name for archetype in scenario.archetypes]
    for number, name in enumerate(names):
        if name in names[:number]:
            yield misfit("every archetype needs its own name", "archetypes", number, "name")
    total = math.fsum(archetype.share for archetype in scenario.archetypes)
    if names and not math.isclose(total, 1.0, abs_tol=1e-6):
        yield misfit(f"the shares must add up to 1, not {total:g}", "archetypes")


def _of_portfolio(scenario: Scenario, kinds: Collection[str]) -> Iterator[PydanticCustomError]:
    # Here and not in the portfolio, as it depends on values of the scenario: the same file fits one
    # start date and not another.
    for number, entry in enumerate(scenario.imported.models if scenario.imported else ()):
        path = ("imported", "models", number)
        if entry.archetype is not None and entry.archetype not in kinds:
            yield misfit(no_archetype(kinds), *path, "archetype")
        if (entry.shared_source or 0) > scenario.incidents.shared_sources:
            yield misfit(no_source(scenario.incidents.shared_sources), *path, "shared_source")
        for contradiction in contradictions(entry, scenario.start_date):
            yield misfit(contradiction.message, *path)


def _of_changes(scenario: Scenario) -> Iterator[PydanticCustomError]:
    for number, change in enumerate(scenario.changes):
        day = change.day_from(scenario.start_date)
        if message := outside_the_run(change.day, day, scenario.horizon_days):
            yield misfit(message, "changes", number, "day")
        for name, mean in change.values.items():
            section, _, effort = name.partition(".")
            if section == "efforts":
                yield from _of_effort(getattr(scenario.efforts, effort), number, name, mean)


def _of_effort(
    effort: Distribution, number: int, name: str, mean: float
) -> Iterator[PydanticCustomError]:
    """Yield an error if the family of an effort cannot have the mean of a change."""
    try:
        Distribution(family=effort.family, mean=mean, cv=effort.cv)
    except ValidationError:
        message = f"an effort of the {effort.family} family, cv {effort.cv:g}, cannot have"
        yield misfit(f"{message} the mean {mean:g}", "changes", number, *name.split("."))


def _of_ranges(scenario: Scenario) -> Iterator[PydanticCustomError]:
    for number, entry in enumerate(scenario.sources):
        if entry.is_uncertain and (wrong := misstated_range(scenario, entry)):
            part, message = wrong
            yield misfit(message, "sources", number, part)


def misstated_range(scenario: Scenario, entry: ValueSource) -> tuple[str, str] | None:
    """Return what is wrong with what a source says is known of a value: the part, and why."""
    section: Any = scenario
    *outer, name = entry.name.split(".")
    for part in outer:
        section = getattr(section, part, None)
    field = type(section).model_fields.get(name) if isinstance(section, Section) else None
    if field is None or isinstance(section, Distribution):
        return "name", "is no value of which a range may be known; name one as `show` lists them"
    value = getattr(section, name)
    if isinstance(value, bool | str) and entry.name not in ("name", "description"):
        return _misstated_weights(choices_of(field.annotation) or ("true", "false"), entry)
    number = value.mean if isinstance(value, Distribution) else value
    bounds = facts_of(field).get("bounds", {})
    if not bounds or not isinstance(number, int | float):
        return "name", "is neither a number nor a switch, and has no range"
    whole = [end for end in (entry.low, entry.high) if end is not None and not end.is_integer()]
    if isinstance(number, int) and whole:
        return "low" if entry.low == whole[0] else "high", "must be a whole number, as the value is"
    return _misstated_ends(number, bounds, entry)


def _misstated_weights(choices: Collection[str], entry: ValueSource) -> tuple[str, str] | None:
    known = ", ".join(choices)
    if entry.weights is None or any(each is not None for each in (entry.low, entry.percent)):
        return "weights", f"a switch has weights and no range: a weight for some of {known}"
    if unknown := [word for word in entry.weights if word not in choices]:
        return "weights", f"it cannot be {printable(unknown[0])}; it may be {known}"
    return None if entry.weights else ("weights", f"must name some of {known}")


def _misstated_ends(
    value: float, bounds: Mapping[str, float], entry: ValueSource
) -> tuple[str, str] | None:
    if entry.weights is not None:
        return "weights", "weights are for switches; a number has low and high"
    low, high = entry.low, entry.high
    if low is None or high is None:
        return ("low" if low is None else "high"), "a range has both, low and high"
    if not low <= value <= high or low == high:
        return "low", f"the range must go from low to high around the value, which is {value:g}"
    least, most = bounds.get("ge", bounds.get("gt", low)), bounds.get("le", bounds.get("lt", high))
    if low < least or high > most:
        return ("low" if low < least else "high"), f"must be {range_in_words(bounds)}"
    return None


def value_of(scenario: Scenario, name: str) -> Any:
    """Return the scenario's value that holds for what a kind of model leaves out (`OF_KIND`)."""
    section, _, field = OF_KIND[name].partition(".")
    return getattr(getattr(scenario, section), field)


class DayOfChanges(NamedTuple):
    """What changes when a day opens."""

    day: int
    """The day."""
    scenario: Scenario
    """The scenario with the values in force from then on."""
    values: Mapping[str, float]
    """New values by dotted name; none that was in force already."""


def timeline(scenario: Scenario) -> tuple[DayOfChanges, ...]:
    """Return the days on which values change, in order.

    Of several values for a field on one day the last counts.

    >>> scenario = Scenario.model_validate(
    ...     {"changes": [{"day": 180, "team.developers": 4}, {"day": 200, "team.focus": 0.6}]}
    ... )
    >>> [(each.day, dict(each.values)) for each in timeline(scenario)]
    [(180, {'team.developers': 4})]
    """
    said: dict[int, dict[str, float]] = {}
    for change in scenario.changes:
        said.setdefault(change.day_from(scenario.start_date), {}).update(change.values)
    days: list[DayOfChanges] = []
    for day, values in sorted(said.items()):
        changed = {name: values[name] for name in CHANGEABLE if name in values}
        new = {name: each for name, each in changed.items() if each != _mean_at(scenario, name)}
        if new:
            for name, value in new.items():
                scenario = _with_value(scenario, name.split("."), value)
            days.append(DayOfChanges(day, scenario, new))
    return tuple(days)


def _mean_at(scenario: Scenario, name: str) -> Any:
    """Return a value, of a distribution its mean."""
    value: object = scenario
    for part in name.split("."):
        value = getattr(value, part)
    return value.mean if isinstance(value, Distribution) else value


def _with_value[S: Section](section: S, path: list[str], value: float) -> S:
    """Return a section with a value that has been checked against its change's bounds."""
    name, *inner = path
    old = getattr(section, name)
    if isinstance(old, Distribution):
        inner = ["mean"]
    new = _with_value(old, inner, value) if inner else value
    return section.model_copy(update={name: new})


def highest_maximum(plan: Scenario, name: CapabilityName) -> float:
    """Return the highest level that a plan invests up to on any of its days."""
    dotted = f"capabilities.{name}.maximum"
    later = [each.values[dotted] for each in plan.changes if dotted in each.values]
    return float(max(getattr(plan.capabilities, name).maximum, *later, 0.0))


def without_changes(plan: Scenario, names: set[str]) -> Scenario:
    """Return a plan in which some values never change."""
    kept = (change.without(names) for change in plan.changes)
    return plan.model_copy(update={"changes": tuple(each for each in kept if each is not None)})


_MAXIMA = {f"capabilities.{name}.maximum" for name in CAPABILITY_NAMES}


def levels_reached(plan: Scenario) -> Scenario:
    """Return a plan that invests up to the levels that it reaches, none of them below its start.

    Examples
    --------
    >>> from modelops_abm import with_values
    >>> plan = with_values(Scenario(), {"capabilities.lineage.start_level": 0.4}, source="example")
    >>> plan.capabilities.lineage.maximum, levels_reached(plan).capabilities.lineage.maximum
    (0.0, 0.4)
    """
    return _with_maxima(
        plan, {name: max(each.maximum, each.start_level) for name, each in _each(plan)}
    )


def is_baseline(plan: Scenario) -> bool:
    """Tell whether a plan raises no capability above its start level, so that nothing is done.

    A level to invest up to that lies below the start level builds nothing, as none does.

    Examples
    --------
    >>> from modelops_abm import preset
    >>> is_baseline(Scenario()), is_baseline(preset("all_five"))
    (True, False)
    """
    return all(highest_maximum(plan, name) <= each.start_level for name, each in _each(plan))


def baseline_of(plan: Scenario) -> Scenario:
    """Return a plan's baseline: every capability is held at its start level.

    Team, horizon, assumptions and portfolio are the plan's own, and so are its changes but those of
    capabilities.

    >>> is_baseline(baseline_of(Scenario()))
    True
    """
    # At the start level and not at 0: what is there already is no part of the plan, and costs its
    # upkeep either way.
    plan = without_changes(plan, _MAXIMA)
    held = _with_maxima(plan, {name: each.start_level for name, each in _each(plan)})
    return held.model_copy(
        update={
            "name": f"baseline of {plan.name}",
            "sources": tuple(entry for entry in plan.sources if entry.name not in _MAXIMA),
        }
    )


def _each(plan: Scenario) -> list[tuple[CapabilityName, Capability]]:
    return [(name, getattr(plan.capabilities, name)) for name in CAPABILITY_NAMES]


def _with_maxima(plan: Scenario, maxima: Mapping[CapabilityName, float]) -> Scenario:
    sections: dict[str, Any] = {
        name: each.model_copy(update={"maximum": maxima[name]}) for name, each in _each(plan)
    }
    return plan.model_copy(update={"capabilities": plan.capabilities.model_copy(update=sections)})


def fingerprint_of(scenario: Scenario) -> str:
    """Return the SHA-256 of all values of a scenario in hexadecimal digits.

    Name, description and sources do not count: they change no result.

    Examples
    --------
    >>> fingerprint_of(Scenario(name="ours")) == fingerprint_of(Scenario())
    True
    """
    # As JSON, which writes a number in the shortest way that reads back the same: so 5 and 5.0 of a
    # float differ in nothing, and no format of files matters.
    text = scenario.model_dump_json(exclude={"name", "description", "sources"})
    return hashlib.sha256(text.encode()).hexdigest()
