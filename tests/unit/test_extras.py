"""What is not installed is named in one sentence, with the command that installs it."""

from __future__ import annotations

import sys

import pytest

from modelops_abm import InputError
from modelops_abm.app import server
from modelops_abm.cli import main
from modelops_abm.experiments import optimisation_search, workers


def test_the_page_names_its_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(server, "find_spec", lambda _: None)
    assert main(["page", "--no-browser", "--port", "0"]) == 1
    assert 'pip install "modelops-abm[page]"' in " ".join(capsys.readouterr().err.split())


def test_a_search_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with (
        pytest.raises(InputError, match=r'pip install "modelops-abm\[optimise\]"'),
        optimisation_search._quiet(),
    ):
        pass


def test_a_cluster_names_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r'pip install "modelops-abm\[distributed\]"'),
        workers.cluster_workers("tcp://127.0.0.1:1"),
    ):
        pass
