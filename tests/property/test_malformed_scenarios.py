"""Malformed scenario files, made from good ones: a clear error with its place, or what was meant.

Most files are wrong in one known place, so that the message can be held to name it. The others
are good files edited blindly: they either give an `InputError` that names the file, or they are
accepted, and then survive being saved and loaded again.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import tomli_w
import yaml
from hypothesis import HealthCheck, given, settings, strategies as st

from modelops_abm.scenario import (
    InputError,
    Quantity,
    Scenario,
    catalogue,
    load_scenario,
    save_scenario,
)
from tests.strategies import scenarios

ENDINGS = ("toml", "yaml", "json")
JARGON = ("pydantic", "http", "Traceback", "model_type", "Input should", "ValidationError")
SECTIONS = ("portfolio", "model", "team", "capabilities", "capabilities.monitoring", "finance")


class Malformed(NamedTuple):
    """A scenario file with one mistake."""

    name: str
    """Dotted name of the wrong value."""
    data: dict[str, Any]
    """What the file says."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("malformed")


def nested(name: str, value: Any) -> dict[str, Any]:
    """Return a good file in which one value is as given."""
    data: dict[str, Any] = {"name": "plan", "team": {"focus": 0.5}, "model": {"decaying_share": 1}}
    *outer, last = name.split(".")
    section = data
    for part in outer:
        section = section.setdefault(part, {})
    section[last] = value
    return data


WRITERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "toml": tomli_w.dumps,
    "yaml": lambda data: yaml.safe_dump(data, sort_keys=False),
    "json": lambda data: json.dumps(data, indent=1),
}


def beyond(quantity: Quantity) -> Iterator[float]:
    """Yield numbers just outside the range of a quantity, and far outside."""
    bounds = quantity.bounds
    whole = quantity.kind == "int"
    step = 1 if whole else 1e-6
    if "ge" in bounds:
        yield bounds["ge"] - step
    if "gt" in bounds:
        yield bounds["gt"]
    if "le" in bounds:
        yield bounds["le"] + (1 if whole else bounds["le"] * 1e-6)
    if "lt" in bounds:
        yield bounds["lt"]
    yield from (-(10**30), 10**30) if whole else (-1e300, 1e300)


def wrong_kinds(quantity: Quantity) -> list[Any]:
    """Return values of the wrong kind for a quantity."""
    any_kind: list[Any] = ["a word", "", [], [1, 2], [{"a": 1}], {"a": {"b": 1}}]
    match quantity.kind:
        case "float":
            return [*any_kind, True, math.nan, math.inf, -math.inf, 10**400]
        case "int":
            return [*any_kind, False, 1.5, math.nan, 10**400]
        case "distribution":
            return ["a word", [1.0], True, math.nan, math.inf, {"family": "normal"}, {"cv": -1.0}]
        case "flag":
            return [*any_kind, 0, 1, "no", "true"]
        case "choice":
            return [*any_kind, 1, True, quantity.choices[0].upper()]
        case "order":
            return ["repair", 3, ["repair"], list(reversed(quantity.choices)), [1]]
        case "months":
            ones = [1.0] * 11
            return [
                "a word",
                3,
                True,
                [],
                ones,
                [*ones, 1.0, 1.0],
                [-1.0, *ones],
                ["a word", *ones],
            ]
        case "date":
            return ["tomorrow", "2026-02-30", 20260101, "0001-01-01", [], True]
        case "text":
            return [3, True, [], {"a": 1}, 2.5, "x" * 6000]
        case _:
            return ["a word", 3, True]


def wrong_values() -> Iterator[Malformed]:
    for quantity in catalogue():
        values = wrong_kinds(quantity)
        if quantity.is_number:
            values += list(beyond(quantity))
        yield from (Malformed(quantity.name, nested(quantity.name, value)) for value in values)


def wrong_names() -> Iterator[Malformed]:
    for quantity in catalogue():
        name = quantity.name[:-2] + quantity.name[-1]
        yield Malformed(name, nested(name, 1.0))


def wrong_sections() -> Iterator[Malformed]:
    for name in SECTIONS:
        for value in (3, "a word", True, [], [{}], ["a"]):
            data = nested("portfolio.initial_models", 3)
            *outer, last = name.split(".")
            section = data
            for part in outer:
                section = section.setdefault(part, {})
            section[last] = value
            yield Malformed(name, data)


