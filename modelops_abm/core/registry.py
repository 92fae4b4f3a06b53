"""Capabilities, causes and money: each declared once, in order; all else is made from here.

Levels, hazards, draws, memory of the compiled engine, outcomes, values of a scenario, sliders and
tables follow from these entries. More can be added from outside the package, see `add_capability`
and `add_cause`, but only before anything else of it is imported: scenario classes and compiled
code are made from what is registered by then. `docs/guides` shows it.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_type_hints

from modelops_abm.version import __version__

VARIABLE = "MODELOPS_ABM_EXTENSIONS"
"""Environment variable that names modules or files to load, separated like the paths in PATH."""
# Here, and not beside the events whose ranks it bounds, as a scenario is read without a compiler.
MOST_REQUEST_KINDS = 50
"""Kinds of request that a scenario may have."""

type Rule = Callable[..., float]

Kind = Literal["issue", "drift", "retraining", "shared", "decay"]
Scale = Literal["", "overload", "regulation"]
POINTS: dict[str, str] = {
    "restored_share": "share of the lost power that a retraining or drift fix restores",
    "maintenance_effort": "developer-days of a repair or retraining",
    "detection_delay": "mean days until a drift or decay is noticed",
    "previous_version": "probability that a previous version is at hand",
}
"""Where the rule of a capability may act, and on which value."""


@dataclass(frozen=True, slots=True)
class Number:
    """What must be known of a number that an entry brings to the scenario.

    Attributes
    ----------
    unit, meaning
        In words.
    ge, gt, le, lt
        Allowed range.
    plausible
        Range found in the sources, for sliders and sensitivity analysis.
    source
        Where the default comes from.
    """

    unit: str
    meaning: str
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    plausible: tuple[float, float] | None = None
    source: str = "no source found"


class NoNumbers(NamedTuple):
    """Numbers of an entry that has none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """A capability of ModelOps: a stock that developers' work fills up.

    Attributes
    ----------
    name
        As in the scenario: a Python name in lower case.
    does
        What it does, in a sentence.
    effort_days, capital_cost, upkeep_per_year
        Defaults of what a full level takes whatever the size: developer-days, $, $ per year.
    effort_per_model_days, capital_per_model, upkeep_per_model_year
        Defaults of what it takes for each model in production besides.
    numbers
        A named tuple of its own numbers, each with a default and annotated with a `Number`.
    matters_without
        Which of these matter even where its level is always 0.
    rules
        Its rule at each of `POINTS` where it acts. A rule takes the value there, the level of the
        capability, its numbers, and a uniform draw between 0 and 1 for this model and occasion;
        it returns the new value. It is compiled, so it may use numbers and `math` only.
    """

    name: str
    does: str
    effort_days: float = 45.0
    effort_per_model_days: float = 45.0 / 24
    capital_cost: float = 30_000.0
    capital_per_model: float = 30_000.0 / 24
    upkeep_per_year: float = 15_000.0
    upkeep_per_model_year: float = 15_000.0 / 24
    numbers: type[tuple[float, ...]] = NoNumbers
    matters_without: tuple[str, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its name in words, to begin a line."""
        return self.name.replace("_", " ").capitalize()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a model is not online, or what strikes it.

    Attributes
    ----------
    name
        A Python name in lower case.
    kind
        An issue takes a model offline when it strikes, until it is repaired. There is one cause
        each of the other kinds.
    saved_by
        Capability that saves effort on the repair.
    scales_with
        What multiplies its rate for a model: nothing, its overload, or regulation where it applies.
    repair_days, coverage
        Defaults of an issue: mean developer-days of a repair; probability, at full rollback, of a
        previous version at hand.
    numbers
        A named tuple of its own numbers, as of a `Capability`.
    rate
        Rule of its hazard: takes its numbers and the levels of the capabilities by name
        (`levels.automation`), and returns the rate per day while the current version serves.
    """

    name: str
    kind: Kind = "issue"
    saved_by: str = "automation"
    scales_with: Scale = ""
    repair_days: float = 2.0
    coverage: float = 0.5
    numbers: type[tuple[float, ...]] = NoNumbers
    rate: Rule | None = None

    @property
    def label(self) -> str:
        """Its name in words."""
        return self.name.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Flow:
    """Money of a day.

    Attributes
    ----------
    name, meaning
        As in the outcomes.
    sign
        Whether it adds to the net value, +1, or is taken off it, -1.
    """

    name: str
    meaning: str
    sign: int


_capabilities = [
    Capability(
        name="automation",
        does="Standardised, automated build, deployment, retraining, and some repair.",
    ),
    Capability(
        name="monitoring",
        does="Developers learn of drift and decay sooner.",
        matters_without=("delay_without_days",),
    ),
    Capability(
        name="rollback",
        does="A previous version serves while the current one is repaired or retrained.",
    ),
    Capability(
        name="lineage",
        does="Lineage and versioning answer regulators' requests; fewer compliance outages.",
    ),
    Capability(
        name="autoscaling",
        does="The model handles more predictions per day as demand rises.",
    ),
]
# The order decides which of two causes comes first at the same instant. Hazards come first, as
# arrays of them are numbered by the cause; retraining and shared sources are next, as they take
# models offline too.
_hazards = [
    Cause(name="pipeline"),
    Cause(name="capacity", scales_with="overload"),
    Cause(name="compliance", scales_with="regulation", saved_by="lineage"),
    Cause(name="drift", kind="drift"),
]
_others = [
    Cause(name="retraining", kind="retraining"),
    Cause(name="shared", kind="shared"),
    Cause(name="decay", kind="decay"),
]
BUILT_IN_CAPABILITIES = tuple(entry.name for entry in _capabilities)
BUILT_IN_HAZARDS = tuple(entry.name for entry in _hazards)
MONEY = (
    Flow("value", "Value of the predictions", +1),
    Flow("cost", "Cost of the predictions, wrong ones included", -1),
    Flow("payroll", "Payroll of the developers", -1),
    Flow("capital", "Capital spent on capabilities", -1),
    Flow("upkeep", "Upkeep of capabilities", -1),
)
"""What the net value of a day is made of, in the order of the rule for it."""
_is_sealed = False
_registered: list[str] = []
"""Names and sources of what is registered, once the registry is closed."""


class TooLateError(RuntimeError):
    """Something is registered after what is made of the registry has been made."""


def add_capability(entry: Capability) -> None:
    """Register a capability.

    Raises
    ------
    TooLateError
        If anything of the package that simulates has been imported already.
    ValueError
        If its name is taken, or is no name, or it acts where there is no point.

    See Also
    --------
    Capability : what it states; `docs/guides/add-a-capability.md` has an example.
    """
    _check(entry.name, BUILT_IN_CAPABILITIES, [each.name for each in _capabilities])
    unknown = sorted(set(entry.rules) - set(POINTS))
    if unknown:
        raise ValueError(f"there is no point {unknown[0]!r}; known are {', '.join(POINTS)}")
    _capabilities.append(entry)


def add_cause(entry: Cause) -> None:
    """Register a cause of issues.

    Raises
    ------
    TooLateError, ValueError
        As of `add_capability`; if it is no issue or has no rate.

    See Also
    --------
    Cause : what it states; `docs/guides/add-a-cause.md` has an example.
    """
    _check(entry.name, BUILT_IN_HAZARDS, [each.name for each in (*_hazards, *_others)])
    if entry.kind != "issue" or entry.rate is None:
        raise ValueError(f"{entry.name} must be an issue with a rate")
    # Behind those of the package: their numbers stay, and with them which of two comes first.
    _hazards.append(entry)


def _check(name: str, built_in: tuple[str, ...], known: list[str]) -> None:
    if _is_sealed:
        raise TooLateError(
            f"{name} is registered too late: register it before importing what simulates, or name"
            f" its module in {VARIABLE}"
        )
    if not name.isidentifier() or name != name.lower():
        raise ValueError(f"{name!r} must be a Python name in lower case")
    # One name, one key of draws, one value of the scenario.
    if name in known:
        kind = "belongs to the package" if name in built_in else "is registered already"
        raise ValueError(f"{name} {kind}")


def capabilities() -> tuple[Capability, ...]:
    """Return all capabilities, in order; nothing can be registered any more."""
    _seal()
    return tuple(_capabilities)


def causes() -> tuple[Cause, ...]:
    """Return all causes, hazards first, in order; nothing can be registered any more."""
    _seal()
    return (*_hazards, *_others)


def hazards() -> tuple[Cause, ...]:
    """Return the causes that strike at a rate, in order."""
    return tuple(entry for entry in causes() if entry.kind in ("issue", "drift"))


def issues() -> tuple[str, ...]:
    """Return the names of the causes of issues, in order."""
    return tuple(entry.name for entry in causes() if entry.kind == "issue")


def capability_names() -> tuple[str, ...]:
    """Return the names of all capabilities, in order."""
    return tuple(entry.name for entry in capabilities())


def registered_capabilities() -> tuple[Capability, ...]:
    """Return the capabilities that the package does not have by itself."""
    return capabilities()[len(BUILT_IN_CAPABILITIES) :]


def registered_causes() -> tuple[Cause, ...]:
    """Return the causes that the package does not have by itself."""
    return hazards()[len(BUILT_IN_HAZARDS) :]


def simulator_version() -> str:
    """Return the version of what simulates, which results carry: equal versions, equal results.

    It is the package's own; with a hash of their sources behind a plus if capabilities or causes
    are registered from outside, as their rules may change while the package does not.
    """
    _seal()
    if not _registered:
        return __version__
    digest = hashlib.sha256("\0".join(_registered).encode())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def numbers_of(entry: Capability | Cause) -> Iterator[tuple[str, float, Number]]:
    """Yield name, default and facts of each of an entry's own numbers.

    Raises
    ------
    ValueError
        If one of them has no `Number` or no default.
    """
    defaults = getattr(entry.numbers, "_field_defaults", {})
    for name, hint in get_type_hints(entry.numbers, include_extras=True).items():
        facts = next((each for each in getattr(hint, "__metadata__", ())), None)
        if not isinstance(facts, Number) or name not in defaults:
            raise ValueError(f"{entry.name}: {name} needs a Number and a default")
        yield name, float(defaults[name]), facts


def _seal() -> None:
    """Load the extensions that the environment names, and let nothing more be registered."""
    global _is_sealed
    if _is_sealed:
        return
    for name in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        _load(name)
    # Only now, as what is loaded registers itself; and before what follows, which asks for entries.
    _is_sealed = True
    _registered.extend(
        _told(each.name, list(each.rules.values())) for each in registered_capabilities()
    )
    _registered.extend(
        _told(each.name, [each.rate] if each.rate else []) for each in registered_causes()
    )
    # Before anything is compiled with their rules (0034).
    if _registered:
        # Only here: the cache loads Numba, which nobody needs for a name or a unit.
        from modelops_abm.compiled.code_cache import depends_on

        for text in _registered:
            depends_on(text)


def _load(name: str) -> None:
    """Load a module by its name, or a file by its path."""
    if not name.endswith(".py"):
        importlib.import_module(name)
        return
    path = Path(name)
    if path.stem in sys.modules:  # imported by a program before, or being imported
        return
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # Before it runs, as an import does: its classes look up their module by name.
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)


def _told(name: str, rules: list[Rule]) -> str:
    """Return an entry with the sources of its rules, by which compiled code is kept apart."""
    # Of the whole file: a rule may call what stands beside it.
    sources = sorted({inspect.getsourcefile(rule) or "" for rule in rules} - {""})
    texts = [Path(source).read_text(encoding="utf-8") for source in sources]
    return "\n".join([name, *texts])


def rules_at(point: str) -> Iterator[tuple[int, int, str, Any]]:
    """Yield the rules of registered capabilities at one of `POINTS`.

    Yields
    ------
    tuple
        Number of the capability; its place among what `numbers_types` gives; its name; the rule.
    """
    for place, entry in enumerate(registered_capabilities()):
        if point in entry.rules:
            yield len(BUILT_IN_CAPABILITIES) + place, place, entry.name, entry.rules[point]


def numbers_types() -> dict[str, type[tuple[float, ...]]]:
    """Return the named tuples of own numbers of all that is registered, capabilities first."""
    return {
        **{entry.name: entry.numbers for entry in registered_capabilities()},
        **{entry.name: entry.numbers for entry in registered_causes()},
    }
