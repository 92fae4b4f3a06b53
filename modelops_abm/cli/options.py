"""Options that commands share: the numbers that they take, and which scenario is meant.

A scenario is a file or a preset, with values set by name and a client's portfolio on top of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from modelops_abm.scenario import (
    ImportedPortfolio,
    InputError,
    Problem,
    Scenario,
    SourceKind,
    load_scenario,
    parse_assignment,
    with_values,
)
from modelops_abm.scenario.changes import parse_range
from modelops_abm.scenario.fields import scenario_leaves
from modelops_abm.scenario.presets import PRESETS, preset
from modelops_abm.scenario.sources import (
    LABELS,
    changed_names,
    preset_of,
    source_of,
    with_range,
    with_sources,
)
from modelops_abm.text import all_of, printable, shown, without_comma

if TYPE_CHECKING:
    import pandas as pd

    from modelops_abm.evidence.belief import Belief
    from modelops_abm.experiments import Draws

SCENARIO_ENDINGS = (".toml", ".yaml", ".yml", ".json")
LARGEST_SEED = 2**63 - 1
MOST_REPLICATIONS = 1_000_000
TABLE_ENDINGS = (".csv", ".tsv")
ILLUSTRATIVE = "illustrative"
COMMAND_LINE = "set on the command line"
_CHANGES = f"{__name__}.changes"
_ENTRY = re.compile(r"changes\[entry (\d+)\]\.?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_IGNORE = f"{__name__}.ignore_unknown_columns"
_KNOW = f"{__name__}.know"
_MOST_LEFT_OUT = 5


class Seed(click.ParamType[int]):
    """A whole number of 0 or more that fits a 64-bit integer."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or fail with what would be right."""
        text = str(value)
        # Digits of other scripts are digits to Python; and `int` refuses thousands of them with an
        # error of its own.
        if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_SEED):
            self.fail(
                f"'{printable(text)}' is not a whole number from 0 to {LARGEST_SEED}", param, ctx
            )
        return int(text)


class Replications(click.ParamType[int]):
    """A number of replications, from which a spread can be told."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number, or fail with what would be right."""
        text = str(value)
        if text == "1":
            self.fail("1 is a single run: 'modelops-abm simulate' without it", param, ctx)
        if not (text.isascii() and text.isdigit() and 2 <= int(text[:9]) <= MOST_REPLICATIONS):
            allowed = f"a whole number from 2 to {MOST_REPLICATIONS:,}"
            self.fail(f"'{printable(text)}' is not {allowed}", param, ctx)
        return int(text)


_SIZES = {"k": 1e3, "M": 1e6, "bn": 1e9}


class Dollars(click.ParamType[float]):
    """An amount of money above 0, as answers have it: 250000, $250k, 0.25M."""

    name = "DOLLARS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the amount, or fail with what would be right."""
        text = str(value).strip().removeprefix("$").strip()
        size = next((each for each in _SIZES if text.endswith(each)), "")
        try:
            amount = float(text.removesuffix(size)) * _SIZES.get(size, 1.0)
        except ValueError:
            amount = math.nan
        # Refuses NaN as well, which `float` reads.
        if not 0.0 < amount < math.inf:
            advice = without_comma(str(value).strip())
            wrong = f"'{printable(str(value))}' is not a number of dollars above 0"
            self.fail(f"{wrong}{advice and f': {advice}'}", param, ctx)
        return amount


