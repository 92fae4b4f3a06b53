"""A comma in a number is refused with what to write, wherever a number can be typed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm.app.decide.rail_rows import quantity_of
from modelops_abm.app.measures import read
from modelops_abm.clients.cells import explain_number
from modelops_abm.scenario import InputError, load_scenario, parse_assignment

FILES = {
    "plain.toml": "[drift]\nseverity = 0,125\n",
    "commented.toml": "[drift]\nseverity = 0,125 # a guess\n",
    "quoted.toml": '[drift]\nseverity = "0,125"\n',
    "plain.yaml": "drift:\n  severity: 0,125\n",
    "plain.json": '{\n"drift": {\n"severity": 0,125\n}}',
    "quoted.json": '{"drift": {"severity": "0,125"}}',
}


@pytest.mark.parametrize("name", FILES)
def test_in_every_kind_of_file(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.write_text(FILES[name], encoding="utf-8")
    with pytest.raises(InputError, match=r"write 0\.125") as refused:
        load_scenario(file)
    if name.startswith("plain"):
        assert "line" in str(refused.value)


def test_a_list_has_commas_between_its_numbers(tmp_path: Path) -> None:
    file = tmp_path / "broken.toml"
    file.write_text("x = [0,125]\ny = = 1\n", encoding="utf-8")
    with pytest.raises(InputError, match="not valid TOML"):
        load_scenario(file)


def test_in_an_assignment_a_field_and_a_cell() -> None:
    with pytest.raises(InputError, match=r"write 0\.125"):
        parse_assignment("drift.severity=0,125")
    with pytest.raises(InputError, match=r"write 0\.125"):
        read(quantity_of("drift.severity"), "0,125")
    assert explain_number("0,125").remedy == "write 0.125"


@pytest.mark.parametrize(
    ("option", "typed", "advice"),
    [
        ("--require-chance", "0,8", "write 0.8"),
        ("--days", "1,095", "write 1095, or 1.0950 for the fraction"),
        ("--half-width", "0,5", "write 0.5"),
        ("--seed", "1,000,000", "write 1000000"),
    ],
)
def test_in_an_option(modelops: Callable, option: str, typed: str, advice: str) -> None:
    outcome = modelops("compare", option, typed)
    assert outcome.code == 2
    assert advice in " ".join(outcome.err.split())
