"""The command ``check``: tells whether files are usable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from modelops_abm.cli.logs import log_in_words, reader_of, reading_of, reading_options
from modelops_abm.cli.options import (
    SCENARIO_ENDINGS,
    ignores_unknown_columns,
    unknown_columns_option,
    with_portfolio,
)
from modelops_abm.cli.printing import by_reason, in_all
from modelops_abm.formats import count_of, plural
from modelops_abm.scenario import CAPABILITY_NAMES, InputError, Problem, Scenario, load_scenario
from modelops_abm.scenario.sources import changed_names
from modelops_abm.scenario.without_effect import set_without_effect, without_effect
from modelops_abm.scenario.words import size_caution, team_caution
from modelops_abm.terminal import console, say_below
from modelops_abm.text import all_of, printable, visible

if TYPE_CHECKING:
    from modelops_abm.clients.kinds import Log, Reader
    from modelops_abm.clients.logs import Reading
    from modelops_abm.clients.registry import RegistryLog
    from modelops_abm.scenario.portfolio import PortfolioModel


class _WithRules(click.Command):
    """A command whose help ends with how a portfolio is read; that is loaded when it is asked."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the rules."""
        from modelops_abm.clients import RULES

        with formatter.section("How a portfolio is read"):
            for rule in RULES:
                formatter.write_text(rule.replace("`", ""))


@click.command(cls=_WithRules)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@unknown_columns_option
@reading_options
@click.pass_context
def check(context: click.Context, /, files: tuple[str, ...], **how: Any) -> None:
    """Check scenarios, portfolios and logs without running anything.

    Files named .toml, .yaml, .yml or .json are scenarios, all others portfolios, unless a file has
    the form of a log, or --kind says that all others are logs. A portfolio is checked against every
    scenario among the files, as its dates and kinds of model must fit; against the reference if
    there is none. Of a log it is told what was understood, and what it says, with the registry and
    the portfolio beside it if there is one of them. All problems of all files are reported.
    """
    reading = reading_of(**how)
    readers = {file: reader_of(file, reading.kind) for file in files}
    logs = [file for file in files if readers[file] is not None]
    scenarios = [
        file for file in files if file not in logs and Path(file).suffix.lower() in SCENARIO_ENDINGS
    ]
    # A pipe can be read only once, and is not looked into for remarks on a scenario.
    others = [file for file in files if file not in {*logs, *scenarios}]
    portfolios = [file for file in others if Path(file).is_file()]
    good = [scenario for file in scenarios if (scenario := _check_scenario(file, portfolios))]
    faulty = len(scenarios) - len(good)
    read = {file: _log(file, readers[file], reading) for file in logs}
    beside = _Beside.among(read.values(), portfolios)
    for file in files:
        if file in read:
            faulty += not _tell_log(file, read[file], beside)
        elif file in others:
            faulty += not _check_portfolio(file, [*good] or [Scenario()])
    if faulty:
        click.echo(f"{count_of(faulty, len(files))} files cannot be used.", err=True)
        context.exit(1)


class _Beside(NamedTuple):
    """What logs are weighed with: a registry and a portfolio, where there is one of them."""

    registry: RegistryLog | None
    models: Sequence[PortfolioModel] | None

    @classmethod
    def among(cls, logs: Iterable[Log | InputError], portfolios: Sequence[str]) -> _Beside:
        """Find them; what is wrong with a portfolio is said elsewhere."""
        from modelops_abm.clients import check_portfolio, portfolio_bytes
        from modelops_abm.clients.registry import RegistryLog

        registries = [log for log in logs if isinstance(log, RegistryLog)]
        models = None
        if len(portfolios) == 1:
            with suppress(InputError):
                models = check_portfolio(portfolio_bytes(portfolios[0])).accepted
        return cls(registries[0] if len(registries) == 1 else None, models)


def _log(file: str, reader: Reader | None, reading: Reading) -> Log | InputError:
    """Return a log, or why it cannot be read: that is told in the order of the files."""
    assert reader is not None
    try:
        return reader.read(file, reading)
    except InputError as error:
        return error


