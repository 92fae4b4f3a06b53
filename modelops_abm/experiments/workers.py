"""Workers beyond this process: processes of this machine, or those of a cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from modelops_abm.core.registry import simulator_version
from modelops_abm.ctrl_c import deaf
from modelops_abm.errors import needs
from modelops_abm.runs.resources import cores
from modelops_abm.scenario import InputError
from modelops_abm.text import printable

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE_SECONDS = 15
_PROTOCOLS = ("tcp", "tls", "ws", "wss")


@contextmanager
def worker_processes(count: int) -> Iterator[Executor]:
    """Give an executor with processes of its own, for the Mesa engine or beside other work.

    The ensemble engine is as fast on the threads of one process. What was not begun is cancelled at
    the end. The workers leave Ctrl-C to the process that has them, and end with it, killed or not.

    Parameters
    ----------
    count
        How many processes; there are never more than cores.
    """
    # Spawned, not forked: a fork copies the locks that other threads hold, and nobody to release
    # them.
    pool = ProcessPoolExecutor(
        min(count, cores()), mp_context=_Workers(), initializer=_belong_to_parent
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def cluster_workers(address: str) -> Iterator[Executor]:
    """Give the workers of a Dask cluster as an executor.

    The cluster must be one that is trusted: whoever is behind it can run programs here.

    Parameters
    ----------
    address
        Of its scheduler, as in ``tcp://10.0.0.1:8786``.

    Raises
    ------
    InputError
        If Dask is not installed, nobody answers there, there is no worker, or a worker has another
        version of this package or none.
    """
    client = _connected(address)
    try:
        _check_workers(client, address)
        yield client.get_executor()
    finally:
        client.close()


class _Worker(SpawnProcess):
    """A process whom no interrupt strikes, not even while it is started."""

    def start(self) -> None:
        with deaf():
            super().start()


class _Workers(SpawnContext):
    """Starts such processes."""

    Process = _Worker


def _belong_to_parent() -> None:
    """Leave it to the process that began the work to stop it, and end when that is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        # `sys.exit` would end this thread alone.
        os._exit(1)


def _connected(address: str) -> Client:
    try:
        from distributed import Client
    except ImportError:
        reason = str(needs("Dask is needed for a cluster", "distributed"))
        raise _unusable(address, reason) from None
    if not _is_address(address):
        raise _unusable(address, "an address looks like tcp://10.0.0.1:8786")
    try:
        # By default every other use of Dask in this process would go to this cluster as well.
        return Client(address, timeout=_PATIENCE_SECONDS, set_as_default=False)
    except OSError:
        raise _unusable(address, "no Dask scheduler answers there") from None


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return parts.scheme in _PROTOCOLS and bool(parts.hostname) and parts.port is not None
    except ValueError:  # a port that is none
        return False


def _check_workers(client: Client, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=_PATIENCE_SECONDS)
    except TimeoutError:
        raise _unusable(address, "its scheduler has no workers") from None
    versions = _versions(client, address)
    # Another version gives other numbers, and no error.
    here = simulator_version()
    others = {worker: version for worker, version in versions.items() if version != here}
    if others:
        worker, version = next(iter(others.items()))
        known = f"{printable(str(worker))} has modelops_abm {printable(str(version))}"
        raise _unusable(address, f"its worker {known}, and this is {here}")


def _versions(client: Client, address: str) -> Mapping[str, str]:
    """Return the version of this package that each worker has."""
    try:
        versions: Mapping[str, str] = client.run(_own_version)
    except (ImportError, AttributeError):
        raise _unusable(address, "its workers do not have modelops_abm installed") from None
    return versions


def _own_version() -> str:
    return simulator_version()


def _unusable(address: str, reason: str) -> InputError:
    return InputError.at(address, f"cannot run there: {reason}")
