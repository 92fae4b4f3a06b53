"""Time sheets: the forms that are known, what activities mean, what cannot be used."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from modelops_abm.clients.logs import Reading, recognised
from modelops_abm.clients.timesheets import MEANINGS, TIMESHEETS, TimeSheets, read_timesheets
from modelops_abm.errors import InputError

FORMS = {
    "the table of modelops-abm template": "date,person,hours,activity,task\n"
    "2025-11-03,A,1.5,Support,T-1\n2025-11-04,B,6,Feature,\n",
    "Tempo, worklogs": "Issue Key,Hours,Work date,Username,Account name\n"
    "T-1,1.5,2025-11-03 09:00,A,Support\n,6,2025-11-04 09:00,B,Feature\n",
    "Harvest, detailed time": "Date,Client,Project,Task,Hours,Last Name,External Reference URL\n"
    "2025-11-03,,X,Support,1.5,A,T-1\n2025-11-04,,X,Feature,6,B,\n",
    "Toggl, detailed report": "User,Project,Description,Start date,Duration\n"
    "A,Support,,2025-11-03,01:30:00\nB,Feature,,2025-11-04,06:00:00\n",
    "Clockify, detailed report": "Project,User,Start Date,Duration (decimal)\n"
    "Support,A,11/3/2025,1.50\nFeature,B,11/4/2025,6.00\nFeature,B,11/13/2025,0\n",
}
WORDS = {"support": "upkeep", "Feature": "build"}


def _read(rows: str, **options: Any) -> TimeSheets:
    return read_timesheets(f"date,person,hours,activity,task\n{rows}".encode(), Reading(**options))


@pytest.mark.parametrize("form", FORMS)
def test_each_form_says_the_same_of_the_same_two_entries(form: str) -> None:
    content = FORMS[form].encode()
    assert recognised(content, [TIMESHEETS]) is TIMESHEETS
    sheets = read_timesheets(content, Reading(words=WORDS))
    assert sheets.form.startswith(f"{form}; ")
    assert [each[1:5] for each in sheets.table] == [
        (date(2025, 11, 3), "A", 1.5, "upkeep"),
        (date(2025, 11, 4), "B", 6.0, "build"),
    ]
    assert sheets.problems == ()


def test_what_was_understood_is_told_before_anything_is_computed() -> None:
    sheets = _read("2025-11-04,B,6.125,build,\n2025-11-03,A,1:30,pipeline_repair,T-1\n")
    assert sheets.sentence() == (
        "time sheets with 2 entries of 2 people from 2025-11-03 to 2025-11-04; hours: "
        "pipeline_repair 2, build 6. Read as the table of modelops-abm template; date from date, "
        "activity from activity, hours from hours, person from person, task from task."
    )


def test_any_table_with_hours_or_days_is_read_by_a_mapping() -> None:
    content = b"Woche;Wer;Tage;Was\n2025-W45;A;0.5;Support\n"
    mapping = {"date": "Woche", "days": "Tage", "activity": "Was"}
    sheets = read_timesheets(content, Reading(columns=mapping, words=WORDS))
    assert sheets.table[0][1:5] == (date(2025, 11, 3), "", 4.0, "upkeep")
    assert sheets.notes == ("days are taken as 8 hours",)
    with pytest.raises(InputError, match="has no column of hours or days; map one"):
        read_timesheets(content, Reading(columns={"date": "Woche", "activity": "Was"}))


def test_rows_that_cannot_be_used_are_told() -> None:
    sheets = _read(
        "2025-11-03,A,1,build,\nTotal,,9,,\n2025-11-03,A,,build,\n2025-11-03,A,200,build,\n"
        "2025-11-03,A,-1,build,\n2025-11-03,A,\"1,5\",build,\n2025-W60,A,1,build,\n"
        "2025-11-03,A,0,build,\n"
    )  # fmt: skip
    assert len(sheets.table) == 1
    assert [(problem.rows, problem.reason) for problem in sheets.problems] == [
        ((3,), "is not a moment"),
        ((4,), "has no hours"),
        ((5, 6), "is no time that an entry can have"),
        ((7,), "has a comma"),
        ((8,), "is no week of the calendar"),
    ]


def test_activities_are_mapped_and_never_guessed() -> None:
    sheets = _read(
        "2025-11-03,A,1,Ops,\n2025-11-03,A,1,Ops,\n2025-11-04,A,1,,\n2025-11-05,A,1,build,\n"
    )
    assert sheets.hours == {"unknown": 3.0, "build": 1.0}
    assert sheets.notes == (
        "equal to an entry above, and counted: row 3",
        "of these activities it is not known what they mean: Ops 2, none 1; say so: "
        "--word 'Ops=upkeep'",
    )
    with pytest.raises(InputError, match=r"cannot mean 'upkep'; activities are .*mean upkeep"):
        _read("2025-11-03,A,1,Ops,\n", words={"Ops": "upkep"})
    assert {"upkeep", "build", "other", "absent", "pipeline_repair", "retraining"} <= {*MEANINGS}


def test_only_some_rows_and_days_are_read_if_asked() -> None:
    rows = "2025-11-03,A,1,build,\n2025-11-04,A,2,build,\n2025-11-05,B,4,build,\n"
    sheets = _read(rows, only={"person": ["A"]}, since=date(2025, 11, 4))
    assert sheets.hours == {"build": 2.0}
    assert sheets.notes == (
        "read alone: 2 rows of person",
        "outside of the days that are stated: 1 row",
    )


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "is a time sheet of no known form, with the columns 'a' and 'b'"),
        (b"date,person,hours,activity\n", "holds no entry that can be used"),
        (b"date,person,hours,activity\nx,A,1,b\n", "holds no entry that can be used: 'x' is not a"),
        (b"date,person,hours,activity\n1/2/2025,A,1,b\n", "--dates day-first or"),
        (b"PK\x03\x04", "is an archive"),
        (b"{}", "is no time sheet: it is JSON"),
    ],
)
def test_a_file_that_is_no_time_sheet_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read_timesheets(content)


def test_a_total_of_a_person_or_an_activity_is_no_entry() -> None:
    sheets = _read(
        "2025-11-03,A,6,build,\n2025-11-03,A,2,upkeep,\n2025-11-03,Total,8,,\n2025-11-03,A,8,Sum,\n"
    )
    assert sheets.hours == {"build": 6.0, "upkeep": 2.0}
    (problem,) = sheets.problems
    assert (problem.reason, problem.rows) == ("looks like a total", (4, 5))
    parts_of_a_day = _read("2025-11-03,A,0.25,build,\n2025-11-03,A,0.083,upkeep,\n")
    assert "parts of a day" in parts_of_a_day.notes[0]
    assert not any("parts of a day" in note for note in sheets.notes)
