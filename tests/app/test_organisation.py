"""What a visitor tells of the organisation, and the belief that follows: state, words, rows."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest

from modelops_abm.app import browser_sync
from modelops_abm.app.organisation.belief_cards import belief_card, learned_card, predicted_card
from modelops_abm.app.organisation.log_rows import log_details, log_row
from modelops_abm.app.organisation.page import act, say
from modelops_abm.app.organisation.questions import ASKED, helps_most, others_of, rows_of, said_of
from modelops_abm.app.state import fitting, organisation as telling
from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.fitting import Fitting, Line
from modelops_abm.app.state.organisation import (
    LARGEST_LOG_BYTES,
    MOST_NAMES,
    Organisation,
    on_the_page,
)
from modelops_abm.app.state.said import (
    DATES,
    MOST_BROUGHT,
    ONLY,
    SINCE,
    UNTIL,
    WORDS,
    ZONE,
    LogForm,
    ReadLog,
)
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets.interview import QuestionRow, Saying
from modelops_abm.app.widgets.markup import Action
from modelops_abm.clients.kinds import READERS
from modelops_abm.clients.logs import Reading
from modelops_abm.clients.portfolio import illustrative_portfolio
from modelops_abm.evidence.belief import TOO_NARROW, Belief, Contradiction, belief_bytes
from modelops_abm.evidence.default import default_belief
from modelops_abm.evidence.fit import Size, fit
from modelops_abm.evidence.interview import QUESTIONS, answer_of, read_answers, told
from modelops_abm.evidence.statements import exactly
from modelops_abm.experiments.draws import draws_of
from modelops_abm.experiments.information import Asking, Worth
from modelops_abm.runs import Cancelled
from modelops_abm.runs.threads import Account
from modelops_abm.scenario import InputError, Scenario
from tests.patience import PATIENCE_SECONDS

INCIDENTS = READERS["incidents"].kind.template.encode()


@pytest.fixture
def session() -> Iterator[Session]:
    session = Session()
    yield session
    session.close()


@pytest.fixture
def organisation(session: Session) -> Organisation:
    return session.organisation


@pytest.fixture
def small_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fits be so small that they take a moment."""
    size = Size(draws=400, rounds=(40,), checked=20)
    monkeypatch.setattr(fitting, "fit", partial(fit, size=size))


def made_up(**values: object) -> OwnBelief:
    """Return a belief of what was said, without a fit."""
    said = (
        answer_of(QUESTIONS["outages_per_month"], "28"),
        answer_of(QUESTIONS["availability"], "98%"),
        answer_of(QUESTIONS["time_to_restore_hours"], "20..50"),
        exactly("models_live", 22.0),
    )
    scenario = Scenario()
    belief = Belief(scenario, said, draws_of(scenario, 400), 300.0)
    return OwnBelief(replace(belief, **values), {"people": said[0]})  # type: ignore[arg-type]


def row_of(organisation: Organisation, name: str, scenario: Scenario | None = None) -> QuestionRow:
    rows = rows_of(organisation, scenario or Scenario())
    return next(row for row in rows if row["name"] == name)


# --------------------------------------------------------------------------------------
# Answers.


def test_an_answer_is_read_as_the_command_line_reads_it(organisation: Organisation) -> None:
    say(organisation, Saying("value_per_year", "between", "4", "7"))
    say(organisation, Saying("upkeep_share", "about", "45", ""))
    say(organisation, Saying("people", "exactly", "8", ""))
    said = organisation.said.value.answers
    assert (said["value_per_year"].low, said["value_per_year"].high) == (4e6, 7e6)
    assert (said["upkeep_share"].middle, said["upkeep_share"].how) == (0.45, "about")
    assert said["people"].how == "exactly"
    assert read_answers(organisation.answers_file().encode(), "a.toml") == dict(said)


@pytest.mark.parametrize("text", ["0,125", "1.234,5", "many", "-3", "0", "", "1e999", "<b>"])
def test_what_is_no_number_is_refused_and_changes_nothing(
    organisation: Organisation, text: str
) -> None:
    say(organisation, Saying("users", "exactly", "9000", ""))
    say(organisation, Saying("users", "exactly", text, ""))
    assert organisation.said.value.answers["users"].middle == 9000.0
    assert row_of(organisation, "users")["problem"]
    say(organisation, Saying("users", "about", "800", ""))
    assert not row_of(organisation, "users")["problem"]


