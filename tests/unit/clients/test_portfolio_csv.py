"""Whole portfolio files: what is accepted, what is reported, and where."""

from __future__ import annotations

import io
import zipfile
from collections.abc import ItemsView
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from modelops_abm.clients import (
    check_portfolio,
    notes_on,
    read_portfolio,
    rows as summary_rows_module,
    rows_that_give,
    table,
)
from modelops_abm.errors import InputError
from modelops_abm.scenario.portfolio import ImportedPortfolio, PortfolioModel


def _problems(text: str, start_date: date | None = None) -> list[tuple[str, str]]:
    found = check_portfolio(text.encode(), start_date=start_date).problems
    return [(problem.place, problem.message) for problem in found]


def test_only_the_id_is_required_and_empty_cells_are_not_known() -> None:
    portfolio = read_portfolio(b"id,users,regulated\na,,\nb,12,yes\n", name="mine")
    assert portfolio.source == "mine"
    assert portfolio.models == (
        PortfolioModel(id="a"),
        PortfolioModel(id="b", users=12.0, regulated=True),
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
    text = 'id,userz,users,regulated\na,,"1,5",live\n,,2,\nb,,-1,\na,,3,\nb,,4,\nc,,5,\n'
    check = check_portfolio(text.encode())
    assert [problem.place for problem in check.problems] == [
        "row 1",
        "row 2, column users",
        "row 2, column regulated",
        "column id",
        "row 3, column id",
        "row 4, column users",
    ]
    assert [model.id for model in check.accepted] == ["c"]
    with pytest.raises(InputError) as caught:
        read_portfolio(text.encode(), name="models.csv")
    assert len(caught.value.problems) == len(check.problems)
    assert str(caught.value).startswith(
        "models.csv, row 1: 'userz' is not a known column; did you mean users?"
    )


def test_a_repeated_id_names_all_rows_even_faulty_ones_and_none_is_accepted() -> None:
    check = check_portfolio(b"id,users\na,1\nb,2\na,-3\n a ,4\n")
    assert [model.id for model in check.accepted] == ["b"]
    assert check.problems[0].message == (
        "stands more than once, in 3 rows: 2, 4, 5 (row 2: 'a'); give every model its own"
    )


def test_mistakes_of_one_kind_are_told_as_one() -> None:
    rows = "".join(f"m{number},{'x' if number % 2 else 'many'}\n" for number in range(40))
    assert _problems(f"id,users\n{rows}") == [
        (
            "column users",
            "is not a number in 40 rows: 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 30 more "
            "(row 2: 'many', row 3: 'x'); write a number such as 12.5, or leave the cell empty",
        )
    ]
    ((place, message),) = _problems("id,users,addressable_users\na,5,3\nb,2,3\nc,9,6\n")
    assert place == "columns users and addressable_users"
    assert message.startswith("users exceeds addressable_users in 2 rows: 2, 4 (row 2: users (5)")


LOOK_ALIKES = {
    "cafe\u0301": ("caf\u00e9", "how letters with accents are encoded"),
    "x\u200b": ("x", "characters that cannot be seen (ZERO WIDTH SPACE and nothing)"),
    "a\u00a0b": ("a b", "blanks (NO-BREAK SPACE and SPACE)"),
    "\uff21\uff11": ("A1", "forms of the same character"),
    "fr\u0430ud": ("fraud", "CYRILLIC SMALL LETTER A and LATIN SMALL LETTER A"),
    "A\u20111": ("A-1", "characters that look alike"),
    "Fraud": ("fraud", "capital and small letters"),
    "FR\u0410UD ": ("fraud", "capital and small letters"),
}


@pytest.mark.parametrize("id_", LOOK_ALIKES)
def test_ids_that_look_the_same_are_refused_and_named(id_: str) -> None:
    other, words = LOOK_ALIKES[id_]
    check = check_portfolio(f"id\n{id_}\nz\n{other}\n".encode())
    assert [model.id for model in check.accepted] == ["z"]
    (problem,) = check.problems
    assert problem.rows == (2, 4)
    assert words in problem.message
    with pytest.raises(ValidationError, match="looks the same as"):
        ImportedPortfolio(source="x", models=(PortfolioModel(id=id_), PortfolioModel(id=other)))


def test_ids_that_differ_to_the_eye_are_different() -> None:
    ids = ["a1", "a-1", "a_1", "a 1", "caf\u00e9", "cafe", "7", "007", "O", "0", "l", "1"]
    assert len(read_portfolio("\n".join(["id", *ids]).encode()).models) == len(ids)


def test_an_id_with_a_blank_at_its_end_is_the_same_id() -> None:
    assert _problems("id\na\na\u00a0\n")[0][1].startswith("stands more than once, in 2 rows: 2, 3")


def test_a_stage_is_given_for_every_model_or_for_none() -> None:
    text = "id,stage,deployed_at\na,production,\nb,,2027-01-01\nc,x,\nd,,\n"
    assert _problems(text, date(2026, 1, 1)) == [
        (
            "column stage",
            "there is no stage, though other rows give one in 2 rows: 3, 5; "
            "write idea, build, deployment, production or retired",
        ),
        (
            "row 4, column stage",
            "'x' is not a stage; write one of idea, build, deployment, production, retired",
        ),
    ]
    assert [model.stage for model in read_portfolio(b"id,stage\na,\nb,\n").models] == [
        "production"
    ] * 2


TOTALS = {
    "id,name,users\nA1,Fraud score,120\nA2,Churn,80\nTotal,,200\n": (4,),
    "id,users\na,120\nb,80\nSumme:,\n": (4,),
    "id,users\na,120\nb,80\n,200\n": (4,),
    "id,users\nall,200\na,120\nb,80\n": (2,),
    "id,users,value_per_prediction\na,120,0.5\nb,80,0.1\nc,200,0.3\n": (4,),
    "id,stage,users\na,production,120\nb,production,80\nTOTAL (2),,200\nMean,,100\n": (4, 5),
    "id,name,users\na,x,1\nb,y,2\nu1,Total Marketing,3\nc,z,4\nd,w,5\ns,Subtotal risk,9\n": (4, 7),
    "id,users\na,1\nb,5\nSource: CMDB of 3 May,\n": (4,),
    "id,users\na,1\nid,users\nb,5\n": (3,),
}  # fmt: skip


def test_a_total_is_shown_with_what_makes_it_one() -> None:
    ((_, message),) = _problems("id,name,users\n1,x,120\n2,y,80\n3,Total,200\n")
    assert message.startswith("'3 Total' looks like a total or an average; delete the row; if it")


@pytest.mark.parametrize("text", TOTALS)
def test_a_row_that_is_no_model_is_refused(text: str) -> None:
    check = check_portfolio(text.encode())
    rows = {row for problem in check.problems for row in problem.rows}
    assert rows == set(TOTALS[text])
    assert check.rows == len(check.accepted) + len(rows)


@pytest.mark.parametrize(
    "text",
    [
        "id,name\na,Total cost of claims\nb,Summary of notes\n",
        "id\ntotal-loss-detection\nstand-alone\nsource-code-review\nnote-taker\naverager\n",
        "id,users\na,10\nb,10\nc,10\nd,10\ne,10\n",
        "id,users,stage\na,10,production\nb,20,production\nTotal,30,production\n",
        "id,users,deployed_at\na,10,2020-01-01\nb,20,2020-01-01\nc,30,2020-01-01\n",
        "id,users\na,0\nb,0\nc,0\n",
        "id,users\na,5\nb,5\n",
    ],
)
def test_a_model_is_not_taken_for_a_total(text: str) -> None:
    assert _problems(text) == []


class _Counted(dict[str, object]):
    """A row that counts how often it is looked at."""

    looks = 0

    def get(self, name: str, default: object = None) -> object:
        _Counted.looks += 1
        return super().get(name, default)

    def items(self) -> ItemsView[str, object]:
        _Counted.looks += 1
        return super().items()


@pytest.mark.parametrize("users", [10.0, 0.0, None], ids=["equal", "zero", "without numbers"])
def test_many_rows_that_speak_of_totals_take_few_looks_each(
    monkeypatch: pytest.MonkeyPatch, users: float | None
) -> None:
    """Numbers of rows are taken once, and those above a row only up to its own."""
    numbers = {} if users is None else {"users": users, "value_per_prediction": 0.5}
    rows = [_Counted({"id": f"loss {at} total of year", **numbers}) for at in range(1500)]
    take = summary_rows_module._numbers
    monkeypatch.setattr(summary_rows_module, "_numbers", lambda row: _Counted(take(row)))
    _Counted.looks = 0
    assert not summary_rows_module.summary_rows(rows)
    assert _Counted.looks <= 20 * len(rows)


def test_a_subtotal_of_many_rows_is_found() -> None:
    rows = "".join(f"m{at},x,0.1,\n" for at in range(900))
    text = f"id,name,users,capacity_per_day\nbefore,x,7,\n{rows}s,Subtotal risk,90,\nz,y,1,5\n"
    ((where, message),) = _problems(text)
    assert where == "row 903"
    assert "looks like a total" in message or "looks like a subtotal" in message


def test_a_separator_may_be_stated_and_rows_are_counted_as_in_a_spreadsheet() -> None:
    for line in ("sep=;\r\n", "SEP=;\n", '"sep=;"\n', "sep=;;;\n"):
        assert _problems(f"{line}id;users\na;x\n")[0][0] == "row 2, column users"
    assert read_portfolio(b"sep=\t\nid\tname\na\tb\n").models[0].name == "b"
    ((_, message),) = _problems("sep=|\nid|name\n")
    assert "states the separator '|'" in message


def test_columns_without_a_name_are_harmless_while_they_are_empty() -> None:
    assert len(read_portfolio(b"id;name;;\na;b;;\nc;d;; \n").models) == 2
    assert _problems("id;name;;\na;b;;x\nc;d;;y\n") == [
        (
            "column 4",
            "stands in a column without a name in 2 rows: 2, 3 (row 2: 'x', row 3: 'y'); "
            "name the column, or delete it",
        )
    ]


def test_unknown_columns_are_listed_once_and_ignored_if_asked() -> None:
    text = b"id,owner,users,Team lead\na,x,3,y\n"
    ((place, message),) = _problems(text.decode())
    assert place == "row 1"
    assert message.startswith("'owner' and 'team lead' are not known columns; known are id, name")
    check = check_portfolio(text, ignore_unknown_columns=True)
    assert check.unknown_columns == ("owner", "team lead")
    assert check.accepted == (PortfolioModel(id="a", users=3.0),)


def test_the_separator_is_found_without_known_names() -> None:
    problems = _problems("Model ID;Model name, short;Status;Owner\nM1;Alpha;Live;Team A\n")
    assert [place for place, _ in problems] == ["row 1, column id", "row 1"]
    assert problems[1][1].startswith(
        "'model id', 'model name, short', 'status' and 'owner' are not known columns; "
        "did you mean id for 'model id' and stage for 'status'? Known are id, "
    )


def test_another_separator_is_told() -> None:
    (_, message), *_ = _problems("id|users\na|1\n")
    assert "the column id is missing (found: id|users)" in message
    assert "with commas, semicolons or tabs between them" in message


def test_a_title_above_the_header_is_seen() -> None:
    assert _problems("Portfolio of ACME\n\nid,users\na,1\n")[0] == (
        "row 1, column id",
        "the column id is missing; row 3 looks like the header; delete the rows above it",
    )


@pytest.mark.parametrize(
    "name", ["resolved_at", "opened_at", "predictions", "retrained", "service", "region", "x"]
)
def test_a_column_is_not_suggested_for_its_letters(name: str) -> None:
    ((_, message),) = _problems(f"id,{name}\n")
    assert "did you mean" not in message


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("usres", "users"),
        ("Go-live date", "deployed_at"),
        ("Value per prediction", "value_per_prediction"),
        ("retrained_at", "last_retrained_at"),
        ("Decommissioned", "retired_at"),
    ],
)
def test_a_column_is_suggested_for_its_meaning_or_a_slip_of_the_pen(name: str, column: str) -> None:
    ((_, message),) = _problems(f"id,{name}\n")
    assert f"did you mean {column}?" in message


