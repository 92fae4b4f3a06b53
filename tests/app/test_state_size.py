from __future__ import annotations

import pytest

from modelops_abm.app.state.opening import open_session
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.size import MOST_MODEL_DAYS
from modelops_abm.parameters import InputError
from modelops_abm.presets import PRESETS


def test_every_preset_is_small_enough_for_ten_years() -> None:
    for name in PRESETS:
        Plan.of_preset(name).changed({"horizon_days": 3650})


@pytest.mark.parametrize(
    "values",
    [
        {"portfolio.initial_models": 100_000},
        {"horizon_days": 36_500, "portfolio.initial_models": 1000},
        {"portfolio.ideas_per_year": 100_000.0},
        {"team.developers": 10_000},
    ],
    ids=["models", "days", "ideas", "developers"],
)
def test_what_would_hold_the_cores_for_long_is_refused(values: dict[str, float]) -> None:
    with pytest.raises(InputError, match="too large for the page") as refused:
        Plan.of_preset("reference").changed(values)
    assert f"{MOST_MODEL_DAYS:,}" in str(refused.value)


def test_a_link_to_a_plan_too_large_opens_the_first_plan_and_says_so() -> None:
    session = open_session("preset=all_five&portfolio.initial_models=100000&horizon_days=36500")
    assert session.plan == Plan.of_preset("all_five")
    assert "too large for the page" in session.notice.value


def test_a_change_too_large_keeps_the_plan_and_says_so() -> None:
    session = open_session(None)
    before = session.plan
    session.change({"portfolio.initial_models": 100_000})
    assert session.plan == before
    assert "too large for the page" in session.notice.value
