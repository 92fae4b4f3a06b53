"""What the commands that run experiments have in common: options, progress, and what is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.table import Table

from modelops_abm.cli.options import (
    Replications,
    days_option,
    portfolio_option,
    preset_option,
    scenario_to_run,
    seed_option,
    set_option,
)
from modelops_abm.core import outcomes
from modelops_abm.runs.output import DESCRIPTION, check_place
from modelops_abm.scenario import InputError, Problem, Scenario, is_baseline
from modelops_abm.scenario.fields import nearest
from modelops_abm.terminal import load_ensemble, load_simulator, progress, say
from modelops_abm.text import printable

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd
    from rich.console import Console, RenderableType

    from modelops_abm.charts import Picture
    from modelops_abm.experiments import Share
    from modelops_abm.experiments.assumptions import Assumptions
    from modelops_abm.experiments.inputs import Input
    from modelops_abm.experiments.running import Keeping
    from modelops_abm.experiments.store import Folder
    from modelops_abm.runs import Engine


cluster_option = click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Run on a Dask cluster that you trust: address of its scheduler, tcp://10.0.0.1:8786.",
)
kept_option = click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Keep what is run, tables and pictures there; go on with what is there already.",
)
json_option = click.option(
    "--json", "wants_json", is_flag=True, help="Print one JSON object and nothing else."
)


@dataclass(frozen=True)
class Asked:
    """What every experiment is asked.

    Attributes
    ----------
    scenario, replications, seed
        What is run.
    output
        Where it is kept; None if nowhere.
    wants_json
        Whether one JSON object is printed and nothing else.
    cluster
        Address of a cluster that runs it; this process if None.
    """

    scenario: Scenario
    replications: int
    seed: int
    output: Path | None
    wants_json: bool
    cluster: str | None = None


def study_options(*, replications: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command the options of `Asked`, which it gets as its first argument.

    Parameters
    ----------
    replications
        How many futures by default.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        def asked(
            file: str | None,
            preset_name: str | None,
            portfolio: str | None,
            assignments: tuple[str, ...],
            days: int | None,
            replications: int,
            seed: int,
            output: Path | None,
            wants_json: bool,
            cluster: str | None,
            **own: Any,
        ) -> Any:
            scenario = scenario_to_run(file, preset_name, assignments, days, portfolio)
            return command(Asked(scenario, replications, seed, output, wants_json, cluster), **own)

        asked.__doc__, asked.__name__ = command.__doc__, command.__name__
        asked.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
        for option in reversed(_options(replications)):
            asked = option(asked)
        return asked

    return decorate


def _options(replications: int) -> list[Callable[..., Any]]:
    return [
        click.argument("file", required=False, metavar="[SCENARIO_FILE]"),
        preset_option,
        portfolio_option,
        set_option,
        days_option,
        click.option(
            "--replications",
            type=Replications(),
            default=replications,
            show_default=True,
            help="How many futures of each.",
        ),
        seed_option,
        cluster_option,
        kept_option,
        json_option,
    ]


def kept_files(tables: Sequence[str], pictures: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the files in which `keep` keeps tables and pictures."""
    return (
        *(f"{name}.{ending}" for name in tables for ending in ("parquet", "csv")),
        *(f"{name}.png" for name in pictures),
    )


@contextmanager
def study(
    asked: Asked,
    kind: str,
    words: str,
    names: Sequence[str],
    *,
    engine: Engine = "ensemble",
) -> Iterator[tuple[Keeping, Folder | None]]:
    """Give the keywords with which an experiment runs, and the folder that keeps it.

    Progress is shown on standard error. Whoever stops it is told what is kept.

    Parameters
    ----------
    asked
        What is asked.
    kind
        The command.
    words
        What is being run, for the progress.
    names
        Of the files that it may come to keep; see `kept_files`.
    engine
        Which engine runs.
    """
    if asked.output is not None:
        check_place(asked.output, "experiment", [DESCRIPTION, *names])
    with progress() as bar, ExitStack() as stack:
        (load_simulator if engine == "mesa" else load_ensemble)(bar)
        executor = None if asked.cluster is None else stack.enter_context(_cluster(asked.cluster))
        folder = _folder(asked, kind, names, engine)
        if folder is not None:
            stack.callback(folder.close)
        task = bar.add_task(words, total=None)
        keeping: Keeping = {
            "seed": asked.seed,
            "engine": engine,
            "store": folder.store if folder is not None else None,
            "executor": executor,
            "progress": lambda done, total: bar.update(task, completed=done, total=total),
        }
        try:
            yield keeping, folder
        except KeyboardInterrupt:
            if keeping["store"] is None:
                raise
            raise KeyboardInterrupt(
                f"Stopped; what was run is kept in {printable(str(asked.output), 200)}, and the"
                " same command goes on with it."
            ) from None