def message_of(path: Path) -> str:
    """Return the message of the error that loading a file raises."""
    with pytest.raises(InputError) as caught:
        load_scenario(path)
    message = str(caught.value)
    assert path.name in message
    assert not any(word in message for word in JARGON)
    assert all(line.isprintable() for line in message.splitlines())
    return message


def write(folder: Path, ending: str, content: str | bytes) -> Path:
    path = folder / f"broken.{ending}"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def line_in(message: str) -> int:
    return int(message.partition(", line ")[2].partition(":")[0])


def lines_about(name: str, text: str) -> range:
    """Return the numbers of the lines that state a value and its parts."""
    lines = text.splitlines()
    first = next(number for number, line in enumerate(lines, 1) if name in line)
    return range(first, first + 4)


@pytest.mark.parametrize("cases", [wrong_values, wrong_names, wrong_sections])
@pytest.mark.parametrize("ending", ENDINGS)
def test_error_names_file_line_and_value(
    cases: Callable[[], Iterator[Malformed]], ending: str, folder: Path
) -> None:
    for name, data in cases():
        text = WRITERS[ending](data)
        message = message_of(write(folder, ending, text))
        assert name in message
        if ending != "json":
            assert line_in(message) in lines_about(name.rpartition(".")[2], text)


def test_there_are_many_malformed_files() -> None:
    cases = [*wrong_values(), *wrong_names(), *wrong_sections()]
    assert len(cases) > 200


def saved(folder: Path, ending: str) -> bytes:
    scenario = Scenario()
    path = folder / f"good.{ending}"
    save_scenario(scenario, path, replace=True)
    return path.read_bytes()


@pytest.mark.parametrize("ending", ENDINGS)
def test_truncated_file_is_an_error_or_what_is_left(ending: str, folder: Path) -> None:
    content = saved(folder, ending)
    for length in range(0, len(content), 97):
        check_any(write(folder, ending, content[:length]), folder)


