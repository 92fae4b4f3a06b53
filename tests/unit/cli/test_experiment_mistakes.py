"""What experiments are asked by mistake, or at the edge of what they can answer."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.unit.cli.conftest import Outcome

SHORT = ("--preset", "all_five", "--days", "60", "--replications", "3")

type Command = Callable[..., Outcome]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("sweep", *SHORT, "--vary", f"team.developers=1..{'9' * 400}"), "a range goes from"),
        (("sweep", *SHORT, "--vary", "team.developers=true,1"), "expected a whole number"),
        (("sweep", *SHORT, "--vary", "team.developers=1,1"), "names a value twice"),
        (
            ("sweep", *SHORT, "--vary", "drift.severity=0.1,0.5", "--vary",
             "drift.severity.mean=0.2,0.4"),
            "drift.severity.mean: states the same as drift.severity",
        ),
        (
            ("sensitivity", *SHORT, "--vary", "model.useful_life_years.cv=0.4,0.5", "--vary",
             "model.useful_life_years.shape=1..3"),
            "states the same as model.useful_life_years.cv",
        ),
        (
            ("sensitivity", *SHORT, "--vary", "model.useful_life_years.shape"),
            "no plausible range is known",
        ),
        (("sensitivity", *SHORT, "--vary", ""), "says nothing to vary"),
        (("sensitivity", *SHORT, "--vary", "team.developers=8"), "two values or more"),
        (("sensitivity", *SHORT, "--points", "99999999"), "65536"),
        (("credit", "--preset", "", "--days", "60", "--replications", "3"), "no preset"),
        (("sweep", *SHORT, "--vary", "drift.severity=0.1..0.5", "--processes", "1", "--cluster",
          "tcp://10.0.0.1:1"), "not both"),
    ],
)  # fmt: skip
def test_mistakes_are_named(modelops: Command, arguments: tuple[str, ...], words: str) -> None:
    outcome = modelops(*arguments)
    assert outcome.code in (1, 2)
    assert words in " ".join(outcome.err.split())
    assert outcome.out == ""


def test_a_precision_that_nobody_can_wait_for(modelops: Command) -> None:
    outcome = modelops("compare", *SHORT, "--half-width", "1e-300")
    assert (outcome.code, outcome.err) == (0, "")
    assert "more than 1,000,000 futures would be needed" in " ".join(outcome.out.split())


def test_what_falls_has_its_largest_part_first(modelops: Command) -> None:
    outcome = modelops(
        "credit", "--preset", "all_five", "--days", "400", "--replications", "8",
        "--outcome", "drift_days_undetected",
    )  # fmt: skip
    assert "dropped from the plan, monitoring would change it most" in " ".join(outcome.out.split())


def test_an_outcome_that_there_was_not_is_said_to_be_missing(modelops: Command) -> None:
    arguments = ("--preset", "all_five", "--days", "1", "--replications", "2")
    outcome = modelops("credit", *arguments, "--outcome", "time_to_restore_days")
    assert "there was none in these futures" in " ".join(outcome.out.split())


def test_a_sweep_of_an_outcome_that_there_was_not(modelops: Command) -> None:
    arguments = ("--preset", "all_five", "--days", "1", "--replications", "2", "--output", "kept")
    varied = ("--vary", "team.developers=4,5", "--outcome", "time_to_restore_days")
    outcome = modelops("sweep", *arguments, *varied)
    assert (outcome.code, outcome.err) == (0, "")


def test_screening_where_nothing_matters_names_nothing(modelops: Command) -> None:
    arguments = ("--preset", "all_five", "--days", "1", "--replications", "2")
    drift = ("--vary", "drift.severity", "--vary", "drift.onsets_per_year")
    outcome = modelops("sensitivity", *arguments, *drift, "--method", "morris", "--points", "4")
    assert "None of these assumptions changes anything" in outcome.out


def test_luck_is_in_the_intervals_of_what_is_best_on_what_is_known(modelops: Command) -> None:
    """With so few futures `compare` cannot tell the plan from the baseline, and nor can `voi`."""
    few = ("--preset", "all_five", "--days", "240", "--replications", "3")
    compared = " ".join(modelops("compare", *few).out.split())
    assert "cannot be told from the baseline" in compared
    valued = modelops("voi", *few, "--vary", "drift.severity=0.34..0.36", "--points", "32").out
    assert "The baseline or the plan is best" in " ".join(valued.split())


def test_a_plan_against_itself_pays_nothing_back(modelops: Command) -> None:
    outcome = modelops("compare", *SHORT, "--against", "all_five")
    assert outcome.code == 0
    assert "month" not in outcome.out


def test_a_section_of_assumptions_leaves_out_what_a_plan_decides(modelops: Command) -> None:
    outcome = modelops("sensitivity", *SHORT, "--vary", "capabilities.automation", "--json")
    varied = {each["input"] for each in json.loads(outcome.out)["effects"]}
    assert any("effort_days" in name for name in varied)
    assert "capabilities.automation.streams" not in varied
