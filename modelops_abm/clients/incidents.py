"""Reading a client's incident log: PagerDuty, ServiceNow, Jira, Statuspage, or columns as mapped.

Rows become incidents; what cannot be read of one is told with its place. Decided, and said in
`IncidentLog.sentence` where it happened (docs/decisions/0050):

- rows with one number and one beginning are the history of one incident, which ends when the last
  of them says; with different beginnings they are left out;
- an incident without an end is open: it lasted at least until the log ends, which is stated, or the
  latest moment in the file;
- where its length is said, that counts, and not an end beside it, which may be that of the ticket;
- one that ends when it begins was written down afterwards: it counts, and has no length;
- one that ends before it begins is left out, as nobody knows which of the two is wrong;
- what was cancelled, a duplicate or planned maintenance is no incident.

Incidents of one service that overlap are told apart here; that they are one outage is said by
`modelops_abm.evidence.outages`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, Literal, NamedTuple

from modelops_abm.clients.cells import read_flag, read_number
from modelops_abm.clients.days import beside
from modelops_abm.clients.logs import (
    AS_IT_IS,
    LARGEST_LOG_BYTES,
    Cells,
    Field,
    Form,
    Kind,
    LogTable,
    Reading,
    Source,
    counted_in_words,
    label_of,
    read_table,
    refusing,
)
from modelops_abm.clients.moments import Window, window_of
from modelops_abm.clients.problems import Mistake, RowProblem, rows_in_words
from modelops_abm.clients.table import MOST_ROWS, Record, column_name, decode_either, read_bytes
from modelops_abm.core import registry
from modelops_abm.errors import InputError
from modelops_abm.formats import plural
from modelops_abm.scenario.documents import UnreadableError, read_json
from modelops_abm.scenario.fields import nearest
from modelops_abm.text import printable

UNKNOWN = "unknown"
"""The cause of an incident of which none is known."""

_MANY = False, True
_UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1)}
_LONGEST = timedelta(days=36_500)
INCIDENTS = Kind(
    "incidents",
    "an incident log",
    (
        Field("opened", "when it began", required=True),
        Field("closed", "when service was restored; empty while it is open"),
        *(Field(unit, f"how long it lasted, in {unit}; counts before an end") for unit in _UNITS),
        Field("id", "its number; rows with the same one are its history"),
        Field("service", "the model or service that was out; several columns for several", *_MANY),
        Field(
            "item",
            "what was out, in rows that name no service; several columns for several",
            *_MANY,
        ),
        Field("affected", "columns named as services: yes or 1 where the service was out", *_MANY),
        Field("cause", "why: a name of a cause, or words that are mapped to one", *_MANY),
        Field("severity", "how bad, in any words", *_MANY),
        Field("status", "resolved, open, cancelled and so on; how it was resolved", *_MANY),
        Field("updated", "when the row was written, where rows are a history"),
        Field("type", "incident, task, change and so on; --only says which are meant"),
    ),
    (
        Form(
            "the table of modelops-abm template",
            ("opened_at", "resolved_at", "service"),
            {
                "opened": "opened_at",
                "closed": "resolved_at",
                "id": "incident_id",
                "service": "service",
                "cause": "cause",
                "severity": "severity",
                "status": "status",
            },
        ),
        Form(
            "PagerDuty, report of incidents",
            ("incident_number", "created_on", "resolved_on", "service_name"),
            {
                "opened": "created_on",
                "closed": "resolved_on",
                "id": "incident_number",
                "service": "service_name",
                "severity": ("priority_name", "urgency"),
                "status": ("status", "resolve_reason"),
            },
        ),
        Form(
            "PagerDuty, incidents of Analytics",
            ("incident_number", "created_at", "resolved_at", "service_name"),
            {
                "opened": "created_at",
                "closed": "resolved_at",
                "id": "incident_number",
                "service": "service_name",
                "severity": ("priority_name", "urgency"),
                "status": ("status", "resolve_reason"),
            },
        ),
        Form(
            "ServiceNow, table incident",
            ("number", "opened_at"),
            {
                "opened": "opened_at",
                "closed": ("resolved_at", "closed_at"),
                "id": "number",
                "service": "business_service",
                "item": "cmdb_ci",
                "cause": ("u_cause", "cause"),
                "severity": ("priority", "severity"),
                "status": ("state", "incident_state", "close_code"),
                "updated": ("sys_updated_on", "sys_updated_at"),
                "type": "sys_class_name",
            },
        ),
        Form(
            "ServiceNow, list of incidents",
            ("number", "opened", "state"),
            {
                "opened": "opened",
                "closed": ("resolved", "closed"),
                "id": "number",
                "service": ("business service", "service"),
                "item": "configuration item",
                "severity": ("priority", "severity"),
                "status": ("state", "close code", "resolution code"),
                "updated": "updated",
                "type": "task type",
            },
        ),
        Form(
            "Jira, list of issues",
            ("issue key", "created", "status"),
            {
                "opened": "created",
                "closed": ("resolved", "resolution date"),
                "id": "issue key",
                "service": ("custom field (affected services)", "affected services"),
                "item": ("component/s", "components"),
                "cause": ("custom field (root cause)", "root cause"),
                "severity": ("custom field (severity)", "severity", "priority"),
                "status": ("status", "resolution"),
                "type": "issue type",
            },
        ),
        Form(
            "Statuspage, table of incidents",
            ("incident_id", "start_timestamp", "close_timestamp"),
            {
                "opened": "start_timestamp",
                "closed": "close_timestamp",
                "id": "incident_id",
                "severity": ("incident_impact_level", "impact"),
                "status": "status",
            },
        ),
    ),
    template=(
        "incident_id,opened_at,resolved_at,service,cause,severity,status\r\n"
        "INC-1,2025-11-03 09:40+01:00,2025-11-03 13:05+01:00,churn-01,pipeline,high,resolved\r\n"
        "INC-2,2025-12-18 22:15+01:00,,claims-reader,unknown,low,open\r\n"
    ),
)
"""What an incident log says, and the forms in which it is known."""
_STATUSPAGE = "Statuspage, JSON of incidents"
_OF_STATUSPAGE = {
    "id": "id",
    "started_at": "opened",
    "resolved_at": "closed",
    "impact": "severity",
    "status": "status",
}
_IN_SERVICE = frozenset({None, "operational"})
_CLOSED = frozenset({"resolved", "closed", "done", "completed", "complete", "postmortem", "fixed"})
_OPEN = frozenset(
    {
        *("open", "new", "active", "in progress", "work in progress", "on hold", "pending"),
        *("reopened", "to do", "triggered", "acknowledged", "investigating", "identified"),
    }
)
"""Words of a status by which it has not ended, whatever stands as its end: it was opened again."""
_INCIDENT = re.compile("incident|outage", re.IGNORECASE)
_VOID = frozenset(
    {
        *("canceled", "cancelled", "duplicate", "declined", "merged", "scheduled", "maintenance"),
        *("false alarm", "won't do", "won't fix", "cannot reproduce", "not a bug"),
        *("closed/cancelled", "closed/canceled", "closed - cancelled", "closed - canceled"),
        *("rejected", "invalid", "withdrawn", "false positive", "not an issue", "test"),
        *("closed/skipped", "planned", "not an incident", "merge_resolve_reason"),
    }
)
"""Words of a status, resolution or severity by which nothing was out of service unplanned."""
_STATES_OF_SERVICENOW = {
    **{"1": "new", "2": "in progress", "3": "on hold"},
    **{"6": "resolved", "7": "closed", "8": "canceled"},
}
"""What stands in the table itself, and in exports without display values."""
_SEPARATORS = re.compile(r"\s*[,;|\n]\s*")


class Incident(NamedTuple):
    """One incident of a log.

    Attributes
    ----------
    row
        Its row in the file, or its place in a list; of a history the last.
    id
        Its number, empty if the log has none.
    opened, closed
        In UTC; no end if it is open, or nobody knows when it ended.
    ending
        Whether it has an end, was open when the log ended, or has no known length.
    services
        What was out of service; none if the row names none.
    severity
        As it stands there.
    cause
        Name of a cause, or `UNKNOWN`.
    """

    row: int
    id: str
    opened: datetime
    closed: datetime | None
    ending: Literal["closed", "open", "unknown"]
    services: tuple[str, ...] = ()
    severity: str = ""
    cause: str = UNKNOWN


@dataclass(frozen=True)
class IncidentLog:
    """What an incident log says."""

    source: str
    """Name of the file."""
    form: str
    """Which form it has, and which column was taken for what."""
    table: tuple[Incident, ...]
    """The incidents in the order in which they began."""
    window: Window
    """Since when and until when it was kept."""
    rows: int
    """Rows of the file below its header."""
    problems: tuple[RowProblem, ...]
    """What could not be used, wholly or in part, with its rows."""
    notes: tuple[str, ...]
    """What was decided or taken for granted, in sentences."""

    @property
    def services(self) -> dict[str, int]:
        """Number of incidents by service, most first; by name where they are as many."""
        counts = Counter(name for incident in self.table for name in incident.services)
        return dict(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))

    def sentence(self) -> str:
        """Return what was understood, before anything is computed."""
        endings = Counter(incident.ending for incident in self.table)
        parts = [
            f"incident log with {plural(len(self.table), 'incident')}{self._of_services()}",
            f"{endings['closed']:,} with an end, {endings['open']:,} open, "
            f"{endings['unknown']:,} of unknown length",
            self.window.in_words(),
        ]
        if any(incident.cause != UNKNOWN for incident in self.table):
            causes = Counter(incident.cause for incident in self.table)
            parts.append(f"causes: {counted_in_words(causes)}")
        if any(incident.severity for incident in self.table):
            severities = Counter(incident.severity or "none" for incident in self.table)
            parts.append(f"severity: {counted_in_words(severities)}")
        return f"{'; '.join(parts)}. Read as {self.form}."

    def _of_services(self) -> str:
        named = self.services
        return f" of {plural(len(named), 'service')} ({counted_in_words(named)})" if named else ""

    def beside(self, models: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return services that are no model of a portfolio, and ids of models without incident.

        See `modelops_abm.clients.days.beside`.
        """
        return beside(self.services, models)


