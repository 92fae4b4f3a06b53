"""Keeping the session and the browser in step: the address, what the tab keeps, what it reports.

The address always opens what is shown, so that it can be sent as a link. Files, kept plans and the
steps of undo do not fit into an address: the browser keeps them for the tab, and sends them back
after a reload, which may be of a page whose server was restarted.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qsl

import solara

from modelops_abm.app.errors import reported
from modelops_abm.app.export.menu import save_pictures
from modelops_abm.app.place import columns_of, go_to, place_of
from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.link import LONGEST, Linked, query_of, read_query, with_base
from modelops_abm.app.state.organisation import LARGEST_BELIEF_BYTES
from modelops_abm.app.state.plan import History, Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.tray import Tray, read_tray, tray_text
from modelops_abm.app.state.uploads import refuse_portfolio, refuse_scenario
from modelops_abm.app.widgets import Browser
from modelops_abm.clients import fingerprint, portfolio_csv, read_portfolio
from modelops_abm.evidence.belief import belief_bytes, read_belief
from modelops_abm.scenario import ImportedPortfolio, InputError, read_scenario, scenario_text
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.version import __version__

_LONGEST_ADDRESS = 500
_SCENARIO_FILE = "scenario.toml"
_PORTFOLIO, _PORTFOLIO_NAME, _SCENARIO = "portfolio", "portfolio-name", "scenario"
_TRAY, _STEPS, _CLIENT = "tray", "steps", "client"
MOST_STEPS = 20
"""Steps of undo, and of redo, that a reload brings back."""
_LONGEST_STEPS = (2 * MOST_STEPS + 1) * (LONGEST + 20)
_TOLD, _BELIEF, _NEWEST = "told", "belief", "newest-belief"


@solara.component
def BrowserSync(session: Session) -> None:
    """Keep the browser's address and what it keeps for the tab as the session is; invisible."""
    plan, tray = session.plan, session.tray.value
    newest = session.organisation.belief.value
    plans = [(kept.name, kept.plan) for kept in tray]  # answers come often, and are not kept
    history, queries = session.history.value, solara.use_memo(Queries, [])
    Browser(
        command=session.command.value,
        # Without a link that can hold the plan the address is bare, and opens the first plan.
        address=use_query(session) or "",
        place={"went": session.went.value, "at": place_of(session)},
        # Made anew only when files or plans change: a portfolio is megabytes, and an answer comes
        # with every batch.
        kept={
            **solara.use_memo(lambda: to_keep(plan, tray), [plan.start, plan.own, plans]),
            _STEPS: solara.use_memo(lambda: steps_text(history, queries), [history]),
            _CLIENT: session.client.value,
            _TOLD: solara.use_memo(session.organisation.kept, [session.organisation.said.value]),
            **solara.use_memo(lambda: beliefs_to_keep(plan.belief, newest), [plan.belief, newest]),
        },
        event_report=reported(session, lambda report: hear(session, report)),
    )


def hear(session: Session, report: Any) -> None:
    """Take note of what the browser reports; what makes no sense is ignored."""
    match report:
        case {"kind": "opened", "address": str(address), "kept": dict(kept)}:
            if address.startswith(("http://", "https://")) and len(address) <= _LONGEST_ADDRESS:
                session.address.set(address)
            restore(session, {str(name): str(text) for name, text in kept.items()})
        case {"kind": "went", "query": str(query), "count": int(count)} if len(query) <= LONGEST:
            # The plan stays: it has steps of its own, undo.
            with session.drawing:
                go_to(session, dict(parse_qsl(query)))
                session.went.set(count)
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
    go_to(session, linked.place)
    session.replication.set(linked.replication)
    session.day.set(linked.day)
    session.is_over.set(linked.is_over)
    session.advising.budget.set(linked.budget)
    session.advising.chance.set(linked.budget_chance)
    session.wanted.set(linked.portfolio)
    session.wanted_belief.set(linked.belief)
    if linked.is_of_other_version:
        session.notice.set(
            f"This link was made with version {linked.version} and is shown by {__version__}:"
            " the figures may differ."
        )
    return session


def query_of_session(session: Session) -> str | None:
    """Return the query that opens what a session shows; None if it would be too long."""
    return query_of(
        Linked(
            plan=session.plan,
            seed=session.seed.value,
            place={**place_of(session), "compared": columns_of(session)},
            replication=session.replication.value,
            day=_day_in_link(session),
            portfolio=session.wanted.value,
            belief=session.wanted_belief.value,
            is_over=session.is_over.value,
            budget=session.advising.budget.value,
            budget_chance=session.advising.chance.value,
        )
    )


def _day_in_link(session: Session) -> int | None:
    """Return the day at which Watch stands, if it is shown and the plan has such a day."""
    day, last = session.day.value, session.plan.scenario.horizon_days
    return None if session.view.value != "watch" or day is None or day > last else day


def use_query(session: Session) -> str | None:
    """Return `query_of_session`, made anew only when what it says has changed (a hook)."""
    shown = [session.plan, session.seed.value, place_of(session), columns_of(session)]
    shown += [session.replication.value, session.day.value]
    shown += [session.wanted.value, session.wanted_belief.value, session.is_over.value]
    shown += [session.advising.budget.value, session.advising.chance.value]
    return solara.use_memo(lambda: query_of_session(session), shown)


# --------------------------------------------------------------------------------------
# What the tab keeps: the visitor's files, the plans of the tray, and the steps of undo.


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


