"""Everything that a scenario states, by dotted name: what exists, what each is, which is nearest.

`catalogue` lists it all, for tables, sliders and documents.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, reduce
from types import NoneType
from typing import Any, Literal, NamedTuple, TypeGuard, get_args, get_origin

from pydantic.fields import FieldInfo

from modelops_abm.errors import InputError, Problem
from modelops_abm.scenario.knowledge import Knowledge, Spread, Weights, family_within
from modelops_abm.scenario.quantity import Distribution, Section, choices_of, facts_of
from modelops_abm.scenario.scenario import Scenario
from modelops_abm.scenario.timeline import CHANGEABLE, Change
from modelops_abm.text import printable

Path = tuple[str | int, ...]

DISTRIBUTION_PARTS = (*Distribution.model_fields, "shape")
"""What may be stated about a distribution; `shape` is for a Weibull."""
_LONGEST_COMPARED = 100


class Leaf(NamedTuple):
    """A value of a section that has no values of its own; a distribution counts as one."""

    name: str
    """Dotted name."""
    field: FieldInfo
    """Its declaration."""


def leaves(section: type[Section], prefix: str = "") -> Iterator[Leaf]:
    """Yield every value of a section and of the sections in it, in order."""
    for name, field in section.model_fields.items():
        inner = field.annotation
        if is_section(inner) and inner is not Distribution:
            yield from leaves(inner, f"{prefix}{name}.")
        else:
            yield Leaf(prefix + name, field)


@cache
def scenario_leaves() -> dict[str, FieldInfo]:
    """Return every value of a scenario by dotted name, in order, `sources` apart."""
    return {leaf.name: leaf.field for leaf in leaves(Scenario) if leaf.name != "sources"}


def value_at(scenario: Scenario, name: str) -> Any:
    """Return the value with a dotted name; of a part of a distribution too.

    >>> value_at(Scenario(), "model.market_size.mean")
    500.0
    """
    return reduce(getattr, name.split("."), scenario)


def mean_at(scenario: Scenario, name: str) -> float:
    """Return a number of a scenario by its dotted name, of a distribution its mean."""
    value = value_at(scenario, name)
    return float(value.mean if isinstance(value, Distribution) else value)


def is_section(annotation: Any) -> TypeGuard[type[Section]]:
    """Tell whether an annotation is a section itself, not optional and not a list."""
    return isinstance(annotation, type) and issubclass(annotation, Section)


def section_in(annotation: Any) -> type[Section] | None:
    """Return the section in an annotation, of which it may be an optional one or a list."""
    if is_section(annotation):
        return annotation
    inner = (section_in(argument) for argument in get_args(annotation))
    return next((section for section in inner if section is not None), None)


def section_at(root: type[Section], path: Path) -> type[Section] | None:
    """Return the section that a path leads to, or None if it leads to a value or nowhere."""
    section: type[Section] | None = root
    for name in path:
        if isinstance(name, int):
            continue
        field = section.model_fields.get(name) if section else None
        section = section_in(field.annotation) if field else None
    return section


def field_at(root: type[Section], path: Path) -> FieldInfo | None:
    """Return the declaration of the value that a path leads to, if there is one."""
    names = tuple(name for name in path if isinstance(name, str))
    section = section_at(root, names[:-1]) if names else None
    return section.model_fields.get(names[-1]) if section else None


def facts_at(root: type[Section], path: Path) -> dict[str, Any]:
    """Return unit, bounds and the rest of a value; a distribution's mean has its quantity's."""
    field = field_at(root, path)
    if path[-1:] == ("mean",) and section_at(root, path[:-1]) is Distribution:
        field = field_at(root, path[:-1])
    return facts_of(field) if field else {}


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like a name, or an empty string if none is.

    >>> nearest("monitring", ["automation", "monitoring"])
    'monitoring'
    """
    # Cut, as the time grows with the square of the length, and a stranger chooses the name.
    found = difflib.get_close_matches(name[:_LONGEST_COMPARED], list(known), n=1)
    return found[0] if found else ""


def known_by[T](name: str, known: Mapping[str, T], what: str) -> T:
    """Return what is known by a name.

    Parameters
    ----------
    name
        As somebody wrote it.
    known
        What there is, by name.
    what
        What each is, in a word.

    Raises
    ------
    InputError
        If there is none; it names all, and suggests the nearest.

    Examples
    --------
    >>> known_by("mein", {"main": 1}, "branch")
    Traceback (most recent call last):
    ...
    modelops_abm.errors.InputError: there is no branch 'mein'; known are main; did you mean main?
    """
    if name in known:
        return known[name]
    message = f"there is no {what} '{printable(name)}'; known are {', '.join(known)}"
    raise InputError(Problem(message, suggestion=nearest(name, known)))


def suggestion(root: type[Section], path: Path) -> str:
    """Return what somebody may have meant by a name that does not exist."""
    wrong = str(path[-1])
    section = section_at(root, path[:-1])
    if section is None:
        return ""
    siblings = DISTRIBUTION_PARTS if section is Distribution else tuple(section.model_fields)
    return nearest(wrong, siblings) or (_elsewhere(wrong) if root is Scenario else "")


