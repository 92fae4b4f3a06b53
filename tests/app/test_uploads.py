from __future__ import annotations

import base64
import time
from collections.abc import Callable

import pytest

from modelops_abm.app.browser_sync import open_session
from modelops_abm.app.organisation.file_cards import (
    models_table,
    portfolio_in_use,
    portfolio_result,
    scenario_result,
)
from modelops_abm.app.organisation.own_files import act, choose_portfolio, choose_scenario
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.uploads import (
    LARGEST_PORTFOLIO_BYTES,
    LARGEST_SCENARIO_BYTES,
    MOST_MODELS,
    label_of,
    read_portfolio_file,
    read_scenario_file,
)
from modelops_abm.app.widgets import PickedFile
from modelops_abm.app.widgets.controls import picked
from modelops_abm.app.widgets.markup import Action
from modelops_abm.clients import fingerprint, read_portfolio, template_csv
from modelops_abm.scenario import InputError, Scenario

PLAN = Plan.of_preset("all_five")
GOOD = b"id,name,users,regulated\na,First,120,yes\nb,,,\n"
ONE_BAD = b"id,name,users\na,First,120\nb,Second,-3\nc,Third,\n"
SOON_SECONDS = 20.0
"""Of processor time: far above what a file takes, far below what a trap would take."""


def test_a_good_file_is_used_at_once() -> None:
    session = Session(PLAN)
    choose_portfolio(session, PickedFile("models.csv", GOOD))
    portfolio = session.plan.scenario.imported
    assert portfolio is not None
    assert [model.id for model in portfolio.models] == ["a", "b"]
    assert portfolio.source == "models.csv"
    assert session.plan.scenario.sources[-1].confidence == "client"
    session.undo()
    assert session.plan == PLAN


def test_changes_are_kept_with_a_portfolio_and_without() -> None:
    session = Session(PLAN.changed({"team.developers": 5}))
    choose_portfolio(session, PickedFile("models.csv", GOOD))
    assert session.plan.scenario.team.developers == 5
    act(session, Action("remove portfolio", ""))
    assert session.plan.scenario == PLAN.changed({"team.developers": 5}).scenario


def test_a_bad_row_changes_nothing_until_the_visitor_says_so() -> None:
    session = Session(PLAN)
    choose_portfolio(session, PickedFile("models.csv", ONE_BAD))
    upload = session.uploads.value.portfolio
    assert session.plan == PLAN
    assert upload is not None
    assert (upload.accepted, upload.rows, upload.is_usable) == (2, 3, True)
    (complaint,) = upload.complaints
    assert complaint.place == "Row 3, column users"
    assert "allowed is 0 to" in complaint.message
    shown = str(portfolio_result(upload, is_another=False, is_in_use=False))
    assert "models.csv: 2 of 3 models read" in shown
    act(session, Action("use portfolio", ""))
    portfolio = session.plan.scenario.imported
    assert portfolio is not None
    assert [model.id for model in portfolio.models] == ["a", "c"]
    assert portfolio.source == "models.csv, 2 of 3 rows"


@pytest.mark.parametrize(
    "content",
    [b"id,usres\na,5\n", b"name\nx\n", b'id,name\na,"never closed\nb,x\n', b"", b"id\n"],
    ids=["unknown column", "no id", "broken off", "empty", "header only"],
)
def test_a_file_whose_form_is_wrong_cannot_be_used_in_part(content: bytes) -> None:
    session = Session(PLAN)
    choose_portfolio(session, PickedFile("models.csv", content))
    act(session, Action("use portfolio", ""))
    assert session.plan == PLAN
    upload = session.uploads.value.portfolio
    assert upload is not None
    assert upload.complaints
    shown = str(portfolio_result(upload, is_another=False, is_in_use=False))
    assert ("ignore columns" in shown) == (content == b"id,usres\na,5\n")


def test_unknown_columns_are_ignored_if_the_visitor_says_so() -> None:
    session = Session(PLAN)
    content = b"id;name;owner;deployed_at;stage;\na;First;Team A;2026-05-01;production;\n"
    choose_portfolio(session, PickedFile("models.csv", content))
    upload = session.uploads.value.portfolio
    assert upload is not None
    assert session.plan == PLAN
    shown = str(portfolio_result(upload, is_another=False, is_in_use=False))
    assert "&#39;owner&#39; is not a known column" in shown
    assert ">Ignore this column</button>" in shown
    act(session, Action("ignore columns", ""))
    assert session.plan.scenario.imported is None
    act(session, Action("start date", "2026-06-01"))
    upload = session.uploads.value.portfolio
    assert upload is not None
    assert session.plan.scenario.imported is not None
    shown = str(portfolio_result(upload, is_another=False, is_in_use=True))
    assert "<li>Ignored: owner</li>" in shown
    assert "Ignore this column" not in shown


