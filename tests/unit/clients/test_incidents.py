"""Incident logs: every form that is known, what is decided, what cannot be used, hostile files."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from modelops_abm.clients.incidents import INCIDENTS, IncidentLog, is_statuspage, read_incidents
from modelops_abm.clients.logs import Reading, recognised
from modelops_abm.errors import InputError

OURS = "incident_id,opened_at,resolved_at,service,cause,severity,status\n"
PAGERDUTY = (
    "id,service_id,service_name,incident_number,description,created_on,resolved_on,urgency\n"
    "PA,S1,churn,1,down,2025-01-03T10:00:00-05:00,2025-01-03T12:30:00-05:00,high\n"
    "PB,S2,fraud,2,slow,2025-02-03T10:00:00-05:00,,low\n"
)
ANALYTICS = (
    "incident_number,created_at,resolved_at,service_name,priority_name,urgency\n"
    "1,2025-01-03 15:00:00 UTC,2025-01-03 17:30:00 UTC,churn,P1,high\n"
    "2,2025-02-03 15:00:00 UTC,,fraud,,high\n"
)
SERVICENOW = (
    "number,opened_at,resolved_at,closed_at,cmdb_ci,business_service,state,priority\n"
    "INC1,2025-01-03 15:00:00,2025-01-03 17:30:00,2025-01-10 17:30:00,churn,,Closed,1 - Critical\n"
    "INC2,2025-02-03 15:00:00,,,vm7,fraud,In Progress,3 - Moderate\n"
)
SERVICENOW_LABELS = (
    "Number,Opened,Resolved,Configuration item,State,Priority\n"
    "INC1,2025-01-03 15:00:00,2025-01-03 17:30:00,churn,Closed,1 - Critical\n"
    "INC2,2025-02-03 15:00:00,,fraud,New,3 - Moderate\n"
)
JIRA = (
    "Summary,Issue key,Issue Type,Status,Priority,Created,Resolved,Component/s,Component/s,Comment,"
    "Comment\n"
    "down,OPS-1,Incident,Done,High,03/Jan/25 3:00 PM,03/Jan/25 5:30 PM,churn,,a,b\n"
    'slow,OPS-2,Incident,To Do,Low,03/Feb/25 3:00 PM,,fraud,,"c\nd",\n'
)
STATUSPAGE = (
    "incident_id,Incident_Title,incident_impact_level,churn,fraud,resolved_flag,start_timestamp,"
    "close_timestamp\n"
    "a,down,2,1,0,1,2025-01-03 15:00:00+00:00,2025-01-03 17:30:00+00:00\n"
    "b,slow,1,0,1,0,2025-02-03 15:00:00+00:00,\n"
)
FORMS = {
    "the table of modelops-abm template": OURS
    + "1,2025-01-03 15:00,2025-01-03 17:30,churn,,,\n2,2025-02-03 15:00,,fraud,,,\n",
    "PagerDuty, report of incidents": PAGERDUTY,
    "PagerDuty, incidents of Analytics": ANALYTICS,
    "ServiceNow, table incident": SERVICENOW,
    "ServiceNow, list of incidents": SERVICENOW_LABELS,
    "Jira, list of issues": JIRA,
    "Statuspage, table of incidents": STATUSPAGE,
}
BEGAN = datetime(2025, 1, 3, 15, tzinfo=UTC)


def _page(*incidents: dict[str, Any]) -> bytes:
    page = {"id": "x", "updated_at": "2025-03-01T00:00:00.000Z"}
    return json.dumps({"page": page, "incidents": incidents}).encode()


JSON = _page(
    {
        "id": "a",
        "name": "down",
        "status": "resolved",
        "impact": "major",
        "created_at": "2025-01-03T16:00:00.000+01:00",
        "resolved_at": "2025-01-03T18:30:00.000+01:00",
        "components": [{"id": "1", "name": "churn"}],
    },
    {
        "id": "b",
        "status": "investigating",
        "impact": "minor",
        "created_at": "2025-02-03T15:05:00Z",
        "started_at": "2025-02-03T15:00:00Z",
        "resolved_at": None,
        "incident_updates": [{"affected_components": [{"name": "fraud"}]}, {}, None],
    },
)


def _read(rows: str, **options: Any) -> IncidentLog:
    return read_incidents((OURS + rows).encode(), Reading(**options))


def _told(log: IncidentLog) -> list[str]:
    return [f"{problem.place}: {problem.message}" for problem in log.problems]


@pytest.mark.parametrize("form", [*FORMS, "Statuspage, JSON of incidents"])
def test_each_form_says_the_same_of_the_same_two_incidents(form: str) -> None:
    content = FORMS[form].encode() if form in FORMS else JSON
    assert is_statuspage(content) == (form not in FORMS)
    assert (recognised(content, [INCIDENTS]) is None) == (form not in FORMS)
    log = read_incidents(content)
    assert log.form.startswith(f"{form}; ")
    first, second = log.table
    assert (first.opened, first.closed) == (BEGAN, BEGAN + timedelta(hours=2.5))
    assert (first.ending, first.services) == ("closed", ("churn",))
    assert (second.ending, second.services) == ("open", ("fraud",))
    assert second.opened == datetime(2025, 2, 3, 15, tzinfo=UTC)
    assert log.problems == ()
    assert log.rows == 2


def test_what_was_understood_is_told_before_anything_is_computed() -> None:
    log = _read(
        "1,2025-01-03 15:00Z,2025-01-03 17:30Z,churn,pipeline,high,resolved\n"
        "2,2025-02-03 15:00Z,,fraud,,low,open\n",
        until=date(2025, 2, 28),
    )
    assert log.sentence() == (
        "incident log with 2 incidents of 2 services (churn 1, fraud 1); 1 with an end, 1 open, "
        "0 of unknown length; from 2025-01-03 to 2025-02-28, its first moment (--since) as nobody "
        "says otherwise; causes: pipeline 1, unknown 1; severity: high 1, low 1. Read as the table "
        "of modelops-abm template; opened from opened_at, closed from resolved_at, id from "
        "incident_id, service from service, cause from cause, severity from severity, status from "
        "status."
    )


def test_a_page_says_until_when_it_is_complete() -> None:
    window = read_incidents(JSON).window
    assert (window.until, window.until_stated) == (datetime(2025, 3, 1, tzinfo=UTC), True)
    assert (window.since, window.since_stated) == (BEGAN, False)


def test_any_other_table_is_read_by_a_mapping() -> None:
    content = b"Ticket;When;Fixed;churn;fraud\n1;03-Jan-2025 15:00;13-Jan-2025 15:00;yes;no\n"
    mapping = {"opened": "When", "closed": "Fixed", "affected": ["churn", "fraud"], "id": "ticket"}
    with pytest.raises(InputError, match="of no known form, with the columns 'Ticket', 'When'"):
        read_incidents(content)
    log = read_incidents(content, Reading(columns=mapping))
    assert log.table[0].services == ("churn",)
    assert log.table[0].opened == BEGAN
    assert read_incidents(content, Reading(columns={"opened": "When"})).notes[0] == (
        "no column says when incidents ended: they are counted alone"
    )


def test_what_says_how_long_it_lasted_counts_before_an_end() -> None:
    content = (
        b"Beginn;Ende;Dauer (Minuten);hours\n2025-01-03 15:00Z;2025-01-09 15:00Z;150;9\n"
        b"2025-02-03;;;2.5\n2025-03-03 15:00Z;;0;\n2025-03-04 15:00Z;;;\n"
        b"2025-03-05 15:00Z;;-1;\n2025-03-06 15:00Z;;2 h;\n2025-03-07 15:00Z;;1e300;\n"
    )
    mapping = {"opened": "beginn", "minutes": "Dauer (Minuten)", "hours": "Hours"}
    log = read_incidents(content, Reading(columns=mapping))
    lengths = [one.closed and one.closed - one.opened for one in log.table]
    assert lengths == [timedelta(hours=2.5), timedelta(hours=2.5), None, None]
    assert [one.ending for one in log.table[2:]] == ["unknown", "unknown"]
    told = " ".join(_told(log))
    for words in (
        "row 4: has no length: it ends when it begins",
        "row 5: says not how long it lasted; it is counted",
        "row 7, column Dauer (Minuten): '2 h' is not a number",
        "in 2 rows: 6, 8",
    ):
        assert words in told
    with_end = read_incidents(content, Reading(columns={**mapping, "closed": "Ende"}))
    assert with_end.table[0].closed == log.table[0].closed
    assert with_end.table[3].ending == "open"


def test_days_and_months_that_may_be_either_must_be_stated() -> None:
    rows = "1,03/01/2025 15:00,03/01/2025 17:30,churn,,,\n"
    with pytest.raises(InputError, match="--dates day-first or --dates month-first"):
        _read(rows)
    assert _read(rows, dates="day-first").table[0].opened == BEGAN
    assert _read(rows, dates="month-first").table[0].opened == datetime(2025, 3, 1, 15, tzinfo=UTC)
    # Where another date shows the other order, what is said would misread the first.
    rows += "2,13/01/2025 15:00,13/01/2025 17:30,churn,,,\n"
    assert _read(rows, dates="day-first").table[0].opened == BEGAN
    with pytest.raises(InputError, match="day first, as '13/01/2025 15:00' in row 3"):
        _read(rows, dates="month-first")
    rows += "3,01/14/2025 15:00,01/14/2025 17:30,churn,,,\n"
    with pytest.raises(InputError, match="the day first and with the month first"):
        _read(rows, dates="day-first")


def test_moments_without_a_zone_are_taken_as_stated() -> None:
    rows = "1,2025-01-03 10:00,2025-01-03 12:30,churn,,,\n"
    assert _read(rows, zone="America/New_York").table[0].opened == BEGAN
    assert "taken as UTC, as nobody says otherwise (--zone)" in _read(rows).notes[0]


def test_a_row_that_cannot_be_used_is_told_with_its_place_and_the_others_are_read() -> None:
    log = _read(
        "1,2025-01-03 15:00Z,2025-01-03 14:00Z,a,,,\n"
        "2,soon,,a,,,\n"
        "3,,2025-01-03 15:00Z,a,,,\n"
        "4,2025-01-03 15:00Z,2025-01-03 15:00Z,a,,,\n"
        "5,2025-01-03 15:00Z,,a,,,Resolved\n"
        "6,2025-01-03 15:00Z,2025-01-03 17:30Z,,,,\n"
        "7,2025-01-03 15:00Z,2025-01-03 17:30Z,a,,,Cancelled\n"
        "8,2025-01-03 15:00Z\n"
        "9,2025-01-03 15:00Z,2025-13-03 17:30Z,a,,,\n"
    )
    assert [(one.id, one.ending) for one in log.table] == [
        ("4", "unknown"),
        ("5", "unknown"),
        ("6", "closed"),
    ]
    assert _told(log) == [
        "row 2, columns opened_at and resolved_at: '2025-01-03 15:00' ends (2025-01-03 14:00) "
        "before it begins; it is left out; correct one of them",
        "row 3, column opened_at: 'soon' is not a moment; write for example 2024-03-15 09:30, and "
        "+01:00 after it",
        "row 4: says not when it began; give it a beginning",
        "row 5: has no length: it ends when it begins; it is counted, and left out of times to "
        "restore",
        "row 6: says that it ended, and not when; it is counted, and left out of times to restore",
        "row 7: names no service; it is counted, and belongs to no service",
        "row 8: is no incident, as it says cancelled; it is not counted",
        "row 9: the row has 2 cells, the header has 7; quote cells that hold the separator, and "
        "give every column a cell",
        "row 10, column resolved_at: '2025-13-03 17:30Z' is no day or time of the calendar; write "
        "an existing one",
    ]


def test_rows_with_one_number_are_a_history_or_a_contradiction() -> None:
    content = (
        b"number,sys_updated_at,opened_at,resolved_at,cmdb_ci,incident_state\n"
        b"A,2025-01-04 10:00,2025-01-03 15:00,2025-01-03 17:30,churn,Closed\n"
        b"A,2025-01-03 15:10,2025-01-03 15:00,?,?,Active\n"
        b"B,2025-01-03 15:10,2025-01-03 15:00,?,x,New\n"
        b"B,2025-01-03 15:10,2025-01-04 15:00,?,x,New\n"
    )
    log = read_incidents(content)
    (incident,) = log.table
    assert (incident.id, incident.ending, incident.services) == ("A", "closed", ("churn",))
    assert log.notes[0] == (
        "2 rows with the number of another and its beginning are the history of 1 incident"
    )
    assert _told(log) == [
        "column number: stands more than once, with different beginnings in 2 rows: 4, 5 "
        "(row 4: 'B'); they are left out; give every incident its own number"
    ]


def test_the_time_that_is_stated_leaves_out_and_leaves_open() -> None:
    rows = (
        "1,2025-01-01 10:00Z,2025-01-01 11:00Z,a,,,\n"
        "2,2025-01-03 10:00Z,2025-01-09 11:00Z,a,,,\n"
        "3,2025-01-07 10:00Z,,a,,,\n"
    )
    log = _read(rows, since=date(2025, 1, 2), until=datetime(2025, 1, 5, tzinfo=UTC))
    assert [(one.id, one.ending, one.closed) for one in log.table] == [("2", "open", None)]
    assert log.notes == ("began outside of the time that is stated: 2 rows: 2, 4",)
    assert log.window.years == pytest.approx(3 / 365)
    with pytest.raises(InputError, match="would end"):
        _read(rows, until=date(2024, 1, 1))
    with pytest.raises(InputError, match="would end"):
        _read(rows, since=date(2026, 1, 1))


def test_only_some_rows_are_read_if_asked() -> None:
    rows = "1,2025-01-01,,a,,High,\n2,2025-01-02,,a,,low,\n3,2025-01-03,,b,,high,\n"
    log = _read(rows, only={"severity": ["HIGH"], "Service": ["a"]})
    assert [one.id for one in log.table] == ["1"]
    assert "only where severity is HIGH and Service is a: 1 row" in log.notes
    with pytest.raises(InputError, match="has no row whose severity is P1; it has 'High', 'low'"):
        _read(rows, only={"severity": ["P1"]})
    with pytest.raises(InputError, match="has no column 'team'"):
        _read(rows, only={"team": ["x"]})


def test_causes_are_mapped_and_never_guessed() -> None:
    rows = "1,2025-01-01,,a,Upstream data,,\n2,2025-01-02,,a,capacity,,\n3,2025-01-03,,b,Human,,\n"
    log = _read(rows, words={"upstream DATA": "pipeline"})
    assert [one.cause for one in log.table] == ["pipeline", "capacity", "unknown"]
    assert (
        "no cause is known by these words: Human 1; map them: --word 'Human=pipeline'" in log.notes
    )
    with pytest.raises(InputError, match=r"causes are pipeline, capacity, .*mean pipeline"):
        _read(rows, words={"Human": "pipelines"})


def test_services_and_models_are_set_side_by_side() -> None:
    log = _read("1,2025-01-01,,Churn,,,\n2,2025-01-02,,mail,,,\n3,2025-01-02,,claims reader,,,\n")
    models = [("churn", ""), ("m2", "Claims Reader"), ("m3", "")]
    assert log.beside(models) == (("mail",), ("m3",))


HOSTILE = {
    b"": "is empty",
    b"\xff\xfeo\0": "is text in UTF-16",
    b"opened_at,resolved_at,service\n\0\n": "NUL bytes",
    b"PK\x03\x04 incidents.csv": "is an archive",
    b"\x1f\x8b": "is compressed",
    b"[" * 200_000: "is no incident log: it is JSON",
    b'{"incidents": ' + b"[" * 200_000: "nested more than 20 levels deep",
    b'{"incidents": [1]}': "no list of incidents of a status page",
    b'{"incidents": [], "incidents": []}': "given twice",
    b'{"incidents": []}': "holds no incident that can be used",
    b'{"incidents": [{"id": 1, "created_at": 17}]}': "says not when it began",
    b"opened_at,resolved_at,service\n": "holds no incident",
    b"=cmd|'/c calc'!A0,b\n1,2\n": "of no known form",
}


@pytest.mark.parametrize("content", HOSTILE, ids=HOSTILE.get)
def test_a_file_that_is_no_log_is_refused_and_never_breaks_the_reader(content: bytes) -> None:
    with pytest.raises(InputError, match=HOSTILE[content]):
        read_incidents(content)


def test_a_file_beyond_all_measure_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("modelops_abm.clients.incidents.LARGEST_LOG_BYTES", 2_000_000)
    with pytest.raises(InputError, match="is larger than 2 MB; split it"):
        read_incidents(b"x" * 2_000_001)
    # A part of it, over the time of the whole, would be a rate that is too low.
    monkeypatch.setattr("modelops_abm.clients.table.MOST_ROWS", 3)
    monkeypatch.setattr("modelops_abm.clients.logs.MOST_ROWS", 3)
    many = b"id,service,opened_at,resolved_at\n" + b",a,2025-01-01,\n" * 5
    with pytest.raises(InputError, match="has more than 3 rows; take the latest years"):
        read_incidents(many)


def test_a_formula_is_text_like_any_other() -> None:
    log = _read("=1+1,2025-01-01,,\"=HYPERLINK('x')\",=A1,,\n")
    assert log.table[0].services == ("=HYPERLINK('x')",)


def test_a_path_is_named_in_what_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^none\.csv: the file cannot be read"):
        read_incidents(tmp_path / "none.csv")


def test_a_real_log_of_four_services_is_read_but_for_what_it_does_not_say(
    shared_data: Path,
) -> None:
    log = read_incidents(shared_data / "openai_status_incidents_2024-08-31.csv")
    assert (log.rows, len(log.table)) == (365, 365)
    assert log.services == {"API": 231, "ChatGPT": 143, "Playground": 33, "Labs": 32}
    assert {problem.reason: len(problem.rows) for problem in log.problems} == {
        "has no length: it ends when it begins": 36,
        "names no service": 30,
    }


def test_one_cell_may_name_several_services_if_each_stands_alone_elsewhere() -> None:
    rows = [
        "1,2025-01-03 10:00Z,2025-01-03 11:00Z,churn,,,",
        "2,2025-01-04 10:00Z,2025-01-04 11:00Z,fraud,,,",
        '3,2025-01-05 10:00Z,2025-01-05 11:00Z,"churn, fraud",,,',
        "4,2025-01-06 10:00Z,2025-01-06 11:00Z,Fraud|churn,,,",
        '5,2025-01-07 10:00Z,2025-01-07 11:00Z,"Smith, Jones",,,',
    ]
    log = read_incidents((OURS + "\n".join(rows)).encode())
    assert [one.services for one in log.table] == [
        *(("churn",), ("fraud",), ("churn", "fraud"), ("fraud", "churn")),
        ("Smith, Jones",),
    ]
    assert any("2 cells such as 'churn, fraud'" in note for note in log.notes)


@pytest.mark.parametrize("state", ["8", "Canceled", "CANCELLED"])
def test_what_was_cancelled_in_servicenow_is_no_incident(state: str) -> None:
    rows = "INC1,2025-01-03 15:00:00,2025-01-03 17:30:00,7\n"
    rows += f"INC2,2025-01-04 15:00:00,2025-01-04 17:30:00,{state}\n"
    # State 6 or 7 without a moment: it ended, and nobody knows when.
    rows += "INC3,2025-01-05 15:00:00,,6\nINC4,2025-01-06 15:00:00,,2\n"
    log = read_incidents(("number,opened_at,resolved_at,state\n" + rows).encode())
    assert [(one.id, one.ending) for one in log.table] == [
        *(("INC1", "closed"), ("INC3", "unknown"), ("INC4", "open")),
    ]
    # Elsewhere a status of 8 means nothing that is known.
    other = read_incidents((OURS + "1,2025-01-03 10:00Z,2025-01-03 11:00Z,a,,,8\n").encode())
    assert len(other.table) == 1


@pytest.mark.parametrize("words", ["Won\u2019t Do", "won't do", "Rejected", "False Positive"])
def test_what_jira_resolves_as_nothing_is_no_incident(words: str) -> None:
    head = "Issue key,Status,Resolution,Created,Resolved\n"
    rows = f"A-1,Done,{words},03/Jan/25 3:00 PM,03/Jan/25 5:30 PM\n"
    rows += "A-2,Done,Fixed,04/Jan/25 12:05 AM,04/Jan/25 12:30 PM\n"
    (kept,) = read_incidents((head + rows).encode()).table
    assert (kept.id, kept.opened.hour, kept.closed and kept.closed.hour) == ("A-2", 0, 12)


SEMICOLONS = "incident_id;opened_at;resolved_at;service;cause;severity;status\n"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ("45660.5;45660.6", "is not a moment"),
        ("30.01.2025 25:00;", "is no day or time"),
        ("2025-02-29 10:00;", "is no day or time"),
        ("2025-01-03 13:00 PM;", "is no day or time"),
        ("1735900000;", "is not a moment"),
        ("03.01.25 \u0660:00;", "is not a moment"),
    ],
)
def test_what_spreadsheets_make_of_moments_is_refused_and_never_guessed(
    cells: str, words: str
) -> None:
    good = "1;2025-01-30 10:00;2025-01-30 11:00;a;;;\n"
    log = read_incidents((SEMICOLONS + good + f"2;{cells};a;;;\n").encode("utf-8-sig"))
    assert [one.id for one in log.table] == ["1"]
    assert words in log.problems[0].message


def test_clocks_that_change_leave_lengths_right_but_for_the_hour_that_is_repeated() -> None:
    rows = [
        "1,2025-03-30 01:30,2025-03-30 03:30,a,,,",
        "2,2025-10-26 01:30,2025-10-26 03:30,a,,,",
        "3,2025-10-26T02:30:00+02:00,2025-10-26T02:30:00+01:00,a,,,",
    ]
    log = read_incidents((OURS + "\n".join(rows)).encode(), Reading(zone="Europe/Berlin"))
    hours = [(one.closed - one.opened).total_seconds() / 3_600 for one in log.table if one.closed]
    assert hours == [1.0, 3.0, 1.0]


def test_text_in_utf_16_and_a_name_with_a_newline() -> None:
    row = '1,2025-01-03 10:00Z,2025-01-03 11:00Z,"churn\nscores",,,\n'
    with pytest.raises(InputError, match="is text in UTF-16"):
        read_incidents((OURS + row).encode("utf-16"))
    log = read_incidents((OURS + row).encode())
    assert len(log.services) == 1


JIRA_CLOUD = (
    "Summary,Issue key,Issue Type,Status,Resolution,Priority,Created,Updated,Resolved,Components,"
    "Components,Labels,Labels,Description\n"
    "down,OPS-1,Incident,Done,Done,High,03/Jan/25 9:05 AM,,13/Jan/25 4:30 PM,churn,fraud,a,b,"
    '"x\ny"\n'
    "text,OPS-2,Story,Done,Done,Low,04/Jan/25 9:05 AM,,21/Jan/25 4:30 PM,churn,,,,\n"
    "again,OPS-3,Incident,In Progress,,High,05/Jan/25 9:05 AM,,06/Jan/25 4:30 PM,churn,,,,\n"
)


def test_stories_and_changes_are_not_taken_for_incidents() -> None:
    with pytest.raises(InputError, match=r"Issue Type: Incident 2, Story 1\); say .*=Incident'"):
        read_incidents(JIRA_CLOUD.encode())
    for name in ("Issue Type", "type"):
        log = read_incidents(JIRA_CLOUD.encode(), Reading(only={name: ["Incident"]}))
        assert [(one.id, one.services) for one in log.table] == [
            ("OPS-1", ("churn", "fraud")),
            ("OPS-3", ("churn",)),
        ]
    only_tasks = b"Issue key,Issue Type,Created,Status\nA-1,Bug,2025-01-03,Done\n"
    with pytest.raises(InputError, match="--only 'Issue Type=Bug'"):
        read_incidents(only_tasks)
    changes = "number,opened_at,sys_class_name\nI1,2025-01-03,Incident\nC1,2025-01-04,Change\n"
    with pytest.raises(InputError, match="sys_class_name: Incident 1, Change 1"):
        read_incidents(changes.encode())


def test_what_was_opened_again_has_no_length() -> None:
    log = read_incidents(JIRA_CLOUD.encode(), Reading(only={"type": ["Incident"]}))
    assert [one.ending for one in log.table] == ["closed", "unknown"]
    assert any("row 4: says that it is open, and when it ended" in told for told in _told(log))


def test_one_column_twice_must_say_one_thing_but_where_a_row_may_say_several() -> None:
    head = "incident_id,opened_at,Opened at,resolved_at,service,service\n"
    row = "1,2025-01-01 10:00Z,{},2025-02-01 12:00Z,a,b\n"
    log = read_incidents((head + row.format("?")).encode())
    assert log.table[0].services == ("a", "b")
    with pytest.raises(InputError, match="'opened_at' 2 times, which disagree in row 2; keep"):
        read_incidents((head + row.format("2025-02-01 10:00Z")).encode())


def test_a_tool_that_writes_blanks_for_underscores_is_known() -> None:
    blanks = PAGERDUTY.split("\n", maxsplit=1)[0].replace("_", " ").title()
    log = read_incidents(PAGERDUTY.replace(PAGERDUTY.split("\n", maxsplit=1)[0], blanks).encode())
    assert log.form.startswith("PagerDuty, report of incidents; opened from Created On")
    assert log.table[0].services == ("churn",)


def test_what_pagerduty_merged_is_part_of_another_incident() -> None:
    merged = ANALYTICS.replace("urgency\n", "urgency,resolve_reason\n").replace(
        ",P1,high\n", ",P1,high,merge_resolve_reason\n"
    )
    log = read_incidents(merged.replace("fraud,,high\n", "fraud,,high,\n").encode())
    assert [one.id for one in log.table] == ["2"]
    with pytest.raises(InputError, match="is JSON of PagerDuty; give the report"):
        read_incidents(_page({"incident_number": 1, "created_at": "2025-01-03T10:00:00Z"}))


def test_a_page_tells_what_was_written_down_afterwards_and_what_stayed_in_service() -> None:
    changes = [
        {"name": "churn", "old_status": "operational", "new_status": "major_outage"},
        {"name": "fraud", "old_status": "operational", "new_status": "operational"},
    ]
    log = read_incidents(
        _page(
            {
                "id": "a",
                "impact": "none",
                "status": "resolved",
                "created_at": "2025-01-03T15:00:00Z",
                "resolved_at": "2025-01-03T15:00:00Z",
                "started_at": "2025-01-03T15:02:00Z",
            },
            {
                "id": "b",
                "impact": "major",
                "status": "resolved",
                "created_at": "2025-01-04T15:00:00Z",
                "resolved_at": "2025-01-04T17:00:00Z",
                "incident_updates": [{"affected_components": changes}],
            },
        )
    )
    assert [(one.id, one.ending, one.services) for one in log.table] == [
        ("a", "unknown", ()),
        ("b", "closed", ("churn",)),
    ]
    assert any("has no impact, by the page, and is counted" in told for told in _told(log))


def test_a_year_that_is_mistyped_makes_no_rate_of_the_others() -> None:
    rows = "1,2025-01-01 10:00Z,2025-01-01 12:00Z,a,,,\n2,2075-03-01,,a,,,\n"
    rows += "3,2025-03-01 10:00Z,2095-01-01 12:00Z,a,,,\n4,1970-01-01,,a,,,\n"
    log = _read(rows)
    assert [one.id for one in log.table] == ["1"]
    assert log.window.years < 1.0
    told = " ".join(_told(log))
    assert "row 3, column opened_at: '2075-03-01' is in the future" in told
    assert "row 4, column resolved_at: '2095-01-01' is in the future" in told
    assert "row 5, column opened_at: '1970-01-01' is far from today" in told


def test_days_and_mixed_zones_say_when_it_began_and_not_how_long_it_lasted() -> None:
    dated = _read("1,2025-01-03,2025-01-03,a,,,\n2,2025-01-05,2025-01-06,a,,,\n")
    mixed = _read(
        "1,2025-01-03 10:00-05:00,2025-01-03 17:00,a,,,\n"
        "2,2025-01-05 10:00Z,2025-01-05 11:00+01:00,a,,,\n"
    )
    assert [one.ending for one in dated.table] == ["unknown", "unknown"]
    assert "says days and no times, so that its length may be off by a day" in _told(dated)[0]
    # Of those with an offset at both ends the length is known.
    assert [one.ending for one in mixed.table] == ["unknown", "unknown"]
    assert any("has a zone at one end and none at the other" in words for words in _told(mixed))
    stated = _read("1,2025-01-03 10:00-05:00,2025-01-03 17:00,a,,,\n", zone="UTC")
    (one,) = stated.table
    assert one.closed is not None
    assert one.closed - one.opened == timedelta(hours=2)


def test_services_that_differ_in_capitals_or_blanks_alone_are_one() -> None:
    log = _read("1,2025-01-03 10:00Z,,Churn model,,,\n2,2025-01-05 10:00Z,,churn  model,,,\n")
    assert log.services == {"Churn model": 2}
    assert "'Churn model' and 'churn  model'" in log.notes[0]


def test_a_spreadsheets_number_of_a_day_is_told_as_the_moment_it_means() -> None:
    with pytest.raises(InputError, match="write 2025-11-03 09:36"):
        _read("1,45964.40,45964.55,a,,,\n")
