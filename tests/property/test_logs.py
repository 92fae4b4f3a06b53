"""Logs of a client: whatever a file holds, it is read or refused; order of rows changes nothing."""

from __future__ import annotations

import itertools
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from modelops_abm.clients.incidents import Incident, read_incidents
from modelops_abm.clients.kinds import READERS, reader_of
from modelops_abm.errors import InputError
from modelops_abm.evidence.logs import weighed
from modelops_abm.evidence.outages import outages_of

HEADER = "incident_id,opened_at,resolved_at,service"
START = datetime(2025, 1, 1, tzinfo=UTC)
CELLS = st.text(max_size=20) | st.sampled_from(
    ["2025-01-02", "3/4/2025 5:06 PM", "31/1/25", "2025-01-02T10:00:00Z", "", "?", "a,b", '"', "=1"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=10,
)
INCIDENT = st.dictionaries(
    st.sampled_from(["id", "created_at", "started_at", "resolved_at", "components", "status"]),
    JSON | st.sampled_from(["2025-01-02T10:00:00Z", [{"name": "a"}]]),
)
ROWS = st.lists(
    st.tuples(st.integers(0, 400), st.none() | st.integers(1, 90), st.sampled_from("ab")),
    min_size=1,
    max_size=25,
)


def _only_refused(content: bytes) -> None:
    reader_of(content)
    for reader in READERS.values():
        with suppress(InputError):
            log = reader.read(content)
            assert log.sentence()
            assert weighed(log).sentences


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_a_file_holds_it_is_read_or_refused(content: bytes) -> None:
    _only_refused(content)


@given(st.sampled_from(sorted(READERS)), st.lists(st.lists(CELLS, max_size=8), max_size=6))
def test_whatever_stands_in_rows_they_are_read_or_told(kind: str, rows: list[list[str]]) -> None:
    header = READERS[kind].kind.template.partition("\r\n")[0]
    _only_refused("\n".join([header, *map(",".join, rows)]).encode())


@given(st.lists(INCIDENT, max_size=4), JSON)
def test_whatever_stands_in_a_page_it_is_read_or_refused(
    incidents: list[object], page: object
) -> None:
    _only_refused(json.dumps({"incidents": incidents, "page": page}).encode())


def _lines(rows: list[tuple[int, int | None, str]]) -> list[str]:
    lines = []
    for number, (hour, hours, service) in enumerate(rows):
        began = START + timedelta(hours=hour)
        ended = "" if hours is None else (began + timedelta(hours=hours)).isoformat()
        lines.append(f"{number},{began.isoformat()},{ended},{service}")
    return lines


def _without_row(incident: Incident) -> Incident:
    return incident._replace(row=0)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    rows: list[tuple[int, int | None, str]], random: object
) -> None:
    lines = _lines(rows)
    shuffled = [*lines]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    one, other = (read_incidents("\n".join([HEADER, *each]).encode()) for each in (lines, shuffled))
    assert sorted(map(_without_row, one.table)) == sorted(map(_without_row, other.table))
    assert [each[:5] for each in map(_facts, outages_of(one))] == [
        each[:5] for each in map(_facts, outages_of(other))
    ]


def _facts(outage: object) -> tuple[object, ...]:
    return tuple(
        getattr(outage, name) for name in ("service", "began", "ended", "is_open", "cause")
    )


@given(ROWS)
def test_outages_of_a_service_that_ended_never_overlap_and_hold_every_incident_once(
    rows: list[tuple[int, int | None, str]],
) -> None:
    log = read_incidents("\n".join([HEADER, *_lines(rows)]).encode())
    found = outages_of(log)
    assert sorted(at for each in found for at in each.incidents) == [*range(len(log.table))]
    for service in "ab":
        ended = [each for each in found if each.service == service and not each.is_open]
        for first, second in itertools.pairwise(ended):
            assert first.ended is not None
            assert first.ended < second.began