def test_a_total_row_can_be_left_out() -> None:
    session = Session(PLAN)
    choose_portfolio(session, PickedFile("m.csv", b"id,users\na,120\nb,80\nTotal,200\n"))
    assert session.plan == PLAN
    upload = session.uploads.value.portfolio
    assert upload is not None
    shown = str(portfolio_result(upload, is_another=False, is_in_use=False))
    assert "&#39;Total&#39; looks like a total or an average; delete the row" in shown
    act(session, Action("use portfolio", ""))
    portfolio = session.plan.scenario.imported
    assert portfolio is not None
    assert [model.id for model in portfolio.models] == ["a", "b"]


def test_what_is_given_and_not_used_is_said_and_struck_out() -> None:
    session = Session(PLAN)
    content = b"id,stage,deployed_at\nN1,deployment,2026-09-01\n"
    choose_portfolio(session, PickedFile("m.csv", content))
    upload, portfolio = session.uploads.value.portfolio, session.plan.scenario.imported
    assert upload is not None
    assert portfolio is not None
    shown = str(portfolio_result(upload, is_another=False, is_in_use=True))
    assert "Not used: deployed_at of 1 model (N1): a model goes live when its work" in shown
    assert "<s>2026-09-01</s>" in str(models_table(portfolio))


def test_page_and_command_line_use_the_same_words() -> None:
    content = b"id,users,stage\na,ten,live\nb,elf,\nA,1.200,idea\nTotal,,\n"
    upload = read_portfolio_file("m.csv", content, PLAN)
    with pytest.raises(InputError) as caught:
        read_portfolio(content, name="m.csv", start_date=PLAN.scenario.start_date)
    told = [problem.message for problem in caught.value.problems]
    assert [complaint.message for complaint in upload.complaints] == told


def test_dates_after_the_start_can_be_mended_by_the_start_date() -> None:
    session = Session(PLAN)
    choose_portfolio(session, PickedFile("m.csv", b"id,deployed_at\na,2026-05-01\n"))
    assert session.plan.scenario.imported is None
    act(session, Action("start date", "2026-06-01"))
    assert session.plan.scenario.imported is not None
    assert str(session.plan.base.start_date) == "2026-06-01"


def test_a_bad_start_date_is_a_notice() -> None:
    session = Session(PLAN)
    act(session, Action("start date", "'; drop table"))
    assert "start_date" in session.notice.value
    assert session.plan == PLAN
    act(session, Action("use illustrative", ""))
    act(session, Action("start date", "2025-01-01"))
    said = session.notice.value
    assert said.startswith("Model motor-pricing: last_retrained_at 2025-11-10 is after the start")
    assert said.count("\n") == 0
    assert said.endswith("rows more of the portfolio in use.")


def test_the_file_of_a_link_makes_its_plan_whole() -> None:
    upload = read_portfolio_file("models.csv", GOOD, PLAN)
    assert upload.portfolio is not None
    wanted = fingerprint(upload.portfolio)
    session = open_session(f"preset=all_five&portfolio={wanted}")
    choose_portfolio(session, PickedFile("other.csv", b"id\nz\n"))
    assert session.plan.scenario.imported is None
    other = session.uploads.value.portfolio
    assert other is not None
    shown = str(portfolio_result(other, is_another=True, is_in_use=False))
    assert "not the portfolio that the link asks for" in shown
    choose_portfolio(session, PickedFile("renamed.csv", GOOD.replace(b",", b";")))
    assert session.wanted.value == ""
    assert session.plan.scenario.imported is not None
    assert session.history.value.past == ()


def test_a_scenario_file_starts_a_plan() -> None:
    session = Session(PLAN.with_portfolio(read_portfolio_file("m.csv", GOOD, PLAN).portfolio))
    content = b'name = "Insurer"\n[team]\ndevelopers = 6\n'
    choose_scenario(session, PickedFile("insurer.toml", content))
    assert session.plan.start == "Insurer"
    assert session.plan.scenario.team.developers == 6
    assert session.plan.scenario.imported is not None
    upload = session.uploads.value.scenario
    assert upload is not None
    assert "1 value unlike the reference" in str(scenario_result(upload))
    act(session, Action("remove scenario", ""))
    assert session.plan.start == "all_five"


def test_a_scenario_cannot_pass_for_a_preset() -> None:
    session = Session(PLAN)
    choose_scenario(session, PickedFile("x.yaml", b"name: all_five\nteam:\n  developers: 3\n"))
    assert session.plan.start == "all_five (file)"


def test_every_problem_of_a_scenario_file_is_told() -> None:
    upload = read_scenario_file("x.yaml", b"team:\n  developrs: 6\n  focus: 30\n")
    assert upload.scenario is None
    assert [complaint.place for complaint in upload.complaints] == ["Line 2", "Line 3"]
    shown = str(scenario_result(upload))
    assert "did you mean developers?" in shown
    assert "Nothing has been changed" in shown


def test_answers_in_place_of_a_scenario_are_called_what_they_are() -> None:
    upload = read_scenario_file("x.toml", b"people = 8\n")
    (complaint,) = upload.complaints
    assert "it holds answers, and no scenario" in complaint.message


def test_the_template_can_be_read() -> None:
    upload = read_portfolio_file("template.csv", template_csv().encode("utf-8-sig"), PLAN)
    assert (upload.accepted, upload.complaints) == (2, ())