def _elsewhere(wrong: str) -> str:
    """Return the full name of a value whose last part is like a name."""
    # Reversed, so that of several values with the same last part the first counts.
    by_last_part = {name.rpartition(".")[2]: name for name in reversed(scenario_leaves())}
    return by_last_part.get(nearest(wrong, by_last_part), "")


def nearest_full_name(name: str, parts: Sequence[str]) -> str:
    """Return the dotted name that is most like one that does not exist."""
    return nearest(name, scenario_leaves()) or _elsewhere(parts[-1])


Kind = Literal[
    "float",
    "int",
    "flag",
    "choice",
    "order",
    "months",
    "text",
    "date",
    "distribution",
    "list",
    "portfolio",
]
_KIND_OF_TYPE: dict[Any, Kind] = {
    float: "float",
    int: "int",
    bool: "flag",
    str: "text",
    date: "date",
    Distribution: "distribution",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Quantity:
    """A value that a scenario states: what it means, and where its default comes from."""

    name: str
    """Dotted name."""
    kind: Kind
    """Kind of value; an `order` lists all its choices, `months` are a number for each month of the
    year, a `list` is one of archetypes."""
    default: Any
    """Value in the reference scenario."""
    meaning: str
    """What it means."""
    unit: str = ""
    """Unit in words; empty for what is no number."""
    bounds: Mapping[str, float] = dataclasses.field(default_factory=dict, hash=False)
    """Allowed range: ``ge``, ``gt``, ``le``, ``lt``; of the mean for a distribution."""
    plausible: tuple[float, float] | None = None
    """Range found in the sources or judged, if it has one."""
    knowledge: Knowledge | None = dataclasses.field(default=None, hash=False)
    """What is known of it while nobody states it; None if it is fixed."""
    fixed: str = ""
    """Why it is not uncertain, unless somebody says so."""
    choices: tuple[str, ...] = ()
    """Words that are allowed, for a choice or an order."""
    source: str = ""
    """Where the default comes from."""
    confidence: str = ""
    """How well the default is supported."""
    is_required: bool = False
    """Whether it has no default, and must be given: in an entry of a list."""

    @property
    def is_number(self) -> bool:
        """Whether it is a number or a distribution of one."""
        return self.kind in ("float", "int", "distribution")


@cache
def catalogue() -> tuple[Quantity, ...]:
    """Return every value of a scenario, in order, `sources` apart.

    >>> developers = next(each for each in catalogue() if each.name == "team.developers")
    >>> developers.default, developers.unit, developers.plausible
    (8, 'developers', (3, 40))
    """
    reference = Scenario()
    return tuple(
        _quantity(name, declared, value_at(reference, name))
        for name, declared in scenario_leaves().items()
    )


@cache
def stated_by_entries(name: str) -> tuple[Quantity, ...]:
    """Return what an entry of a list of a scenario may say: of archetypes, changes or requests.

    >>> [each.name for each in stated_by_entries("requests")][:4]
    ['name', 'per_year', 'day', 'who']
    """
    entry = section_at(Scenario, (name,))
    assert entry is not None
    names = ("day", *CHANGEABLE) if entry is Change else tuple(entry.model_fields)
    found = ((each, field_at(entry, tuple(each.split(".")))) for each in names)
    return tuple(
        _quantity(each, declared, None if declared.is_required() else declared.default)
        for each, declared in found
        if declared is not None
    )


def _quantity(name: str, declared: FieldInfo, default: Any) -> Quantity:
    facts = facts_of(declared)
    plausible = facts.get("plausible")
    return Quantity(
        name=name,
        kind=_kind(declared.annotation),
        default=default,
        meaning=" ".join((declared.description or "").split()),
        unit=facts.get("unit", ""),
        bounds=facts.get("bounds", {}),
        plausible=(plausible[0], plausible[1]) if plausible else None,
        knowledge=_knowledge(declared),
        fixed=_extra(declared).get("fixed", ""),
        choices=choices_of(declared.annotation),
        source=facts.get("source", ""),
        confidence=facts.get("confidence", ""),
        is_required=declared.is_required(),
    )


def _extra(declared: FieldInfo) -> dict[str, Any]:
    extra = declared.json_schema_extra
    return dict(extra) if isinstance(extra, dict) else {}


def _knowledge(declared: FieldInfo) -> Knowledge | None:
    facts = _extra(declared)
    if weights := facts.get("weights"):
        return Weights(tuple((value, weight) for value, weight in weights), facts["reason"])
    low_and_high = facts.get("of_a_size", None if "fixed" in facts else facts.get("plausible"))
    if low_and_high is None:
        return None
    low, high = low_and_high
    family = family_within(facts["bounds"])
    return Spread(low, high, family, in_proportion_to=facts.get("in_proportion_to", {}))


def _kind(annotation: Any) -> Kind:
    if annotation in _KIND_OF_TYPE:
        return _KIND_OF_TYPE[annotation]
    parts = [part for part in get_args(annotation) if part is not NoneType]
    if len(parts) == 1 and NoneType in get_args(annotation):
        return _kind(parts[0])
    is_list = get_origin(annotation) is tuple
    if section_in(annotation) is not None:
        return "list" if is_list else "portfolio"
    if not is_list:
        return "choice" if choices_of(annotation) else "date"  # a day, or a date
    return "order" if choices_of(annotation) else "months"