def _tell_log(file: str, log: Log | InputError, beside: _Beside) -> bool:
    """Say what was understood of a log, what not, and what it says."""
    if isinstance(log, InputError):
        click.echo(visible(str(log)), err=True)
        return False
    from modelops_abm.evidence.logs import weighed

    click.echo(visible(f"{printable(file, 200)}: fine; {log.sentence()}"))
    _tell(log_in_words(file, log))
    _tell(weighed(log, *beside).sentences)
    return True


def _check_scenario(file: str, portfolios: Sequence[str]) -> Scenario | None:
    try:
        scenario = load_scenario(file)
    except InputError as error:
        click.echo(visible(str(error)), err=True)
        return None
    click.echo(f"{printable(file, 200)}: fine; {_scenario_in_words(scenario)}")
    _tell(_remarks([*_fitted(scenario, portfolios)] or [scenario]))
    if scenario.imported is not None:
        from modelops_abm.clients import notes_on

        _tell(notes_on(scenario.imported.models))
    return scenario


def _fitted(scenario: Scenario, portfolios: Sequence[str]) -> Iterator[Scenario]:
    """Yield the scenario with each portfolio that fits it; what is wrong is said elsewhere."""
    for file in portfolios:
        with suppress(InputError):
            yield with_portfolio(scenario, file)


def _remarks(scenarios: Sequence[Scenario]) -> Iterator[str]:
    """Yield what is allowed but may not be meant: an unusual size, values without effect."""
    yield from dict.fromkeys(filter(None, map(size_caution, scenarios)))
    yield from dict.fromkeys(filter(None, map(team_caution, scenarios)))
    ours = in_all(scenarios, set_without_effect)
    others = in_all(scenarios, without_effect)
    yield from (f"set without effect: {words}" for words in by_reason(ours))
    left = [reason for name, reason in others.items() if name not in ours]
    if left:
        said = f"{plural(len(left), 'value')}, none set by you, without effect"
        yield f"{said}: {'; '.join(_each_once(left))}"


def _each_once(reasons: Iterable[str]) -> Iterator[str]:
    """Yield each reason once, and together what is so of several capabilities."""
    of_capability: dict[str, list[str]] = {}
    others = []
    for reason in dict.fromkeys(reasons):
        name, _, rest = reason.partition(" ")
        if name in CAPABILITY_NAMES:
            of_capability.setdefault(name, []).append(rest)
        else:
            others.append(reason)
    alike: dict[str, list[str]] = {}
    for name, found in of_capability.items():
        alike.setdefault(" and ".join(found), []).append(name)
    for rest, names in alike.items():
        yield f"{'each of ' * (len(names) > 1)}{all_of(names)} {rest}"
    yield from others


def _scenario_in_words(scenario: Scenario) -> str:
    changed = len(changed_names(Scenario(), scenario))
    difference = (
        f"{plural(changed, 'value')} unlike the reference" if changed else "all as the reference"
    )
    return f"scenario {printable(scenario.name, 200)}, {difference}"


def _check_portfolio(file: str, scenarios: Sequence[Scenario]) -> bool:
    """Check a portfolio against every scenario, and say each problem once."""
    from modelops_abm.clients import portfolio_bytes

    try:
        content = portfolio_bytes(file)
        problems = _misfits(file, content, scenarios)
    except InputError as error:
        problems = error.problems
    if problems:
        click.echo(visible(str(InputError(problems))), err=True)
        return False
    _tell_portfolio(file, content)
    return True


def _misfits(file: str, content: bytes, scenarios: Sequence[Scenario]) -> tuple[Problem, ...]:
    problems: dict[Problem, None] = {}
    for scenario in scenarios:
        try:
            with_portfolio(scenario, file, content)
        except InputError as error:
            problems.update(dict.fromkeys(error.problems))
    return tuple(problems)


def _tell_portfolio(file: str, content: bytes) -> None:
    """Say what a portfolio holds, and what of the file is not taken as somebody may expect."""
    from modelops_abm.clients import check_portfolio, notes_on, stages_in_words

    read = check_portfolio(content, ignore_unknown_columns=ignores_unknown_columns())
    click.echo(f"{printable(file, 200)}: fine; {stages_in_words(read.accepted)}")
    unknown = all_of([*map(printable, read.unknown_columns)])
    ignored = [f"ignored: {unknown}"] if unknown else []
    _tell([*ignored, *read.notes, *notes_on(read.accepted)])


def _tell(notes: Iterable[str]) -> None:
    for note in notes:
        say_below(console(), note)
