from __future__ import annotations

import pytest

from modelops_abm.app.state.plan import (
    KEY_DIGITS,
    LONGEST,
    MOST_PORTFOLIOS,
    History,
    Plan,
    key_of,
)
from modelops_abm.clients import illustrative_portfolio
from modelops_abm.scenario import ImportedPortfolio, InputError, Scenario, with_values
from modelops_abm.scenario.presets import PRESETS, preset, title_of


def test_key_is_of_what_is_simulated() -> None:
    plan = Plan.of_preset("small_team")
    assert len(plan.key) == KEY_DIGITS
    assert set(plan.key) <= set("0123456789abcdef")
    assert plan.key == key_of(preset("small_team"))
    assert plan.changed({"team.developers": 6}).key != plan.key
    assert Plan.of_preset("reference").changed({"team.developers": 5}).key == plan.key
    noted = with_values(preset("small_team"), {"description": "another"}, source="test")
    assert key_of(noted) == plan.key


def test_keys_of_presets_differ() -> None:
    keys = {name: Plan.of_preset(name).key for name in PRESETS}
    assert len(set(keys.values())) == len(PRESETS)


def test_what_is_as_before_is_no_change() -> None:
    plan = Plan.of_preset("all_five")
    there = plan.changed({"team.developers": 5, "model.market_size": 600.0})
    assert dict(there.changes) == {"team.developers": 5, "model.market_size": 600.0}
    back = there.changed({"team.developers": 8, "model.market_size": 500})
    assert back == plan
    assert not back.changes


def test_parts_of_a_distribution_are_changes() -> None:
    plan = Plan.of_preset("reference").changed({"model.market_size.cv": 0.8})
    assert plan.value("model.market_size").cv == 0.8
    assert plan.changed({"model.market_size.cv": 0.5}).changes == {}


def test_restored_takes_back_a_value_and_its_parts() -> None:
    plan = Plan.of_preset("reference").changed(
        {"model.market_size": 700.0, "model.market_size.cv": 0.2, "team.developers": 3}
    )
    assert dict(plan.restored("model.market_size").changes) == {"team.developers": 3}


def test_refuses_what_is_not_allowed() -> None:
    plan = Plan.of_preset("reference")
    with pytest.raises(InputError, match="1 to 10,000"):
        plan.changed({"team.developers": 0})
    with pytest.raises(InputError, match=r"did you mean team\.developers"):
        plan.changed({"team.developer": 3})


def test_names_of_presets_are_words() -> None:
    assert title_of("small_team") == "Small team"
    assert title_of("start_up") == "Start-up"
    assert title_of("My own_scenario") == "My own_scenario"
    assert all("_" not in title_of(name) for name in PRESETS)


def test_history_goes_back_and_forth() -> None:
    first = Plan.of_preset("reference")
    second = first.changed({"team.developers": 5})
    third = second.changed({"team.developers": 6})
    history = History(first).then(second).then(third)
    assert history.before == second
    assert history.undo().undo().plan == first
    assert history.undo().undo().redo().redo() == history
    assert history.undo().then(first).undone == ()
    assert history.then(third) is history
    assert History(first).undo() == History(first)
    assert History(first).redo() == History(first)


def test_history_is_bounded() -> None:
    history = History(Plan("reference", Scenario()))
    for size in range(1, LONGEST + 20):
        history = history.then(history.plan.changed({"team.developers": size}))
    assert len(history.past) == LONGEST


def another_portfolio(number: int) -> ImportedPortfolio:
    models = illustrative_portfolio().models
    return ImportedPortfolio(source=f"file {number}", models=models)


def test_a_change_shares_the_portfolio() -> None:
    plan = Plan.of_preset("all_five").with_portfolio(another_portfolio(0))
    changed = plan.changed({"team.developers": 3})
    assert changed.scenario.imported is plan.base.imported
    assert changed.base is plan.base


def test_a_history_holds_few_portfolios() -> None:
    history = History(Plan.of_preset("all_five"))
    for number in range(10):
        plan = history.plan.with_portfolio(another_portfolio(number))
        history = history.then(plan).then(plan.changed({"team.developers": 9 + number}))
    plans = (*history.past, history.plan)
    held = {id(plan.base.imported) for plan in plans}
    assert len(held) == MOST_PORTFOLIOS
    assert len(plans) == 2 * MOST_PORTFOLIOS
    assert history.undo().undo().plan == plans[-3]


def test_presets_are_no_portfolios() -> None:
    history = History(Plan.of_preset("all_five"))
    for name in PRESETS:
        history = history.then(Plan.of_preset(name))
    assert len(history.past) >= len(PRESETS) - 1
