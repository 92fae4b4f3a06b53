"""A plan as the query of a link, and back: ``preset=small_team&team.developers=5&seed=0&v=0.1.0``.

A link names the preset and every value that differs from it; for an uploaded scenario it names
every value that differs from the reference. Of a client's portfolio it holds the SHA-256 only, so
that whoever opens it needs the file. It says which version made it, as another may have other
defaults. Whatever a link holds is checked like any other input.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from modelops_abm.app.state.advising import (
    LEAST_AND_MOST_CHANCE,
    LEAST_BUDGET,
    MOST_BUDGET,
    USUAL_BUDGET,
)
from modelops_abm.app.state.plan import FIRST_PRESET, ON_THE_PAGE, Plan
from modelops_abm.clients import fingerprint, illustrative_portfolio
from modelops_abm.scenario import (
    Distribution,
    InputError,
    Problem,
    Scenario,
    parse_assignment,
    with_values,
)
from modelops_abm.scenario.fields import scenario_leaves, value_at
from modelops_abm.scenario.files import toml_literal
from modelops_abm.scenario.presets import PRESETS, preset
from modelops_abm.scenario.sources import LABELS, changed_names
from modelops_abm.text import printable
from modelops_abm.version import __version__

LONGEST = 6000
"""Characters of the longest query; browsers and mail programs cut links that are much longer."""
LARGEST_SEED = 2**63 - 1
LAST_REPLICATION = 999_999
# More than twice as many as a scenario has; what comes in is not parsed beyond.
_MOST_VALUES = 300
_LONGEST_NAME, _LONGEST_VERSION = 200, 40
_FINGERPRINT_DIGITS = 64
_PORTFOLIO = "imported"
_BUDGET, _CHANCE = "budget", "budget_chance"
PLACE = ("view", "shows", "compared", "about", "all")
"""Names in a query that say what of the page is shown, see `app.place`."""
_ABOUT = (
    *("preset", "scenario", "portfolio", "belief", "answers", _BUDGET, _CHANCE),
    *("seed", *PLACE, "future", "day", "v"),
)
"""Names in a query that are no value of the scenario."""
_AS_SET = "as_set"
"""What `answers` says of the switch of Decide; where a link has none, it is on the other side."""


@dataclass(frozen=True)
class Linked:
    """What a link says.

    Attributes
    ----------
    plan
        The plan, without the portfolio if only its owner has that.
    seed
        Seed of all futures.
    place
        What of the page is shown, by names of `PLACE`; what is empty the link does not say.
    replication
        Number of the replication that is watched; the page and the link call it a future.
    day
        Day of it that is shown; None if the link says none.
    portfolio
        Fingerprint of the portfolio that the plan still needs; empty if none.
    version
        The version that made the link; empty if it does not say.
    belief
        Fingerprint of the belief that the plan still needs; empty if none.
    is_over
        Whether answers are over what the organisation may be as well, or at the values as set only.
    budget, budget_chance
        What may be bought for, in $, and in which part of the futures it has to be enough; None if
        on average.
    """

    plan: Plan
    seed: int = 0
    place: Mapping[str, str] = field(default_factory=dict)
    replication: int = 0
    day: int | None = None
    portfolio: str = ""
    version: str = ""
    belief: str = ""
    is_over: bool = True
    budget: float = USUAL_BUDGET
    budget_chance: float | None = None

    @property
    def is_of_other_version(self) -> bool:
        """Whether another version made it, so that its figures may differ."""
        return bool(self.version) and self.version != __version__


def query_of(linked: Linked) -> str | None:
    """Return the query of a link, without its question mark; None if it would be too long."""
    scenario, start = linked.plan.scenario, linked.plan.start
    portfolio = fingerprint(scenario.imported) if scenario.imported else linked.portfolio
    # A scenario of the visitor's own is only named: the browser keeps its file, see `with_base`.
    pairs = [("preset" if start in PRESETS else "scenario", start), *changes_of(linked.plan)]
    about = {
        "portfolio": portfolio,
        "belief": linked.plan.belief.fingerprint if linked.plan.belief else linked.belief,
        "answers": "" if linked.is_over else _AS_SET,
        _BUDGET: "" if linked.budget == USUAL_BUDGET else _text(linked.budget),
        _CHANCE: "" if linked.budget_chance is None else _text(linked.budget_chance),
        "seed": str(linked.seed),
        **linked.place,
        "future": str(linked.replication or ""),
        "day": "" if linked.day is None else str(linked.day),
        "v": linked.version or __version__,
    }
    pairs += [(name, text) for name, text in about.items() if text]
    # `quote` writes a space as %20, which any reader of links takes for one, unlike a plus.
    query = urlencode(pairs, quote_via=quote, safe=",:")
    return query if len(query) <= LONGEST else None


def changes_of(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield every value unlike the preset, or else the reference, as an assignment has it.

    The portfolio is left out.
    """
    before, after = _unchanged(plan.start), plan.scenario
    for name in changed_names(before, after):
        old, new = value_at(before, name), value_at(after, name)
        if isinstance(new, Distribution):
            yield from _parts(name, old, new)
        elif name != _PORTFOLIO:
            yield name, _text(new)


def assignments_of(scenario: Scenario, name: str) -> Iterator[tuple[str, str]]:
    """Yield a value of a scenario as an assignment, or as several for a distribution."""
    value = value_at(scenario, name)
    if isinstance(value, Distribution):
        yield from ((name, _text(value.mean)), (f"{name}.cv", _text(value.cv)))
        yield f"{name}.family", _text(value.family)
    elif name != _PORTFOLIO:
        yield name, _text(value)


