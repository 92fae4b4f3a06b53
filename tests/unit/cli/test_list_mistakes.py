"""Lists of a scenario on the command line: what is wrong, where, and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]

NO_CHANGE = "is no change; write DAY:NAME=VALUE, for example 180:team.developers=4"
LAST = "must be from 0 to 1,094, the last day of the run"


def one_line(modelops: Command, *arguments: str) -> str:
    """Run a command that must fail, and return what it says."""
    code, out, err = modelops("show", *arguments)
    assert (code, out) == (1, "")
    assert "Traceback" not in err
    return " ".join(err.split())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "180",
        "180:",
        "180:team.developers",
        "180:=4",
        "team.developers=4",
        "-5:team.developers=4",
        "1.5:team.developers=4",
        "99999999999:team.developers=4",
        "180:day=4",
    ],
)
def test_what_is_no_change_is_told_as_it_was_typed(modelops: Command, text: str) -> None:
    assert f"'{text}' {NO_CHANGE}" in one_line(modelops, "--change", text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("180:team.developer=4", "team.developer is 4; cannot change in the course of a run"),
        ("180:team.developer=4", "did you mean team.developers?"),
        ("180:team.developers=four", "expected a whole number, 0 to 10,000 (developers)"),
        ("180:team.developers=4.5", "expected a whole number, 0 to 10,000 (developers)"),
        ("180:team.developers=[4]", "expected a whole number, 0 to 10,000 (developers)"),
        ("180:team.developers=-1", "allowed is 0 to 10,000 (developers)"),
        ("180:team.focus=0", "allowed is more than 0, at most 1"),
        ("180:usage.demand_factor=nan", "expected a finite number, 0 to 1,000 (multiple)"),
        ("180:usage.demand_factor=true", "expected a number, 0 to 1,000 (multiple)"),
        ("180:usage.season=[1, 2]", "cannot change in the course of a run"),
        ("180:efforts.retraining={cv = 2.0}", "efforts.retraining.cv is 2.0; cannot change"),
        ("180:efforts.retraining=-1", "allowed is 0 to 10,000 (developer-days)"),
        ("180:capabilities.automation.maximum=1.5", "allowed is 0 to 1 (level)"),
        ("180:capabilities.automation=1", "did you mean capabilities.automation.maximum?"),
        ("180:team={}", "says no new value; name one, such as team.developers"),
        ("1095:team.developers=4", f"day is 1095; {LAST}"),
        ("2025-12-31:team.developers=4", f"is day -1 of the run, which {LAST}"),
        ("2026-13-01:team.developers=4", "a whole number of days, or a date such as 2026-06-30"),
    ],
)
def test_what_a_change_cannot_be_is_told_with_the_option(
    modelops: Command, text: str, words: str
) -> None:
    told = one_line(modelops, "--change", text)
    assert f"--change {text}: " in told
    assert words in told
    assert "[entry" not in told


def test_every_wrong_change_is_told_and_none_that_is_right(modelops: Command) -> None:
    """Also beside those of a file, which keep their lines, and beside those of --set."""
    Path("plan.toml").write_text('[[changes]]\nday = 9\n"team.developers" = 3\n')
    wrong = ("--change", "10:team.focus=2", "--change", "20:team.developers=-5")
    told = one_line(modelops, "plan.toml", "--change", "5:team.developers=6", *wrong)
    assert "--change 10:team.focus=2: team.focus is 2" in told
    assert "--change 20:team.developers=-5: team.developers is -5" in told
    assert "5:team.developers=6" not in told
    told = one_line(modelops, "--set", 'changes=[{day = 9, "team.focus" = 7}]', *wrong)
    assert "changes[entry 1].team.focus is 7" in told
    assert "--change 10:team.focus=2: team.focus is 2" in told


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("changes=4", "changes is 4; expected a list"),
        ("changes=[4]", "changes[entry 1] is 4; expected a section with names such as day"),
        ("changes={day = 4}", "expected a list, in TOML [[changes]] for each of its entries"),
        ("changes=[{day = 4}]", "changes[entry 1]: says no new value"),
        ('changes=[{"team.focus" = 0.5}]', "changes[entry 1].day: must be given"),
        ("changes.day=4", "changes can only be set as a whole"),
        ("changes=[{day = 4,", "ends before all of its brackets and quotes are closed"),
        ("changes=[{day = soon}]", "cannot be read from soon}] on; text in a list needs quotes"),
        ("changes=[1]\nb = 2", "cannot be read as one value"),
        ("requests=audit", "requests is 'audit'; expected a list"),
        ('requests=[{name = "a"}]', "requests[a].deadline_days: must be given"),
        ('requests=[{name = "a", deadline_days = 9}]', "give either per_year or day"),
        ('requests=[{name = "a", per_yaer = 1, deadline_days = 9}]', "did you mean per_year?"),
        (
            'requests=[{name = "a", day = 1095, deadline_days = 9}]',
            f"requests[a].day is 1095; {LAST}",
        ),
        (
            'requests=[{name = "a", day = 2029-12-31, deadline_days = 9}]',
            f"of the run, which {LAST}",
        ),
        (
            'requests=[{name = "a", per_year = 1, deadline_days = 9, who = "bank"}]',
            "requests[a].who is 'bank'; must be one of all, regulated",
        ),
        ("incidents.shared_sources=2.5", "expected a whole number, 0 to 1,000 (sources)"),
        ("incidents.shared_source=2", "did you mean incidents.shared_sources?"),
        ("incidents.shared_per_year=-1", "allowed is 0 to 10,000 (per source-year)"),
        ('archetypes=[{name = "a"}]', "archetypes[a].share: must be given"),
        ('archetypes=[{name = "a", share = 0.5}]', "the shares must add up to 1, not 0.5"),
        (
            'archetypes=[{name = "a", share = 1.0, pipeline_per_year = 3}]',
            "did you mean pipeline_issues_per_year?",
        ),
        (
            'archetypes=[{name = "a", share = 1.0, retraining_interval_days = 0}]',
            "allowed is 1 to 36,500 (days)",
        ),
        ("usage.season=[1, 2]", "must have 12 numbers, from January to December"),
        ("usage.season=2", "expected a list of numbers, each 0 to 1,000 (multiples)"),
    ],
)
def test_what_a_list_cannot_be_is_told(modelops: Command, assignment: str, words: str) -> None:
    assert words in one_line(modelops, "--set", assignment)


def test_a_list_that_is_too_long_says_how_long_it_may_be(modelops: Command) -> None:
    entry = '{day = 1, "team.focus" = 0.5}'
    told = one_line(modelops, "--set", f"changes=[{', '.join([entry] * 1001)}]")
    assert "changes is a list of length 1001; must have at most 1,000 entries" in told


def test_nobody_can_tell_all_models_from_an_archetype_of_that_name(modelops: Command) -> None:
    kinds = ("--set", 'archetypes=[{name = "all", share = 1.0}]')
    entry = '{{name = "a", per_year = 1, deadline_days = 9, who = "{}"}}'
    told = one_line(modelops, *kinds, "--set", f"requests=[{entry.format('all')}]")
    assert "requests[a].who is 'all'; is also the name of an archetype" in told
    assert modelops("show", *kinds, "--set", f"requests=[{entry.format('regulated')}]").code == 0
