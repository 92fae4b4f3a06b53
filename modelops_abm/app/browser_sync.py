"""Keeping the session and the browser in step: the address, what the tab keeps, what it reports.

The address always opens what is shown, so that it can be sent as a link. Files and kept plans do
not fit into an address: the browser keeps them for the tab, and sends them back after a reload.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import solara

from modelops_abm.app.errors import reported
from modelops_abm.app.export.menu import save_pictures
from modelops_abm.app.state.link import Linked, query_of, read_query, with_base
from modelops_abm.app.state.plan import History, Plan
from modelops_abm.app.state.session import VIEWS, Session
from modelops_abm.app.state.tray import Tray, read_tray, tray_text
from modelops_abm.app.state.uploads import refuse_portfolio, refuse_scenario
from modelops_abm.app.widgets import Browser
from modelops_abm.clients import fingerprint, portfolio_csv, read_portfolio
from modelops_abm.scenario import ImportedPortfolio, InputError, read_scenario, scenario_text
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.version import __version__

_LONGEST_ADDRESS = 500
_SCENARIO_FILE = "scenario.toml"
_PORTFOLIO, _PORTFOLIO_NAME, _SCENARIO = "portfolio", "portfolio-name", "scenario"
_TRAY = "tray"


@solara.component
def BrowserSync(session: Session) -> None:
    """Keep the browser's address and what it keeps for the tab as the session is; invisible."""
    plan, tray = session.plan, session.tray.value
    plans = [(kept.name, kept.plan) for kept in tray]  # answers come often, and are not kept
    Browser(
        command=session.command.value,
        # Without a link that can hold the plan the address is bare, and opens the first plan.
        address=use_query(session) or "",
        # Made anew only when files or plans change: a portfolio is megabytes, and an answer comes
        # with every batch.
        kept=solara.use_memo(lambda: to_keep(plan, tray), [plan.start, plan.own, plans]),
        event_report=reported(session, lambda report: hear(session, report)),
    )


def hear(session: Session, report: Any) -> None:
    """Take note of what the browser reports; what makes no sense is ignored."""
    match report:
        case {"kind": "opened", "address": str(address), "kept": dict(kept)}:
            if address.startswith(("http://", "https://")) and len(address) <= _LONGEST_ADDRESS:
                session.address.set(address)
            restore(session, {str(name): str(text) for name, text in kept.items()})
        case {"kind": "copied", "text": str(text)}:
            session.copied.set(text)
        case {"kind": "pictures", "pictures": dict(pictures)}:
            save_pictures(session, pictures)
        case {"kind": "not kept"}:
            session.notice.set(
                "The browser has no room to keep your files and scenarios: a reload loses them."
            )


# --------------------------------------------------------------------------------------
# The address: opened by whoever comes with a link, and rewritten as the plan changes.


def open_session(query: str | None) -> Session:
    """Return the session of a new visitor, who may come with a link.

    Parameters
    ----------
    query
        Query of the page's address. What cannot be used becomes a notice beside the first plan.
    """
    if not query:
        return Session()
    try:
        linked = read_query(query)
    except InputError as error:
        session = Session()
        session.notice.set(f"This link cannot be used, so the first plan is shown: {error}")
        return session
    session = Session(linked.plan, linked.seed)
    for view in VIEWS:  # a link may name any
        if view == linked.view:
            session.view.set(view)
    session.replication.set(linked.replication)
    session.wanted.set(linked.portfolio)
    if linked.is_of_other_version:
        session.notice.set(
            f"This link was made with version {linked.version} and is shown by {__version__}:"
            " the figures may differ."
        )
    return session


def query_of_session(session: Session) -> str | None:
    """Return the query that opens what a session shows; None if it would be too long."""
    view = session.view.value
    return query_of(
        Linked(
            plan=session.plan,
            seed=session.seed.value,
            view="" if view == "decide" else view,  # what opens anyway needs no room
            replication=session.replication.value,
            portfolio=session.wanted.value,
        )
    )


def use_query(session: Session) -> str | None:
    """Return `query_of_session`, made anew only when what it says has changed (a hook)."""
    shown = [session.plan, session.seed.value, session.view.value, session.replication.value]
    return solara.use_memo(lambda: query_of_session(session), [*shown, session.wanted.value])


# --------------------------------------------------------------------------------------
# What the tab keeps: the visitor's files, and the plans of the tray.


def to_keep(plan: Plan, tray: Tray) -> dict[str, str]:
    """Return what the browser keeps for this tab: the visitor's files, and the plans of the tray.

    It is text by name; empty text is not kept.
    """
    portfolio = plan.own.imported
    own = None if plan.start in PRESETS else plan.own.model_copy(update={"imported": None})
    return {
        _PORTFOLIO: portfolio_csv(portfolio) if portfolio else "",
        _PORTFOLIO_NAME: portfolio.source if portfolio else "",
        _SCENARIO: scenario_text(own, _SCENARIO_FILE) if own else "",
        _TRAY: tray_text(tray),
    }


def restore(session: Session, kept: Mapping[str, str]) -> None:
    """Bring back after a reload what the tab has kept: files that the link asks for, the tray."""
    portfolio = _kept_portfolio(kept)
    session.restore_tray(read_tray(kept.get(_TRAY, ""), lambda of: _completed(of, portfolio, kept)))
    _restore_files(session, portfolio, kept)


def _completed(
    linked: Linked, portfolio: ImportedPortfolio | None, kept: Mapping[str, str]
) -> Plan:
    """Return the plan of a link, with the visitor's files that it needs.

    Raises
    ------
    InputError
        If a file that it needs is not there or does not fit.
    """
    plan = _with_own_base(linked.plan, kept.get(_SCENARIO, ""))
    if not linked.portfolio:
        return plan.with_portfolio(linked.plan.base.imported)
    if portfolio is None or fingerprint(portfolio) != linked.portfolio:
        raise InputError("its portfolio is not there")
    return plan.with_portfolio(portfolio)


def _restore_files(
    session: Session, portfolio: ImportedPortfolio | None, kept: Mapping[str, str]
) -> None:
    # A kept portfolio is used only if the address asks for it: another link may have been opened in
    # the same tab since.
    is_wanted = portfolio is not None and fingerprint(portfolio) == session.wanted.value
    try:
        plan = _with_own_base(session.plan, kept.get(_SCENARIO, ""))
        plan = plan.with_portfolio(portfolio if is_wanted else session.plan.base.imported)
    except InputError:  # the link has other dates or kinds of model: the visitor must choose
        return
    if is_wanted:
        session.wanted.set("")
    if plan != session.plan:
        session.history.set(History(plan))


def _with_own_base(plan: Plan, text: str) -> Plan:
    """Return a plan as changes of the scenario that was uploaded, if that is the one kept."""
    if plan.start in PRESETS or not text:
        return plan
    content = _bytes_of(text)
    if refusal := refuse_scenario(content):
        raise InputError(refusal.message)
    return with_base(plan, read_scenario(content, _SCENARIO_FILE))


def _kept_portfolio(kept: Mapping[str, str]) -> ImportedPortfolio | None:
    content, name = _bytes_of(kept.get(_PORTFOLIO, "")), kept.get(_PORTFOLIO_NAME, "")
    if not content or refuse_portfolio(content):
        return None
    try:
        return read_portfolio(content, name=name or "kept portfolio")
    except InputError:
        return None


def _bytes_of(text: str) -> bytes:
    """Return what a browser has sent, which may be anything, also half a character."""
    return text.encode(errors="replace")
