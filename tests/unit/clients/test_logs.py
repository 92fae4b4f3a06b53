"""What all logs share: which table it is, what its columns say, moments on one clock."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from modelops_abm.clients.logs import (
    Cells,
    Field,
    Form,
    Kind,
    LogTable,
    Reading,
    read_table,
    recognised,
)
from modelops_abm.clients.moments import order_of, read_stamp, read_zone
from modelops_abm.clients.problems import Mistake
from modelops_abm.errors import InputError

KIND = Kind(
    "incidents",
    "an incident log",
    (
        Field("id", "its number"),
        Field("opened", "when", required=True),
        Field("service", "of what", is_many=True),
    ),
    (
        Form("Short", ("opened_at",), {"opened": "opened_at", "service": "service"}),
        Form("Long", ("number", "opened_at"), {"id": "number", "opened": ("began", "opened_at")}),
    ),
)


def _table(text: str, **mapping: str | list[str]) -> LogTable:
    return read_table(text.encode(), KIND, Reading(columns=mapping))


def _refused(text: str | bytes, **mapping: str) -> str:
    with pytest.raises(Mistake) as caught:
        read_table(
            text if isinstance(text, bytes) else text.encode(), KIND, Reading(columns=mapping)
        )
    return f"{caught.value.reason}; {caught.value.remedy}"


def test_a_form_is_known_by_its_columns_and_the_one_that_more_tell_counts() -> None:
    table = _table("Number;Opened_At;x\r\n7;2024-01-02;\r\n")
    assert (table.form, table.names("opened"), table.unread) == ("Long", ("Opened_At",), (2,))
    assert (table.cells("id"), table.cells("service")) == (["7"], [""])
    assert _table("opened_at\n").form == "Short"
    assert recognised(b"opened_at\n", [KIND]) is KIND
    for other in (b"a,b\n", b"\0", b"{}", b"", b'"a'):
        assert recognised(other, [KIND]) is None


def test_a_mapping_makes_any_table_a_log_and_counts_before_a_form() -> None:
    table = _table("When,What,What\n2024-01-02,a,b\n", opened="when", service=["What"])
    assert (
        table.in_words()
        == "a table with columns as mapped; opened from When, service from What and What"
    )
    assert table.places["service"] == (1, 2)
    assert _table("opened_at,began\n", opened="began").names("opened") == ("began",)


def test_what_is_no_log_says_what_was_found_and_how_to_map() -> None:
    assert _refused("When,What\n1,2\n") == (
        "is an incident log of no known form, with the columns 'When' and 'What'; say which column "
        "is what: --kind incidents --map opened=COLUMN (docs/evidence-files.md has the known forms "
        "and all that can be mapped)"
    )
    assert "has no column 'Then'; it has 'When' and 'What'" in _refused(
        "When,What\n", opened="Then"
    )
    assert "is mapped to 'began'" in _refused("When,What\n", began="When")
    assert "has its header in row 3" in _refused("Report\n\nopened_at,x\n")
    assert "names 5,001 columns" in _refused("x," * 5000 + "\n")
    assert "is no incident log: it is JSON" in _refused("{}")
    assert "is an archive (ZIP)" in _refused(b"PK\x03\x04")
    assert "holds NUL bytes" in _refused(b"opened_at\n\0\n")
    for empty in (" \n,,\n", b"\xa0", '" "\n'):
        assert "is empty" in _refused(empty)
    assert "never closes" in _refused('"opened_at\n')
    # A part of it, over the time of the whole, would make every rate too low.
    assert "to its end: a quotation mark opens in this row and never closes (row 3)" in _refused(
        'opened_at,x\n2024-01-02,\n2024-01-03,"\n2024-01-04,\n'
    )
    assert "has one column alone, 'opened_at|x'" in _refused("opened_at|x\n2024-01-02|y\n")


def test_rows_that_are_none_are_told_and_the_others_read() -> None:
    table = _table("number,opened_at\n1,2024-01-02\n2\n3,2024-01-04\n")
    assert table.cells("id") == ["1", "3"]
    assert [problem.rows for problem in table.problems] == [(3,)]
    with pytest.raises(Mistake, match="more than 2,000,000 letters"):
        _table("a," * 1_000_001)
    table = _table("number,opened_at,colour\n#REF!,2024-01-02,a\n2,#####,b\n3,2024-01-04,#NAME?\n")
    assert table.cells("id") == ["3"], "of what is read no formula may have failed"
    assert [problem.rows for problem in table.problems] == [(2,), (3,)]


MOMENTS = {
    "1709647567500": (2024, 3, 5, 14, 6, 7, 500_000),
    "2024-03-05": (2024, 3, 5),
    "2024-03-05T14:06:07.5Z": (2024, 3, 5, 14, 6, 7, 500_000),
    "2024-03-05 14:06:07,123": (2024, 3, 5, 14, 6, 7, 123_000),
    "2024-03-05 14:06 UTC": (2024, 3, 5, 14, 6),
    "2024/03/05 14:06": (2024, 3, 5, 14, 6),
    "05/Mar/24 2:06 PM": (2024, 3, 5, 14, 6),
    "5-Mar-2024 14:06:07": (2024, 3, 5, 14, 6, 7),
    "Tue, 05 Mar 2024 14:06:07 GMT": (2024, 3, 5, 14, 6, 7),
    "Mar 5, 2024 - 14:06 UTC": (2024, 3, 5, 14, 6),
    "March 5th 2024, 12:06 am": (2024, 3, 5, 0, 6),
    "5.3.2024 14:06": (2024, 3, 5, 14, 6),
    "05/03/24 2:06 p.m.": (2024, 3, 5, 14, 6),
}


@pytest.mark.parametrize("cell", MOMENTS)
def test_moments_are_read_in_the_ways_that_tools_write_them(cell: str) -> None:
    assert read_stamp(cell, "day-first").local == datetime(*MOMENTS[cell])  # type: ignore[arg-type]


def test_an_offset_is_read_and_never_invented() -> None:
    assert read_stamp("2024-03-05 14:06").offset is None
    assert read_stamp("2024-03-05 14:06 Z").offset == timedelta(0)
    assert read_stamp("2024-03-05 14:06 -0330").offset == -timedelta(hours=3, minutes=30)
    assert read_stamp("2024-03-05 14:06 UTC+02").offset == timedelta(hours=2)


@pytest.mark.parametrize(
    "cell",
    ["soon", "45123", "2024-02-30", "2024-13-01", "2024-01-01 25:00", "2024-01-01 13:00 PM",
     "2024-01-01 10:00 PST", "0001-01-01", "2024-01-01 10:00 +99:00", "1" * 10_000,
     "12/Foo/2024", "2024-1/5"],
)  # fmt: skip
def test_what_is_no_moment_is_a_mistake(cell: str) -> None:
    with pytest.raises(Mistake):
        read_stamp(cell, "day-first")


@given(st.text(max_size=80))
def test_no_text_breaks_the_reading_of_a_moment(cell: str) -> None:
    with suppress(Mistake):
        read_stamp(cell)


def test_the_order_of_day_and_month_is_shown_or_stated_never_guessed() -> None:
    assert order_of([(2, "5/2/2024"), (3, "2/13/2024 10:00 AM")]) == "month-first"
    assert order_of([(2, "5/2/2024")], "day-first") == "day-first"
    assert order_of([(2, "2024-01-02"), (3, "1/Feb/24")]) is None
    with pytest.raises(Mistake) as caught:
        order_of([(2, "2024-01-02"), (3, "5/2/2024"), (4, "6/2/2024")])
    assert caught.value.reason.endswith("may be first (the first is '5/2/2024' in row 3)")
    with pytest.raises(Mistake, match="'13/2/2024' in row 2 and '2/13/2024' in row 3"):
        order_of([(2, "13/2/2024"), (3, "2/13/2024")])


def test_moments_without_a_zone_are_taken_as_stated_and_that_is_said() -> None:
    table = _table("opened_at\n2024-07-01 10:00\n2024-07-01\n2024-07-01 10:00+00:00\nn/a\nsoon\n")
    cells = Cells(table, Reading(zone="Europe/Berlin"), "opened")
    ten, midnight = datetime(2024, 7, 1, 10, tzinfo=UTC), datetime(2024, 6, 30, 22, tzinfo=UTC)
    assert cells.moments("opened") == [ten - timedelta(hours=2), midnight, ten, None, None]
    (problem,) = cells.problems
    assert (problem.place, problem.value) == ("row 6, column opened_at", "soon")
    assert [*cells.notes()] == [
        "moments without a zone are taken as Europe/Berlin: 2 rows: 2, 3",
        "days without a time are taken as their beginning: row 3",
    ]


def test_a_zone_is_a_name_or_an_offset() -> None:
    assert read_zone("utc") is UTC
    assert read_zone("-05:30").utcoffset(None) == -timedelta(hours=5, minutes=30)
    for unknown in ("PST8", "../../etc/passwd", "+99:00", "", "\0"):
        with pytest.raises(InputError, match="is no time zone"):
            read_zone(unknown)