def is_statuspage(content: bytes) -> bool:
    """Return whether a file is Statuspage's list of incidents in JSON; it never raises."""
    try:
        return content.lstrip()[:1] == b"{" and _statuspage_incidents(content) is not None
    except Mistake:
        return False


def read_incidents(
    source: Source, reading: Reading = AS_IT_IS, *, name: str | None = None
) -> IncidentLog:
    r"""Read an incident log.

    Parameters
    ----------
    source
        Path of the file, or its content.
    reading
        How it is to be read, as far as the file does not show it.
    name
        What to call it in messages; by default the file's name.

    Raises
    ------
    InputError
        If the file as a whole cannot be read. Rows that cannot are in `IncidentLog.problems`.

    Examples
    --------
    >>> log = read_incidents(
    ...     b"incident_id,opened_at,resolved_at,service\nI1,2025-01-03 10:00Z,,alpha\n"
    ... )
    >>> log.table[0].ending, log.table[0].services
    ('open', ('alpha',))
    """
    with refusing(label := label_of(source, name)):
        table, exported = _table_in(read_bytes(source, LARGEST_LOG_BYTES), reading)
        cells = Cells(table, reading, "opened", "closed", "updated")
        rows = _Reading(cells, reading, _checked_causes(reading.words))
        return rows.log(label, reading.until or exported)


