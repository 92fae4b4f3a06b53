from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from modelops_abm import compare, with_values
from modelops_abm.formats import NARROW_SPACE
from modelops_abm.runs.summary import FIGURES_OF_TABLE, LABELS
from modelops_abm.scenario.presets import preset
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]
PLAN = ("compare", "--preset", "all_five", "--days", "40", "--replications", "6")
SMALL_PLAN = ("--set", "capabilities.lineage.maximum=0.25", "--days", "547")


def words(text: str) -> str:
    return " ".join(text.replace(NARROW_SPACE, " ").split())


def test_it_is_what_the_library_gives(modelops: Command) -> None:
    code, out, err = modelops(*PLAN, "--seed", "2", "--json")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    plan = with_values(preset("all_five"), {"horizon_days": 40}, source="test")
    comparison = compare(plan, 6, seed=2)
    assert (answer["seed"], answer["replications"]) == (2, 6)
    assert answer["plan"]["horizon_days"] == 40
    assert answer["baseline"]["name"] == "baseline of all_five"
    figures = comparison.table()
    for name in ("npv", "availability", "models_delivered"):
        assert answer["figures"][name]["difference"] == figures.loc[name, "difference"]
    view = answer["finance"]
    assert view["return_on_investment"] == comparison.finance.return_on_investment
    assert view["return_on_whole_cost"] == comparison.finance.return_on_whole_cost
    assert view["loss"]["count"] == comparison.finance.loss.count
    assert view["median_payback_day"] is None, "forty days pay nothing back"


@pytest.mark.parametrize("width", [80, 120])
def test_answer_fits_the_terminal(
    modelops: Command, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    code, out, err = modelops(*PLAN[:-1], "60")
    assert (code, err) == (0, "")
    assert "\N{HORIZONTAL ELLIPSIS}" not in out
    assert "This plan loses" in out
    assert " of 60 futures end below the baseline." in words(out)
    assert "Payback within 40 days, median never" in words(out)
    for label in (
        "Return per $ paid",
        "Return per $ of the whole cost",
        "No payback in the time",
        "5th to 95th percentile",
    ):
        assert label in out
    assert all(LABELS[name].split()[0] in out for name in FIGURES_OF_TABLE)
    assert max(len(line) for line in out.splitlines()) <= width


def test_cannot_be_told_says_how_many_would_tell(modelops: Command) -> None:
    """Two futures tell nothing of a plan that hardly matters."""
    _, out, _ = modelops("compare", *SMALL_PLAN, "--replications", "2")
    told = words(out)
    assert "After 2 futures this plan cannot be told from the baseline: −" in told
    assert "futures would be needed (--replications)." in told


def test_half_width_stops_early_or_says_what_is_missing(modelops: Command) -> None:
    plan = ("compare", "--preset", "all_five", "--days", "10", "--replications", "300")
    assert "100 futures" in words(modelops(*plan, "--half-width", "1e6").out)
    told = words(modelops(*plan, "--half-width", "0.001").out)
    assert "300 futures" in told
    assert "more than 1,000,000 futures would be needed." in told


@pytest.mark.parametrize("command", ["compare", "credit", "sensitivity", "voi"])
@pytest.mark.parametrize("level", [None, 0.2, 0.6])
def test_baseline_is_no_plan(modelops: Command, command: str, level: float | None) -> None:
    levels = {"start_level": 0.6, "maximum": level}
    settings = [f"--set=capabilities.automation.{name}={at}" for name, at in levels.items()]
    code, out, err = modelops(command, *(settings if level is not None else ()))
    assert (code, out) == (1, "")
    assert "this is the baseline, as no capability rises above its start level" in words(err)
