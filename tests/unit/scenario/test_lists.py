"""Lists of a scenario: what a number for a distribution means, and all that is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

from modelops_abm.scenario import Distribution, InputError, Scenario, read_scenario, with_values
from modelops_abm.scenario.requests import RequestKind


def problems(text: str) -> list[tuple[str, str]]:
    """Return place and message of everything that is wrong with a file."""
    with pytest.raises(InputError) as caught:
        read_scenario(text.encode(), "plan.toml")
    return [
        (each.place.removeprefix("plan.toml, "), str(each).removeprefix(f"{each.place}: "))
        for each in caught.value.problems
    ]


KIND = {"name": "audit", "per_year": 1.0, "deadline_days": 30.0}


@pytest.mark.parametrize("effort", [4, 4.0, {"mean": 4.0}, {"family": "lognormal", "mean": 4.0}])
def test_a_number_for_the_effort_of_a_request_is_its_mean(effort: Any) -> None:
    """However it comes in: by name, by keyword, from a file."""
    expected = Distribution(family="lognormal", mean=4.0, cv=0.5)
    kind: dict[str, Any] = {**KIND, "effort": effort}
    assert RequestKind.model_validate(kind).effort == expected
    assert Scenario.model_validate({"requests": [kind]}).requests[0].effort == expected
    assert with_values(Scenario(), {"requests": [kind]}, source="x").requests[0].effort == expected


def test_what_an_effort_may_be_is_told() -> None:
    ((line, told),) = problems(
        '[[requests]]\nname = "audit"\nday = 3\ndeadline_days = 9.0\neffort = "long"\n'
    )
    assert line == "line 5"
    assert "expected a number, which is its mean, or a distribution with family, mean" in told
    ((line, told),) = problems(
        '[[requests]]\nname = "audit"\nday = 3\ndeadline_days = 9.0\neffort = -1\n'
    )
    assert line == "line 5"
    assert "allowed is 0 to 100,000 (developer-days)" in told


def test_all_that_is_wrong_with_requests_is_told_with_its_line() -> None:
    text = """\
[[requests]]
name = "audit"
day = 2025-12-31
deadline_days = 9.0

[[requests]]
name = "audit"
per_year = 1.0
who = "nobody"
deadline_days = 9.0
"""
    told = problems(text)
    assert [line for line, _ in told] == ["line 3", "line 7", "line 9"]
    expected = ("is day -1 of the run", "needs its own name", "must be one of all, regulated")
    assert all(part in words for (_, words), part in zip(told, expected, strict=True))


def test_all_that_is_wrong_with_all_lists_is_told_at_once() -> None:
    text = """\
[[changes]]
day = 9999
"team.focus" = 0.5

[[changes]]
day = 2025-01-01
"efforts.retraining" = 3.0

[efforts]
retraining = { family = "beta", mean = 0.5, cv = 0.5 }

[[archetypes]]
name = "kind"
share = 0.7

[[archetypes]]
name = "kind"
share = 0.7

[[requests]]
name = "audit"
per_year = 1.0
who = "another"
deadline_days = 9.0

[[sources]]
name = "team.developers"
source = "x"
low = 90
high = 10

[imported]
source = "list"
[[imported.models]]
id = "A"
archetype = "third"
last_retrained_at = 2027-01-01
[[imported.models]]
id = "B"
archetype = "fourth"
"""
    lines = [int(line.removeprefix("line ")) for line, _ in problems(text)]
    # The second archetype and the shares, the kind and the date of the first model.
    assert lines == [2, 6, 7, 12, 17, 23, 29, 34, 36, 40]


def test_every_model_that_is_listed_twice_is_told() -> None:
    rows = "".join(f'[[imported.models]]\nid = "{name}"\n' for name in ("A", "A", "B", "B", "B"))
    told = problems(f'[imported]\nsource = "list"\n{rows}')
    assert [line for line, _ in told] == ["line 6", "line 10", "line 12"]
    assert all("occurs twice; every model needs its own" in words for _, words in told)


def test_every_name_of_a_change_that_cannot_change_is_told() -> None:
    told = problems('[[changes]]\nday = 9\n"team.developer" = 4\nhorizon_days = 400\n')
    assert [line for line, _ in told] == ["line 3", "line 4"]
    assert all("cannot change in the course of a run" in words for _, words in told)