class Part(click.ParamType[float]):
    """A share of the futures: 0.8 or 80%."""

    name = "SHARE"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Return the share, or fail with what would be right."""
        text = str(value).strip()
        try:
            share = float(text.removesuffix("%")) / (100.0 if text.endswith("%") else 1.0)
        except ValueError:
            share = math.nan
        if not 0.0 <= share <= 1.0:
            meant = f"write {share / 100.0:g} or {share:g}%" if 1.0 < share <= 100.0 else ""
            wrong = f"'{printable(text)}' is no share of 0 to 1"
            self.fail(f"{wrong}: {meant or without_comma(text) or 'write 0.8 or 80%'}", param, ctx)
        return share


class Numbers(click.ParamType[tuple[float, ...]]):
    """Numbers with commas between them."""

    name = "N,N,..."

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[float, ...]:
        """Return the numbers, or fail with what would be right."""
        try:
            numbers = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            wrong = printable(str(value))
            self.fail(f"'{wrong}' is not numbers with commas between them: 0,0.5,1", param, ctx)
        return numbers


preset_option = click.option(
    "--preset", "preset_name", metavar="NAME", help="A named scenario; see 'presets'."
)
days_option = click.option(
    "--days", type=int, metavar="N", help="Length of the run in days: sets horizon_days."
)
seed_option = click.option(
    "--seed", type=Seed(), default=0, show_default=True, help="Seed of all that is random."
)
belief_option = click.option(
    "--belief",
    "belief_file",
    metavar="FILE",
    help="Answer also over the organisations in a file that 'fit' has written, or, for"
    " 'published', over those that fit what is published: another one in every future. Of a"
    " scenario that is named, only what a plan decides is taken, and what --set says. For 'ranges',"
    " over those that the scenario leaves open, portfolio and all: each value from its range.",
)
"""The name of a file or belief, for `believed`."""


def set_option[F: Callable[..., Any]](command: F) -> F:
    """Give a command ``--set``, and ``--change`` and ``--know``, which `with_assignments` heeds."""

    def keep(context: click.Context, _: click.Parameter, texts: tuple[str, ...]) -> None:
        context.meta[_CHANGES] = texts

    def keep_ranges(context: click.Context, _: click.Parameter, texts: tuple[str, ...]) -> None:
        context.meta[_KNOW] = texts

    set_value = click.option(
        "--set",
        "assignments",
        metavar="NAME=VALUE",
        multiple=True,
        help="Set a value by its dotted name, as 'show' lists them; may be repeated.",
    )
    change_value = click.option(
        "--change",
        metavar="DAY:NAME=VALUE",
        multiple=True,
        expose_value=False,
        callback=keep,
        help="Change a value on a day, or a date: 180:team.developers=4; may be repeated.",
    )
    know_range = click.option(
        "--know",
        metavar="NAME=LOW..HIGH",
        multiple=True,
        expose_value=False,
        callback=keep_ranges,
        help="How well a value is known: a range that holds it in nine of ten cases, or of a"
        " switch how likely each is, always:3,never:1; may be repeated.",
    )
    return set_value(change_value(know_range(command)))


def ranges_given() -> tuple[str, ...]:
    """Return the texts of ``--know`` that the command that runs was given."""
    context = click.get_current_context(silent=True)
    return () if context is None else context.meta.get(_KNOW, ())


def _with_ranges(scenario: Scenario) -> Scenario:
    """Return a scenario with what ``--know`` says of its values."""
    problems: list[Problem] = []
    names: set[str] = set()
    for text in ranges_given():
        try:
            name, known = parse_range(text)
            if name in names:
                raise InputError(Problem("is known twice; give one", field=printable(name, 200)))
            names.add(name)
            scenario = with_range(scenario, name, source=COMMAND_LINE, **known)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(problems)
    return scenario


def changes_given() -> tuple[str, ...]:
    """Return the texts of ``--change`` that the command that runs was given."""
    context = click.get_current_context(silent=True)
    return () if context is None else context.meta.get(_CHANGES, ())


def _change(text: str) -> dict[str, Any]:
    """Return a change such as ``180:team.developers=4`` as a scenario file states it."""
    day, colon, assignment = (part.strip() for part in text.partition(":"))
    is_whole = day.isascii() and day.isdigit() and len(day) < 10
    name, equals, value = (part.strip() for part in assignment.partition("="))
    is_day = is_whole or _DATE.fullmatch(day) is not None
    # A day of the change's own would take the place of the one before the colon.
    if not (colon and is_day and name and equals and value) or name == "day":
        example = "write DAY:NAME=VALUE, for example 180:team.developers=4"
        raise InputError(f"'{printable(text)}' is no change; {example}")
    return {"day": int(day) if is_whole else day, name: parse_assignment(assignment)[1]}


def _of_changes(error: InputError, already: int) -> InputError:
    """Return an error that says by which ``--change`` a change is wrong, after so many others."""
    texts = changes_given()

    def placed(problem: Problem) -> Problem:
        entry = _ENTRY.match(problem.field)
        number = int(entry[1]) - 1 - already if entry else -1
        if entry is None or number < 0:
            return problem
        place = f"--change {printable(texts[number], 200)}"
        return replace(problem, place=place, field=problem.field[entry.end() :])

    return InputError(map(placed, error.problems))


def portfolio_option[F: Callable[..., Any]](command: F) -> F:
    """Give a command the option ``--portfolio``, and how it is read."""
    option = click.option(
        "--portfolio",
        metavar="CSV",
        help="A client's portfolio, one row per model; 'illustrative' for the one that is shipped.",
    )
    return option(unknown_columns_option(command))


def unknown_columns_option[F: Callable[..., Any]](command: F) -> F:
    """Give a command the option ``--ignore-unknown-columns``, which `with_portfolio` heeds."""

    def keep(context: click.Context, _: click.Parameter, value: bool) -> None:
        context.meta[_IGNORE] = value

    return click.option(
        "--ignore-unknown-columns",
        is_flag=True,
        expose_value=False,
        callback=keep,
        help="Leave out columns of the portfolio that are not known, instead of refusing them.",
    )(command)


def ignores_unknown_columns() -> bool:
    """Tell whether the command that runs is to leave out unknown columns of a portfolio."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_IGNORE))


