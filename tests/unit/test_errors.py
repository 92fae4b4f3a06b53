"""Problems in words."""

from __future__ import annotations

import pickle
import sys
import unicodedata
from datetime import date

import pytest
from pydantic import ValidationError

from modelops_abm.scenario import (
    InputError,
    PortfolioModel,
    Problem,
    Scenario,
    Section,
    problems_of,
)
from modelops_abm.scenario.fields import nearest
from modelops_abm.text import (
    any_of,
    csv_text,
    printable,
    range_in_words,
    shown,
    text_of_csv,
    visible,
)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("is empty"), "is empty"),
        (Problem("is empty", place="a.toml"), "a.toml: is empty"),
        (
            Problem("no such name", field="a.b", suggestion="a.c"),
            "a.b: no such name; did you mean a.c?",
        ),
        (Problem("allowed is 1", place="x", field="a", value="2"), "x: a is 2; allowed is 1"),
    ],
)
def test_problem_in_words(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_error_has_a_line_for_every_problem() -> None:
    error = InputError([Problem("one"), Problem("two")])
    assert str(error) == "one\ntwo"
    assert isinstance(error, ValueError)


def test_error_of_a_sentence_or_one_problem() -> None:
    assert InputError("one").problems == InputError(Problem("one")).problems == (Problem("one"),)


def test_very_many_problems_are_counted() -> None:
    lines = str(InputError(Problem(str(number)) for number in range(5000))).splitlines()
    assert (len(lines), lines[-1]) == (1001, "... and 4000 more problems")


def test_error_survives_another_process() -> None:
    error = InputError(Problem("one", place="x"))
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


def found(section: type[Section], data: object) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        section.model_validate(data)
    return [str(problem) for problem in problems_of(caught.value, root=section, data=data)]


def test_problems_of_another_section_than_a_scenario() -> None:
    assert found(PortfolioModel, {"id": "a", "user": 1, "build_effort_days": 0}) == [
        "build_effort_days is 0; allowed is more than 0, at most 100,000 (developer-days)",
        "user: no such name; did you mean users?",
    ]


def test_problems_without_files() -> None:
    assert found(Scenario, {"team": {"developers": 0}}) == [
        "team.developers is 0; allowed is 1 to 10,000 (developers)"
    ]
    assert found(Scenario, {"finance": {"discount_rate": 10**400}}) == [
        "finance.discount_rate is a whole number of about 401 digits; "
        "expected a number, 0 to 1 (per year)"
    ]
    assert found(Scenario, {"model": {"market_size": 10**400}})
    assert found(Scenario, {1: 2})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "empty"),
        (True, "true"),
        (3, "3"),
        (10**900, "a whole number of about 901 digits"),
        (0.1, "0.1"),
        ("a\x1b[31m\n", "'a\\x1b[31m\\n'"),
        ("x" * 99, f"'{'x' * 60}...'"),
        ({}, "a section"),
        ([1], "a list of length 1"),
        (date(2026, 1, 31), "2026-01-31"),
        (b"\n", "bytes b'\\n'"),
    ],
)
def test_shown_value(value: object, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ({}, ""),
        ({"ge": 0.0, "le": 1.0}, "0 to 1"),
        ({"gt": 0.0, "le": 36_500.0}, "more than 0, at most 36,500"),
        ({"gt": 0.0, "lt": 1.0}, "more than 0, less than 1"),
        ({"ge": 0.05}, "at least 0.05"),
        ({"le": 1e9}, "at most 1,000,000,000"),
    ],
)
def test_range_in_words(bounds: dict[str, float], words: str) -> None:
    assert range_in_words(bounds) == words


def test_small_words() -> None:
    assert any_of(["a"]) == "a"
    assert any_of(["a", "b", "c"]) == "a, b or c"
    assert printable("\u202eabc\t", 3) == "\\u202eab..."
    assert nearest("x" * 10_000, ["a"]) == ""


# Signs that stand in front of Arabic, Syriac and Kaithi numbers, and are seen.
_SEEN = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"


def test_every_character_that_is_obeyed_or_hidden_is_escaped_and_no_other() -> None:
    for place in range(sys.maxunicode + 1):
        character = chr(place)
        kind = unicodedata.category(character)
        is_shown = kind not in ("Cc", "Cf", "Cs", "Zl", "Zp") or character in f"\n{_SEEN}"
        kept = visible(character) == character
        assert kept == is_shown or kind == "Cn", hex(place)


def test_what_is_escaped_can_be_read() -> None:
    assert visible("a\x1b[31m\nb\u202ec\u200b") == "a\\x1b[31m\nb\\u202ec\\u200b"
    assert visible("1\u202f000 \u2212 \u00e9") == "1\u202f000 \u2212 \u00e9"


@pytest.mark.parametrize("text", ["", "=1", "'=1", "''''@x", "'x", "x=1", "- a", "'", "\t1"])
def test_a_cell_gives_its_text_back(text: str) -> None:
    assert text_of_csv(csv_text(text)) == text
    assert not csv_text(text).startswith(tuple("=+-@\t"))