def test_the_plan_as_a_file_opens_again_and_holds_no_row() -> None:
    session = Session(PLAN.changed({"team.developers": 5}))
    choose_portfolio(session, PickedFile("m.csv", GOOD))
    act(session, Action("save scenario", ""))
    content = base64.b64decode(session.command.value["content"])
    assert b"First" not in content
    upload = read_scenario_file("plan.toml", content)
    assert upload.scenario == session.plan.scenario.model_copy(update={"imported": None})


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\me\models.csv", "models.csv"),
        ("a\x00\x1b[31m.csv", "a??[31m.csv"),
        ("x" * 5000, "x" * 100),
        ("", "unnamed file"),
        ("/", "unnamed file"),
    ],
)
def test_a_file_name_is_only_a_label(name: str, label: str) -> None:
    assert label_of(name) == label


@pytest.mark.parametrize(
    "content",
    [b"id\n" + b"a\n" * (MOST_MODELS + 1), b"x" * (LARGEST_PORTFOLIO_BYTES + 1), None],
    ids=["rows", "bytes", "not sent"],
)
def test_a_portfolio_has_limits(content: bytes | None) -> None:
    upload = read_portfolio_file("m.csv", content, PLAN)
    assert (upload.accepted, upload.is_usable) == (0, False)
    assert "the command line takes larger ones" in upload.complaints[0].message


def _many(entry: Callable[[int], str], count: int) -> bytes:
    return "".join(map(entry, range(count))).encode()[:LARGEST_SCENARIO_BYTES]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.yaml", b"[" * LARGEST_SCENARIO_BYTES),
        ("a.yaml", b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n"),
        ("a.yaml", b"!!python/object/apply:os.system ['true']\n"),
        ("a.yaml", _many("k{}: 1\n".format, 15_000)),
        ("a.toml", b".".join([b"a"] * 90_000) + b" = 1"),
        ("a.toml", b"x = {" + b".".join([b"a"] * 90_000) + b" = 1}"),
        ("a.toml", b"a = " + b"[" * 100_000),
        ("a.toml", _many("[[archetypes]]\n".format, 10_000)),
        ("a.json", b'{"a":' * 30_000),
        ("a.json", b'{"a": ' + b"9" * 100_000 + b"}"),
        ("a.toml", bytes(range(256)) * 700),
        ("a.toml", "name = 'x'".encode("utf-16")),
        ("a.exe", b"name = 'x'"),
        ("../../../etc/passwd", b""),
        ("a.toml", None),
    ],
)
def test_a_hostile_scenario_file_is_refused_soon(name: str, content: bytes | None) -> None:
    start = time.thread_time()
    upload = read_scenario_file(name, content)
    assert upload.scenario is None
    assert upload.complaints
    assert time.thread_time() - start < SOON_SECONDS


@pytest.mark.parametrize(
    "content",
    [
        b",".join(b"c%d" % number for number in range(200_000)) + b"\n",
        b"id\n" + b",".join([b"x"] * 900_000),
        b"id,name\na,b\x07\n",
        b"id,users\na," + b"9" * 400 + b"\n",
        b"PK\x03\x04",
        b"id\n\0\n",
        b"id\n\xff\n",
        b"id\n" + b"a\n" * 4000,
    ],
    ids=["columns", "cells", "control", "huge", "archive", "nul", "encoding", "repeated"],
)
def test_a_hostile_portfolio_is_refused_soon(content: bytes) -> None:
    start = time.thread_time()
    upload = read_portfolio_file("m.csv", content, PLAN)
    assert upload.accepted == 0
    assert upload.complaints
    assert time.thread_time() - start < SOON_SECONDS


def test_names_in_a_file_are_shown_as_text() -> None:
    content = b'id,name\n<script>alert(1)</script>,"<img src=x onerror=alert(1)>"\n'
    upload = read_portfolio_file("<b>.csv", content, PLAN)
    assert upload.portfolio is not None
    scenario = PLAN.with_portfolio(upload.portfolio).scenario
    shown = "".join(
        str(part)
        for part in (
            models_table(upload.portfolio),
            portfolio_result(upload, is_another=False, is_in_use=True),
            portfolio_in_use(scenario),
        )
    )
    assert "<script>" not in shown
    assert "<img" not in shown
    assert "<b>" not in shown
    assert "&lt;script&gt;" in shown


@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "text",
        {"name": 5, "content": "eA=="},
        {"name": "a.csv", "content": 5},
        {"name": "a.csv", "content": "not base64!"},
        {"content": "eA=="},
    ],
)
def test_a_forged_message_is_no_file(message: object) -> None:
    assert picked(message, 10) is None


def test_a_message_is_a_file_with_a_limit() -> None:
    assert picked({"name": "a", "content": "eHl6"}, 3) == PickedFile("a", b"xyz")
    assert picked({"name": "a", "content": "eHl6"}, 2) == PickedFile("a", None)
    assert picked({"name": "a", "content": None}, 2) == PickedFile("a", None)


def test_unknown_actions_do_nothing() -> None:
    session = Session(PLAN)
    act(session, Action("__class__", "x"))
    act(session, Action("use portfolio", ""))
    assert session.plan == PLAN
    assert session.plan.scenario != Scenario()
