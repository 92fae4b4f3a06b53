"""Files that a visitor has chosen: what was read from them, and what is wrong.

They are read by the code that the command line uses. Nothing is written to disk and no path of the
visitor's is opened; the name of a file only serves to call it something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath, PureWindowsPath
from typing import NamedTuple

from modelops_abm.app.state.plan import Plan
from modelops_abm.clients import PortfolioCheck, check_portfolio, notes_on
from modelops_abm.evidence.interview import read_answers
from modelops_abm.formats import NARROW_SPACE, count_of, number
from modelops_abm.scenario import ImportedPortfolio, InputError, Scenario, read_scenario
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.text import file_label

LARGEST_PORTFOLIO_BYTES, LARGEST_SCENARIO_BYTES = 2_000_000, 200_000
"""Size of the largest files that the page takes; a whole scenario has some 10,000 bytes."""
MOST_MODELS = 5_000
"""Models of the largest portfolio that the page takes; the command line takes more."""
_LONGEST_LABEL = 100
_COMMAND_LINE = "the command line takes larger ones"


class Complaint(NamedTuple):
    """One thing that is wrong with a file: where, and what."""

    place: str
    message: str


_OTHER_TABLE = re.compile(r"modelops-abm check reads it if .* --kind (\w+) .*")
_OPTION = re.compile(
    r" \(--[\w-]+( on the command line)?\)|: --kind [^;]*|--(?:dates|word|map|only) |=COLUMN\b"
    r"|; see docs/\S+"
)


def on_the_page(words: str) -> str:
    """Return what is said of a file without what the command line is told: the page has a form.

    >>> on_the_page("say which: --dates day-first or --dates month-first")
    'say which: day-first or month-first'
    """
    return _OPTION.sub("", _OTHER_TABLE.sub(r"choose it in the row of \1", words))


def size_in_words(size_bytes: int) -> str:
    """Return a size in round numbers: 2 MB, 200 kB."""
    if size_bytes >= 1_000_000:
        return f"{size_bytes // 1_000_000}{NARROW_SPACE}MB"
    return f"{size_bytes // 1_000}{NARROW_SPACE}kB"


@dataclass(frozen=True)
class PortfolioUpload:
    """What was read from a portfolio file.

    Attributes
    ----------
    label
        What to call the file.
    content
        What is in the file; empty if it is too large.
    portfolio
        The models of the rows with which nothing is wrong; None if there is none.
    complaints
        Everything that is wrong with it.
    rows
        Rows that hold anything; None if that cannot be told.
    is_usable
        Whether the accepted rows can be used without the others: the file was read to its end and
        nothing but rows is wrong.
    notes
        What of the file is not taken as somebody may expect.
    unknown_columns
        Names of the columns that are left out, or without which the rest of the file can be used.
    ignores_unknown
        Whether the visitor has asked to leave them out.
    """

    label: str
    content: bytes
    portfolio: ImportedPortfolio | None
    complaints: tuple[Complaint, ...]
    rows: int | None
    is_usable: bool
    notes: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    ignores_unknown: bool = False

    @property
    def accepted(self) -> int:
        """Number of models that were read."""
        return len(self.portfolio.models) if self.portfolio else 0


@dataclass(frozen=True)
class ScenarioUpload:
    """What was read from a scenario file: the scenario, or everything that is wrong."""

    label: str
    scenario: Scenario | None
    complaints: tuple[Complaint, ...] = ()


@dataclass(frozen=True)
class Uploads:
    """The last file of each kind that the visitor has chosen."""

    portfolio: PortfolioUpload | None = None
    scenario: ScenarioUpload | None = None


def label_of(name: str) -> str:
    """Return what to call a file: the end of its name, printable, without folders."""
    base = PureWindowsPath(PurePosixPath(name).name).name
    return file_label(base, _LONGEST_LABEL)


def refuse_portfolio(content: bytes | None) -> Complaint | None:
    """Return why a portfolio file is not read at all, None if it is.

    Parameters
    ----------
    content
        What is in it; None if it is too large.
    """
    if refusal := _too_large(content, LARGEST_PORTFOLIO_BYTES):
        return refusal
    return _too_long(content or b"")


def refuse_scenario(content: bytes | None) -> Complaint | None:
    """Return why a scenario file is not read at all, as `refuse_portfolio` does."""
    return _too_large(content, LARGEST_SCENARIO_BYTES)


def read_portfolio_file(
    name: str, content: bytes | None, plan: Plan, *, ignore_unknown_columns: bool = False
) -> PortfolioUpload:
    """Return what a portfolio file holds, checked against the plan that it is for.

    Parameters
    ----------
    name
        What the visitor calls the file.
    content
        What is in it; None if it is too large.
    plan
        Whose scenario and start date it must fit.
    ignore_unknown_columns
        Whether columns that a portfolio does not have are left out instead of refused.
    """
    label = label_of(name)
    if refusal := refuse_portfolio(content):  # before anything of it is parsed
        return PortfolioUpload(label, b"", None, (refusal,), None, False)
    assert content is not None
    check = check_portfolio(
        content,
        start_date=plan.scenario.start_date,
        archetypes={archetype.name for archetype in plan.scenario.archetypes},
        ignore_unknown_columns=ignore_unknown_columns,
    )
    complaints = tuple(
        Complaint(_capital(problem.place), on_the_page(problem.message))
        for problem in check.problems
    )
    of_file = [problem for problem in check.problems if problem.rows[:1] <= (1,)]
    upload = PortfolioUpload(
        label,
        content,
        None,
        complaints or (Complaint("", "there is no model in it"),),
        check.rows,
        is_usable=False,
        # Where more than they is wrong with the file, to leave them out does not make it usable.
        unknown_columns=check.unknown_columns if len(of_file) < 2 else (),
        ignores_unknown=ignore_unknown_columns,
    )
    if not check.accepted:
        return upload
    portfolio = ImportedPortfolio(source=_source(label, check), models=check.accepted)
    misfits = tuple(_misfits(plan, portfolio))  # of the rows that are well by themselves
    return replace(
        upload,
        portfolio=portfolio,
        complaints=(*complaints, *misfits),
        is_usable=check.rows is not None and not misfits and not of_file,
        notes=(*check.notes, *notes_on(check.accepted)),
    )


def read_scenario_file(name: str, content: bytes | None) -> ScenarioUpload:
    """Return the scenario in a file, or everything that is wrong with it.

    Parameters
    ----------
    name
        What the visitor calls the file; its ending says the format.
    content
        What is in it; None if it is too large.
    """
    label = label_of(name)
    if refusal := refuse_scenario(content):
        return ScenarioUpload(label, None, (refusal,))
    assert content is not None
    try:
        return ScenarioUpload(label, read_scenario(content, label))
    except InputError as error:
        if _are_answers(content, label):
            other = "it holds answers, and no scenario; choose it as “Belief or answers”"
            return ScenarioUpload(label, None, (Complaint("", other),))
        return ScenarioUpload(label, None, tuple(_complaints(error, label)))


def _are_answers(content: bytes, label: str) -> bool:
    try:
        return bool(read_answers(content, label))
    except InputError:
        return False


def plan_of(upload: ScenarioUpload, portfolio: ImportedPortfolio | None) -> Plan:
    """Return the plan that starts from an uploaded scenario.

    Parameters
    ----------
    portfolio
        The visitor's portfolio, which the scenario takes unless it brings its own.

    Raises
    ------
    InputError
        If the portfolio does not fit the scenario.
    """
    assert upload.scenario is not None
    name = upload.scenario.name  # which may be that of a preset, from which it may differ
    plan = Plan(f"{name} (file)" if name in PRESETS else name, upload.scenario)
    if portfolio is None or upload.scenario.imported is not None:
        return plan
    return plan.with_portfolio(portfolio)


def _too_large(content: bytes | None, largest_bytes: int) -> Complaint | None:
    if content is not None and len(content) <= largest_bytes:
        return None
    return Complaint("", f"the file is larger than {size_in_words(largest_bytes)}; {_COMMAND_LINE}")


def _too_long(content: bytes) -> Complaint | None:
    """Refuse more rows than fit before they are all looked at."""
    # Lines may end either way, whatever system a file comes from. Counting bytes is quick, and what
    # is too long is never parsed; one row more is the head.
    if max(content.count(b"\n"), content.count(b"\r")) <= MOST_MODELS + 1:
        return None
    return Complaint("", f"the file has more than {number(MOST_MODELS)} rows; {_COMMAND_LINE}")


def _capital(place: str) -> str:
    return place[:1].upper() + place[1:]


def _source(label: str, check: PortfolioCheck) -> str:
    if not check.problems:
        return label
    return f"{label}, {count_of(len(check.accepted), check.rows or 0)} rows"


def _misfits(plan: Plan, portfolio: ImportedPortfolio) -> list[Complaint]:
    try:
        plan.with_portfolio(portfolio)
    except InputError as error:
        return list(_complaints(error, ""))
    return []


def _complaints(error: InputError, label: str) -> Iterator[Complaint]:
    """Yield the problems with a file, whose name need not be repeated in each."""
    for problem in error.problems:
        place = problem.place.removeprefix(label).lstrip(", ")
        message = str(replace(problem, place=""))
        yield Complaint(_capital(place), message)
