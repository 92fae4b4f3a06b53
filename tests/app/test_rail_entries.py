from __future__ import annotations

from collections.abc import Iterator

import pytest
import solara

from modelops_abm.app.decide.rail import carry_out, explain
from modelops_abm.app.decide.rail_rows import PERCENT, SETTABLE, quantity_of, take_entry, value_of
from modelops_abm.app.measures import Measure, measure_of, options_of, read, shown
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets.controls import Entry
from modelops_abm.app.widgets.markup import Action
from modelops_abm.scenario import InputError, Scenario, parse_assignment, with_values
from modelops_abm.scenario.fields import value_at
from modelops_abm.scenario.presets import preset

LEVEL = "capabilities.monitoring.maximum"


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("50", 0.5),
        ("50 %", 0.5),
        ("50\u202f%", 0.5),
        (" 62.5%", 0.625),
        ("0", 0.0),
        ("100", 1.0),
        ("5e1", 0.5),
    ],
)
def test_levels_are_read_in_per_cent(typed: str, value: float) -> None:
    assert PERCENT.read(typed, quantity_of(LEVEL)) == value


@pytest.mark.parametrize("typed", ["150", "-1", "\u22121"])
def test_what_is_out_of_range_says_what_is_allowed(typed: str) -> None:
    with pytest.raises(InputError, match="is not allowed: 0 to 100\u202f%"):
        PERCENT.read(typed, quantity_of(LEVEL))


@pytest.mark.parametrize(
    "typed", ["abc", "", "1.2.3", "1,2,3", "1 5", "0 125", "1 2345", "nan", "inf", "0x10", "1" * 60]
)
def test_what_is_no_number_says_so(typed: str) -> None:
    with pytest.raises(InputError, match="is no number: 0 to 100\u202f%"):
        PERCENT.read(typed, quantity_of(LEVEL))


def test_money_and_thousands() -> None:
    payroll = quantity_of("team.payroll_per_year")
    measure = measure_of(payroll)
    assert measure.read("$ 190000 per developer and year", payroll) == 190_000.0
    assert measure.read("190 000", payroll) == 190_000.0
    assert measure.entry(190_000.0) == "190\u202f000"
    assert measure.words(190_000.0).startswith("$190,000 ")
    assert Measure("$").words(0.5) == "$0.50"


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("0,125", "write 0.125"),
        (",5", "write 0.5"),
        ("62,5", "write 62.5"),
        ("190,000", "write 190000, or 190 for the fraction"),
        ("1,234,567", "write 1234567"),
        ("1,234.5", "write 1234.5"),
        ("1.234,5", "write 1234.5"),
    ],
)
def test_a_comma_is_never_guessed(session: Session, typed: str, advice: str) -> None:
    """In any field of the page, and on the command line, with the same advice."""
    plan = session.plan
    fields = [name for name, quantity in SETTABLE.items() if quantity.is_number]
    assert len(fields) > 80
    for name in fields:
        said = take_entry(session, Entry(name, typed, False))
        assert said[name].endswith(f"is no number: {advice}."), name
    assert session.plan is plan
    with pytest.raises(InputError, match=advice):
        parse_assignment(f"team.payroll_per_year={typed}")
    with pytest.raises(InputError, match=f"expected a number.*{advice}"):
        with_values(Scenario(), {"team.payroll_per_year": typed}, source="test")


def test_whole_numbers() -> None:
    developers = quantity_of("team.developers")
    assert Measure().read("5", developers) == 5
    with pytest.raises(InputError, match=r"5\.5 is no whole number: 1 to 10,000"):
        Measure().read("5.5", developers)


@pytest.mark.parametrize("name", SETTABLE)
def test_what_a_field_shows_can_be_entered_again(name: str) -> None:
    quantity = SETTABLE[name]
    for scenario in (Scenario(), preset("consumer_app"), preset("strict_deck")):
        value = value_at(scenario, name)
        text = shown(quantity, value)
        again = with_values(scenario, {name: read(quantity, text)}, source="test")
        assert value_at(again, name) == value
        options = options_of(quantity)
        assert not options or text in [option for option, _ in options]


