"""The federal inventory as a portfolio: a made-up excerpt, and the published file if at hand."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import median

import pytest

from modelops_abm.clients.federal import (
    COLUMNS,
    IMPLEMENTED,
    INITIATED,
    RETIRED,
    FederalInventory,
    Shape,
    read_federal_inventory,
)
from modelops_abm.errors import InputError
from modelops_abm.scenario.portfolio import PortfolioModel
from modelops_abm.scenario.scenario import Scenario

START = date(2025, 1, 1)
OPERATION = "Operation and Maintenance"
TRIAL = "Implementation and Assessment"

# name, agency, agency's name, stage, impact, initiated, acquired, implemented, retired
EXCERPT = [
    ("Chatbot \u2013 help desk", "ABC", "", OPERATION, "Neither", "1/2/2020", "", "3/4/2021", ""),
    ("Chatbot \u2013 help desk", "ABC", "", "In mission", "Both", "", "", "7/15/1905", " "),
    ("Plans", "ABC", "", TRIAL, "Rights-Impacting\n", "", "", "6/1/2024", "N/A"),
    ("Soon", "ABC", "", TRIAL, "Safety-impacting", "", "", "Scheduled for FY2025", ""),
    ("Two\nlines " + "x" * 300, "ABC", "", "Ideation", "", "Q4FY25", "", "", ""),
    ("Gone", "XYZ", "", "Retired", "Neither", "", "", "7/16/1905", "24-Mar"),
    ("Odd order", "XYZ", "", "Retired", "Case-by-case", "", "", "5/1/2023", "5/1/2022"),
    ("Paper", "XYZ", "", "Research or  Administrative Action Complete", "", "", "", "", ""),
    ("No stage", "", "Some Bureau", "", "", "1/1/2024", "1/2/2024", "", ""),
    ("", "XYZ", "", OPERATION, "Neither", "", "", "2/1/2027", "10/15/2021"),
]


def _write(path: Path, rows: Sequence[tuple[str, ...]]) -> Path:
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["Unused", *COLUMNS[:-1], f" {COLUMNS[-1]} "])
        writer.writerows([("-", *row) for row in rows])
    return path


@pytest.fixture(name="inventory")
def _inventory(tmp_path: Path) -> FederalInventory:
    return read_federal_inventory(_write(tmp_path / "inventory.csv", EXCERPT))


def _model(inventory: FederalInventory, row: int) -> PortfolioModel:
    return next(case.model for case in inventory.use_cases if case.row == row)


def test_every_row_becomes_a_model_that_fits_the_start_date(inventory: FederalInventory) -> None:
    assert (inventory.rows, len(inventory.portfolio.models)) == (len(EXCERPT), len(EXCERPT))
    assert inventory.excluded == ()
    assert Scenario(imported=inventory.portfolio, start_date=START).imported is not None
    assert inventory.stages == {
        "production": 3,
        "deployment": 2,
        "idea": 1,
        "retired": 3,
        "build": 1,
    }


def test_ids_are_unique_and_do_not_depend_on_the_agencies_read(
    inventory: FederalInventory, tmp_path: Path
) -> None:
    ids = [model.id for model in inventory.portfolio.models]
    assert ids[:3] == ["abc/chatbot-help-desk", "abc/chatbot-help-desk#2", "abc/plans"]
    assert ids[-2:] == ["some-bureau/no-stage", "xyz/use-case-without-a-name"]
    part = read_federal_inventory(tmp_path / "inventory.csv", agency="xyz")
    assert [model.id for model in part.portfolio.models] == [id_ for id_ in ids if "xyz/" in id_]


def test_dates_that_fit_the_stage_are_taken(inventory: FederalInventory) -> None:
    assert _model(inventory, 2).deployed_at == date(2021, 3, 4)
    assert _model(inventory, 3).deployed_at == date(2023, 7, 2)
    planned = _model(inventory, 5).deployed_at
    assert planned is not None
    assert START < planned <= date(2025, 9, 30)
    gone = _model(inventory, 7)
    assert gone.deployed_at is not None
    assert gone.retired_at is not None
    assert date(2024, 1, 1) <= gone.deployed_at <= gone.retired_at <= date(2024, 3, 31)


def test_dates_that_contradict_the_stage_are_unknown_and_noted(
    inventory: FederalInventory,
) -> None:
    for row in (4, 8, 11):
        assert (_model(inventory, row).deployed_at, _model(inventory, row).retired_at) == (
            None,
            None,
        )
    noted = {(note.row, note.column) for note in inventory.notes if "unknown:" in note.outcome}
    assert noted == {
        (4, IMPLEMENTED),
        (8, IMPLEMENTED),
        (8, RETIRED),
        (11, IMPLEMENTED),
        (11, RETIRED),
    }


def test_the_impact_says_what_is_regulated(inventory: FederalInventory) -> None:
    regulated = [bool(model.regulated) for model in inventory.portfolio.models]
    assert regulated == [False, True, True, True, *[False] * 6]
    stated = ["regulated" in model.model_fields_set for model in inventory.portfolio.models]
    assert stated == [True, True, True, True, False, True, False, False, False, True]


def test_names_are_one_line_of_fair_length(inventory: FederalInventory) -> None:
    name = _model(inventory, 6).name
    assert name is not None
    assert name.startswith("Two lines xxx")
    assert len(name) == 200


def test_everything_not_taken_as_it_stands_is_noted(inventory: FederalInventory) -> None:
    outcomes = [(note.row, note.outcome) for note in inventory.notes]
    for expected in [
        (3, "year shown as a day of 1905: a day from 2023-01-01 to 2023-12-31"),
        (4, "not applicable: unknown"),
        (6, "shortened to 200 characters"),
        (8, "not known: the scenario's default"),
        (9, "taken as retired"),
        (10, "no stage: build, as far as its dates reach"),
        (11, "no name: called 'use case without a name'"),
    ]:
        assert expected in outcomes


def test_a_row_of_another_length_is_excluded_with_its_reason(tmp_path: Path) -> None:
    path = _write(tmp_path / "inventory.csv", [EXCERPT[0], EXCERPT[1][:-1]])
    inventory = read_federal_inventory(path)
    assert inventory.rows == len(inventory.portfolio.models) + len(inventory.excluded) == 2
    assert inventory.excluded == ((3, "it has 9 cells, the header has 10"),)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"a,b\n1,2\n", "lacks the columns Use Case Name"),
        (b"\x81", "neither UTF-8 nor Windows-1252"),
        (b"Use Case Name\nDriver\xd5s licence\n", "not Windows-1252 text"),
        (b"Use Case Name\ncaf\x82 check\n", "not Windows-1252 text"),
        ("Use Case Name\ncaf\u00c3\u00a9 check\n".encode(), "has lost letters"),
        ("Use Case Name\nDriver\ufffds licence\n".encode(), "has lost letters"),
        ("Use Case Name\nx\n".encode("utf-16"), "UTF-16"),
        (b'a,"b\n', "breaks off at row 1"),
    ],
)
def test_another_file_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=words) as caught:
        read_federal_inventory(path)
    assert str(caught.value).startswith("other.csv: ")


def test_control_characters_in_a_name_are_left_out_and_noted(tmp_path: Path) -> None:
    path = _write(tmp_path / "inventory.csv", [("\x1b[2JCase\x07one", *EXCERPT[0][1:])])
    inventory = read_federal_inventory(path)
    assert inventory.portfolio.models[0].name == "[2JCase one"
    assert "control characters" in inventory.notes[0].outcome


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_a_name_is_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    row = ("Driver\u2019s licence caf\u00e9 check", *EXCERPT[0][1:])
    path = _write(tmp_path / "inventory.csv", [row])
    path.write_bytes(path.read_bytes().decode("cp1252").encode(encoding))
    (model,) = read_federal_inventory(path).portfolio.models
    assert model.name == row[0]


def test_an_unknown_agency_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = _write(tmp_path / "inventory.csv", EXCERPT)
    with pytest.raises(InputError, match="did you mean XYZ"):
        read_federal_inventory(path, agency="xyzz")


@pytest.fixture(name="published", scope="module")
def _published(shared_data: Path) -> FederalInventory:
    return read_federal_inventory(shared_data / "federal_ai_inventory_2024.csv")


def test_all_published_use_cases_are_in(published: FederalInventory) -> None:
    assert published.rows == len(published.portfolio.models) == 2133
    assert published.excluded == ()
    assert published.stages == {
        "production": 892,
        "build": 405,
        "idea": 402,
        "deployment": 287,
        "retired": 147,
    }
    Scenario(imported=published.portfolio, start_date=START)


def test_every_published_date_has_a_shape_of_its_own(published: FederalInventory) -> None:
    shapes = Counter(
        reading.shape for use_case in published.use_cases for reading in use_case.dates.values()
    )
    assert shapes[Shape.UNREADABLE] == 0
    assert shapes[Shape.DAY] == 2824
    assert shapes[Shape.YEAR_AS_DAY_NUMBER] == 134
    assert shapes[Shape.YEAR_MONTH] == 65
    assert shapes.total() == 4 * 2133


def test_published_time_to_implementation_agrees_with_its_source(
    published: FederalInventory,
) -> None:
    """The parameters cite a median of 8.6 months, counted independently on exact dates."""
    months = []
    for case in published.use_cases:
        first, then = case.dates[INITIATED], case.dates[IMPLEMENTED]
        if first.shape is then.shape is Shape.DAY and first.period and then.period:
            months.append((then.period.first - first.period.first).days / 30.4375)
    lasted = [duration for duration in months if duration >= 0]
    assert len(lasted) > 500
    assert median(lasted) == pytest.approx(8.6, abs=0.1)


@pytest.mark.parametrize("start", [date(2022, 1, 1), date(2024, 6, 30), date(2026, 1, 1)])
def test_any_start_date_gives_a_valid_portfolio(shared_data: Path, start: date) -> None:
    path = shared_data / "federal_ai_inventory_2024.csv"
    inventory = read_federal_inventory(path, start_date=start)
    assert len(inventory.portfolio.models) == 2133
    Scenario(imported=inventory.portfolio, start_date=start)


def test_agencies_add_up_to_the_whole(published: FederalInventory, shared_data: Path) -> None:
    path = shared_data / "federal_ai_inventory_2024.csv"
    agencies = Counter(case.agency for case in published.use_cases)
    for agency in ("DOJ", "VA", "PRC"):
        part = read_federal_inventory(path, agency=agency)
        assert part.rows == agencies[agency]
        whole = {case.model for case in published.use_cases if case.agency == agency}
        assert set(part.portfolio.models) == whole