def _zip(name: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        # With a date of its own it would be another content, and another test, every two seconds.
        archive.writestr(
            zipfile.ZipInfo(name), "xl/ word/ is what the files in an archive may hold"
        )
    return content.getvalue()


OTHER_FILES = {
    b"incident_id,opened_at,resolved_at,service\nI1,2025-01-03,2025-01-04,a\n": "an incident log",
    b"id,opened_at,resolved_at,priority\nI1,2025-01-03,2025-01-04,1\n": "an incident log",
    b"Issue key,Summary,Created,Resolved\nA-1,x,2025-01-03,2025-01-04\n": "an incident log",
    b"date,model,predictions\n2025-01-01,alpha,1200\n": "a table of usage",
    b"run_id,experiment_id,name\n1,2,x\n": "a model registry",
    b"name,version,current_stage,creation_timestamp\nx,1,None,17\n": "a model registry",
    b"Use Case Name,Agency,Stage of Development\nx,y,Retired\n": "the US federal inventory",
    b"Use Case Name,Agency\x92s,Stage of Development\nx,y,Retired\n": "the US federal inventory",
    b"number,id,name,origin,from_client,went_live_at\n0,a,A,client,id,\n": "results of this",
    b'{"models": []}': "JSON",
    b'[{"id": 1}]': "JSON",
    b"<!DOCTYPE html><table>": "HTML",
    b"<!-- saved -->\n<div><table>": "HTML",
    b'<svg xmlns="x"/>': "a picture (SVG)",
    b"GIF89a\x01\x00": "a picture",
    "id,users\nchurn,180\n".encode("utf-16-le"): "text in UTF-16",
    b"id,users\nchurn\x00,180\n": "NUL bytes (first at line 2)",
    b'<?xml version="1.0"?>': "XML",
    b"[team]\ndevelopers = 5\n": "looks like TOML",
    b"# mine\nname = 'x'\n": "looks like TOML",
    b"team:\n  developers: 5\n": "looks like YAML",
    b"%PDF-1.7 ...": "a PDF document",
    _zip("xl/workbook.xml"): "an Excel workbook",
    _zip("word/document.xml"): "a Word document",
    _zip("models.csv"): "an archive (ZIP), not text; unpack it first",
    _zip("xl/workbook.xml")[:60]: "an archive (ZIP) or Office document, and damaged",
    b"PK\x03\x04...": "an archive (ZIP)",
    b"\xd0\xcf\x11\xe0...": "an old Excel workbook",
    b"\x1f\x8b...": "compressed (gzip)",
    b"PAR1...": "a Parquet table",
    b"SQLite format 3\0": "an SQLite database",
    b"version https://git-lfs.github.com/spec/v1\n": "a pointer of Git LFS",
}  # fmt: skip


@pytest.mark.parametrize("content", OTHER_FILES)
def test_another_file_is_called_what_it_is(content: bytes) -> None:
    for ignore in (False, True):
        check = check_portfolio(content, ignore_unknown_columns=ignore)
        (problem,) = check.problems
        assert check.accepted == ()
        assert OTHER_FILES[content] in problem.message


def test_an_incident_log_says_what_can_be_done() -> None:
    ((place, message),) = _problems("incident_id,opened_at,resolved_at,service\n")
    assert (place, message) == (
        "",
        "the file is no portfolio: it looks like an incident log; "
        "modelops-abm check reads it if it says which column is what: --kind incidents "
        "--map opened=COLUMN --map closed=COLUMN --map service=COLUMN",
    )


@pytest.mark.parametrize(
    "text",
    [
        "id,name,stage,priority,severity,users,value_per_prediction\n",
        "id,name,version,created_at\n",
    ],
)
def test_a_portfolio_with_columns_of_its_own_is_not_taken_for_something_else(text: str) -> None:
    ((_, message),) = _problems(text)
    assert "not known columns" in message
    assert _problems(text) != []


def test_a_line_break_in_a_name_is_read_as_a_blank_and_said() -> None:
    check = check_portfolio(b'id,name\r\na,"Two\r\n lines"\r\nb,x\r\n')
    assert (check.problems, check.accepted[0].name) == ((), "Two lines")
    assert check.notes == ("a line break in the name was read as a blank in row 2",)
    for text in ('id,name\na,"x\nb,y\nc"\n', 'id,name\n"a\nb",x\n'):
        ((_, message),) = _problems(text)
        assert "must be one line" in message


def test_what_is_not_used_is_said() -> None:
    check = check_portfolio(
        b"id,stage,deployed_at,users,build_effort_days,regulated\n"
        b"N1,deployment,2026-09-01,,,yes\nG,retired,2020-01-01,5,,no\nP,production,2020-01-01,5,9,\n"
    )
    assert notes_on(check.accepted) == [
        "not used: deployed_at of 1 model (N1): "
        "a model goes live when its work is done, not on a planned day",
        "not used: deployed_at, users and regulated of 1 model (G): "
        "a retired model takes no part in the run",
        "not used: build_effort_days of 1 model (P): the model is built already",
        "taken as not regulated, unless their archetype is, as the row does not say: 1 model (P)",
    ]
    assert rows_that_give(check.accepted)["deployed_at"] == 1
    assert notes_on([PortfolioModel(id="a")]) == [
        "taken as in production, as no row gives a stage: all models"
    ]


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