def _table_in(content: bytes, reading: Reading) -> tuple[LogTable, datetime | None]:
    """Return the table of a file, and when it says that it was exported."""
    if content.lstrip()[:1] == b"{":
        if reading.columns:
            raise Mistake("is JSON, which has no columns to map", "leave the mapping out")
        return _statuspage_table(content)
    table = read_table(content, INCIDENTS, reading)
    is_page = table.form.startswith("Statuspage") and "affected" not in table.places
    places = {"affected": tuple(_flags(table))} if is_page else {}
    return LogTable(
        table.form, table.header, table.rows, {**table.places, **places}, table.problems
    ), None


def _flags(table: LogTable) -> Iterator[int]:
    """Yield the columns of a status page's table that hold 0 or 1 alone: one for every service."""
    for at in table.unread:
        name = column_name(table.header[at])
        values = {row.cells[at].strip() for row in table.rows}
        if values <= {"0", "1"} and not name.endswith("_flag") and name != "over_one_day":
            yield at


def _statuspage_incidents(content: bytes) -> tuple[list[dict[str, Any]], Any] | None:
    try:
        document = read_json(decode_either(content)).data
    except UnreadableError as error:
        raise Mistake(f"cannot be read: {error.message}", "export it anew") from None
    found = document.get("incidents") if isinstance(document, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        return None
    if any("incident_number" in entry for entry in found):
        raise Mistake("is JSON of PagerDuty", "give the report of incidents as CSV")
    return found, document.get("page")


def _statuspage_table(content: bytes) -> tuple[LogTable, datetime | None]:
    """Return the list of incidents of a status page as a table, a column for every component."""
    read = _statuspage_incidents(content)
    if read is None:
        reason = "is JSON, but no list of incidents of a status page"
        raise Mistake(reason, "give what /api/v2/incidents.json returns, or a CSV file")
    incidents, page = read
    if len(incidents) > MOST_ROWS:
        raise Mistake(f"has more than {MOST_ROWS:,} incidents", "split it")
    services = [_components(entry) for entry in incidents]
    widest = max(map(len, services), default=0)
    header = [*_OF_STATUSPAGE, *["components"] * widest]
    places: dict[str, tuple[int, ...]]
    places = {field: (at,) for at, field in enumerate(_OF_STATUSPAGE.values())}
    places["service"] = tuple(range(len(_OF_STATUSPAGE), len(header)))
    rows = tuple(
        Record(at, [*_cells_of(entry), *names, *[""] * (widest - len(names))])
        for at, (entry, names) in enumerate(zip(incidents, services, strict=True), start=1)
    )
    table = LogTable(_STATUSPAGE, tuple(header), rows, places, ())
    return table, _exported(page)


def _cells_of(entry: dict[str, Any]) -> Iterator[str]:
    for name in _OF_STATUSPAGE:
        value = _began(entry) if name == "started_at" else entry.get(name)
        yield value if isinstance(value, str) else ""


def _began(entry: dict[str, Any]) -> Any:
    """Return when an incident began: of older pages, and of what was told afterwards, its record.

    What is published when it is over has begun, by the page, after it ended.
    """
    began, record = entry.get("started_at"), entry.get("created_at")
    ended = _read_moment(entry.get("resolved_at"))
    if began is None:
        return record
    after, before = _read_moment(began), _read_moment(record)
    if ended and after and before and before <= ended < after:
        return record
    return began


def _read_moment(stated: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(stated) if isinstance(stated, str) else None
    except ValueError:
        return None
    # A moment without an offset is none that can be compared with others.
    return found if found is not None and found.tzinfo is not None else None


def _components(entry: dict[str, Any]) -> list[str]:
    """Return the names of what an incident affected: its own list, or those of its updates."""
    updates = entry.get("incident_updates")
    lists = [entry.get("components")] + [
        update.get("affected_components")
        for update in (updates if isinstance(updates, list) else [])
        if isinstance(update, dict)
    ]
    parts = [
        (part["name"].strip(), {part.get("old_status"), part.get("new_status")})
        for each in lists
        if isinstance(each, list)
        for part in each
        if isinstance(part, dict) and isinstance(part.get("name"), str)
    ]
    out = {name for name, statuses in parts if statuses - _IN_SERVICE}
    named = {name for name, statuses in parts if statuses <= {None}}
    # What an update names and left as it was, in service, was not out.
    return list(dict.fromkeys(name for name, _ in parts if name and name in out | named))


def _exported(page: Any) -> datetime | None:
    """Return when a status page says that it was last changed: the list is complete until then."""
    return _read_moment(page.get("updated_at") if isinstance(page, dict) else None)


def _checked_causes(causes: Mapping[str, str]) -> dict[str, str]:
    known = [cause.name for cause in registry.hazards()]
    for words, cause in causes.items():
        if cause not in (*known, UNKNOWN):
            hint = nearest(cause, known)
            meant = f"; did you mean {hint}?" if hint else ""
            message = f"'{printable(words)}' is mapped to '{printable(cause)}'"
            raise InputError(f"{message}; causes are {', '.join(known)}, {UNKNOWN}{meant}")
    own = {cause: cause for cause in (*known, UNKNOWN)}
    return own | {words.strip().casefold(): cause for words, cause in causes.items()}


class _Row(NamedTuple):
    """What a row says, before it is known to be an incident."""

    row: int
    id: str
    opened: datetime
    closed: datetime | None
    updated: datetime | None
    services: tuple[str, ...]
    severity: str
    cause: str
    status: tuple[str, ...]
    has_length: bool


class _Reading:
    """Turns the rows of a table into incidents, and keeps what it could not use and why."""

    def __init__(self, cells: Cells, reading: Reading, causes: Mapping[str, str]) -> None:
        self._cells = cells
        self._table = cells.table
        self._reading = reading
        self._causes = causes
        self._notes: list[str] = []
        self._reopened: set[int] = set()
        self._vague: dict[str, list[int]] = defaultdict(list)

    def log(self, label: str, until: date | datetime | None) -> IncidentLog:
        """Return the log; what is left out on the way is told."""
        self._check_types()
        rows = self._told_apart(self._in_order(self._meant(self._rows())))
        self._cells.told("incident", rows)
        moments = [moment for row in rows for moment in row[2:5] if isinstance(moment, datetime)]
        window = window_of(moments, self._reading.since, until, self._reading.zone)
        incidents = sorted(self._incidents(rows, window), key=lambda incident: incident.opened)
        self._tell(incidents)
        return IncidentLog(
            label,
            self._table.in_words(),
            tuple(incidents),
            window,
            len(self._table.rows) + len(self._table.problems),
            self._cells.told("incident", rows),
            (*self._notes, *self._cells.notes()),
        )

    def _check_types(self) -> None:
        """Refuse tasks and changes among incidents, of which nobody says which are meant."""
        only = self._reading.rows_meant
        named = {column_name(each) for each in (*self._table.names("type"), "type")}
        if named & {column_name(each) for each in only}:
            return
        cells = zip(self._table.cells("type"), self._table.chosen(only), strict=True)
        types = Counter(cell for cell, is_chosen in cells if is_chosen and cell)
        if all(_INCIDENT.search(each) for each in types):
            return
        column = printable(self._table.names("type")[0])
        found = counted_in_words(dict(types.most_common()))
        example = next((each for each in types if _INCIDENT.search(each)), next(iter(types)))
        remedy = f"say which of them are outages: --only '{column}={printable(example)}'"
        raise Mistake(f"has rows of different kinds ({column}: {found})", remedy)

    def _rows(self) -> Iterator[_Row]:
        table = self._table
        opened, closed, updated = map(self._cells.moments, ("opened", "closed", "updated"))
        lengths = self._lengths()
        usable = list(self._cells.usable())
        services, items = (self._parted(table.all_cells(each)) for each in ("service", "item"))
        affected = self._affected()
        ids, severities, causes = map(table.cells, ("id", "severity", "cause"))
        statuses = table.all_cells("status")
        if table.form.startswith("ServiceNow"):
            statuses = [
                tuple(_STATES_OF_SERVICENOW.get(word, word) for word in words) for words in statuses
            ]
        for at, row in usable:
            began = opened[at]
            if began is None:
                self._cells.leave_out(row, "says not when it began", "give it a beginning")
                continue
            named = (*(services[at] or items[at]), *affected[at])
            names = tuple(dict.fromkeys(map(self._cells.names, named)))
            length = lengths[at]
            ended = closed[at] if length is None else began + length
            yield _Row(
                *(row, ids[at], began, ended, updated[at]),
                *(names, severities[at], causes[at], statuses[at], length is not None),
            )

    def _lengths(self) -> list[timedelta | None]:
        """Return how long each row says that it lasted; None if it does not."""
        found: list[timedelta | None] = [None] * len(self._table.rows)
        for unit in _UNITS:
            said = self._cells.read(unit, partial(_length, unit))
            found = [other if one is None else one for one, other in zip(found, said, strict=True)]
        return found

    def _parted(self, cells: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Return the services of each row: one cell may name several, each of which stands alone.

        Otherwise two that were out together would be a third one, which hardly ever fails.
        """
        alone = {name.casefold() for names in cells for name in names}
        alone = {name for name in alone if not _SEPARATORS.search(name)}
        parted: dict[str, tuple[str, ...]] = {}
        for names in cells:
            for name in names:
                parts = tuple(filter(None, _SEPARATORS.split(name)))
                if len(parts) > 1 and all(part.casefold() in alone for part in parts):
                    parted[name] = parts
        if parted:
            example = next(iter(parted))
            found = plural(len(parted), "cell")
            self._notes.append(
                f"taken for several services, as each stands alone in other rows: {found} such as"
                f" '{printable(example)}'"
            )
        return [
            tuple(part for name in names for part in parted.get(name, (name,))) for names in cells
        ]

    def _affected(self) -> list[tuple[str, ...]]:
        """Return the services whose columns say yes, row by row."""
        places = self._table.places.get("affected", ())
        return [tuple(self._said_yes(record, places)) for record in self._table.rows]

    def _said_yes(self, record: Record, places: Sequence[int]) -> Iterator[str]:
        for at in places:
            cell, name = record.cells[at].strip(), self._table.header[at]
            try:
                if cell and read_flag(cell):
                    yield name
            except Mistake as mistake:
                self._cells.leave_out(record.row, mistake.reason, mistake.remedy, (name,), cell)

    def _meant(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        """Leave out what was no unplanned outage."""
        for row in rows:
            words = {word.casefold().replace("\u2019", "'") for word in (*row.status, row.severity)}
            if found := sorted(words & _VOID):
                reason = f"is no incident, as it says {found[0]}"
                self._cells.leave_out(row.row, reason, "it is not counted")
            else:
                yield row

    def _in_order(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        soon = datetime.now(UTC) + timedelta(days=1)
        for row in rows:
            # One year that is mistyped would make every rate of the others far too low.
            if latest := [each for each in (row.opened, row.closed) if each and each > soon]:
                columns = self._table.names("opened" if row.opened > soon else "closed")
                reason, remedy = "is in the future", "it is left out; correct it"
                self._cells.leave_out(row.row, reason, remedy, columns, f"{latest[0]:%Y-%m-%d}")
                continue
            if row.closed is not None and row.closed < row.opened:
                reason = f"ends ({row.closed:%Y-%m-%d %H:%M}) before it begins"
                remedy = "it is left out; correct one of them"
                columns = self._table.names("opened") + self._table.names("closed")
                began = f"{row.opened:%Y-%m-%d %H:%M}"
                self._cells.leave_out(
                    row.row, reason, remedy, columns, began, "ends before it begins"
                )
            else:
                yield row

    def _told_apart(self, rows: Iterable[_Row]) -> list[_Row]:
        """Make one of the rows with one number; left out if they begin at different times."""
        same: dict[str, list[_Row]] = defaultdict(list)
        for row in rows:
            same[row.id or f"row {row.row}"].append(row)
        histories = [history for history in same.values() if len(history) > 1]
        for history in histories:
            if len({row.opened for row in history}) > 1:
                del same[history[0].id]
                reason = "stands more than once, with different beginnings"
                remedy = "they are left out; give every incident its own number"
                rows_of_it, columns = [row.row for row in history], self._table.names("id")
                self._cells.leave_out(rows_of_it, reason, remedy, columns, history[0].id)
        if merged := [history for history in histories if history[0].id in same]:
            count = sum(map(len, merged))
            self._notes.append(
                f"{count:,} rows with the number of another and its beginning are the history of "
                f"{plural(len(merged), 'incident')}"
            )
        return [_last_of(history) for history in same.values()]

    def _incidents(self, rows: Iterable[_Row], window: Window) -> Iterator[Incident]:
        outside = []
        for row in rows:
            if window.since <= row.opened <= window.until:
                yield self._incident(row, window)
            else:
                outside.append(row.row)
        if outside:
            self._notes.append(
                f"began outside of the time that is stated: {rows_in_words(outside)}"
            )

    def _incident(self, row: _Row, window: Window) -> Incident:
        closed, ending = row.closed, "closed"
        if closed is None:
            is_known = not any(word.casefold() in _CLOSED for word in row.status)
            ending = "open" if is_known and "closed" in self._table.places else "unknown"
        elif row.status and row.status[0].casefold() in _OPEN:
            self._reopened.add(row.row)
            closed, ending = None, "unknown"
        elif not row.has_length and (vague := self._cells.length_unknown(row.row)):
            self._vague[vague].append(row.row)
            closed, ending = None, "unknown"
        elif closed == row.opened:
            closed, ending = None, "unknown"
        elif closed > window.until:
            closed, ending = None, "open"
        cause = self._causes.get(row.cause.casefold(), UNKNOWN)
        return Incident(
            *(row.row, row.id, row.opened, closed, ending),  # type: ignore[arg-type]
            *(row.services, row.severity, cause),
        )

    def _tell(self, incidents: Sequence[Incident]) -> None:
        """Keep what was used in part, and what was decided."""
        if only := self._reading.rows_meant:
            values = [f"{name} is {' or '.join(map(printable, only[name]))}" for name in only]
            chosen = sum(self._table.chosen(only))
            self._notes.append(f"only where {' and '.join(values)}: {plural(chosen, 'row')}")
        self._tell_lengths([one.row for one in incidents if one.ending == "unknown"])
        if self._table.places.keys() & {"service", "item", "affected"}:
            nameless = [incident.row for incident in incidents if not incident.services]
            if nameless:
                remedy = "it is counted, and belongs to no service"
                self._cells.leave_out(nameless, "names no service", remedy)
        if self._table.form == _STATUSPAGE:
            (impact,) = self._table.places["severity"]
            none = {row.row for row in self._table.rows if row.cells[impact] == "none"}
            unhurt = [incident.row for incident in incidents if incident.row in none]
            if unhurt:
                remedy = "if nothing was out, say which count: --only severity=major"
                self._cells.leave_out(unhurt, "has no impact, by the page, and is counted", remedy)
        self._tell_causes(incidents)

    def _tell_lengths(self, unknown: Sequence[int]) -> None:
        fields = [each for each in ("closed", *_UNITS) if each in self._table.places]
        if not fields:
            self._notes.append("no column says when incidents ended: they are counted alone")
            return
        said = zip(*map(self._table.cells, fields), strict=True)
        ends = {row.row: any(cells) for row, cells in zip(self._table.rows, said, strict=True)}
        remedy = "it is counted, and left out of times to restore"
        again = [row for row in unknown if row in self._reopened]
        if again:
            self._cells.leave_out(again, "says that it is open, and when it ended", remedy)
        for reason, vague in self._vague.items():
            self._cells.leave_out(vague, reason, remedy)
        told = self._reopened.union(*self._vague.values())
        if at_once := [row for row in unknown if ends[row] and row not in told]:
            self._cells.leave_out(at_once, "has no length: it ends when it begins", remedy)
        if somewhen := [row for row in unknown if not ends[row]]:
            reason = "says that it ended, and not when"
            if "closed" not in fields:
                reason = "says not how long it lasted"
            self._cells.leave_out(somewhen, reason, remedy)

    def _tell_causes(self, incidents: Sequence[Incident]) -> None:
        words = dict(
            zip((row.row for row in self._table.rows), self._table.cells("cause"), strict=True)
        )
        unmapped = Counter(
            words[incident.row]
            for incident in incidents
            if incident.cause == UNKNOWN and words[incident.row].casefold() not in self._causes
        )
        unmapped.pop("", None)
        if unmapped:
            shown = counted_in_words(dict(unmapped.most_common()))
            example = printable(next(iter(dict(unmapped.most_common()))))
            self._notes.append(
                f"no cause is known by these words: {shown}; map them: --word '{example}=pipeline'"
            )


def _length(unit: str, cell: str) -> timedelta:
    number = read_number(cell)
    if not 0.0 <= number <= _LONGEST / _UNITS[unit]:
        raise Mistake("is no length of an incident", f"write its {unit}, 0 or more")
    return number * _UNITS[unit]


def _last_of(history: Sequence[_Row]) -> _Row:
    """Return an incident as the last row of its history has it, with all services of any."""
    at = max(range(len(history)), key=lambda at: (history[at].updated or history[at].opened, at))
    last = history[at]
    ends = [row.closed for row in history if row.closed is not None]
    services = dict.fromkeys(name for row in history for name in row.services)
    return last._replace(closed=last.closed or max(ends, default=None), services=tuple(services))
