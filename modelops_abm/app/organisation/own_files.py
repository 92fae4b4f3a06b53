"""A visitor's own portfolio and scenario: chosen, used, put away, made from a template.

A file that is chosen is read at once, and used if nothing is wrong with it. Nothing is written to
disk: the browser keeps the files for its tab. What the buttons do comes first.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import htpy as h
import solara

from modelops_abm.app.decide.sentences import full_name
from modelops_abm.app.organisation.file_cards import (
    models_table,
    portfolio_result,
    scenario_result,
)
from modelops_abm.app.state.plan import FIRST_PRESET, History, Plan, file_name
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.uploads import (
    PortfolioUpload,
    plan_of,
    read_portfolio_file,
    read_scenario_file,
)
from modelops_abm.app.widgets import Markup, PickedFile
from modelops_abm.app.widgets.browser import download
from modelops_abm.app.widgets.markup import Action
from modelops_abm.clients import fingerprint, illustrative_portfolio, template_csv
from modelops_abm.formats import plural
from modelops_abm.scenario import ImportedPortfolio, InputError, scenario_text


def choose_portfolio(
    session: Session, file: PickedFile, *, ignore_unknown_columns: bool = False
) -> None:
    """Read a portfolio file, and use it if nothing is wrong with it."""
    upload = read_portfolio_file(
        file.name, file.content, session.plan, ignore_unknown_columns=ignore_unknown_columns
    )
    session.notice.set("")
    session.uploads.set(replace(session.uploads.value, portfolio=upload))
    if upload.is_usable and not upload.complaints and not is_another(session, upload):
        use_portfolio(session)


def ignore_unknown_columns(session: Session) -> None:
    """Read the file that was chosen last once more, without the columns that are not known."""
    upload = session.uploads.value.portfolio
    if upload is not None and upload.unknown_columns:
        file = PickedFile(upload.label, upload.content)
        choose_portfolio(session, file, ignore_unknown_columns=True)


def is_another(session: Session, upload: PortfolioUpload) -> bool:
    """Tell whether a file is another portfolio than the one that the link asks for."""
    wanted = session.wanted.value
    return bool(wanted and upload.portfolio and fingerprint(upload.portfolio) != wanted)


def use_portfolio(session: Session) -> None:
    """Use the accepted rows of the file that was chosen last."""
    upload = session.uploads.value.portfolio
    if upload is None or upload.portfolio is None or not upload.is_usable:
        return
    is_of_link = bool(session.wanted.value) and not is_another(session, upload)
    _put(session, upload.portfolio, is_of_link=is_of_link)


def use_illustrative(session: Session) -> None:
    """Use the made-up portfolio that is shipped."""
    _put(session, illustrative_portfolio())


def remove_portfolio(session: Session) -> None:
    """Go back to the portfolio that the scenario draws."""
    session.uploads.set(replace(session.uploads.value, portfolio=None))
    _put(session, None)


def _put(
    session: Session, portfolio: ImportedPortfolio | None, *, is_of_link: bool = False
) -> None:
    """Give the plan a portfolio; the one that a link asks for makes the link's plan whole."""
    try:
        plan = session.plan.with_portfolio(portfolio)
    except InputError as error:
        session.notice.set(f"The portfolio does not fit the plan. {error}")
        return
    session.wanted.set("")
    session.team_is_stated.set(False)
    if is_of_link:  # the plan without it was never meant: there is nothing to undo
        session.history.set(History(plan))
    else:
        session.take(plan)


def choose_scenario(session: Session, file: PickedFile) -> None:
    """Read a scenario file, and start a plan from it if nothing is wrong with it."""
    upload = read_scenario_file(file.name, file.content)
    session.notice.set("")
    session.uploads.set(replace(session.uploads.value, scenario=upload))
    if upload.scenario is None:
        return
    try:
        session.take(plan_of(upload, session.plan.base.imported))
    except InputError as error:
        session.notice.set(f"The portfolio in use does not fit this scenario: remove it. {error}")


def remove_scenario(session: Session) -> None:
    """Go back to the first plan; the portfolio stays."""
    session.uploads.set(replace(session.uploads.value, scenario=None))
    try:
        session.take(Plan.of_preset(FIRST_PRESET).with_portfolio(session.plan.base.imported))
    except InputError as error:
        session.notice.set(
            f"The portfolio in use fits this scenario only: remove it first. {error}"
        )


def _of_a_date(error: InputError) -> str:
    """Return why a date of day 0 cannot be used, of the models in use by the first of them."""
    first, *others = str(error).splitlines()
    told = re.sub(r"^imported\.models\[(.*)\]: ", r"Model \1: ", first)
    more = f"; {plural(len(others), 'row')} more of the portfolio in use" if others else ""
    return f"{told}{more}."


def set_start_date(session: Session, day: str) -> None:
    """Set the date of day 0, and look at a file again that did not fit the earlier one."""
    try:
        session.take(session.plan.changed({"start_date": day}))
    except InputError as error:
        session.notice.set(_of_a_date(error))
        return
    upload = session.uploads.value.portfolio
    if upload is not None and upload.complaints and upload.content:
        file = PickedFile(upload.label, upload.content)
        choose_portfolio(session, file, ignore_unknown_columns=upload.ignores_unknown)


def save_portfolio_template(session: Session) -> None:
    """Hand out a portfolio file to fill in."""
    content = template_csv().encode("utf-8-sig")
    session.tell_browser(download("modelops-portfolio.csv", content, "text/csv"))


def save_scenario(session: Session) -> None:
    """Hand out the plan as a scenario file, without the models of a client's portfolio."""
    scenario = session.plan.scenario.model_copy(update={"imported": None})
    name = file_name(full_name(session.plan), "scenario.toml")
    content = scenario_text(scenario, name).encode()
    session.tell_browser(download(name, content, "application/toml"))


_ACTIONS: dict[str, Callable[[Session], None]] = {
    "use portfolio": use_portfolio,
    "use illustrative": use_illustrative,
    "ignore columns": ignore_unknown_columns,
    "remove portfolio": remove_portfolio,
    "remove scenario": remove_scenario,
    "portfolio template": save_portfolio_template,
    "save scenario": save_scenario,
}


def act(session: Session, action: Action) -> None:
    """Do what a visitor asks for."""
    if action.name in _ACTIONS:
        _ACTIONS[action.name](session)
    elif action.name == "start date":
        set_start_date(session, action.value)


# --------------------------------------------------------------------------------------
# The rows of the card of files, and what became of the last.


PORTFOLIO_ENDINGS = ".csv,.tsv,.txt"
SCENARIO_ENDINGS = ".toml,.yaml,.yml,.json"


@solara.component
def FileResults(session: Session, do: Callable[[Action], None]) -> None:
    """Show what became of the last files, and the models in use."""
    uploads, portfolio = session.uploads.value, session.plan.scenario.imported
    parts: list[h.Element] = []
    if uploads.portfolio is not None:
        is_in_use = uploads.portfolio.portfolio is not None and (
            uploads.portfolio.portfolio == portfolio
        )
        other = is_another(session, uploads.portfolio)
        parts.append(portfolio_result(uploads.portfolio, is_another=other, is_in_use=is_in_use))
    if portfolio is not None:
        parts.append(models_table(portfolio))
    if uploads.scenario is not None:
        parts.append(scenario_result(uploads.scenario))
    Markup(h.fragment[parts], do, css_class="results")
