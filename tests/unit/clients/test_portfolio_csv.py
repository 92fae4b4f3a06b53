"""Whole portfolio files: what is accepted, what is reported, and where."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from modelops_abm.clients import check_portfolio, read_portfolio, table
from modelops_abm.parameters.errors import InputError
from modelops_abm.parameters.portfolio import PortfolioModel


def _problems(text: str, start_date: date | None = None) -> list[tuple[str, str]]:
    found = check_portfolio(text.encode(), start_date=start_date).problems
    return [(problem.place, problem.message) for problem in found]


def test_only_the_id_is_required_and_empty_cells_are_not_known() -> None:
    portfolio = read_portfolio(b"id,users,stage\na,,\nb,12,production\n", name="mine")
    assert portfolio.source == "mine"
    assert portfolio.models == (
        PortfolioModel(id="a"),
        PortfolioModel(id="b", users=12.0, stage="production"),
    )
    assert portfolio.models[0].model_fields_set == {"id"}


def test_what_only_a_live_model_can_have_is_refused_of_others() -> None:
    ((place, message),) = _problems("id,users,stage\na,12,idea\n")
    assert "row 2" in place
    assert "users is given, but the stage is idea" in message


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_and_line_end_are_recognised(separator: str, end: str) -> None:
    text = end.join(["id,Users ,name", 'a,3,"x"', ""]).replace(",", separator)
    assert read_portfolio(text.encode()).models == (PortfolioModel(id="a", users=3.0, name="x"),)


def test_the_header_may_be_quoted_and_hold_the_id_alone() -> None:
    assert read_portfolio(b'"id"\n"a, b; c"\n').models == (PortfolioModel(id="a, b; c"),)
    assert read_portfolio(b'"id";"users"\n"a";"3"\n').models[0].users == 3.0


def test_a_header_alone_is_a_portfolio_without_models() -> None:
    assert read_portfolio(b"id,name\n").models == ()


def test_rows_without_anything_are_skipped_but_counted() -> None:
    text = "id,users\n\n,\na,x\n"
    assert _problems(text)[0][0] == "row 4, column users"


def test_all_problems_are_reported_together_in_the_order_of_the_rows() -> None:
    text = 'id,userz,users,stage\na,,"1,5",live\n,,2,\nb,,-1,\na,,3\nb,,4,\nc,,5,\n'
    check = check_portfolio(text.encode())
    assert [problem.place for problem in check.problems] == [
        "row 1, column userz",
        "row 2, column users",
        "row 2, column stage",
        "row 3, column id",
        "row 4, column users",
        "row 5",
        "row 6, column id",
    ]
    assert [model.id for model in check.accepted] == ["c"]
    with pytest.raises(InputError) as caught:
        read_portfolio(text.encode(), name="models.csv")
    assert len(caught.value.problems) == len(check.problems)
    assert str(caught.value).startswith(
        "models.csv, row 1, column userz: 'userz' is not a known column; did you mean users?"
    )


def test_a_repeated_id_names_all_rows_even_faulty_ones_and_none_is_accepted() -> None:
    check = check_portfolio(b"id,users\na,1\nb,2\na,-3\n a ,4\n")
    assert [model.id for model in check.accepted] == ["b"]
    assert check.problems[-1].message == (
        "'a' is the id of rows 2 and 4 and 5; give every model its own"
    )


def test_contradicting_cells_name_the_row_and_both_columns() -> None:
    text = "id,users,addressable_users,deployed_at,retired_at\na,5,3,2024-05-01,2024-04-30\n"
    assert _problems(text) == [
        (
            "row 2, columns deployed_at and retired_at",
            "retired_at (2024-04-30) must not be before deployed_at (2024-05-01); "
            "correct one of them",
        ),
        (
            "row 2, columns users and addressable_users",
            "users (5) must not exceed addressable_users (3); correct one of them",
        ),
    ]


START = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("stage", "column", "day", "accepted"),
    [
        ("production", "deployed_at", "2026-01-01", True),
        ("production", "deployed_at", "2026-01-02", False),
        ("production", "retired_at", "2026-01-01", False),
        ("production", "retired_at", "2026-01-02", True),
        ("production", "last_retrained_at", "2026-01-02", False),
        ("deployment", "deployed_at", "2026-01-01", False),
        ("deployment", "deployed_at", "2026-01-02", True),
        ("idea", "retired_at", "2025-01-01", False),
        ("retired", "retired_at", "2026-01-01", True),
        ("retired", "retired_at", "2026-01-02", False),
        ("retired", "deployed_at", "2026-01-02", False),
        ("", "deployed_at", "2026-01-02", False),
    ],
)
def test_dates_are_held_against_the_stage_if_the_start_date_is_known(
    stage: str, column: str, day: str, accepted: bool
) -> None:
    text = f"id,stage,{column}\na,{stage},{day}\n"
    assert _problems(text) == []
    found = _problems(text, START)
    assert (not found) == accepted
    assert all(column in place for place, _ in found)


def test_with_an_unreadable_stage_no_date_is_held_against_it() -> None:
    places = [place for place, _ in _problems("id,stage,deployed_at\na,x,2027-01-01\n", START)]
    assert places == ["row 2, column stage"]


def test_too_many_rows_end_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 3)
    assert _problems("id\na\nb\nc\n") == []
    assert _problems("id\na\nb\nc\nd\ne\n") == [
        ("row 5", "the file has more than 3 rows; split the file")
    ]


def test_a_file_that_cannot_be_opened_is_explained(tmp_path: Path) -> None:
    for path in (tmp_path / "none.csv", tmp_path, "nul\0byte.csv"):
        with pytest.raises(InputError, match="cannot be read"):
            read_portfolio(path)


def test_a_strange_file_name_is_shown_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.csv"
    path.write_bytes(b"id\na\n")
    assert read_portfolio(path).source == "two?lines.csv"
    path.write_bytes(b"")
    with pytest.raises(InputError) as caught:
        read_portfolio(path)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("id\na\n\nb\n", 2),
        ("id,users\na,-1\n", 1),
        ("id\n", 0),
        ('id\na\n"never closed\n', None),
        ("name\na\n", None),
        ("", None),
    ],
)
def test_rows_are_counted_if_the_file_was_read_to_its_end(text: str, rows: int | None) -> None:
    assert check_portfolio(text.encode()).rows == rows


def test_a_header_of_thousands_of_columns_is_one_problem() -> None:
    (problem,) = _problems(",".join(f"c{number}" for number in range(50_000)))
    assert problem == ("row 1", "the header names 50,000 columns; at most 500 are looked at")
