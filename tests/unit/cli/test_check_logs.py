"""The commands that read logs: what is told of them, which file is taken for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from modelops_abm.clients.kinds import READERS
from tests.unit.cli.conftest import Outcome

Command = Callable[..., Outcome]

LOG = "incident_id,opened_at,resolved_at,service\n1,2025-01-03 10:00Z,2025-01-03 12:30Z,churn\n"
OTHER = "Ticket;Begin;Ende;Why\n1;5/2/2024 10:00;;Feed\n2;soon;;Feed\n"


def test_a_log_is_known_by_its_columns_beside_scenarios_and_portfolios(modelops: Command) -> None:
    Path("log.csv").write_text(LOG)
    Path("page.json").write_text(
        json.dumps({"incidents": [{"id": "a", "created_at": "2025-01-03T10:00:00Z"}]})
    )
    Path("models.csv").write_text("id\nchurn\n")
    Path("plan.json").write_text('{"team": {"developers": 5}}')
    code, out, err = modelops("check", "log.csv", "page.json", "models.csv", "plan.json")
    assert (code, err) == (0, "")
    for words in (
        "log.csv: fine; incident log with 1 incident of 1 service (churn 1); 1 with an end, ",
        "page.json: fine; incident log with 1 incident; 0 with an end, 1 open, ",
        "models.csv: fine; 1 model (1 in production)",
        "plan.json: fine; scenario reference, 1 value unlike the reference",
    ):
        assert words in out


def test_a_table_of_no_known_form_is_read_as_is_said(modelops: Command) -> None:
    Path("log.csv").write_text(OTHER)
    code, _, err = modelops("check", "log.csv", "--kind", "incidents")
    assert (code, "of no known form, with the columns 'Ticket', 'Begin'" in err) == (1, True)
    how = ("--kind", "incidents", "--map", "opened=Begin", "--map", "closed=Ende")
    code, _, err = modelops("check", "log.csv", *how)
    assert (code, "say which: --dates day-first or --dates month-first" in err) == (1, True)
    code, out, err = modelops(
        *("check", "log.csv", *how, "--map", "cause=Why", "--dates", "day-first"),
        *("--word", "feed=pipeline", "--until", "2024-03-01 00:00+01:00", "--zone", "+01:00"),
    )
    assert (code, err) == (0, "")
    assert "1 open, 0 of unknown length; from 2024-02-05 to 2024-03-01, its first moment" in out
    assert "causes: pipeline 1" in out
    assert "  moments without a zone are taken as +01:00: row 2" in out
    assert "  log.csv, row 3, column Begin: 'soon' is not a moment; write for example" in out


def test_how_a_log_is_read_can_stand_in_a_file(modelops: Command) -> None:
    Path("log.csv").write_text(OTHER)
    Path("how.toml").write_text(
        'kind = "incidents"\ndates = "month-first"\nuntil = 2024-06-01\n'
        '[columns]\nopened = "Begin"\nclosed = "Ende"\ncause = "Why"\n[words]\nFeed = "capacity"\n'
        '[only]\nTicket = ["1", "2"]\n'
    )
    code, out, _ = modelops("check", "log.csv", "--reading", "how.toml")
    assert code == 0
    assert "from 2024-05-02 to 2024-06-01" in out
    assert "causes: capacity 1" in out
    _, out, _ = modelops("check", "log.csv", "--reading", "how.toml", "--dates", "day-first")
    assert "from 2024-02-05" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--kind", "incident"], "'incident' is no kind of log; write incidents"),
        (["--map", "opened"], "--map 'opened' has no form such as opened=Created"),
        (["--since", "5/2/2024"], "--since '5/2/2024' may have the day or the month first"),
        (["--reading", "none.toml"], "none.toml: the file cannot be read"),
        (["--reading", "bad.toml"], "bad.toml, line 1"),
        (["--reading", "odd.toml"], "odd.toml: shift: extra inputs are not permitted"),
    ],
)
def test_what_is_said_wrongly_of_a_log_is_told(
    modelops: Command, arguments: list[str], words: str
) -> None:
    Path("log.csv").write_text(LOG)
    Path("bad.toml").write_text("kind = \n")
    Path("odd.toml").write_text("shift = 3\n")
    code, _, err = modelops("check", "log.csv", *arguments)
    assert code == 1
    assert words in err


@pytest.mark.parametrize("kind", READERS)
def test_a_template_of_a_log_is_read_without_a_problem(modelops: Command, kind: str) -> None:
    code, out, err = modelops("template", "--log", kind, "log.csv")
    assert (code, err) == (0, "")
    assert out == f"Wrote log.csv. Edit it, then: modelops-abm check --kind {kind} log.csv\n"
    assert READERS[kind].read("log.csv").problems == ()
    assert modelops("check", "log.csv").code == 0
    assert modelops("template", "--log", kind, "log.csv").code == 1
    assert "is no kind of log" in modelops("template", "--log", "x", "y.csv").err
    assert not Path("y.csv").exists()


REGISTRY = "".join(
    f"{model},{at},2025-{1 + 2 * at:02}-{3 + 2 * model:02},Production,,\n"
    for model in range(4)
    for at in range(6)
)
HEAD = "model,version,created_at,stage,alias,live_at\n"


def test_what_a_log_says_is_told_with_its_range(modelops: Command) -> None:
    Path("registry.csv").write_text(HEAD + REGISTRY)
    rows = [f"{n},2025-01-{n:02} 10:00Z,2025-01-{n:02} 1{n % 7}:30Z,churn\n" for n in range(1, 28)]
    Path("log.csv").write_text(LOG.partition("\n")[0] + "\n" + "".join(rows))
    code, out, err = modelops("check", "registry.csv", "log.csv")
    assert (code, err) == (0, "")
    assert "  Between trainings of a model: " in out
    assert "days on average, by 20 intervals of 4 models" in out
    assert "  26 outages in 0.1 years of 1 model: " in out
    assert "Ranges hold 90 %." in out
    # The models of a portfolio are those that are watched, if it is the only one.
    Path("models.csv").write_text("id\nchurn\nfraud\n")
    _, out, _ = modelops("check", "log.csv", "models.csv")
    assert "In the portfolio alone, without an outage: fraud." in out


def test_a_registry_gives_a_portfolio_to_fill_in(modelops: Command) -> None:
    Path("registry.csv").write_text(HEAD + REGISTRY + "old,1,soon,,,\n")
    given = ("template", "--portfolio", "models.csv", "--registry", "registry.csv")
    code, out, err = modelops(*given)
    assert (code, "Wrote models.csv" in out) == (0, True)
    assert "registry of 24 versions of 4 models" in err
    assert "'soon' is not a moment" in err
    assert "4 models (4 in production)" in modelops("check", "models.csv").out
    assert modelops(*given).code == 1
    assert modelops("template", "--registry", "registry.csv").code == 2
    Path("bad.csv").write_text("a,b\n1,2\n")
    code, _, err = modelops("template", "--portfolio", "other.csv", "--registry", "bad.csv")
    assert (code, Path("other.csv").exists()) == (1, False)