def test_a_good_entry_is_one_step(session: Session) -> None:
    assert take_entry(session, Entry(LEVEL, "30", is_position=True)) == {}
    assert session.plan.value(LEVEL) == 0.3
    session.undo()
    assert session.plan.value(LEVEL) == 1.0
    assert not session.history.value.past


def test_a_bad_entry_keeps_the_plan(session: Session) -> None:
    plan = session.plan
    assert take_entry(session, Entry(LEVEL, "130", is_position=False)) == {
        LEVEL: "130 is not allowed: 0 to 100\u202f%."
    }
    assert session.plan is plan


def test_precision_can_be_chosen(session: Session) -> None:
    plan = session.plan
    assert take_entry(session, Entry("precision", "fine", is_position=False)) == {}
    assert session.precision.value == "fine"
    assert take_entry(session, Entry("precision", "none", is_position=False)) != {}
    assert session.precision.value == "fine"
    assert session.plan is plan


def test_what_does_not_fit_together_is_told(session: Session) -> None:
    name = "capabilities.monitoring.delay_with_days"
    problems = take_entry(session, Entry(name, "60", is_position=False))
    assert "must not exceed delay_without_days (30 days)" in problems[name]


@pytest.mark.parametrize(
    "entry",
    [
        Entry("imported", "x", is_position=False),
        Entry("no.such.name", "1", is_position=False),
        Entry("__class__", "1", is_position=False),
        Entry("incidents.pipeline_per_year", "1", is_position=True),
    ],
)
def test_forged_entries_are_refused(session: Session, entry: Entry) -> None:
    with pytest.raises(InputError, match="no such field"):
        value_of(entry)
    plan = session.plan
    assert take_entry(session, entry)
    assert session.plan is plan


@pytest.mark.parametrize(
    "action",
    [
        Action("organisation", "no_such"),
        Action("organisation", "all_five"),
        Action("plan", "small_team"),
        Action("plan", ""),
        Action("horizon", "-5"),
        Action("horizon", "٣"),
        Action("horizon", "1e3"),
        Action("__del__", ""),
    ],
)
def test_forged_actions_do_nothing(session: Session, action: Action) -> None:
    plan = session.plan
    carry_out(session, action)
    assert session.plan is plan


def test_buttons_and_menus(session: Session) -> None:
    carry_out(session, Action("organisation", "small_team"))
    carry_out(session, Action("horizon", "1825"))
    assert session.plan.start == "small_team"
    assert session.plan.scenario.horizon_days == 1825
    carry_out(session, Action("plan", "rollback_alone"))
    assert session.plan.levels["rollback"] == sum(session.plan.levels.values()) == 1.0
    assert session.plan.scenario.team.developers == 5
    carry_out(session, Action("reset", ""))
    assert session.plan.changes == {}
    carry_out(session, Action("undo", ""))
    assert session.plan.scenario.horizon_days == 1825
    carry_out(session, Action("redo", ""))
    assert session.plan.scenario.horizon_days == 1095


def test_too_long_a_horizon_is_a_notice(session: Session) -> None:
    plan = session.plan
    carry_out(session, Action("horizon", "99999"))
    assert session.plan is plan
    assert "1 to 36,500" in session.notice.value


def test_the_drawer_opens_on_what_there_is(session: Session) -> None:
    explain(session, "monitoring")
    assert session.drawer.value == "monitoring"
    explain(session, "monitoring")
    assert session.drawer.value == ""
    explain(session, "<script>")
    assert session.drawer.value == ""
    explain(session, "team.developers")
    assert session.drawer.value == "team.developers"
    assert isinstance(session.drawer, solara.Reactive)