def keep(
    folder: Folder | None,
    facts: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    pictures: Mapping[str, Callable[[], Picture]],
) -> None:
    """Write what an experiment found into its folder, if there is one."""
    if folder is None:
        return
    from modelops_abm.charts import write_picture
    from modelops_abm.runs.results import write_csv

    contents: dict[str, Callable[[Path], object]] = {}
    for name, table in tables.items():
        contents[f"{name}.parquet"] = table.to_parquet
        contents[f"{name}.csv"] = partial(write_csv, table)
    contents.update(
        (f"{name}.png", partial(write_picture, draw)) for name, draw in pictures.items()
    )
    folder.save(facts, contents)


def say_where(target: Console, asked: Asked) -> None:
    """Say where an experiment is kept, if it is."""
    if asked.output is not None:
        say(target, f"Kept in {asked.output}: tables, pictures, and the runs themselves.")


def outcome_option(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command the option ``--outcome``, with what it decides."""
    return click.option(
        "--outcome",
        default="npv",
        show_default=True,
        metavar="NAME",
        help=f"{what}, such as availability; a name that is none lists them all.",
    )


def vary_option[F: Callable[..., Any]](command: F) -> F:
    """Give a command the option ``--vary``, which may be left out."""
    return click.option(
        "--vary",
        "varied",
        metavar="NAME[=VALUES]",
        multiple=True,
        help="An assumption, or a section of them, by its range in the sources; or with values of"
        " your own: drift.severity=0.1..0.5, model.market_size=log:50..5000; may be repeated.",
    )(command)


def assumptions(scenario: Scenario, varied: Sequence[str]) -> Assumptions:
    """Return what ``--vary`` names; without it, every assumption that is uncertain.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    from modelops_abm.experiments.assumptions import Assumptions, assumptions_of

    if not varied:
        return assumptions_of(scenario)
    named = [text for text in varied if "=" not in text and text.strip()]
    stated = inputs_of([text for text in varied if text not in named])
    if fixed := [entry for entry in stated if len(entry.points(2)) < 2]:
        raise InputError([Problem("takes two values or more", field=fixed[0].name)])
    ours = {entry.name for entry in stated}
    known = assumptions_of(scenario, named)
    inputs = (*(entry for entry in known.inputs if entry.name not in ours), *stated)
    left_out = {name: why for name, why in known.left_out.items() if name not in ours}
    return Assumptions(inputs, left_out)


def inputs_of(varied: Sequence[str]) -> tuple[Input, ...]:
    """Return what is varied, in the syntax of `parse_input`.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    from modelops_abm.experiments.inputs import parse_input

    inputs: list[Input] = []
    problems: list[Problem] = []
    for text in varied:
        try:
            inputs.append(parse_input(text))
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return tuple(inputs)


def share_as_json(share: Share) -> dict[str, float]:
    """Return a share with its interval as plain data."""
    return {"share": share.share, "low": share.low, "high": share.high}


def check_outcome(outcome: str) -> None:
    """Raise an InputError if there is no such outcome of a run."""
    names = [each.name for each in outcomes.SUMMARY]
    if outcome not in names:
        raise InputError(
            Problem(
                f"there is no outcome '{printable(outcome)}'; there are {', '.join(names)}",
                suggestion=nearest(outcome, names),
            )
        )


def check_is_a_plan(scenario: Scenario) -> None:
    """Raise an InputError if a scenario raises no capability."""
    if is_baseline(scenario):
        raise InputError(
            "this is the baseline, as no capability rises above its start level; for a plan add for"
            " example --set capabilities.monitoring.maximum=1"
        )


def _cluster(address: str) -> AbstractContextManager[Executor]:
    from modelops_abm.experiments.workers import cluster_workers

    return cluster_workers(address)


def _folder(asked: Asked, kind: str, names: Sequence[str], engine: Engine) -> Folder | None:
    if asked.output is None:
        return None
    from modelops_abm.experiments.store import Folder

    return Folder(asked.output, kind, asked.scenario, names=names, seed=asked.seed, engine=engine)


class _Table(Table):
    """A table whose words go on in the next line where they are too long; none is cut."""

    def add_column(self, header: RenderableType = "", *parts: Any, **style: Any) -> None:
        super().add_column(header, *parts, **{"overflow": "fold", **style})


plain_table = partial(_Table, box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
"""An empty table in the style of the program."""
