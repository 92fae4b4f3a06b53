"""Options of commands that read logs of a client: which column is what, and on which clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modelops_abm.cli.options import SCENARIO_ENDINGS
from modelops_abm.disk import read_file
from modelops_abm.scenario import InputError, Problem
from modelops_abm.text import any_of, printable

if TYPE_CHECKING:
    from modelops_abm.clients.kinds import Log, Reader
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
    kind: str | None = None,
    mapped: Iterable[str] = (),
    only: Iterable[str] = (),
    words: Iterable[str] = (),
    dates: str | None = None,
    zone: str | None = None,
    since: str | None = None,
    until: str | None = None,
    reading: str | None = None,
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


def reader_of(file: str, kind: str) -> Reader | None:
    """Return how a file is read if it is a log: as is said, by its address, or by its form.

    Raises
    ------
    InputError
        If there is no such kind of log.
    """
    from modelops_abm.clients import kinds
    from modelops_abm.clients.logs import LARGEST_LOG_BYTES

    no_table = Path(file).suffix.lower() in SCENARIO_ENDINGS[:-1]
    if kind:
        if kind not in kinds.READERS:
            known = any_of([*kinds.READERS])
            raise InputError(f"--kind '{printable(kind)}' is no kind of log; write {known}")
        return None if no_table else kinds.READERS[kind]
    if "://" in file:
        return kinds.READERS["registry"]
    # Of a pipe nothing would be left for who reads it after this.
    if no_table or not Path(file).is_file():
        return None
    with suppress(OSError):
        return kinds.reader_of(read_file(file, LARGEST_LOG_BYTES))
    return None


def log_in_words(file: str, log: Log) -> Iterator[str]:
    """Yield what was decided of a log, and what of it cannot be used."""
    yield from log.notes
    yield from (str(problem.in_file(Path(file).name)) for problem in log.problems)


def read_logs(files: Iterable[str], **how: Any) -> dict[str, Log]:
    """Return the logs that are to be weighed, by what they are called.

    Parameters
    ----------
    files
        Logs, or TOML files of `Reading` that name one; what these say counts for that log alone.
    how
        What `reading_of` takes.

    Raises
    ------
    InputError
        With everything that is wrong; also if two are of one kind.
    """
    found: dict[str, Log] = {}
    kinds: dict[str, str] = {}
    problems: list[Problem] = []
    for given in files:
        try:
            file, reader, reading = _reader_and_reading(given, how)
            kind, label = reader.kind, printable(file, 200)
            if (other := kinds.setdefault(kind.name, file)) != file or file in found:
                message = f"is {kind.noun}, as {printable(other, 200)} is"
                raise InputError.at(label, f"{message}; make one file of them")
            found[file] = reader.read(file, reading)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return found


def _reader_and_reading(given: str, how: dict[str, Any]) -> tuple[str, Reader, Reading]:
    if Path(given).suffix.lower() == ".toml":
        reading = reading_of(**{**how, "reading": given})
        if not reading.file:
            example = 'file = "incidents.csv"'
            raise InputError.at(printable(given, 200), f"names no log: write {example} in it")
        file = str(Path(given).parent / reading.file)
    else:
        file, reading = given, reading_of(**how)
    reader = reader_of(file, reading.kind)
    if reader is not None:
        return file, reader, reading
    label = printable(file, 200)
    if not reading.kind and "://" not in file and not Path(file).exists():
        raise InputError.at(label, "there is no such file")
    raise InputError.at(
        label, "is no log of a known form; say what it is: --kind KIND and --map FIELD=COLUMN"
    )


def _pairs(option: str, texts: Iterable[str]) -> dict[str, list[str]]:
    pairs: dict[str, list[str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise InputError(f"{option} '{printable(text)}' has no form such as opened=Created")
        pairs.setdefault(name.strip(), []).append(value.strip())
    return pairs


def _moment(option: str, text: str | None) -> date | datetime | None:
    from modelops_abm.clients.moments import read_stamp
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
