"""What kinds of models, and rows of a client, say of how they fail: files, order, errors."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from modelops_abm.clients import check_portfolio, read_portfolio, template_csv
from modelops_abm.clients.cells import COLUMNS
from modelops_abm.clients.portfolio import portfolio_csv
from modelops_abm.rules.constants import NO_OWN_RATES, NOT_GIVEN, NOTHING_OWN, own_numbers
from modelops_abm.rules.sampling import law_of
from modelops_abm.scenario import (
    Archetype,
    Distribution,
    InputError,
    PortfolioModel,
    Scenario,
    load_scenario,
    with_values,
)
from modelops_abm.scenario.quantity import with_mean
from modelops_abm.scenario.sections import OF_KIND, as_in_scenario

RATES = [name for name in OF_KIND if as_in_scenario(name).annotation is float]
LAWS = [name for name in OF_KIND if name not in RATES]
OWN: dict[str, Any] = {
    "pipeline_issues_per_year": 3.0,
    "capacity_issues_per_year": 4.0,
    "compliance_issues_per_year": 5.0,
    "drift_onsets_per_year": 6.0,
    "drift_severity": 0.25,
    "retraining_interval_days": 7.0,
    "retraining_effort_days": 8.0,
    "pipeline_repair_days": 9.0,
    "capacity_repair_days": 10.0,
    "compliance_repair_days": 11.0,
    "drift_investigation_days": 12.0,
}


def of_kinds(**own: Any) -> Scenario:
    kinds = [{"name": "own", "share": 0.5, **own}, {"name": "other", "share": 0.5}]
    return with_values(Scenario(), {"archetypes": kinds}, source="test")


def test_all_of_it_is_tried_here() -> None:
    assert {*OWN} == {*OF_KIND}
    assert len(RATES) == 5


@pytest.mark.parametrize("name", OF_KIND)
def test_a_number_is_a_mean_with_the_scenarios_spread(name: str) -> None:
    """As a number for a distribution is everywhere in a file."""
    kind, other = of_kinds(**{name: OWN[name]}).archetypes
    declared = as_in_scenario(name).default
    stated = getattr(kind, name)
    assert getattr(other, name) is None
    if name in RATES:
        assert stated == OWN[name]
    else:
        assert (stated.family, stated.mean, stated.cv) == (declared.family, OWN[name], declared.cv)


@pytest.mark.parametrize("name", OF_KIND)
def test_bounds_unit_and_source_are_those_of_the_scenarios_value(name: str) -> None:
    own, whole = Archetype.model_fields[name], as_in_scenario(name)
    assert own.json_schema_extra == whole.json_schema_extra
    assert f"As `{OF_KIND[name]}` if left out." in (own.description or "")
    with pytest.raises(InputError) as caught:
        of_kinds(**{name: -1.0})
    assert f"archetypes[own].{name}" in str(caught.value)


def test_a_file_states_kinds_and_its_errors_have_lines(tmp_path: Path) -> None:
    file = tmp_path / "kinds.toml"
    text = (
        '[[archetypes]]\nname = "scorecard"\nshare = 1.0\nregulated = true\n'
        "retraining_interval_days = 365.0\ndrift_severity = 0.2\n"
        'pipeline_repair_days = {family = "exponential", mean = 2.0}\n'
    )
    file.write_text(text)
    (kind,) = load_scenario(file).archetypes
    assert kind.regulated
    assert kind.retraining_interval_days == 365.0
    assert kind.drift_severity == Distribution(family="beta", mean=0.2, cv=0.5)
    assert kind.pipeline_repair_days == Distribution(family="exponential", mean=2.0, cv=1.0)
    file.write_text(text.replace("0.2", "1.5").replace("retraining_interval", "retrain_interval"))
    with pytest.raises(InputError) as caught:
        load_scenario(file)
    assert str(caught.value).splitlines() == [
        f"{file}, line 5: archetypes[scorecard].retrain_interval_days: no such name; "
        "did you mean retraining_interval_days?",
        f"{file}, line 6: archetypes[scorecard].drift_severity.mean is 1.5; "
        "must lie between 1e-06 and 1 - 1e-06 for the beta family",
    ]


def test_a_row_goes_before_its_kind_and_takes_its_spread() -> None:
    scenario = of_kinds(
        pipeline_issues_per_year=1.0,
        drift_onsets_per_year=2.0,
        pipeline_repair_days={"family": "gamma", "mean": 4.0, "cv": 0.1},
        regulated=True,
    )
    kind = scenario.archetypes[0]
    entry = PortfolioModel(
        id="a", pipeline_issues_per_year=9.0, pipeline_repair_days=6.0, compliance_repair_days=7.0
    )
    own = own_numbers(scenario, kind, entry)
    assert (own.rates.pipeline, own.rates.drift, own.regulated) == (9.0, 2.0, True)
    assert math.isnan(own.rates.capacity)
    assert math.isnan(own.interval_days)
    assert own.efforts[0] == law_of(Distribution(family="gamma", mean=6.0, cv=0.1))
    assert own.efforts[1] is NOT_GIVEN
    # Of the scenario, as the kind says nothing of it.
    assert own.efforts[2] == law_of(with_mean(scenario.efforts.compliance_repair, 7.0))


@pytest.mark.parametrize(
    ("of_kind", "of_row", "regulated"),
    [
        (False, None, False),
        (True, None, True),
        (True, False, False),
        (False, True, True),
    ],
)
def test_a_row_that_says_whether_it_is_regulated_goes_before_its_kind(
    of_kind: bool, of_row: bool | None, regulated: bool
) -> None:
    scenario = of_kinds(regulated=of_kind)
    own = own_numbers(scenario, scenario.archetypes[0], PortfolioModel(id="a", regulated=of_row))
    assert own.regulated is regulated


def test_nothing_said_is_nothing_own() -> None:
    scenario = of_kinds(market_size=100.0)
    own = own_numbers(scenario, scenario.archetypes[0], PortfolioModel(id="a", users=4.0))
    assert own.rates is NO_OWN_RATES
    assert repr(own) == repr(NOTHING_OWN)
    assert repr(own_numbers(Scenario(), None, None)) == repr(NOTHING_OWN)


@pytest.mark.parametrize("mean", [0.0, 1e-12, 1e-6, 0.01, 0.35, 0.9, 0.999, 0.9999999, 1.0])
@pytest.mark.parametrize("family", ["beta", "lognormal", "weibull", "exponential", "constant"])
def test_every_mean_of_a_row_can_be_drawn(family: Any, mean: float) -> None:
    cv = {"exponential": 1.0, "constant": 0.0}.get(family, 0.5)
    found = with_mean(Distribution(family=family, mean=0.35, cv=cv), mean)
    assert found.mean == mean
    assert found.cv <= cv


def test_a_portfolio_file_gives_all_of_it_and_is_written_as_it_was() -> None:
    assert {*OF_KIND} <= {*COLUMNS}
    names = ["id", *OF_KIND, "regulated"]
    cells = ["a", *(f"{OWN[name]:g}" for name in OF_KIND), "no"]
    portfolio = read_portfolio(f"{','.join(names)}\n{','.join(cells)}\n".encode(), name="test")
    (entry,) = portfolio.models
    assert {name: getattr(entry, name) for name in OF_KIND} == OWN
    assert entry.regulated is False
    assert read_portfolio(portfolio_csv(portfolio).encode(), name="test") == portfolio
    assert {*OF_KIND} <= {*template_csv().splitlines()[0].split(",")}


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("pipeline_issues_per_year", "-1", "allowed is 0 to 10,000"),
        ("capacity_issues_per_year", "often", "is not a number"),
        ("compliance_issues_per_year", "20000", "allowed is 0 to 10,000"),
        ("drift_onsets_per_year", "1/2", "is not a number"),
        ("drift_severity", "1", "allowed is more than 0, less than 1 (share of power)"),
        ("drift_severity", "35 %", "is a percentage"),
        ("retraining_interval_days", "0", "allowed is 1 to 36,500 (days)"),
        ("retraining_effort_days", "-2", "allowed is 0 to 10,000"),
        ("pipeline_repair_days", "1.234", "thousands or a fraction"),
        ("capacity_repair_days", "2 d", "is not a number"),
        ("compliance_repair_days", "99999", "allowed is 0 to 10,000"),
        ("drift_investigation_days", "n/a", "is not a finite number"),
    ],
)
def test_a_cell_that_cannot_be_is_named_with_its_row(column: str, cell: str, why: str) -> None:
    (problem,) = check_portfolio(f"id,{column}\na,\nb,{cell}\n".encode()).problems
    assert problem.rows == (3,)
    assert problem.columns == (column,)
    assert why in f"{problem.reason} {problem.remedy}"


@pytest.mark.parametrize(
    ("words", "column"),
    [
        ("retraining effort", "retraining_effort_days"),
        ("Pipeline incidents", "pipeline_issues_per_year"),
        ("drifts per year", "drift_onsets_per_year"),
    ],
)
def test_other_words_for_a_column_are_understood(words: str, column: str) -> None:
    (problem,) = check_portfolio(f"id,{words}\na,2\n".encode()).problems
    assert f"did you mean {column}?" in problem.remedy
