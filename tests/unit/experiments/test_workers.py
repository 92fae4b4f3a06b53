"""Where experiments may run, and what is said of places where they cannot."""

from __future__ import annotations

import socket
import sys

import pytest

from modelops_abm.experiments import workers
from modelops_abm.experiments.workers import cluster_workers
from modelops_abm.scenario import InputError


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "10.0.0.1:8786", "tcp://10.0.0.1", "tcp://:8786", "tcp://10.0.0.1:99999",
     "file:///etc/passwd:1", "tcp://10.0.0.1:port", "\x1b[31m"],
)  # fmt: skip
def test_what_is_no_address_is_said_to_be_none(address: str) -> None:
    with pytest.raises(InputError, match="an address looks like") as said, cluster_workers(address):
        pass
    assert "\x1b" not in str(said.value)


def test_nobody_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_PATIENCE_SECONDS", 0.5)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(InputError, match="no Dask scheduler answers"), cluster_workers(address):
            pass


def test_without_dask_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"modelops-abm\[distributed\]"),
        cluster_workers("tcp://127.0.0.1:8786"),
    ):
        pass
