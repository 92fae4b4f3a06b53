"""Files that are something else than a portfolio, called what they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from modelops_abm.clients.row_problem import Mistake

_AS_CSV = "save the sheet as 'CSV UTF-8'"
_EXPORT = "export the table as 'CSV UTF-8'"
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook or Office document", _AS_CSV),
    (b"%PDF-", "is a PDF document", _EXPORT),
    (b"{\\rtf", "is an RTF document", _EXPORT),
    (b"\x1f\x8b", "is compressed (gzip)", "unpack it first"),
    (b"7z\xbc\xaf", "is an archive (7z)", "unpack it first"),
    (b"PAR1", "is a Parquet table", _EXPORT),
    (b"SQLite format 3", "is an SQLite database", _EXPORT),
    (b"\x89PNG", "is a picture, not text", _EXPORT),
    (b"\xff\xd8\xff", "is a picture, not text", _EXPORT),
    (b"version https://git-lfs", "is a pointer of Git LFS", "fetch the file itself"),
)
_ZIPPED: tuple[tuple[bytes, str, str], ...] = (
    (b"xl/", "is an Excel workbook, not text", _AS_CSV),
    (b"opendocument.spreadsheet", "is an OpenDocument spreadsheet, not text", _AS_CSV),
    (b"word/", "is a Word document, not text", _EXPORT),
)
_MARKUP: tuple[tuple[str, str, str], ...] = (
    (r"(<!doctype html|<html|<table|<body)", "is HTML, a page of the web", _EXPORT),
    (r"<\?xml", "is XML", _EXPORT),
    (r"(\{|\[\s*[\[{\"\d])", "is JSON", _EXPORT),
    (
        r"(#.*\n|\s)*(\[[\w.]+\]\s*$|[\w.]+ = )",
        "looks like a scenario in TOML",
        "give it a name that ends in .toml, and give it as a scenario",
    ),
    (
        r"(#.*\n|\s)*(---\s*$|[\w.]+:\s*$|[\w.]+: [^,;\t]*$)",
        "looks like a scenario in YAML",
        "give it a name that ends in .yaml, and give it as a scenario",
    ),
)


def refuse_other_formats(content: bytes) -> None:
    """Raise a `Mistake` for the content of a workbook, a document, an archive or a picture."""
    if content.startswith(b"PK\x03\x04"):
        found = (entry for entry in _ZIPPED if entry[0] in content)
        _, reason, remedy = next(found, (b"", "is an archive (ZIP), not text", _AS_CSV))
        raise Mistake(reason, remedy)
    for start, reason, remedy in _SIGNATURES:
        if content.startswith(start):
            raise Mistake(reason, remedy)


def refuse_other_texts(text: str) -> None:
    """Raise a `Mistake` for text of another form than a table: JSON, HTML, XML, a scenario."""
    for pattern, reason, remedy in _MARKUP:
        if re.match(pattern, text[:10_000].lstrip(), re.IGNORECASE | re.MULTILINE):
            raise Mistake(f"is no portfolio: it {reason}", remedy)


class _Table(NamedTuple):
    """A kind of table, told by columns that it alone has, with others that it often has."""

    name: str
    telling: str
    common: str
    remedy: str


_TABLES = (
    _Table(
        "an incident log",
        "incident incident_id incident_number incident_title incident_impact_level opened "
        "opened_at opened_on resolved resolved_at resolved_on resolved_timestamp closed closed_at "
        "acknowledged acknowledged_at mttr time_to_resolve root_cause outage downtime issue_key "
        "ticket ticket_id detected_at investigating_timestamp",
        "severity priority urgency impact service service_name component assignee assigned_to "
        "summary short_description duration number created created_at created_on started_at "
        "ended_at start_timestamp close_timestamp status state alert category description",
        "incident logs cannot be read yet: set incidents.*, for example "
        "incidents.pipeline_per_year",
    ),
    _Table(
        "a table of usage",
        "prediction predictions requests request_count calls invocations queries hits tokens "
        "active_users prediction_count inferences latency latency_ms",
        "date day timestamp time month week datetime hour model model_id model_name endpoint "
        "service version user_id",
        "tables of usage cannot be read yet: give users and predictions_per_user_day of each model",
    ),
    _Table(
        "an export of a model registry",
        "run_id experiment_id experiment_name artifact_uri artifact_path model_version "
        "registered_model registered_model_name creation_timestamp last_updated_timestamp "
        "model_uri current_stage aliases git_commit run_link signature",
        "version source framework flavor user_id tags description name stage status "
        "created_at updated_at",
        "exports of a registry cannot be read yet: make a row of each model, with id, stage, "
        "deployed_at and last_retrained_at",
    ),
    _Table(
        "the US federal inventory of AI use cases",
        "use_case_name stage_of_development agency_abbreviation",
        "agency bureau date_initiated date_implemented date_retired",
        "read it in Python with clients.federal_inventory.read_federal_inventory, and keep it "
        "with clients.write_portfolio",
    ),
    _Table(
        "a table of results of this program",
        "from_client went_live_at arrived_at production_days served_days power_days "
        "developer_days_per_day retirement_reason",
        "number name origin archetype stage activity id day value cost users demand served "
        "retired_at regulated retraining_interval_days",
        "give the portfolio that was run",
    ),
)


def refuse_other_tables(names: Sequence[str], columns: Sequence[str]) -> None:
    """Raise a `Mistake` for a header that is an incident log's, a registry's or the like.

    Parameters
    ----------
    names
        The columns of the file, in lower case.
    columns
        Those of a portfolio.
    """
    plain = {"_".join(re.split(r"[\W_]+", name)).strip("_") for name in names}
    facts = len(plain & set(columns) - {"id", "name", "archetype", "stage"})
    for table in _TABLES:
        telling, common = set(table.telling.split()), set(table.common.split())
        if plain & telling and len(plain & (telling | common)) > max(1, facts):
            reason = f"is no portfolio: it looks like {table.name}"
            raise Mistake(reason, table.remedy)
