"""Registries: a table of versions, and real ones that MLflow itself makes."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

import pytest

from modelops_abm.clients import read_portfolio, write_portfolio
from modelops_abm.clients.kinds import READERS, reader_of
from modelops_abm.clients.registry import read_registry
from modelops_abm.clients.registry_mlflow import is_mlflow
from modelops_abm.errors import InputError

VERSIONS = b"""model,version,created_at,stage,alias,live_at
churn,1,2024-01-01,Archived,,2024-01-31
churn,2,2024-03-31,Archived,,
churn,3,2024-06-29 09:00Z,None,,
churn,4,2024-06-29 15:00Z,Production,champion,
fraud,1,2024-02-01,Staging,,
old,1,2023-02-01,Archived,,
new,1,2024-05-01,,,
new,1,2024-05-02,,,
odd,1,soon,,,
odd,2,2024-05-02,Somewhere,,
odd,3,2024-05-02,,,2024-05-01
tagged,7,2024-05-02,,"prod, a",
"""


def test_a_table_of_versions_gives_days_intervals_and_a_portfolio(tmp_path: Path) -> None:
    log = read_registry(VERSIONS, name="versions.csv")
    assert log.live_since == {
        "churn": date(2024, 1, 31),
        "old": date(2023, 2, 1),
        "tagged": date(2024, 5, 2),
    }
    # A version counts from the day it was live, if that is said; two of one day are one training.
    assert log.intervals()["churn"] == (60.0, 90.625)
    assert log.retrained["churn"] == (date(2024, 3, 31), date(2024, 6, 29))
    assert log.months_to_production() == {"churn": pytest.approx(30.0 / (365.0 / 12.0))}
    portfolio = log.portfolio()
    stages = {model.id: model.stage for model in portfolio.models}
    assert stages == {
        "churn": "production",
        "fraud": "deployment",
        "old": "retired",
        "tagged": "production",
    }
    write_portfolio(portfolio, tmp_path / "portfolio.csv")
    read = read_portfolio(tmp_path / "portfolio.csv", start_date=date(2024, 7, 1))
    assert read.models == portfolio.models
    assert read.models[0].last_retrained_at == date(2024, 6, 29)


def test_what_cannot_be_used_is_told() -> None:
    log = read_registry(VERSIONS, name="versions.csv")
    told = [str(problem.in_file("versions.csv")) for problem in log.problems]
    for words in (
        "stands more than once, with different contents in 2 rows: 8, 9",
        "row 10, column created_at: 'soon' is not a moment",
        "row 11: has the stage 'Somewhere', which is none that is known",
        "row 12: went live before it was created",
    ):
        assert any(words in each for each in told), words
    assert "registry of 7 versions of 4 models (churn 4, fraud 1, old 1, tagged 1)" in (
        log.sentence()
    )
    with pytest.raises(InputError, match="holds no version that can be used"):
        read_registry(b"model,version,created_at\na,1,\n")


def test_the_template_is_known_and_reads() -> None:
    content = READERS["registry"].kind.template.encode()
    reader = reader_of(content)
    assert reader is not None
    assert reader.kind.name == "registry"
    assert reader.read(content).problems == ()


def test_without_mlflow_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelops_abm.clients.registry_mlflow.find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install 'modelops-abm\[mlflow\]'; or export a CSV"):
        read_registry(f"sqlite:///{tmp_path}/mlflow.db")


needs_mlflow = pytest.mark.skipif(find_spec("mlflow") is None, reason="mlflow is not installed")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://somebody:secret@mlflow.example.org", "has a user or password in its address"),
        ("databricks://profile", "has an address of a kind that is not read"),
        ("postgresql://somebody:secret@host/db", "has an address of a kind that is not read"),
        ("https://", "has an address without a host"),
        ("sqlite:///not_there.db", "is not there"),
    ],
)
def test_an_address_that_is_not_read_is_refused_and_not_repeated(
    address: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelops_abm.clients.registry_mlflow.find_spec", lambda name: sys)
    assert is_mlflow(address)
    with pytest.raises(InputError, match=words) as refused:
        read_registry(address)
    assert "secret" not in str(refused.value)
    assert "somebody" not in str(refused.value)


def _registered(address: str) -> None:
    """Make a registry with MLflow: two models, versions, a stage, an alias, a tag."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=address, registry_uri=address)
    for name, versions in (("churn", 3), ('it\'s "fraud"', 1)):
        client.create_registered_model(name)
        for number in range(versions):
            client.create_model_version(name, source=f"/models/{number}")
            time.sleep(0.002)
    client.set_registered_model_alias("churn", "champion", "3")
    # What was deleted or renamed is told as it is now: nothing else is known.
    client.create_model_version("churn", source="/models/gone")
    client.delete_model_version("churn", "4")
    client.set_registered_model_alias("churn", "live", "1")
    client.delete_registered_model_alias("churn", "live")
    client.create_registered_model("before")
    client.create_model_version("before", source="/models/0")
    client.rename_registered_model("before", "renamed")
    client.set_model_version_tag("churn", "3", "live_at", "2099-01-01T00:00:00Z")


