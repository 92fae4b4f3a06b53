"""Options of commands that read logs of a client: which column is what, and on which clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import click

from modelops_abm.scenario import InputError
from modelops_abm.text import printable

if TYPE_CHECKING:
    from modelops_abm.clients.logs import Reading

_OPTIONS = (
    click.option(
        "--kind",
        metavar="KIND",
        help="What the logs are: incidents, timesheets, usage, quality or registry.",
    ),
    click.option(
        "--map",
        "mapped",
        metavar="FIELD=COLUMN",
        multiple=True,
        help="Which column says what, for a table of no known form; several for several columns.",
    ),
    click.option(
        "--only",
        metavar="COLUMN=VALUE",
        multiple=True,
        help="Read the rows with this value alone; several for several values.",
    ),
    click.option(
        "--word",
        "words",
        metavar="WORDS=MEANING",
        multiple=True,
        help="What words of a log mean: 'Upstream data=pipeline'.",
    ),
    click.option(
        "--dates",
        type=click.Choice(["day-first", "month-first"]),
        help="How dates such as 05/02/2024 are meant, where the log does not show it.",
    ),
    click.option(
        "--zone",
        metavar="ZONE",
        help="Clock of moments without offset, such as Europe/Berlin; UTC if not given.",
    ),
    click.option("--since", metavar="DATE", help="When the log began to be kept."),
    click.option("--until", metavar="DATE", help="When it was exported."),
    click.option(
        "--reading", metavar="TOML", help="A file that says all this; options count before it."
    ),
)


def reading_options[F: Callable[..., Any]](command: F) -> F:
    """Give a command the options that say how a log is read; `reading_of` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def reading_of(
    *,
    kind: str | None,
    mapped: Iterable[str],
    only: Iterable[str],
    words: Iterable[str],
    dates: str | None,
    zone: str | None,
    since: str | None,
    until: str | None,
    reading: str | None,
) -> Reading:
    """Return how logs are to be read, as the options and the file among them say.

    Raises
    ------
    InputError
        If one cannot be understood.
    """
    from modelops_abm.clients.logs import Reading, load_reading

    stated = load_reading(reading) if reading else Reading()
    given: dict[str, Any] = {
        "kind": kind,
        "columns": _pairs("--map", mapped),
        "only": _pairs("--only", only),
        "words": {name: values[-1] for name, values in _pairs("--word", words).items()},
        "dates": dates,
        "zone": zone,
        "since": _moment("--since", since),
        "until": _moment("--until", until),
    }
    said = {name: value for name, value in given.items() if value}
    for name in ("columns", "only", "words"):
        if name in said:
            said[name] = {**getattr(stated, name), **said[name]}
    return stated.model_copy(update=said)


def _pairs(option: str, texts: Iterable[str]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise InputError(f"{option} '{printable(text)}' has no form such as opened=Created")
        pairs.setdefault(name.strip(), []).append(value.strip())
    return pairs


def _moment(option: str, text: str | None) -> date | datetime | None:
    from modelops_abm.clients.logs import read_stamp
    from modelops_abm.clients.problems import Mistake

    if text is None:
        return None
    try:
        stamp = read_stamp(text, None)
    except Mistake as mistake:
        message = f"{option} '{printable(text)}' {mistake.reason}; {mistake.remedy}"
        raise InputError(message) from None
    if not stamp.timed:
        return stamp.local.date()
    return stamp.local if stamp.offset is None else stamp.on(UTC)