class Queries:
    """Queries of plans, each made once: a step back changes none of the others."""

    def __init__(self) -> None:
        # With the plan, so that none takes the place of another whose query is remembered.
        self._known: dict[int, tuple[Plan, str | None]] = {}

    def __call__(self, plan: Plan) -> str | None:
        """Return the query of a plan, without seed and part of the page; None if it has none."""
        if id(plan) not in self._known:
            self._known[id(plan)] = (plan, query_of(Linked(plan)))
        return self._known[id(plan)][1]

    def forget_all_but(self, plans: Iterable[Plan]) -> None:
        """Forget plans that are not among these."""
        kept = {id(plan) for plan in plans}
        self._known = {name: known for name, known in self._known.items() if name in kept}


def steps_text(history: History, query_of_plan: Queries) -> str:
    """Return the latest steps of a history as text: links, without files.

    A plan that has no link ends them, as a step that is left out would not be undone.
    """
    if not history.past and not history.undone:
        return ""
    past, undone = history.past[-MOST_STEPS:][::-1], history.undone[:MOST_STEPS]
    query_of_plan.forget_all_but((*past, history.plan, *undone))
    ways = [list(takewhile(bool, map(query_of_plan, way))) for way in (past, undone)]
    return json.dumps([query_of_plan(history.plan), *ways])


def read_steps(text: str, plan: Plan, complete: Callable[[Linked], Plan]) -> History | None:
    """Return the history that a text holds, if it is that of the plan; None if it is not.

    Parameters
    ----------
    text
        From a browser, which may send anything.
    plan
        The plan that is shown after a reload.
    complete
        As for `state.tray.read_tray`.
    """
    try:
        match json.loads(text) if 0 < len(text) <= _LONGEST_STEPS else None:
            case [str(now), [*past], [*undone]] if complete(read_query(now)).key == plan.key:
                ways = [_plans(queries, complete) for queries in (past, undone)]
                return History(plan, ways[0][::-1], ways[1])
    except (ValueError, RecursionError):  # an `InputError` is one
        pass
    return None


def _plans(queries: list[Any], complete: Callable[[Linked], Plan]) -> tuple[Plan, ...]:
    """Return plans of links up to the first that is none, or that needs what is not there."""
    plans: list[Plan] = []
    for query in queries[:MOST_STEPS]:
        try:
            plans.append(complete(read_query(str(query))))
        except InputError:
            break
    return tuple(plans)


def beliefs_to_keep(decided: OwnBelief | None, newest: OwnBelief | None) -> dict[str, str]:
    """Return the belief of the plan, and the newest if it has settled and is another, as text."""
    other = newest if newest is not None and newest.is_settled and newest != decided else None
    return {
        name: base64.b64encode(belief_bytes(own.belief)).decode() if own else ""
        for name, own in ((_BELIEF, decided), (_NEWEST, other))
    }


def restore(session: Session, kept: Mapping[str, str]) -> None:
    """Bring back after a reload what the tab has kept.

    These are the files that the link asks for, what was told of the organisation, and the tray.
    """
    portfolio = _kept_portfolio(kept)
    own = [found for name in (_BELIEF, _NEWEST) if (found := _kept_belief(kept.get(name, "")))]
    beliefs = {each.fingerprint: each for each in own}

    def completed(linked: Linked) -> Plan:
        return _completed(linked, portfolio, beliefs, kept)

    session.restore_tray(read_tray(kept.get(_TRAY, ""), completed))
    session.organisation.restore(kept.get(_TOLD, ""), own[-1] if own else None)
    session.name_client(session.client.value or kept.get(_CLIENT, ""))
    _restore_files(session, portfolio, beliefs, kept)
    # Last: the plan of the address has its files by now. Who has changed it since keeps that.
    history = read_steps(kept.get(_STEPS, ""), session.plan, completed)
    if history is not None and session.history.value == History(session.plan):
        session.history.set(history)


def _completed(
    linked: Linked,
    portfolio: ImportedPortfolio | None,
    beliefs: Mapping[str, OwnBelief],
    kept: Mapping[str, str],
) -> Plan:
    """Return the plan of a link, with the visitor's files that it needs.

    Raises
    ------
    InputError
        If a file that it needs is not there or does not fit.
    """
    plan = _with_own_base(linked.plan, kept.get(_SCENARIO, ""))
    if linked.portfolio and (portfolio is None or fingerprint(portfolio) != linked.portfolio):
        raise InputError("its portfolio is not there")
    if linked.belief and linked.belief not in beliefs:
        raise InputError("its belief is not there")
    plan = plan.with_portfolio(portfolio if linked.portfolio else linked.plan.own.imported)
    return plan.with_belief(beliefs[linked.belief]) if linked.belief else plan


def _restore_files(
    session: Session,
    portfolio: ImportedPortfolio | None,
    beliefs: Mapping[str, OwnBelief],
    kept: Mapping[str, str],
) -> None:
    # A kept portfolio is used only if the address asks for it: another link may have been opened in
    # the same tab since.
    is_wanted = portfolio is not None and fingerprint(portfolio) == session.wanted.value
    try:
        plan = _with_own_base(session.plan, kept.get(_SCENARIO, ""))
        plan = plan.with_portfolio(portfolio if is_wanted else session.plan.own.imported)
        if own := beliefs.get(session.wanted_belief.value):
            plan = plan.with_belief(own)
    except InputError:  # the link has other dates or kinds of model: the visitor must choose
        return
    if is_wanted:
        session.wanted.set("")
    if own:
        session.wanted_belief.set("")
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


def _kept_belief(text: str) -> OwnBelief | None:
    try:
        content = base64.b64decode(text, validate=True)
        if not 0 < len(content) <= LARGEST_BELIEF_BYTES:
            return None
        return OwnBelief(read_belief(content, "the kept belief"))
    except (InputError, ValueError):
        return None


def _bytes_of(text: str) -> bytes:
    """Return what a browser has sent, which may be anything, also half a character."""
    return text.encode(errors="replace")