def test_a_decimal_comma_is_never_a_thousand(organisation: Organisation) -> None:
    say(organisation, Saying("outages_per_month", "exactly", "0,125", ""))
    assert "outages_per_month" not in organisation.said.value.answers
    assert "0.125" in row_of(organisation, "outages_per_month")["problem"]


def test_an_answer_can_be_taken_back_and_unknown_questions_are_ignored(
    organisation: Organisation,
) -> None:
    say(organisation, Saying("people", "about", "8", ""))
    say(organisation, Saying("people", "", "", ""))
    say(organisation, Saying("nothing", "about", "8", ""))
    assert organisation.said.value.is_nothing


def test_rows_say_what_was_answered_and_what_is_published(organisation: Organisation) -> None:
    assert [row["name"] for row in rows_of(organisation, Scenario())] == list(ASKED)
    for row in rows_of(organisation, Scenario()):
        values = [float(text) for text in row["scale"]]
        assert values == sorted(set(values)), "a step is a number"
        assert bool(row["sources"]) is (row["published"] != "no published figure fits")
    assert row_of(organisation, "people")["strip"] is None, "by model, and models are not known"
    say(organisation, Saying("models_live", "exactly", "22", ""))
    strip = row_of(organisation, "people")["strip"]
    assert strip is not None
    assert 0.0 < strip["low"] < (strip["middle"] or 0.0) < strip["high"] < 1.0
    row = row_of(organisation, "models_live")
    assert (row["how"], row["low"]) == ("exactly", "22")
    assert row["scale"][round(row["low_at"])] == "22"


def test_further_questions_stand_below_until_they_are_opened(organisation: Organisation) -> None:
    assert "availability" in {question.name for question in others_of(organisation)}
    organisation.open.set("availability")
    assert "availability" not in {question.name for question in others_of(organisation)}
    assert row_of(organisation, "availability")["how"] == ""


def test_the_question_that_would_settle_most_is_asked_next(session: Session) -> None:
    assert helps_most(session) is None
    worth = {name: Asking("", Worth(1e5, 5e4, 2e5)) for name in ("models_live", "upkeep_share")}
    over = SimpleNamespace(settles=worth)
    session.answer.set(SimpleNamespace(plan=session.plan, over=over))  # type: ignore[arg-type]
    found = helps_most(session)
    assert found is not None
    assert found[0] == "models_live"
    words = str(belief_card(session.organisation, is_in_use=False, helpful=found))
    assert "models live</strong>, worth finding out up to $200" in words
    rows = rows_of(session.organisation, Scenario(), "upkeep_share")
    assert [row["name"] for row in rows if row["next"]] == ["upkeep_share"]
    act(session, Action("begin", ""))
    assert session.organisation.open.value == "models_live"
    # What Decide found out is of the belief that it has.
    session.organisation.belief.set(made_up())
    assert helps_most(session) is None


def test_a_portfolio_answers_for_itself(organisation: Organisation) -> None:
    scenario = Scenario(imported=illustrative_portfolio())
    row = row_of(organisation, "models_live", scenario)
    assert row["fixed"] == "from your file"
    assert int(row["low"]) == sum(m.stage == "production" for m in illustrative_portfolio().models)


def test_bare_numbers_take_the_unit_of_their_field() -> None:
    assert said_of(Saying("value_per_year", "about", "4", "")) == "about 4M"
    assert said_of(Saying("value_per_year", "exactly", "4bn", "")) == "4bn"
    assert said_of(Saying("availability", "between", "97", "99")) == "97%..99%"


# --------------------------------------------------------------------------------------
# Files.


def test_a_log_is_understood_before_anything_is_computed(organisation: Organisation) -> None:
    with telling._READING:  # another visitor's is being read meanwhile
        organisation.take_log("ours.csv", INCIDENTS + b"nonsense,,,,,\n")
        assert organisation.said.value.logs["incidents"].state == "reading"
    assert organisation.wait(PATIENCE_SECONDS)
    log = organisation.said.value.logs["incidents"]
    assert (log.state, log.label) == ("read", "ours.csv")
    assert log.sentence
    assert log.unusable_rows >= 1
    assert log.unusable[0].message
    organisation.drop_log("incidents")
    assert organisation.said.value.is_nothing


