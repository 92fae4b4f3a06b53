"""Reading a client's model registry: which versions there are, and since when which one is live.

A CSV file with a row for each version; an MLflow database or file store, or the address of an
MLflow server, is read by `modelops_abm.clients.registry_mlflow` and becomes the same.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from modelops_abm.clients.days import by_model, counted
from modelops_abm.clients.logs import (
    AS_IT_IS,
    Cells,
    Field,
    Form,
    Kind,
    Reading,
    Source,
    label_of,
    read_table,
    refusing,
)
from modelops_abm.clients.moments import Window, window_of
from modelops_abm.clients.problems import RowProblem
from modelops_abm.formats import MONTH_DAYS, plural
from modelops_abm.scenario.portfolio import ImportedPortfolio, PortfolioModel, StageName
from modelops_abm.text import file_label, printable

REGISTRY = Kind(
    "registry",
    "an export of a model registry",
    (
        Field("model", "which model", required=True),
        Field("version", "its version", required=True),
        Field("created", "when the version was registered", required=True),
        Field("stage", "None, Staging, Production or Archived, or the portfolio's words"),
        Field("alias", "aliases; champion, production, prod and live are of the version in use"),
        Field("live", "when the version went live"),
    ),
    (
        Form(
            "the table of modelops-abm template",
            ("model", "version", "created_at"),
            {
                "model": "model",
                "version": "version",
                "created": "created_at",
                "stage": ("stage", "current_stage"),
                "alias": ("alias", "aliases"),
                "live": "live_at",
            },
        ),
        Form(
            "MLflow, table of model versions",
            ("name", "version", "creation_timestamp"),
            {
                "model": "name",
                "version": "version",
                "created": "creation_timestamp",
                "stage": "current_stage",
                "alias": "aliases",
            },
        ),
    ),
    template=(
        "model,version,created_at,stage,alias,live_at\r\n"
        "churn-01,1,2024-03-01 09:00+01:00,Archived,,2024-03-15 09:00+01:00\r\n"
        "churn-01,2,2024-06-10 09:00+01:00,Production,champion,2024-06-12 09:00+01:00\r\n"
    ),
    silent=("words",),
)
"""What a registry says, and the forms in which it is known."""
_LIVE = frozenset({"champion", "production", "prod", "live"})
_STAGES: Mapping[str, StageName] = {
    **dict.fromkeys(("production", "live", "active", "prod"), "production"),
    **dict.fromkeys(("archived", "retired", "inactive"), "retired"),
    **dict.fromkeys(("staging", "deployment", "pilot"), "deployment"),
    **dict.fromkeys(("", "none", "development", "build"), "build"),
}
_SAME_DAY = timedelta(days=1)
"""Versions registered within it are tries of one training."""


class Version(NamedTuple):
    """One version of a model.

    Attributes
    ----------
    row
        Row in the file, or place in the registry's answer.
    model, version
        As the registry calls them.
    created
        When it was registered, in UTC.
    stage
        In the portfolio's words.
    in_use
        Whether a stage or an alias says that it is live.
    live
        When it went live, in UTC; None if nobody says.
    """

    row: int
    model: str
    version: str
    created: datetime
    stage: StageName
    in_use: bool
    live: datetime | None


@dataclass(frozen=True)
class RegistryLog:
    """What a registry says.

    Attributes
    ----------
    source
        Name of the file or server.
    form
        Which form it has, and which column was taken for what.
    table
        All versions by model, then time.
    window
        From the first version to when it was read or exported.
    problems, notes
        What could not be used, with its rows; what was decided.
    """

    source: str
    form: str
    table: tuple[Version, ...]
    window: Window
    problems: tuple[RowProblem, ...]
    notes: tuple[str, ...]

    @property
    def by_model(self) -> dict[str, tuple[Version, ...]]:
        """The versions of each model in the order in which they were registered."""
        return by_model(self.table)

    @property
    def live_since(self) -> dict[str, date]:
        """Day on which each model went live, as far as it is known.

        It is the first that is stated; where none is, the day of registration of the first version
        that is, or was, in production.
        """
        found = {}
        for model, versions in self.by_model.items():
            stated = [version.live for version in versions if version.live is not None]
            been = [each.created for each in versions if each.stage in ("production", "retired")]
            # What somebody states goes before what has to be taken for it.
            if moments := stated or been or [v.created for v in versions if v.in_use]:
                found[model] = min(moments).date()
        return found

    @property
    def retrained(self) -> dict[str, tuple[date, ...]]:
        """Days on which each model got another version: live where stated, else registered."""
        return {
            model: tuple(moment.date() for moment in trainings(versions)[1:])
            for model, versions in self.by_model.items()
        }

    def intervals(self) -> dict[str, tuple[float, ...]]:
        """Return the days between a model's versions; versions of one day are one."""
        found = {}
        for model, versions in self.by_model.items():
            moments = trainings(versions)
            found[model] = tuple(
                (after - before) / timedelta(days=1) for before, after in pairwise(moments)
            )
        return found

    def months_to_production(self) -> dict[str, float]:
        """Return the months from a model's first version until it was live, where that is said."""
        found = {}
        for model, versions in self.by_model.items():
            live = [version.live for version in versions if version.live is not None]
            if live:
                passed = (min(live) - versions[0].created) / timedelta(days=1)
                found[model] = max(0.0, passed) / MONTH_DAYS
        return found

    def portfolio(self) -> ImportedPortfolio:
        """Return the models as a portfolio, with what a registry knows: stage and days.

        A model stands where its best version does: production before deployment, build, retired.
        """
        live = self.live_since
        models = (_entry(model, versions, live) for model, versions in self.by_model.items())
        return ImportedPortfolio(source=file_label(self.source), models=tuple(models))

    def sentence(self) -> str:
        """Return what was understood, before anything is computed."""
        stages = [entry.stage for entry in self.portfolio().models]
        places = [f"{stages.count(stage)} {stage}" for stage in dict.fromkeys(stages)]
        gaps = [gap for each in self.intervals().values() for gap in each]
        middle = f"; {sorted(gaps)[len(gaps) // 2]:.0f} days between versions" if gaps else ""
        months = sorted(self.months_to_production().values())
        first = f"; {months[len(months) // 2]:.1f} months to production" if months else ""
        return (
            f"registry of {plural(len(self.table), 'version')} of"
            f" {counted(version.model for version in self.table)}; {', '.join(places)}{middle}"
            f"{first}; {self.window.in_words()}. Read as {self.form}."
        )


