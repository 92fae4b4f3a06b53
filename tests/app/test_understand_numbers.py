"""Every number that Understand shows is the one of the object that it says it comes from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest

from modelops_abm import formats
from modelops_abm.app.drawing.diagrams import statechart as drawn_statechart
from modelops_abm.app.understand.assumptions import ASSUMPTIONS, MAIN, assumptions, how_many
from modelops_abm.app.understand.life_cycle import takes
from modelops_abm.app.understand.page import checks, mechanisms
from modelops_abm.app.understand.verification import LEVEL, record
from modelops_abm.core import statechart
from modelops_abm.experiments.expectations import CONDITIONS, MODELS
from modelops_abm.scenario import Distribution, Quantity, Scenario, catalogue, with_values
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.presets import PRESETS, preset
from modelops_abm.text import range_in_words
from tests.verification.recorded import RECORD

QUANTITIES = {quantity.name: quantity for quantity in catalogue()}
CONTENT: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
VOID = {"path", "rect", "circle", "col", "input", "br"}


@dataclass(frozen=True)
class Shown:
    """A piece of text, and the origin that is stated nearest around it; empty for none."""

    text: str
    origin: str


class Texts(HTMLParser):
    """Collects the texts of markup with their origins."""

    def __init__(self) -> None:
        super().__init__()
        self.origins: list[str] = [""]
        self.found: list[Shown] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.origins.append(dict(attrs).get("data-from") or self.origins[-1])

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.origins.pop()

    def handle_data(self, data: str) -> None:
        self.found.append(Shown(data, self.origins[-1]))


def texts_of(markup: object) -> list[Shown]:
    parser = Texts()
    parser.feed(str(markup))
    assert parser.origins == [""], "an element is not closed"
    return parser.found


def in_page_units(quantity: Quantity, value: Any) -> Any:
    """A number as a page states it: a distribution by its mean, shares in per cent."""
    if isinstance(value, Distribution):
        value = value.mean
    return 100.0 * value if is_share(quantity) and isinstance(value, float) else value


def is_share(quantity: Quantity) -> bool:
    return quantity.unit.startswith(("share", "probability", "level"))


def value_of(origin: str, scenario: Scenario, *, in_percent: bool) -> Any:
    """Look up an origin, without the code that wrote it."""
    kind, _, name = origin.partition(":")
    match kind:
        case "scenario" | "default":
            source = scenario if kind == "scenario" else Scenario()
            value = value_at(source, name)
            if in_percent:
                return in_page_units(QUANTITIES[name], value)
            return value.mean if isinstance(value, Distribution) else value
        case "plausible":
            name, _, end = name.partition(":")
            plausible = QUANTITIES[name].plausible
            assert plausible is not None
            exact: float = in_page_units(QUANTITIES[name], float(plausible[int(end)]))
            return float(f"{exact:.3g}")
        case "bounds":
            times = 100.0 if is_share(QUANTITIES[name]) else 1.0
            bounds = QUANTITIES[name].bounds
            return range_in_words({end: value * times for end, value in bounds.items()})
        case "source" | "meaning":
            return getattr(QUANTITIES[name], kind)
        case "priority":
            return f"#{scenario.priorities.index(name) + 1}"  # type: ignore[arg-type]
        case "conditions":
            return MODELS if name == "models" else CONDITIONS[name]
        case "effect":
            capability, measure, field = name.split(":")
            (entry,) = (
                entry
                for entry in CONTENT["effects"]
                if (entry["capability"], entry["measure"]) == (capability, measure)
            )
            return 100.0 * entry[field] / abs(entry["without"])
        case "count":
            return counted(name)
        case _:
            assert kind == "record", origin
            return recorded(name)


def counted(name: str) -> int:
    numbers = [entry for entry in ASSUMPTIONS if entry.confidence]
    what, _, place = name.partition(":")
    match what:
        case "numbers":
            return len(numbers)
        case "judgement":
            return sum(entry.confidence == "judgement" for entry in numbers)
        case "assumptions":
            sections = (entry.name.rpartition(".")[0] or "run" for entry in ASSUMPTIONS)
            return list(sections).count(place)
        case _:
            assert what == "more"
            return len(CONTENT["groups"][int(place)]["findings"]) - 1


def recorded(path: str) -> Any:
    spread = [
        finding
        for group in CONTENT["groups"]
        for finding in group["findings"]
        if finding["kind"] not in ("exact", "sign")
    ]
    known = {
        "version": CONTENT["version"],
        "checks": sum(len(group["findings"]) for group in CONTENT["groups"]),
        "spread": len(spread),
        "within": sum(finding["p_value"] >= 0.05 for finding in spread),
        "expected": 0.95 * len(spread),
        "level": 95.0,
        "pairs": CONTENT["effects"][0]["n"],
    }
    if path in known:
        return known[path]
    found: Any = CONTENT
    for part in path.split("/"):
        found = found[int(part)] if isinstance(found, list) else found[part]
    if isinstance(found, float) and path.rpartition("/")[2] != "p_value":
        group, number = path.split("/")[1:4:2]
        is_share = CONTENT["groups"][int(group)]["findings"][int(number)]["kind"] == "share"
        return 100.0 * found if is_share else found
    return found


def read(text: str) -> float:
    """Read a number back as it is shown."""
    return float(text.replace(",", "").replace(formats.MINUS, "-"))


def says(text: str, value: Any) -> bool:
    """Tell whether a text shows a value: words exactly, numbers to the digits shown."""
    if isinstance(value, str):
        return text.replace("_", " ") == value.replace("_", " ")
    if isinstance(value, tuple):
        return text == ", ".join(map(str, value))
    if isinstance(value, bool):
        return text == ("Yes" if value else "No")
    if not isinstance(value, int | float):
        return text == str(value)
    number = read(text)
    decimals = len(text.partition("e")[0].partition(".")[2])
    exponent = int(text.partition("e")[2] or 0)
    step = 10.0 ** (exponent - decimals)
    return abs(number - value) <= 0.5000001 * step


def unexplained(markup: object, scenario: Scenario, *, in_percent: bool = False) -> list[Shown]:
    """Return what is shown without an origin, or otherwise than its origin has it."""
    return [
        shown
        for shown in texts_of(markup)
        if (shown.origin or re.search(r"\d", shown.text))
        and not (
            shown.origin
            and says(shown.text, value_of(shown.origin, scenario, in_percent=in_percent))
        )
    ]


@pytest.mark.parametrize("name", PRESETS)
def test_every_number_of_the_mechanisms_is_explained(name: str) -> None:
    scenario = preset(name)
    assert unexplained(mechanisms(scenario), scenario) == []


@pytest.mark.parametrize("name", ["reference", "regulated_bank", "strict_deck", "consumer_app"])
def test_every_number_of_the_assumptions_is_explained(name: str) -> None:
    scenario = preset(name)
    for query in ("", "drift", "share", "1"):
        assert unexplained(assumptions(scenario, query), scenario, in_percent=True) == []
    assert unexplained(how_many(), scenario) == []


def test_every_number_of_the_checks_is_explained() -> None:
    assert unexplained(checks(), Scenario()) == []
    assert sum(bool(shown.origin) for shown in texts_of(checks())) > 300


def test_a_number_that_is_typed_in_is_found() -> None:
    """The test itself: without origin, with a wrong one, or another value than the origin has."""
    scenario = Scenario()
    for markup in (
        "<p>8 developers</p>",
        '<b data-from="scenario:team.developers">9</b>',
        '<b data-from="source:drift.severity">a survey</b>',
        '<b data-from="record:checks">12</b>',
        '<b data-from="priority:repair">#2</b>',
    ):
        assert unexplained(markup, scenario), markup
    assert not unexplained('<b data-from="scenario:team.developers">8</b>', scenario)


def test_numbers_follow_the_plan() -> None:
    scenario = with_values(
        Scenario(),
        {"retraining.interval_days": 45.0, "capabilities.monitoring.effort_days": 77.0},
        source="test",
    )
    shown = {entry.origin: entry.text for entry in texts_of(mechanisms(scenario))}
    assert shown["scenario:retraining.interval_days"] == "45"
    assert shown["scenario:capabilities.monitoring.effort_days"] == "77"
    assert unexplained(takes(scenario), scenario) == []


def test_every_transition_is_drawn_once_and_nothing_else() -> None:
    ways = re.findall(r'data-transitions="([^"]+)"', str(drawn_statechart()))
    drawn = [transition for way in ways for transition in way.split(", ")]
    wanted = [f"{each.source.name} {each.trigger.name}" for each in statechart.TRANSITIONS]
    assert sorted(drawn) == sorted(wanted)
    words = {shown.text for shown in texts_of(drawn_statechart())}
    assert {each.words for each in statechart.TRANSITIONS} <= words


def test_every_assumption_is_shown_with_meaning_source_and_confidence() -> None:
    markup = str(assumptions(Scenario(), ""))
    shown = {entry.origin for entry in texts_of(markup)}
    for quantity in ASSUMPTIONS:
        assert f"meaning:{quantity.name}" in shown
        assert f"default:{quantity.name}" in shown
        assert not quantity.source or f"source:{quantity.name}" in shown
    left_out = set(QUANTITIES) - {entry.name for entry in ASSUMPTIONS}
    own = {"archetypes", "changes", "requests", "imported"}
    assert left_out == {"name", "description", *own}


def test_the_main_assumptions_are_all_that_is_better_than_judgement() -> None:
    names = {entry.name for entry in MAIN}
    for entry in ASSUMPTIONS:
        if entry.confidence and entry.confidence != "judgement":
            assert entry.name in names


def test_another_value_than_the_default_is_shown_beside_it() -> None:
    changed = with_values(Scenario(), {"drift.onsets_per_year": 4.0}, source="test")
    shown = {entry.origin: entry.text for entry in texts_of(assumptions(changed, ""))}
    assert shown["default:drift.onsets_per_year"] == "2"
    assert shown["scenario:drift.onsets_per_year"] == "4"
    plain = {entry.origin for entry in texts_of(assumptions(Scenario(), ""))}
    assert not any(origin.startswith("scenario:") for origin in plain)


def test_what_cannot_be_found_is_said() -> None:
    for query in ("unicorn", "<script>alert(1)</script>"):
        markup = str(assumptions(Scenario(), query))
        assert "Nothing is assumed in these words." in markup
        assert "<script>" not in markup


def test_the_record_is_as_good_as_it_says() -> None:
    """Not too good either: of what luck spreads, about 1 in 20 lies outside the 95 % interval."""
    spread = [finding for finding in record().findings() if finding.is_statistical]
    outside = sum(not finding.is_within for finding in spread)
    expected = (1.0 - LEVEL) * len(spread)
    assert outside <= expected + 4.0 * expected**0.5
    for finding in record().findings():
        if finding.kind == "exact":
            assert finding.found <= finding.half_width
        elif finding.kind == "sign":
            assert finding.found > finding.half_width
        else:
            assert finding.p_value > CONTENT["permitted"]
