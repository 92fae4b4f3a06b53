"""What the kernel takes of many scenarios at once is that of each of them, bit for bit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from modelops_abm.compiled_engine.inputs import Prepared, prepared, prepared_rows
from modelops_abm.experiments.draws import Draws, draws_of
from modelops_abm.scenario import Distribution, Scenario, catalogue, with_values
from modelops_abm.scenario.columns import NOT_ABOVE, takes
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.presets import PRESETS, preset
from tests.docking.varied import varied

ROWS, FIRST = 8, 5


def columns_for(scenario: Scenario, number: int) -> dict[str, NDArray[Any]]:
    """Return a column for everything of a scenario that may be one, from other scenarios."""
    others = [varied(number + 1 + row) for row in range(ROWS)]
    found: dict[str, NDArray[Any]] = {}
    for each in catalogue():
        if not (each.is_number or each.kind in ("flag", "choice")):
            continue
        values = [value_at(other, each.name) for other in others]
        column = np.array([v.mean if isinstance(v, Distribution) else v for v in values])
        apart = (*NOT_ABOVE, *NOT_ABOVE.values())
        if each.name not in apart and takes(scenario, {each.name: column}):
            found[each.name] = column
    return found


def assert_same(one: Prepared, other: Prepared) -> None:
    assert one.horizon_days == other.horizon_days
    names = ("words", *one.tables._fields)
    for name, mine, its in zip(
        names, (one.words, *one.tables), (other.words, *other.tables), strict=True
    ):
        assert (mine.dtype, mine.shape) == (its.dtype, its.shape), name
        # The kernel has one version, for arrays of one kind.
        assert mine.flags.c_contiguous, name
        assert mine.tobytes() == its.tobytes(), name


@pytest.mark.parametrize("number", range(12))
def test_rows_are_the_scenarios_whatever_varies(number: int) -> None:
    """Kinds, a client's list, changes, seasons, requests and all families are among them."""
    scenario = varied(number)
    columns = columns_for(scenario, number)
    assert len(columns) > 50
    draws = Draws(scenario, columns, first=FIRST)
    rows = prepared_rows(scenario, columns, FIRST)
    for replication in range(FIRST, FIRST + ROWS):
        own = prepared(draws.applied_to(scenario, replication))
        assert_same(rows.of(replication), own)
        # What a worker far away gets.
        assert_same(rows.part(replication, 1).of(replication), own)


@pytest.mark.parametrize("name", PRESETS)
def test_rows_of_what_is_known_are_the_scenarios(name: str) -> None:
    scenario = with_values(preset(name), {"horizon_days": 90}, source="test")
    draws = draws_of(scenario, ROWS, seed=3)
    assert takes(scenario, draws.columns)
    rows = prepared_rows(scenario, draws.columns, 0)
    for number, each in enumerate(draws.scenarios()):
        assert_same(rows.of(number), prepared(each))


def test_a_mean_without_spread_is_a_constant_in_its_row_alone() -> None:
    """Next to 0, and for a share next to 1, as `with_mean` has it."""
    name = "drift.severity"
    means = np.array([0.35, 0.0, 1.0, 0.97, 1e-12])
    draws = Draws(Scenario(), {name: means})
    rows = prepared_rows(Scenario(), draws.columns, 0)
    for number, each in enumerate(draws.scenarios()):
        assert_same(rows.of(number), prepared(each))


DEPENDS: Mapping[str, tuple[Scenario, dict[str, Any]]] = {
    "the length of the run": (Scenario(), {"horizon_days": np.array([30, 60])}),
    "an order": (Scenario(), {"team.priority_order": np.array(["repair", "retrain"])}),
    "whole numbers that are not": (Scenario(), {"team.developers": np.array([4.0, 5.0])}),
    "what changes on a day": (
        Scenario.model_validate({"changes": [{"day": 9, "team.developers": 4}]}),
        {"team.developers": np.array([4, 5])},
    ),
    "sources that rows may name": (Scenario(), {"incidents.shared_sources": np.array([1, 2])}),
    "no value": (Scenario(), {"team.developer": np.array([4, 5])}),
}


@pytest.mark.parametrize("what", DEPENDS)
def test_what_else_depends_on_is_no_column(what: str) -> None:
    assert not takes(*DEPENDS[what])