@lru_cache(maxsize=32)
def _unchanged(start: str) -> Scenario:
    """Return the preset of a name, or the reference for a scenario of the visitor's own."""
    return preset(start) if start in PRESETS else Scenario()


def _parts(name: str, old: Distribution, new: Distribution) -> Iterator[tuple[str, str]]:
    """Yield the mean, spread and family that differ; all of them with another family."""
    parts = {name: "mean", f"{name}.cv": "cv", f"{name}.family": "family"}
    for full_name, part in parts.items():
        if new.family != old.family or getattr(new, part) != getattr(old, part):
            yield full_name, _text(getattr(new, part))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else toml_literal(value).removesuffix(".0")


def read_query(query: str) -> Linked:
    """Return what the query of a link says; what it leaves out is as for a new visitor.

    Raises
    ------
    InputError
        If anything in it is unknown, wrong or out of bounds.
    """
    given = _given(query)
    values = {name: text for name, text in given.items() if name not in _ABOUT}
    plan = _with_values(_start(given), values)
    wanted = _fingerprint(given, "portfolio")
    # The made-up portfolio is shipped, so that a link with it opens anywhere.
    if wanted and wanted == fingerprint(illustrative_portfolio()):
        plan, wanted = plan.with_portfolio(illustrative_portfolio()), ""
    return Linked(
        plan=plan,
        seed=_whole(given, "seed", LARGEST_SEED),
        place={name: given[name] for name in PLACE if name in given},
        replication=_whole(given, "future", LAST_REPLICATION),
        day=_whole(given, "day", plan.scenario.horizon_days) if "day" in given else None,
        portfolio=wanted,
        version=printable(given.get("v", ""), _LONGEST_VERSION),
        belief=_fingerprint(given, "belief"),
        is_over=_is_over(given),
        budget=_number(given, _BUDGET, LEAST_BUDGET, MOST_BUDGET) or USUAL_BUDGET,
        budget_chance=_number(given, _CHANCE, *LEAST_AND_MOST_CHANCE),
    )


def _given(query: str) -> dict[str, str]:
    if len(query) > LONGEST:
        raise InputError(f"it has {len(query):,} characters; the longest have {LONGEST:,}")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_MOST_VALUES)
    except ValueError:
        raise InputError(f"it has more than {_MOST_VALUES} values") from None
    given = dict(pairs)
    if len(given) < len(pairs):  # else the last would win, unseen
        raise InputError("it gives a value twice")
    return given


def _start(given: Mapping[str, str]) -> Plan:
    name = given.get("scenario", "")
    if "preset" in given or not name:
        return Plan.of_preset(given.get("preset", FIRST_PRESET))
    if name in PRESETS or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InputError(Problem("is no name of a scenario of your own", "", "scenario"))
    return Plan(name, Scenario(name=name))


def _with_values(start: Plan, texts: Mapping[str, str]) -> Plan:
    """Return a preset with changes; a scenario that was uploaded takes all values for its own."""
    values = dict(_assigned(name, text) for name, text in texts.items())
    scenario = with_values(start.base, values, source=ON_THE_PAGE)
    if start.start not in PRESETS:
        return Plan(start.start, scenario)
    return start.changed(_whole_values(start.base, scenario))


def _whole_values(before: Scenario, after: Scenario) -> dict[str, Any]:
    """Return every value that differs; of a distribution the whole, whatever part it is."""
    return {
        name: value_at(after, name) for name in changed_names(before, after) if name != _PORTFOLIO
    }


def _assigned(name: str, text: str) -> tuple[str, Any]:
    if name in LABELS or name == _PORTFOLIO or name.startswith(f"{_PORTFOLIO}."):
        raise InputError(Problem("cannot be given in a link", "", printable(name)))
    if name in scenario_leaves() or "." in name:
        return parse_assignment(f"{name}={text}")
    raise InputError(Problem("no such name", "", printable(name)))


def _whole(given: Mapping[str, str], name: str, largest: int) -> int:
    text = given.get(name, "0")
    # Python takes digits of any script, and long texts of them take long.
    if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= largest:
        return int(text)
    message = f"is not a whole number from 0 to {largest}"
    raise InputError(Problem(message, "", name, printable(text)))


def _number(given: Mapping[str, str], name: str, least: float, most: float) -> float | None:
    """Return a number of a link; None if it has none."""
    if (text := given.get(name)) is None:
        return None
    try:
        number = float(text[:_LONGEST_NAME])
    except ValueError:
        number = math.nan
    if not least <= number <= most:
        message = f"is not a number from {least:.10g} to {most:.10g}"
        raise InputError(Problem(message, "", name, printable(text)))
    return number


def _is_over(given: Mapping[str, str]) -> bool:
    text = given.get("answers", "")
    if text not in ("", _AS_SET):
        raise InputError(Problem(f"is not {_AS_SET}", "", "answers", printable(text)))
    return not text


def _fingerprint(given: Mapping[str, str], name: str) -> str:
    text = given.get(name, "")
    digits = set("0123456789abcdef")
    if text and (len(text) != _FINGERPRINT_DIGITS or not set(text) <= digits):
        raise InputError(Problem("is no SHA-256", "", name, printable(text)))
    return text


def with_base(plan: Plan, base: Scenario) -> Plan:
    """Return a plan of a link as what it is: changes of the scenario that it started from.

    Parameters
    ----------
    plan
        As `read_query` returns it for a scenario of the visitor's own.
    base
        That scenario.

    Raises
    ------
    InputError
        If they do not fit.
    """
    return Plan(plan.start, base).changed(_whole_values(base, plan.scenario))
