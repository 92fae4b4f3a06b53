"""The command ``stories``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from modelops_abm.experiments import STORIES, story, tell
from modelops_abm.scenario import fingerprint_of, load_scenario


def test_tells_every_story_with_intervals(modelops: Callable) -> None:
    outcome = modelops("stories", "--replications", "3")
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.split())
    assert all(each.description in words for each in STORIES.values())
    assert "±" in words
    assert all(len(line) <= 100 for line in outcome.out.splitlines())


def test_json_is_what_the_library_finds(modelops: Callable) -> None:
    said = json.loads(modelops("stories", "no_incidents", "--replications", "4", "--json").out)
    found = tell([story("no_incidents")], 4)
    assert said["replications"] == 4
    assert {row["story"] for row in said["stories"]} == {"no_incidents"}
    expected = [pair.finance.npv.mean for pair in (*found.quiet, *found.pressed)]
    assert said["worth"]["no_incidents"] == expected


def test_a_story_is_written_as_a_scenario_to_start_from(modelops: Callable) -> None:
    outcome = modelops("stories", "six_builds_of_ten", "--write", "mine.toml")
    assert outcome.code == 0, outcome.err
    written = load_scenario("mine.toml")
    assert fingerprint_of(written) == fingerprint_of(story("six_builds_of_ten").scenario)
    before = Path("mine.toml").read_bytes()
    again = modelops("stories", "no_incidents", "--write", "mine.toml")
    assert again.code == 1
    assert Path("mine.toml").read_bytes() == before


def test_one_story_is_written_at_a_time(modelops: Callable) -> None:
    assert modelops("stories", "--write", "mine.toml").code == 2
    assert not Path("mine.toml").exists()


def test_an_unknown_story_is_no_traceback(modelops: Callable) -> None:
    outcome = modelops("stories", "no_incident")
    assert outcome.code == 1
    assert "no_incidents" in outcome.err


def test_tables_are_kept(modelops: Callable) -> None:
    outcome = modelops("stories", "no_incidents", "--replications", "3", "--output", "kept")
    assert outcome.code == 0, outcome.err
    assert (Path("kept") / "stories.csv").is_file()