def trainings(versions: Sequence[Version]) -> list[datetime]:
    """Return when a model got versions; of those within a day the last counts."""
    found: list[datetime] = []
    for moment in sorted(version.live or version.created for version in versions):
        # Tries of one training: the last of them is what came of it.
        if found and moment - found[-1] < _SAME_DAY:
            found[-1] = moment
        else:
            found.append(moment)
    return found


def _entry(
    model: str, versions: Sequence[Version], live_since: Mapping[str, date]
) -> PortfolioModel:
    order: tuple[StageName, ...] = ("production", "deployment", "build", "retired")
    # A model is as far as its best version is.
    stage = min((version.stage for version in versions), key=order.index)
    known: dict[str, object] = {"id": model, "stage": stage}
    if stage in ("production", "retired") and model in live_since:
        known["deployed_at"] = live_since[model]
    # Of what serves: a newer version may wait in staging.
    used = [version for version in versions if version.in_use] or versions
    trained = max((version.live or version.created).date() for version in used)
    if stage == "production" and trained >= live_since.get(model, trained):
        known["last_retrained_at"] = trained
    return PortfolioModel.model_validate(known)


def read_registry(
    source: Source, reading: Reading = AS_IT_IS, *, name: str | None = None
) -> RegistryLog:
    r"""Read a registry.

    Parameters
    ----------
    source
        Path or content of a CSV file; or an MLflow database (``sqlite:///mlflow.db`` or the file),
        file store (a folder) or server (``https://...``), which needs the extra ``mlflow``.
    reading
        How it is to be read, as far as the file does not show it.
    name
        What to call it in messages; by default the file's name.

    Raises
    ------
    InputError
        If the registry as a whole cannot be read. Rows that cannot are in `RegistryLog.problems`.

    Examples
    --------
    >>> log = read_registry(
    ...     b"model,version,created_at,stage\n"
    ...     b"churn,1,2025-01-06,Archived\nchurn,2,2025-04-06,Production\n"
    ... )
    >>> log.intervals()["churn"], log.portfolio().models[0].stage
    ((90.0,), 'production')
    """
    from modelops_abm.clients import registry_mlflow

    # It is told apart first: a database is no text, and an address no file.
    is_mlflow = registry_mlflow.is_mlflow(source)
    with refusing(label := "the registry" if is_mlflow else label_of(source, name)):
        if is_mlflow:
            source = registry_mlflow.versions_csv(os.fspath(source))  # type: ignore[arg-type]
        cells = Cells(read_table(source, REGISTRY, reading), reading, "created", "live")
        found = list(_apart(_versions(cells), cells))
        problems = cells.told("version", found)
        times = [moment for v in found for moment in (v.created, v.live) if moment is not None]
        window = window_of(times, reading.since, reading.until, reading.zone)
        found.sort(key=lambda version: (version.model, version.created))
        notes = (*_notes(found), *cells.notes())
        return RegistryLog(label, cells.table.in_words(), tuple(found), window, problems, notes)


def _versions(cells: Cells) -> Iterator[Version]:
    table = cells.table
    created, live = cells.moments("created"), cells.moments("live")
    models, versions = table.cells("model"), table.cells("version")
    stages, aliases = table.cells("stage"), table.cells("alias")
    for at, row in cells.usable():
        began, since = created[at], live[at]
        stage = _STAGES.get(stages[at].casefold())
        wrong = ""
        if began is None or not models[at] or not versions[at]:
            wrong = "says no model, version or when it was created"
        elif since is not None and since < began:
            wrong = "went live before it was created"
        elif stage is None:
            wrong = f"has the stage '{printable(stages[at])}', which is none that is known"
        if wrong or began is None or stage is None:
            cells.leave_out(row, wrong, "it is left out; correct it")
            continue
        words = {word.strip(" '\"[]").casefold() for word in aliases[at].split(",")}
        in_use = stage == "production" or bool(words & _LIVE)
        known = "production" if in_use else stage
        yield Version(row, cells.names(models[at]), versions[at], began, known, in_use, since)


def _apart(versions: Iterator[Version], cells: Cells) -> Iterator[Version]:
    """Yield each version once; where two rows disagree about one, none."""
    same: dict[tuple[str, str], list[Version]] = defaultdict(list)
    for version in versions:
        same[version.model, version.version].append(version)
    for alike in same.values():
        if len({version[1:] for version in alike}) == 1:
            yield alike[0]
            continue
        cells.leave_out(
            (version.row for version in alike),
            "stands more than once, with different contents",
            "they are left out; keep one row for each version",
            value=f"{alike[0].model} {alike[0].version}",
        )


def _notes(versions: Sequence[Version]) -> Iterator[str]:
    if not any(version.live for version in versions):
        yield (
            "nothing says when versions went live: the day on which the first of those was "
            "registered that are, or were, in production is taken for it"
        )
    if not any(version.in_use for version in versions):
        yield "no stage or alias says that a version is in production"