def read_as(organisation: Organisation, chosen: Mapping[str, str]) -> None:
    """Read the incidents as somebody chooses in their form."""
    for field, value in chosen.items():
        organisation.choose("incidents", field, value)
    organisation.read_again("incidents")


def test_columns_that_are_not_known_are_asked_for_and_not_guessed(
    organisation: Organisation,
) -> None:
    header, rest = INCIDENTS.split(b"\n", 1)
    names = header.decode().strip().lstrip("\ufeff").split(",")
    own = {name: f"Spalte {at}" for at, name in enumerate(names)}
    content = ",".join(own.values()).encode() + b"\n" + rest
    organisation.take_log("eigen.csv", content, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    log = organisation.said.value.logs["incidents"]
    assert (log.state, log.columns) == ("unknown", tuple(own.values()))
    of_fields = {"incident_id": "id", "opened_at": "opened", "resolved_at": "closed"}
    columns = {of_fields.get(name, name): column for name, column in own.items()}
    read_as(organisation, columns)
    assert organisation.wait(PATIENCE_SECONDS)
    assert organisation.said.value.logs["incidents"].state == "read"


def test_zone_and_words_of_a_log_are_said_as_on_the_command_line(
    organisation: Organisation,
) -> None:
    rows = [f"{at},2024-03-0{at} 00:30,2024-03-0{at} 04:30,api,Daten" for at in range(1, 4)]
    header = "incident_id,opened_at,resolved_at,service,cause"
    content = "\n".join((header, *rows)).encode()
    organisation.take_log("eigen.csv", content, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    before = organisation.said.value.logs["incidents"]
    assert "pipeline" not in before.sentence
    chosen = {ZONE: "America/New_York", WORDS: "Daten = pipeline\n\n"}
    read_as(organisation, chosen)
    assert organisation.wait(PATIENCE_SECONDS)
    log = organisation.said.value.logs["incidents"]
    reading = Reading(zone="America/New_York", words={"Daten": "pipeline"})
    alone = READERS["incidents"].read(content, reading, name="eigen.csv")
    assert (log.state, log.sentence) == ("read", on_the_page(alone.sentence()))
    assert "--since" in alone.sentence()
    assert "--" not in " ".join((log.sentence, *log.found))
    assert "pipeline" in log.sentence
    assert log.sentence != before.sentence
    with_form = str(log_details("incidents", log, chosen, may_map=True))
    assert "America/New_York" in with_form
    assert "Daten = pipeline" in with_form
    assert "Read it otherwise" not in str(log_details("incidents", log, {}, may_map=False))
    for wrong, message in (
        ({WORDS: "Daten"}, "says no meaning"),
        ({ZONE: "Mars/Here"}, "zone"),
        ({ONLY: "service"}, "names no value"),
        ({SINCE: "yesterday"}, "is no day"),
    ):
        with pytest.raises(InputError, match=message):
            READERS["incidents"].read(content, LogForm((), wrong).reading())


OWN_FORM = b"Beginn,Ende,Dienst\n05/02/2025 10:00,05/02/2025 12:00,a\n07/02/2025 10:00,,a\n"
CHOSEN = {"opened": "Beginn", "closed": "Ende", "service": "Dienst", DATES: "day-first"}


def test_the_next_file_with_the_same_columns_is_read_as_the_last(
    organisation: Organisation,
) -> None:
    organisation.take_log("january.csv", OWN_FORM, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    read_as(organisation, {**CHOSEN, ZONE: "Europe/Berlin", UNTIL: "2025-02-28"})
    assert organisation.wait(PATIENCE_SECONDS)
    first = organisation.said.value.logs["incidents"]
    assert (first.state, "as the file before" in str(first.found)) == ("read", False)
    organisation.drop_log("incidents")
    other = OWN_FORM + b"09/02/2025 10:00,,b\n"
    organisation.take_log("february.csv", other, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    log = organisation.said.value.logs["incidents"]
    assert log.state == "read", log.sentence
    assert log.found[0] == "read as the file before it, whose columns were the same"
    # For which time it was kept is of the one file.
    kept = {**CHOSEN, ZONE: "Europe/Berlin"}
    assert organisation.forms.value["incidents"].chosen == kept
    reading = LogForm((), kept).reading()
    alone = READERS["incidents"].read(other, reading, name="february.csv")
    assert log.sentence == on_the_page(alone.sentence())


def test_a_file_with_other_columns_is_asked_for_anew(organisation: Organisation) -> None:
    organisation.take_log("january.csv", OWN_FORM, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    read_as(organisation, CHOSEN)
    assert organisation.wait(PATIENCE_SECONDS)
    organisation.take_log("other.csv", OWN_FORM.replace(b"Dienst", b"System"), "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    assert organisation.said.value.logs["incidents"].state == "unknown"
    assert organisation.forms.value["incidents"].chosen == {}


def test_what_was_chosen_of_a_known_form_holds_for_the_next_file(
    organisation: Organisation,
) -> None:
    rows = b"1,2024-03-01 00:30,2024-03-01 04:30,api,Daten\n"
    content = b"incident_id,opened_at,resolved_at,service,cause\n" + rows
    organisation.take_log("ours.csv", content, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    read_as(organisation, {WORDS: "Daten = pipeline"})
    assert organisation.wait(PATIENCE_SECONDS)
    before = organisation.said.value.logs["incidents"]
    organisation.take_log("ours.csv", content, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    log = organisation.said.value.logs["incidents"]
    assert log.sentence == before.sentence
    assert "pipeline" in log.sentence
    # Jira's are another form, and have other columns.
    jira = b"Issue key,Created,Resolved,Status\n1,2024-03-01 00:30,2024-03-01 04:30,Done\n"
    organisation.take_log("jira.csv", jira, "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    assert organisation.forms.value["incidents"].chosen == {}


def test_of_issues_of_several_kinds_somebody_says_which_are_meant(
    organisation: Organisation,
) -> None:
    kinds = ("Task", "Incident", "Bug") * 2
    rows = [
        f"{at},2024-03-0{at} 00:30,2024-03-0{at} 04:30,Done,{kind}"
        for at, kind in enumerate(kinds, start=1)
    ]
    content = "\n".join(("Issue key,Created,Resolved,Status,Issue Type", *rows)).encode()
    organisation.take_log("jira.csv", content)
    assert organisation.wait(PATIENCE_SECONDS)
    refused = organisation.said.value.logs["incidents"]
    assert refused.state == "refused"
    assert "different kinds" in refused.sentence
    assert "--" not in refused.sentence
    chosen = {
        ONLY: "Issue Type = Incident\nissue type=bug",
        SINCE: "2024-01-01",
        UNTIL: "2024-12-31",
    }
    read_as(organisation, chosen)
    assert organisation.wait(PATIENCE_SECONDS)
    log = organisation.said.value.logs["incidents"]
    assert "4 incidents" in log.sentence
    assert "from 2024-01-01 to 2024-12-31" in log.sentence


def test_forms_ask_what_the_reader_takes() -> None:
    log = ReadLog("registry", "r.csv", "refused")
    for kind, reader in READERS.items():
        form = str(log_details(kind, replace(log, kind=kind), {}, may_map=True))
        keys = {"zone": ZONE, "dates": DATES, "words": WORDS, "only": ONLY, "since": SINCE}
        for name, key in {**keys, "until": UNTIL}.items():
            assert (f"map {kind} {key}" in form) == (name not in reader.kind.silent)


def test_answers_go_back_and_forward_a_step_at_a_time(organisation: Organisation) -> None:
    organisation.answer("people", "about 8")
    organisation.answer("users", "about 9000")
    organisation.answer("people", "about 9")
    organisation.forget("users")
    steps = [organisation.said.value.answers]
    for _ in range(4):
        organisation.undo()
        steps.append(organisation.said.value.answers)
    assert [len(each) for each in steps] == [1, 2, 2, 1, 0]
    assert steps[1]["people"] == steps[0]["people"] != steps[2]["people"]
    organisation.undo()
    assert organisation.said.value.answers == {}, "there is nothing before"
    for expected in reversed(steps[:-1]):
        organisation.redo()
        assert organisation.said.value.answers == expected
    organisation.undo()
    organisation.answer("upkeep_share", "40 %")
    assert organisation.said.value.undone == (), "what was undone is forgotten"


def test_a_step_keeps_a_log_that_was_read_meanwhile() -> None:
    """It changes what was told by then, within what jobs change it in too."""
    read = ReadLog("usage", "ours.csv", "read")
    steps: list[Callable[[], None]] = []
    own = Organisation(steps.append, Account())
    for step in (partial(own.answer, "people", "about 8"), own.undo):
        own.said.set(replace(own.said.value, logs={}))
        step()
        own.said.set(replace(own.said.value, logs={"usage": read}))
        steps.pop()()
        assert own.said.value.logs == {"usage": read}
    assert own.said.value.answers == {}
    own.close()


def test_steps_of_answers_survive_a_reload(session: Session) -> None:
    organisation, again = session.organisation, Session()
    organisation.answer("people", "about 8")
    organisation.answer("users", "about 9000")
    organisation.undo()
    again.organisation.restore(organisation.kept(), None)
    assert again.organisation.said.value.answers == organisation.said.value.answers
    again.organisation.redo()
    assert set(again.organisation.said.value.answers) == {"people", "users"}
    again.organisation.undo()
    again.organisation.undo()
    assert again.organisation.said.value.is_nothing
    last = Session()
    last.organisation.restore(again.organisation.kept(), None)
    last.organisation.redo()
    assert set(last.organisation.said.value.answers) == {"people"}, "also of nothing told"
    for each in (again, last):
        each.close()


def test_a_log_alone_survives_a_reload(organisation: Organisation) -> None:
    organisation.take_log("ours.csv", INCIDENTS)
    assert organisation.wait(PATIENCE_SECONDS)
    again = Session()
    again.organisation.restore(organisation.kept(), None)
    assert set(again.organisation.said.value.logs) == {"incidents"}
    again.close()


def test_one_step_takes_a_way_out_or_a_file_back(organisation: Organisation) -> None:
    organisation.answer("people", "about 8")
    organisation.take_answers(b'users = 9000\nupkeep_share = "40%"\n', "a.toml")
    assert len(organisation.said.value.answers) == 3
    organisation.undo()
    assert set(organisation.said.value.answers) == {"people"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "larger than 10"),
        (b"a" * (LARGEST_LOG_BYTES + 1), "larger than 10"),
        (b"a\n" * 200_000, "rows"),
        (b"SQLite format 3\0", "command line only"),
        (b"a;b\n1;2\n", "no known form"),
        (b"\0\1\2", "not text"),
        (b"", "is empty"),
        ("opened_at".encode("utf-16"), "save it as UTF-8"),
    ],
)
def test_hostile_logs_are_refused_before_they_are_read(
    organisation: Organisation, content: bytes | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        organisation.take_log("bad.csv", content)
    assert organisation.said.value.is_nothing


def test_a_log_that_cannot_be_read_says_why(organisation: Organisation) -> None:
    organisation.take_log("empty.csv", b"", "usage")
    assert organisation.wait(PATIENCE_SECONDS)
    log = organisation.said.value.logs["usage"]
    assert log.state == "refused"
    assert "is empty" in log.sentence
    assert not organisation.has_content("usage"), "no form makes it a table"
    organisation.take_log("large.csv", None, "usage")  # in the row in which it was chosen
    assert "larger than 10" in organisation.said.value.logs["usage"].sentence
    usage = b"date,model,predictions\n2025-01-01,alpha,1200\n"
    organisation.take_log("usage.csv", usage, "incidents")
    organisation.take_log("title.csv", b"Our incidents\n\n" + INCIDENTS, "quality")
    assert organisation.wait(PATIENCE_SECONDS)
    logs = organisation.said.value.logs
    assert "by its columns it is a table of usage" in str(log_row("incidents", logs["incidents"]))
    assert "has one column alone, 'Our incidents'" in logs["quality"].sentence
    rows = (f"{at},2025-01-01 10:00,2025-01-01 11:00,service {at}" for at in range(MOST_NAMES + 1))
    many = "\n".join(["incident_id,opened_at,resolved_at,service", *rows])
    organisation.take_log("numbers.csv", many.encode(), "incidents")
    assert organisation.wait(PATIENCE_SECONDS)
    log = organisation.said.value.logs["incidents"]
    assert log.state == "refused", "to weigh each would take minutes"
    assert "names 1,001 services" in log.sentence


# --------------------------------------------------------------------------------------
# The fit.


@pytest.mark.usefixtures("small_fits")
def test_what_is_told_is_fitted_and_can_be_decided_with(session: Session) -> None:
    organisation = session.organisation
    say(organisation, Saying("people", "exactly", "5", ""))
    organisation.fit(session.basis)
    assert organisation.wait(PATIENCE_SECONDS)
    own = organisation.belief.value
    assert own is not None
    assert own.is_settled
    assert organisation.fitting.value is None
    assert own.belief.scenario.team.developers == 5
    act(session, Action("decide with", ""))
    assert (session.view.value, session.plan.belief) == ("decide", own)
    organisation.fit(session.basis)  # what is known already is not fitted again
    assert organisation.wait(PATIENCE_SECONDS)
    assert organisation.belief.value is own
    organisation.forget("people")
    organisation.fit(session.basis)
    assert organisation.belief.value is None
    assert session.plan.belief is own, "what was decided with stays until it is put aside"
    session.undo()
    assert session.plan.belief is None


@pytest.mark.usefixtures("small_fits")
def test_what_was_told_and_believed_survives_a_reload(session: Session) -> None:
    organisation = session.organisation
    say(organisation, Saying("people", "exactly", "5", ""))
    organisation.fit(session.basis)
    assert organisation.wait(PATIENCE_SECONDS)
    session.decide_with(organisation.belief.value)
    kept = {
        **browser_sync.to_keep(session.plan, ()),
        "told": organisation.kept(),
        **browser_sync.beliefs_to_keep(session.plan.belief, organisation.belief.value),
    }
    later = browser_sync.open_session(browser_sync.query_of_session(session))
    assert later.plan.belief is None
    assert later.wanted_belief.value
    browser_sync.restore(later, kept)
    assert later.plan == session.plan
    assert not later.wanted_belief.value
    assert later.organisation.said.value == organisation.said.value
    later.organisation.fit(later.basis)
    assert later.organisation.wait(PATIENCE_SECONDS)
    assert later.organisation.belief.value == session.plan.belief
    later.close()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"answers": 3, "logs": []}',
        '{"answers": "people = -1", "logs": []}',
        '{"answers": "", "logs": [{"kind": "incidents"}]}',
        '{"answers": "", "logs": 7}',
        "[" * 5_000,
    ],
)
def test_what_a_browser_makes_up_is_left_out(organisation: Organisation, text: str) -> None:
    organisation.restore(text, None)
    assert organisation.said.value.is_nothing


def test_the_file_of_a_belief_takes_the_place_of_what_was_told(
    organisation: Organisation,
) -> None:
    say(organisation, Saying("people", "exactly", "5", ""))
    own = made_up()
    organisation.take_belief(belief_bytes(own.belief), "belief.parquet")
    assert organisation.said.value.is_nothing
    assert organisation.belief.value == own
    organisation.fit(Scenario())
    assert organisation.belief.value == own
    with pytest.raises(InputError, match="no belief"):
        organisation.take_belief(b"PAR1", "belief.parquet")


@pytest.mark.usefixtures("small_fits")
def test_redo_brings_the_file_of_a_belief_back(session: Session) -> None:
    organisation = session.organisation
    say(organisation, Saying("people", "exactly", "5", ""))
    own = made_up()
    organisation.take_belief(belief_bytes(own.belief), "belief.parquet")
    organisation.undo()
    organisation.fit(session.basis)
    assert organisation.wait(PATIENCE_SECONDS)
    assert organisation.belief.value != own
    assert [*organisation.said.value.answers] == ["people"]
    organisation.redo()
    organisation.fit(session.basis)
    assert organisation.belief.value == own
    assert not organisation.said.value.answers
    # After a reload the belief is that of the file still, with its name.
    again = Session()
    again.organisation.restore(organisation.kept(), own)
    again.organisation.fit(again.basis)
    assert again.organisation.belief.value == own
    assert again.organisation.belief.value.files == ("belief.parquet",)
    again.close()


def test_few_beliefs_of_files_are_held_by_the_steps(organisation: Organisation) -> None:
    for place in range(2 * MOST_BROUGHT):
        own = made_up(draws=draws_of(Scenario(), 20, seed=place))
        organisation.take_belief(belief_bytes(own.belief), "belief.parquet")
    held = [belief for _, belief in organisation.said.value.past if belief is not None]
    assert len(held) == MOST_BROUGHT


@pytest.mark.usefixtures("small_fits")
def test_a_fit_that_fails_says_so_and_the_old_belief_stays(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation = session.organisation
    organisation.belief.set(own := made_up())

    def fail(*_: object, **__: object) -> None:
        raise InputError("none of the organisations is as it was said")

    monkeypatch.setattr(fitting, "fit", fail)
    say(organisation, Saying("people", "exactly", "5", ""))
    organisation.fit(session.basis)
    assert organisation.wait(PATIENCE_SECONDS)
    assert "none of the organisations" in organisation.problem.value
    assert organisation.belief.value is own
    assert "none of the organisations" in str(belief_card(organisation, is_in_use=False))


def test_fits_take_turns_and_more_than_a_few_wait() -> None:
    line, cancel = Line(most=2), threading.Event()
    ahead: list[int] = []
    order: list[str] = []

    def work(name: str) -> None:
        with line.place(cancel, ahead.append) as ticket:
            for _ in range(2):
                order.append(name)
                line.let_others(ticket, cancel)

    with line.place(cancel, ahead.append) as first:
        threads = [threading.Thread(target=work, args=(name,), daemon=True) for name in "abc"]
        for thread in threads:
            thread.start()
            while len(line._turns) + len(line._waiting) < threads.index(thread) + 2:
                cancel.wait(0.01)
        assert order == []
        line.let_others(first, cancel)
        assert order[:1] == ["a"]
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(order) == [*"aabbcc"]
    assert max(ahead) == 2
    assert not line._turns
    assert not line._waiting


def test_who_waits_for_a_fit_can_leave() -> None:
    line, cancel = Line(most=1), threading.Event()
    cancel.set()
    with (
        line.place(threading.Event(), lambda _: None),
        pytest.raises(Cancelled),
        line.place(cancel, lambda _: None),
    ):
        pass
    assert not line._waiting


# --------------------------------------------------------------------------------------
# Words.


def test_nothing_told_asks_for_one_thing(organisation: Organisation) -> None:
    words = str(belief_card(organisation, is_in_use=False))
    assert "Tell us one thing" in words
    assert "Decide with this" not in words


def test_a_belief_of_few_draws_is_doubted_and_can_be_decided_with(
    organisation: Organisation,
) -> None:
    """The same sentence beside the button and where one decides."""
    thin = made_up(effective=20.0)
    organisation.belief.set(thin)
    words = str(belief_card(organisation, is_in_use=False))
    assert TOO_NARROW in words
    assert "Decide with this" in words
    assert TOO_NARROW in thin.belief.doubts()
    assert TOO_NARROW not in made_up(effective=150.0).belief.doubts()


def test_nothing_told_shows_what_is_expected_of_any() -> None:
    words = str(predicted_card(OwnBelief(default_belief())))
    since = str(predicted_card(OwnBelief(default_belief()), {"users"}))
    assert words.count("<tr") == since.count("<tr") + 1, "what was answered since is left out"
    assert "What we would expect of you" in words
    assert "you said</span>" not in words
    assert words.count("not told") > 5
    assert 'data-action="way"' not in words


def test_until_an_answer_is_weighed_the_card_says_of_what_it_is(session: Session) -> None:
    organisation, own = session.organisation, made_up()
    organisation.answer("people", "5")
    organisation.belief.set(own)
    words = "your last answer is being weighed"
    assert words not in str(belief_card(organisation, is_in_use=False))
    organisation.fitting.set(Fitting(600, 18_300))
    assert words in str(belief_card(organisation, is_in_use=False))
    newer = made_up(draws=draws_of(Scenario(), 300))
    organisation.belief.set(replace(newer, answers=organisation.said.value.answers))
    assert words not in str(belief_card(organisation, is_in_use=False))


def test_a_fit_says_how_far_it_is_and_who_is_before_it() -> None:
    organisation = Organisation(lambda change: change(), Account())
    organisation.belief.set(made_up())
    organisation.fitting.set(Fitting(1_200, 4_000))
    words = str(belief_card(organisation, is_in_use=False))
    assert "1,200 of 4,000 draws tried" in words
    assert "Decide with this" in words, "the old belief stays"
    organisation.fitting.set(Fitting(ahead=2))
    assert "Waits for 2 other visitors" in str(belief_card(organisation, is_in_use=False))


def test_few_draws_and_the_edge_are_said_and_block_nothing() -> None:
    organisation = Organisation(lambda change: change(), Account())
    own = made_up(effective=90.0, at_edge=("team.focus",))
    organisation.belief.set(own)
    words = str(belief_card(organisation, is_in_use=True))
    assert "Few organisations fit all that was said" in words
    assert "Widen: " in words
    assert "At the end of the range we allow: time for hands-on work" in words
    assert "Decide with this" in words
    assert "In use on Decide" in words


def test_a_contradiction_is_said_with_its_bound_and_three_ways_out(session: Session) -> None:
    organisation = session.organisation
    for name, text in (("outages_per_month", "28"), ("availability", "98%")):
        organisation.answer(name, text)
    organisation.answer("time_to_restore_hours", "20..50")
    shares = draws_of(Scenario(), 400).columns["team.focus"]
    organisation.belief.set(own := made_up(predictions={"availability": shares}))
    words = str(predicted_card(own)).replace("\u202f", " ")
    assert "do not go together" in words
    assert words.count('data-action="way"') == 3
    # 2 % of the hours of 22 models in a month, by 28 outages.
    assert "under 11.5 hours" in words
    act(session, Action("way", "0 0"))
    assert set(organisation.said.value.answers) == {"outages_per_month", "time_to_restore_hours"}
    act(session, Action("way", "0 2"))
    widened = organisation.said.value.answers["time_to_restore_hours"]
    assert widened.low < 20.0 < 50.0 < widened.high
    act(session, Action("way", "99 9"))
    assert organisation.said.value.answers["time_to_restore_hours"] == widened


def test_what_contradicts_the_rest_can_be_dropped_kept_or_widened() -> None:
    known = Contradiction("outages_per_month", 22.0, 34.0, 3.0, 12.0)
    said = (answer_of(QUESTIONS["outages_per_month"], "28"),)
    belief = replace(made_up().belief, evidence=said, contradictions=(known,))
    (conflict,) = belief.conflicts()
    assert [way.nearest for way in conflict.ways] == [
        "Everything else",
        "Outages a month",
        "Keep all, loosely",
    ]
    assert "3 to 12 outages a month" in conflict.sentence


def test_learned_rows_show_what_moved_and_all_on_demand() -> None:
    own = made_up()
    moved = [line for line in own.lines if line.moved]
    few, every = (str(learned_card(own, shows_all=shows)) for shows in (False, True))
    assert few.count("<tr") == 1 + min(len(moved), 10) if moved else "Nothing yet" in few
    assert every.count("<tr") == 1 + len(own.lines)
    for words in (few, every, str(predicted_card(own))):
        for word in ("prior", "posterior", "likelihood"):
            assert word not in words.lower()


def test_the_kept_text_holds_no_row_of_a_file(organisation: Organisation) -> None:
    organisation.take_log("ours.csv", INCIDENTS)
    assert organisation.wait(PATIENCE_SECONDS)
    kept = json.loads(organisation.kept())
    assert [log["kind"] for log in kept["logs"]] == ["incidents"]
    cell = INCIDENTS.decode().splitlines()[1].split(",")[0]
    assert cell not in json.dumps([{**log, "found": []} for log in kept["logs"]])


def test_answers_set_what_they_are_about() -> None:
    said = {"people": answer_of(QUESTIONS["people"], "about 8")}
    found = told(Scenario(), said)
    assert found.scenario.team.developers == 8
    assert not found.evidence
