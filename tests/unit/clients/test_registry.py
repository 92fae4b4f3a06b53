"""Registries: a table of versions, and real ones that MLflow itself makes."""

from __future__ import annotations

import sys
import time
from datetime import date
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
    content = READERS["registry"].template.encode()
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
    ]
    assert {model.id: model.stage for model in log.portfolio().models} == {
        "churn": "production",
        'it\'s "fraud"': "build",
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