def levels_option[F: Callable[..., Any]](command: F) -> F:
    """Give a command the option ``--levels``, of road maps."""
    from modelops_abm.experiments.road_maps import LEVELS

    return click.option(
        "--levels",
        type=Numbers(),
        default=_stated(LEVELS),
        show_default=True,
        help="Levels that a capability may be raised to; it may also stay where it starts.",
    )(command)


def starts_option[F: Callable[..., Any]](command: F) -> F:
    """Give a command the option ``--starts``, of road maps; None if it is not given."""
    from modelops_abm.experiments.road_maps import STARTS

    return click.option(
        "--starts",
        type=Numbers(),
        help="Days on which the work on a capability may begin."
        f"  [default: {_stated(STARTS)} within the run]",
    )(command)


def trials_option(trials: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return what gives a command the option ``--trials``, of so many road maps by default."""
    return click.option(
        "--trials",
        type=click.IntRange(1, 100_000),
        metavar="N",
        default=trials,
        show_default=True,
        help="How many road maps to look at; all of them, if there are no more.",
    )


def _stated(numbers: Iterable[float]) -> str:
    return ",".join(f"{number:g}" for number in numbers)


class Believed(NamedTuple):
    """An organisation as it is believed to be, with what a plan decides."""

    name: str
    """Of the file, or of the belief."""
    scenario: Scenario
    """The organisation at the values as set, with the levels of the plan and what is stated."""
    belief: Belief | None = None
    """What is believed; None for ranges."""
    table: pd.DataFrame | None = None
    """What it may be: a row for each draw of the belief, a column for each value not stated."""
    left_out: tuple[str, ...] = ()
    """What the scenario that was named states otherwise of its organisation, which is not taken."""

    @property
    def words(self) -> str:
        """What the first line of an answer says of it."""
        if self.belief is None:
            return "draws of what is known of each value"
        return f"draws of {printable(self.name, 200)}"

    @property
    def is_spread(self) -> bool:
        """Whether there is more than one draw."""
        return self.table is None or len(self.table) > 1

    @property
    def doubts(self) -> str:
        """What speaks against the belief, as `fit` said it; nothing if nothing does."""
        told = "" if self.belief is None else " ".join(self.belief.doubts())
        doubts = told and f"Of the belief in {printable(self.name, 200)}: {told}"
        return " ".join(filter(None, (self._what_is_left_out, doubts)))

    @property
    def _what_is_left_out(self) -> str:
        from modelops_abm.evidence.belief import label_of

        if not self.left_out:
            return ""
        names = [label_of(name).lower() for name in self.left_out]
        if len(names) > _MOST_LEFT_OUT:
            more = len(names) - _MOST_LEFT_OUT + 1
            names = [*names[: _MOST_LEFT_OUT - 1], f"{more} values more"]
        return (
            f"The organisation is that of {printable(self.name, 200)}, not that of the scenario"
            f" {printable(self.scenario.name)}, of which only the plan is taken: {all_of(names)}"
            " differ. What --set says is held."
        )

    @property
    def answered(self) -> list[str]:
        """What somebody said of this organisation already, by what it is about."""
        from modelops_abm.evidence.benchmarks import published_evidence

        published = list(published_evidence())
        evidence = () if self.belief is None else self.belief.evidence
        return [each.about for each in evidence if each not in published]

    def to_json(self, seed: int) -> dict[str, Any]:
        """Return which belief it is as plain data."""
        from modelops_abm.evidence.default import RANGES

        # One draw tells what they all are drawn from.
        key = self.draws(1, seed).key
        if self.belief is None or self.table is None:
            return {"belief": {"draws": RANGES, "key": key}}
        doubts = self.belief.doubts()
        told = {"doubts": list(doubts)} if doubts else {}
        return {"belief": {"draws": len(self.table), "key": key, **told}}

    def draws(self, count: int, seed: int = 0) -> Draws:
        """Return so many draws of the organisation, for as many futures."""
        from modelops_abm.experiments import draws_of, joint_draws

        if self.table is None:
            return draws_of(self.scenario, count, seed=seed)
        return joint_draws(self.scenario, self.table, count, seed=seed)


def believed(
    belief_file: str,
    file: str | None,
    preset_name: str | None,
    assignments: Iterable[str],
    days: int | None,
    portfolio: str | None,
) -> Believed:
    """Return the organisation that a belief is of, with the plan that all the options ask for.

    Without a file or preset it is the plan with which the belief was fitted. For 'ranges' it is the
    scenario, with its portfolio and the ranges of ``--know``.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    from modelops_abm.evidence.default import RANGES, belief_named

    if belief_file == RANGES:
        return Believed(RANGES, scenario_to_run(file, preset_name, assignments, days, portfolio))
    given = {"--portfolio": portfolio is not None, "--know": bool(ranges_given())}
    if wrong := [name for name, is_given in given.items() if is_given]:
        raise InputError(
            f"{' and '.join(wrong)} is known before a belief: give it to 'fit', or write"
            f" --belief {RANGES}"
        )
    belief = belief_named(belief_file)
    assignments = list(assignments)
    if file is None and preset_name is None:
        further = {} if days is None else {"horizon_days": days}
        plan = with_assignments(belief.scenario, assignments, further, _given_by(days, None))
    else:
        plan = scenario_to_run(file, preset_name, assignments, days, None)
    scenario, table = belief.of_plan(plan, [parse_assignment(text)[0] for text in assignments])
    differ = changed_names(scenario, plan)
    left_out = tuple(name for name in differ if source_of(plan, name) is not None)
    return Believed(belief_file, scenario, belief, table, left_out)


def scenario_to_run(
    file: str | None,
    preset_name: str | None,
    assignments: Iterable[str],
    days: int | None,
    portfolio: str | None,
) -> Scenario:
    """Return the scenario that all the options together ask for.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    given, further = _given_by(days, portfolio), {} if days is None else {"horizon_days": days}
    # The portfolio comes last, as it must fit the start date and the archetypes that are set.
    scenario = with_assignments(chosen_scenario(file, preset_name), assignments, further, given)
    return with_portfolio(scenario, portfolio)


def _given_by(days: int | None, portfolio: str | None) -> dict[str, str]:
    """Return which option says a value, by its name."""
    options = {"--days": ("horizon_days", days), "--portfolio": ("imported", portfolio)}
    return {name: option for option, (name, value) in options.items() if value is not None}


def chosen_scenario(file: str | None, preset_name: str | None) -> Scenario:
    """Return the scenario of a file or a preset, by default the reference.

    Raises
    ------
    InputError
        If it cannot be read, or does not exist.
    UsageError
        If both are given.
    """
    if file is not None and preset_name is not None:
        raise click.UsageError("Give either a scenario file or --preset, not both.")
    if file is not None:
        _check_kind(file)
        return load_scenario(file)
    return preset("reference" if preset_name is None else preset_name)


def _check_kind(file: str) -> None:
    """Say what is meant where something else than a scenario is given for one."""
    if file in PRESETS and not Path(file).exists():
        raise InputError(f"{file} is the name of a preset: write --preset {file}")
    if Path(file).suffix.lower() in TABLE_ENDINGS:
        shown = printable(file, 200)
        raise InputError(f"{shown} is no scenario: for a portfolio write --portfolio {shown}")


def with_assignments(
    scenario: Scenario,
    assignments: Iterable[str],
    further: Mapping[str, Any] = MappingProxyType({}),
    given: Mapping[str, str] = MappingProxyType({}),
) -> Scenario:
    """Return a scenario with the values of ``--set``, and further ones by dotted name.

    What ``--change`` says is added to the scenario's changes.

    Parameters
    ----------
    scenario
        The scenario to depart from.
    assignments
        Texts of ``--set``.
    further
        More values by name.
    given
        The option that says a value, by the value's name: ``--set`` may not say it as well.

    Raises
    ------
    InputError
        With everything that is wrong.
    """
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    changes: list[dict[str, Any]] = []
    for text in changes_given():
        try:
            changes.append(_change(text))
        except InputError as error:
            problems.extend(error.problems)
    for text in assignments:
        try:
            name, value = parse_assignment(text)
        except InputError as error:
            problems.extend(error.problems)
            continue
        if name in values:
            twice = (
                f"is set twice, to {shown(values[name])} and to {shown(value)}; give one of them"
            )
            problems.append(Problem(twice, field=printable(name, 200)))
        elif name in given:
            also = f"is set by --set and by {given[name]}; give one of them"
            problems.append(Problem(also, field=name))
        values[name] = value
    if problems:
        raise InputError(problems)
    values.update(further)
    return _with_ranges(_vouched(_with_values(scenario, values, changes), values))


def _with_values(
    scenario: Scenario, values: dict[str, Any], changes: Sequence[dict[str, Any]]
) -> Scenario:
    """Return a scenario with values, and with changes beside those that it has."""
    already = values.get("changes", scenario.changes)
    # What is no list is told alone.
    if not changes or not isinstance(already, list | tuple):
        return with_values(scenario, values, source=COMMAND_LINE)
    values["changes"] = [*already, *changes]
    try:
        return with_values(scenario, values, source=COMMAND_LINE)
    except InputError as error:
        raise _of_changes(error, len(already)) from None


def _vouched(scenario: Scenario, names: Iterable[str]) -> Scenario:
    """Return a scenario in which values set to what they were are known to be set, too."""
    # Whoever states the default, or a preset's value, knows it; an experiment must not vary it as
    # uncertain (docs/decisions/0030).
    leaves = dict.fromkeys(name.removesuffix(".mean") for name in names)
    stated = [
        name
        for name in leaves
        if name in scenario_leaves()
        and name not in LABELS
        and ((source := source_of(scenario, name)) is None or preset_of(source))
    ]
    return with_sources(scenario, stated, COMMAND_LINE, "user")


def with_portfolio(scenario: Scenario, name: str | None, content: bytes | None = None) -> Scenario:
    """Return a scenario with the portfolio of a CSV file, or with the illustrative one.

    Parameters
    ----------
    scenario
        What it is added to.
    name
        The file, or `ILLUSTRATIVE`.
    content
        What is in the file, if it is read already: a pipe can be read only once.

    Raises
    ------
    InputError
        With everything that is wrong with it.
    """
    if name is None:
        return scenario
    portfolio = _portfolio(name, content, scenario)
    confidence: SourceKind = "judgement" if name == ILLUSTRATIVE else "client"
    source = f"portfolio {portfolio.source}"
    values = {"imported": portfolio}
    try:
        return with_values(scenario, values, source=source, confidence=confidence)
    except InputError as error:
        place = printable(name, 200)
        raise InputError([replace(problem, place=place) for problem in error.problems]) from None


def _portfolio(name: str, content: bytes | None, scenario: Scenario) -> ImportedPortfolio:
    from modelops_abm.clients import illustrative_portfolio, read_portfolio

    if name == ILLUSTRATIVE:
        return illustrative_portfolio()
    if Path(name).suffix.lower() in SCENARIO_ENDINGS:
        raise InputError(f"{printable(name, 200)} is no portfolio: a portfolio is a CSV file")
    try:
        return read_portfolio(
            name if content is None else content,
            name=Path(name).name,
            start_date=scenario.start_date,
            archetypes={archetype.name for archetype in scenario.archetypes},
            ignore_unknown_columns=ignores_unknown_columns(),
        )
    except InputError as error:
        raise InputError([*error.problems, *_advice(error)]) from None


def _advice(error: InputError) -> list[Problem]:
    """Return what to do about dates after day 0, as it is most likely not the dates' fault."""
    if not any("the start date" in problem.message for problem in error.problems):
        return []
    return [Problem("if the portfolio is of another day, set the scenario's start_date to it")]