@needs_mlflow
@pytest.mark.slow(30)
@pytest.mark.parametrize("kind", ["database", "file store"])
@pytest.mark.filterwarnings("ignore")
def test_a_real_registry_is_read_and_left_as_it_is(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    folder = tmp_path / "store"
    address = f"sqlite:///{tmp_path}/mlflow.db" if kind == "database" else folder.as_uri()
    _registered(address)
    before = _contents(tmp_path)
    log = read_registry(address)
    assert _contents(tmp_path) == before
    assert [(v.model, v.version, v.in_use) for v in log.table] == [
        ("churn", "1", False),
        ("churn", "2", False),
        ("churn", "3", True),
        ('it\'s "fraud"', "1", False),
        ("renamed", "1", False),
    ]
    assert {model.id: model.stage for model in log.portfolio().models} == {
        "churn": "production",
        'it\'s "fraud"': "build",
        "renamed": "build",
    }
    assert log.live_since == {"churn": date(2099, 1, 1)}
    assert log.months_to_production()["churn"] > 12.0


def _contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file): file.read_bytes() for file in files}


@needs_mlflow
@pytest.mark.slow(10)
def test_a_server_that_is_not_there_is_told_in_time() -> None:
    with pytest.raises(InputError, match="could not be read by MLflow"):
        read_registry("http://127.0.0.1:9")


class _Registry(BaseHTTPRequestHandler):
    """What a tracking server answers to the two questions that are asked, two pages of versions."""

    def do_GET(self) -> None:
        if "registered-models/search" in self.path:
            body = {
                "registered_models": [
                    {"name": "churn", "aliases": [{"alias": "champion", "version": "3"}]},
                    {"name": "fraud 2", "aliases": []},
                ]
            }
        elif "page_token=more" in self.path:
            body = {"model_versions": [_version("fraud 2", 1, 1_704_067_200_000, "Archived")]}
        elif "model-versions/search" in self.path:
            # Version 2 was deleted: a server tells nothing of it.
            body = {
                "model_versions": [
                    _version("churn", 1, 1_704_067_200_000, "None"),
                    _version("churn", 3, 1_711_843_200_000, "None"),
                ],
                "next_page_token": "more",
            }
        else:
            self.send_error(404)
            return
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - it is called so
        """Say nothing."""


def _version(name: str, version: int, created: int, stage: str) -> dict[str, object]:
    return {
        "name": name,
        "version": str(version),
        "creation_timestamp": created,
        "current_stage": stage,
        "status": "READY",
    }


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a registry's server on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Registry) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{found.server_port}"
        found.shutdown()
        thread.join()


@needs_mlflow
@pytest.mark.slow(10)
def test_a_server_is_asked_page_by_page(server: str) -> None:
    log = read_registry(server)
    assert [(v.model, v.version, v.in_use, v.stage) for v in log.table] == [
        ("churn", "1", False, "build"),
        ("churn", "3", True, "production"),
        ("fraud 2", "1", False, "retired"),
    ]
    assert log.intervals()["churn"] == (90.0,)
    assert server not in log.sentence()


def test_a_table_as_mlflow_itself_writes_it_is_read() -> None:
    head = "name,version,creation_timestamp,last_updated_timestamp,current_stage,aliases,tags\n"
    rows = "churn,1,1704067200000,1704067200001,None,[],{}\n"
    rows += "churn,2,1711843200000,1711843200001,None,\"['champion', 'b']\",{}\n"
    rows += "churn,3,1711929600000,1711929600001,Deleted_Internal,[],{}\n"
    log = read_registry((head + rows).encode())
    assert [(v.version, v.in_use) for v in log.table] == [("1", False), ("2", True)]
    assert log.intervals()["churn"] == (90.0,)
    assert "has the stage 'Deleted_Internal'" in log.problems[0].message