@pytest.mark.parametrize(
    ("ending", "text", "words"),
    [
        ("toml", "[team]\nfocus = 0.5\nfocus = 0.6\n", "line 3: a name or section is given twice"),
        ("toml", "[team]\nfocus = 0.5\n[team]\n", "line 3: a name or section is given twice"),
        ("toml", "team = {focus = 0.5, focus = 0.6}", "line 1"),
        ("toml", "name = 'x'\nfocus 0.5", "line 2: not valid TOML"),
        ("toml", "a = " + "[" * 100_000, "nested more than 20 levels deep"),
        ("toml", "a = " + "[" * 30 + "]" * 30, "nested more than 20 levels deep"),
        ("toml", "name = 'x'\nhorizon_days = " + "9" * 5000, "line 2: a number has too many"),
        ("toml", "start_date = 2026-02-30", "line 1"),
        ("yaml", "team:\n  focus: 0.5\n  focus: 0.6\n", "line 3: focus is given twice"),
        ("yaml", "a: &a [1]\nb: [*a, *a]\n", "line 1: anchors"),
        ("yaml", "a: *b\n", "line 1: anchors"),
        ("yaml", "name: !!python/name:os.system x\n", "line 1: tags"),
        ("yaml", "name: x\n1: 2\n", "line 2: a name must be text, not 1"),
        ("yaml", "? [a]\n: 2\n", "line 1: a name must be text"),
        ("yaml", "name: x\n---\nname: y\n", "line 2: holds more than one document"),
        ("yaml", "a: " + "[" * 100_000, "nested more than 20 levels deep"),
        ("yaml", "team: {focus: 0.5\n", "not valid YAML"),
        ("yaml", "name: \x07\n", "not valid YAML"),
        ("yaml", "horizon_days: " + "9" * 5000, "line 1: horizon_days"),
        ("yaml", "team:\n  preemption: no\n", "line 2: team.preemption is 'no'; allowed is"),
        ("yaml", "team:\n  developers: 010\n", "line 2: team.developers is '010'; expected"),
        ("yaml", "team:\n  developers: 1:30\n", "line 2: team.developers is '1:30'; expected"),
        ("yaml", "retraining:\n  serves_while_retraining: on\n", "line 2: retraining.serves_while"),
        ("yaml", "team:\n", "line 1: team is empty; expected a section"),
        ("json", '{"name": "x",\n"name": "y"}', "line 2: name is given twice"),
        ("json", '{"name": "x",\n', "line 2: not valid JSON"),
        ("json", "[" * 100_000, "nested more than 20 levels deep"),
        ("json", '{"a": ' * 30 + "1" + "}" * 30, "nested more than 20 levels deep"),
        ("json", '{\n"horizon_days": ' + "9" * 5000 + "}", "line 2: a number has too many digits"),
        ("json", '{\n"finance": {"discount_rate": NaN}}', "finance.discount_rate is nan; expected"),
        ("json", '{\n"finance": {"discount_rate": 1e999}}', "finance.discount_rate is inf"),
        ("json", "[1, 2]", "must hold names and values, not a list of length 2"),
        ("json", "{}", "holds no values"),
        ("toml", '{"team": 1}', "is JSON; give it a name that ends in .json"),
        ("yaml", "[team]\ndevelopers = 5\n", "looks like TOML; give it a name that ends in .toml"),
        ("json", "team:\n  developers: 5\n", "looks like YAML; give it a name that ends in .yaml"),
    ],
)
def test_error_names_the_place_in_the_text(
    ending: str, text: str, words: str, folder: Path
) -> None:
    assert words in message_of(write(folder, ending, text))


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b" \n\t\n", "is empty"),
        (b"\x00\x01\x02", "is a binary file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is a picture, not text; expected is a text file in"),
        ("name = 'x'".encode("utf-16"), "is text in UTF-16; save it as UTF-8"),
        ("name = 'x'".encode("utf-16-be"), "is text in UTF-16; save it as UTF-8"),
        (b"%PDF-1.7 \xe2\xe3", "is a PDF document"),
        (b"PK\x05\x06" + b"\x00" * 18, "is an archive (ZIP), not text; unpack it first"),
        (b"<html><body>", "is HTML, a page of the web; expected is a text file in TOML, YAML or"),
        (b"id,users\nchurn,180\n", "looks like a table; expected is a text file in TOML, YAML or"),
        ("name: caf\u00e9".encode("latin-1"), "line 1: is not UTF-8 text"),
        (b"\n\n\xf0\x28", "line 3: is not UTF-8 text"),
        (b"# " + b"x" * 10_000_001, "is too large"),
    ],
)
def test_what_is_no_text_is_an_error(ending: str, content: bytes, words: str, folder: Path) -> None:
    assert words in message_of(write(folder, ending, content))


def check_any(path: Path, folder: Path) -> None:
    """Check that a file gives a clear error, or a scenario that survives being saved."""
    try:
        scenario = load_scenario(path)
    except InputError as error:
        message = str(error)
        assert path.name in message
        # What the file itself says may be repeated, and so be any word.
        said = path.read_bytes().decode(errors="ignore")
        assert not any(word in message for word in JARGON if word not in said)
        return
    again = folder / f"again{path.suffix}"
    save_scenario(scenario, again, replace=True)
    assert load_scenario(again) == scenario


@st.composite
def edits(draw: st.DrawFn, content: bytes) -> bytes:
    """Edit a file blindly: delete, insert, replace or repeat a piece, up to three times."""
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = min(len(content), start + draw(st.integers(0, 40)))
        pieces = (
            b"",
            content[start:end] * 2,
            b"nan",
            b"-1",
            b"1e9",
            b"\n",
            b"'",
            b"[[",
            b"{",
            b"-",
        )
        piece = draw(st.sampled_from(pieces) | st.binary(max_size=5))
        content = content[:start] + piece + content[end:]
    return content


@given(data=st.data(), scenario=scenarios(max_models=3), ending=st.sampled_from(ENDINGS))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_blindly_edited_file_is_an_error_or_survives(
    data: st.DataObject, scenario: Scenario, ending: str, folder: Path
) -> None:
    path = folder / f"edited.{ending}"
    save_scenario(scenario, path, replace=True)
    path.write_bytes(data.draw(edits(path.read_bytes())))
    check_any(path, folder)


@given(noise=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
@settings(max_examples=100, deadline=None)
def test_noise_is_an_error_or_survives(noise: bytes, folder: Path) -> None:
    for ending in ENDINGS:
        check_any(write(folder, ending, noise), folder)
