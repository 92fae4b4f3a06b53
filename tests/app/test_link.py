from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import parse_qs, urlencode

import pytest
from hypothesis import given, reject, settings, strategies as st

from modelops_abm.app import browser_sync
from modelops_abm.app.browser_sync import open_session, query_of_session, restore, to_keep
from modelops_abm.app.state.link import LONGEST, Linked, query_of, read_query
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.uploads import (
    LARGEST_PORTFOLIO_BYTES,
    LARGEST_SCENARIO_BYTES,
    MOST_MODELS,
    plan_of,
    read_scenario_file,
)
from modelops_abm.clients import fingerprint, illustrative_portfolio, portfolio as portfolio_file
from modelops_abm.scenario import ImportedPortfolio, InputError, PortfolioModel, Scenario
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.presets import PRESETS
from modelops_abm.scenario.sources import changed_names
from modelops_abm.version import __version__
from tests.strategies import scenarios

PORTFOLIO = ImportedPortfolio(
    source="secret clients.csv",
    models=(
        PortfolioModel(id="secret-1", name="Secret name", users=12345.0),
        PortfolioModel(id="secret-2", stage="idea"),
    ),
)


def _values(scenario: Scenario) -> dict[str, object]:
    """Return all that a link must carry: everything that is simulated but the portfolio."""
    changed = changed_names(Scenario(), scenario)
    return {name: value_at(scenario, name) for name in changed if name != "imported"}


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Draw a preset with any valid changes."""
    start = Plan.of_preset(draw(st.sampled_from(list(PRESETS))))
    other = draw(scenarios(extreme=True, with_portfolio=False))
    changes: dict[str, object] = (
        {
            name: value_at(other, name)
            for name in changed_names(start.base, other)
            if draw(st.booleans())
        }
        if not other.archetypes
        else {"team.developers": other.team.developers}
    )
    if "archetypes" in changes:
        # Requests may ask about a kind that is taken away, which no plan may do.
        changes["requests"] = other.requests
    try:
        return start.changed(changes)
    except InputError:  # a part of what is valid together need not be, nor small enough
        reject()


def accepted(make: Callable[[], Plan]) -> Plan:
    """Return a plan, unless the page refuses one of its size."""
    try:
        return make()
    except InputError as error:
        if "too large for the page" not in str(error):
            raise
        reject()


@settings(max_examples=30)
@given(plans(), st.integers(0, 2**63 - 1), st.integers(0, 999_999), st.booleans())
def test_a_link_opens_the_same_plan(plan: Plan, seed: int, future: int, is_over: bool) -> None:
    day = future % (plan.scenario.horizon_days + 1)
    query = query_of(Linked(plan, seed, {"view": "watch"}, future, day, is_over=is_over))
    if query is None:  # too long
        return
    linked = read_query(query)
    assert _values(linked.plan.scenario) == _values(plan.scenario)
    assert linked.is_over == is_over
    assert (linked.plan.start, linked.seed, linked.place, linked.replication, linked.day) == (
        plan.start,
        seed,
        {"view": "watch"},
        future,
        day,
    )
    assert query_of(linked) == query


@settings(max_examples=20)
@given(scenarios(extreme=True, with_portfolio=False))
def test_a_link_opens_an_uploaded_scenario(scenario: Scenario) -> None:
    plan = accepted(lambda: Plan("Insurer & Söhne 2026", scenario))
    query = query_of(Linked(plan))
    if query is None:
        return
    linked = read_query(query)
    assert _values(linked.plan.scenario) == _values(scenario)
    assert linked.plan.start == plan.start


@settings(max_examples=100)
@given(st.text(max_size=300) | st.lists(st.tuples(st.text(), st.text())).map(urlencode))
def test_whatever_a_link_holds_it_is_read_or_refused(query: str) -> None:
    with suppress(InputError):
        read_query(query)


@settings(max_examples=100)
@given(
    st.sampled_from(
        ["team.developers", "model.market_size", "archetypes", "start_date", "team.preemption"]
    ),
    st.text(max_size=60)
    | st.sampled_from(["nan", "1e999", "-1", "{}", "[]", "[[[[", "true", "''"]),
)
def test_a_value_is_valid_or_refused(name: str, value: str) -> None:
    query = urlencode({"preset": "all_five", name: value})
    try:
        linked = read_query(query)
    except InputError:
        return
    Scenario.model_validate(linked.plan.scenario.model_dump())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("preset=nothing", "no preset 'nothing'"),
        ("preset=../../etc/passwd", "preset"),
        ("preset=all_five&team.developers=lots", "team.developers"),
        ("preset=all_five&team.developers=1e9", "team.developers"),
        ("preset=all_five&horizon_days=-1", "horizon_days"),
        ("preset=all_five&no_such_value=1", "no_such_value"),
        ("preset=all_five&__class__=x", "__class__"),
        ("preset=all_five&seed=99999999999999999999999", "seed"),
        ("preset=all_five&team.developrs=5", "did you mean team.developers"),
        ("preset=all_five&utm=x", "utm: no such name"),
        ("preset=all_five&team.developers=0", "allowed is 1 to 10,000"),
        ("preset=all_five&team.developers=1e999", "whole number"),
        ("preset=all_five&horizon_days=99999999999999999999999999", "allowed is 1 to 36,500"),
        ("preset=all_five&imported=[]", "cannot be given in a link"),
        ("preset=all_five&imported.models=[]", "cannot be given in a link"),
        ("preset=all_five&name=x", "cannot be given in a link"),
        ("preset=all_five&seed=-1", "whole number from 0"),
        ("preset=all_five&seed=9223372036854775808", "whole number from 0"),
        ("preset=all_five&seed=1&seed=2", "twice"),
        ("preset=all_five&future=1000000", "from 0 to 999999"),
        ("preset=all_five&horizon_days=365&day=366", "day is 366; is not a whole number from 0"),
        ("preset=all_five&portfolio=../../etc/passwd", "no SHA-256"),
        ("preset=all_five&answers=over", "answers is over; is not as_set"),
        ("preset=all_five&archetypes=" + "[" * 5000, "cannot be read as one value"),
        ("scenario=all_five", "no name of a scenario of your own"),
        ("scenario=a%00b", "no name of a scenario of your own"),
        ("preset=all_five&" + "&".join(f"a{number}=1" for number in range(400)), "300 values"),
        ("x" * (LONGEST + 1), "characters"),
    ],
)
def test_a_hostile_link_is_refused_with_a_reason(query: str, words: str) -> None:
    with pytest.raises(InputError, match="(?s).*" + words.replace("(", r"\(")):
        read_query(query)
    session = open_session(query)
    assert "This link cannot be used" in session.notice.value
    assert session.plan == Plan.of_preset("all_five")


def test_a_place_that_does_not_exist_is_left_out() -> None:
    session = open_session("preset=small_team&view=%3Cscript%3E&about=%3Cb%3E&shows=x")
    assert (session.view.value, session.drawer.value) == ("decide", "")
    assert session.plan.start == "small_team"
    session = open_session("shows=comparison&compared=1,99,x,0&about=team.developers&all=yes")
    assert session.compared.value == (0, 1)
    query = query_of_session(session)
    assert query is not None
    assert "shows=comparison&about=team.developers&all=yes&compared=0,1" in query


def test_what_a_link_leaves_out_is_as_for_a_new_visitor() -> None:
    session = open_session("view=understand")
    assert session.notice.value == ""
    assert session.view.value == "understand"
    assert session.plan == Plan.of_preset("all_five")


def test_a_link_can_be_read_by_people() -> None:
    plan = Plan.of_preset("small_team").changed(
        {"capabilities.monitoring.maximum": 0.8, "model.market_size": 600}
    )
    assert query_of(Linked(plan, seed=3)) == (
        "preset=small_team&model.market_size=600&capabilities.monitoring.maximum=0.8"
        f"&seed=3&v={__version__}"
    )


def test_another_version_is_told() -> None:
    assert "0.0.1" in open_session("preset=all_five&v=0.0.1").notice.value
    assert open_session(f"preset=all_five&v={__version__}").notice.value == ""


def test_a_link_never_holds_rows_of_a_client() -> None:
    plan = Plan.of_preset("all_five").with_portfolio(PORTFOLIO)
    query = query_of(Linked(plan))
    assert query is not None
    assert "ecret" not in query
    assert "12345" not in query
    assert parse_qs(query)["portfolio"] == [fingerprint(PORTFOLIO)]
    linked = read_query(query)
    assert linked.plan.scenario.imported is None
    assert linked.portfolio == fingerprint(PORTFOLIO)


def test_the_portfolio_that_is_shipped_needs_no_file() -> None:
    plan = Plan.of_preset("all_five").with_portfolio(illustrative_portfolio())
    query = query_of(Linked(plan))
    assert query is not None
    assert read_query(query).plan.scenario == plan.scenario
    assert read_query(query).portfolio == ""


def test_the_fingerprint_is_of_the_content() -> None:
    renamed = PORTFOLIO.model_copy(update={"source": "other.csv"})
    changed = PORTFOLIO.model_copy(update={"models": PORTFOLIO.models[:1]})
    assert fingerprint(renamed) == fingerprint(PORTFOLIO) != fingerprint(changed)


def test_a_reload_brings_everything_back() -> None:
    file = b'name = "Insurer"\n[team]\ndevelopers = 6\n[drift]\nonsets_per_year = 4\n'
    upload = read_scenario_file("insurer.toml", file)
    plan = plan_of(upload, PORTFOLIO).changed({"team.developers": 7, "horizon_days": 365})
    before = open_session(None)
    before.take(plan)
    before.view.set("data")
    before.is_over.set(False)
    before.advising.budget.set(90_000.0)
    before.advising.chance.set(0.9)
    query, kept = query_of_session(before), to_keep(plan, ())
    after = open_session(query)
    assert after.wanted.value == fingerprint(PORTFOLIO)
    restore(after, kept)
    assert after.plan.scenario == plan.scenario
    assert dict(after.plan.changes) == dict(plan.changes)
    assert after.plan.base == plan.base
    assert (after.view.value, after.wanted.value) == ("data", "")
    assert not after.is_over.value
    assert (after.advising.budget.value, after.advising.chance.value) == (90_000.0, 0.9)
    assert query_of_session(after) == query


@pytest.mark.parametrize(
    "kept",
    [
        {"portfolio": "id\nother\n"},
        {"portfolio": "\0binary"},
        {"portfolio": "id\n\ud800\n"},
        {"scenario": "\ud800"},
        {"portfolio": "no header", "portfolio-name": "\x07" * 500},
        {"scenario": "not = [toml"},
        {"unknown": "x" * 1000},
    ],
)
def test_forged_texts_of_a_tab_change_nothing(kept: dict[str, str]) -> None:
    plan = Plan.of_preset("all_five").with_portfolio(PORTFOLIO)
    session = open_session(query_of(Linked(plan)))
    before = session.plan
    restore(session, kept)
    assert session.plan == before
    assert session.wanted.value == fingerprint(PORTFOLIO)


@pytest.mark.parametrize(
    "kept",
    [
        {"portfolio": "id\n" + "a\n" * (MOST_MODELS + 1)},
        {"portfolio": "x" * (LARGEST_PORTFOLIO_BYTES + 1)},
        {"scenario": "#" * (LARGEST_SCENARIO_BYTES + 1)},
    ],
    ids=["rows", "bytes of a portfolio", "bytes of a scenario"],
)
def test_what_a_tab_kept_is_not_read_beyond_the_limits_of_the_page(
    kept: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for reader in ("read_portfolio", "read_scenario"):
        monkeypatch.setattr(browser_sync, reader, lambda *_, **__: pytest.fail("read"))
    session = Session(Plan("own", Scenario(name="own")))
    before = session.plan
    restore(session, kept)
    assert session.plan == before


def test_the_fingerprint_of_a_portfolio_is_taken_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each change of a plan asks for it, and to write 5,000 models takes a while."""
    written = []

    def counted(portfolio: ImportedPortfolio) -> str:
        written.append(portfolio)
        return "text"

    monkeypatch.setattr(portfolio_file, "portfolio_csv", counted)
    portfolio = PORTFOLIO.model_copy(update={"models": (PortfolioModel(id="only here"),)})
    plan = Plan.of_preset("all_five").with_portfolio(portfolio)
    for developers in (5, 6, 7):
        query_of(Linked(plan.changed({"team.developers": developers})))
    assert written == [portfolio]


def test_no_link_for_a_plan_that_is_too_different() -> None:
    archetypes = [
        {"name": f"kind {number} {'x' * 60}", "share": 1 / 64, "market_size": 1.0}
        for number in range(64)
    ]
    plan = Plan.of_preset("reference").changed({"archetypes": archetypes})
    assert query_of(Linked(plan)) is None
