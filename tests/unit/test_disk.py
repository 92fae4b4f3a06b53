"""What is no file: nothing waits for it, and nothing reads it without an end."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from modelops_abm import disk
from modelops_abm.clients import check_portfolio, read_portfolio
from modelops_abm.clients.federal import read_federal_inventory
from modelops_abm.clients.table import LARGEST_FILE_BYTES
from modelops_abm.disk import open_file, read_file
from modelops_abm.scenario import InputError, load_scenario
from tests.patience import PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="pipes and devices have names on POSIX")

READERS: dict[str, Callable[[Path], object]] = {
    "scenario": load_scenario,
    "portfolio": read_portfolio,
    "inventory": read_federal_inventory,
}


@pytest.fixture(autouse=True)
def moments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for pipes for moments only."""
    for name in ("_WRITER_SECONDS", "_PAUSE_SECONDS"):
        monkeypatch.setattr(disk, name, getattr(disk, name) / 50)


@pytest.fixture
def patience(moments: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait as long as it takes for those who write to a pipe."""
    # Of different length: by it `read_file` knows whether anybody has come.
    monkeypatch.setattr(disk, "_WRITER_SECONDS", PATIENCE_SECONDS)
    monkeypatch.setattr(disk, "_PAUSE_SECONDS", PATIENCE_SECONDS + 1)
    monkeypatch.setattr(disk, "_LONGEST_SECONDS", PATIENCE_SECONDS)


@contextmanager
def written(pipe: Path, content: bytes) -> Iterator[None]:
    """Write to a pipe as another process would, until whoever reads it has gone away."""

    def write() -> None:
        try:
            with pipe.open("wb") as stream:
                stream.write(content)
        except BrokenPipeError:
            pass

    thread = threading.Thread(target=write)
    thread.start()
    yield
    os.close(os.open(pipe, os.O_RDONLY | os.O_NONBLOCK))  # lets it go if nobody came
    thread.join()


def is_no_file(folder: Path, kind: str, ending: str) -> Path:
    """Return the name of something that is no file."""
    path = folder / f"named{ending}"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        with closing(socket.socket(socket.AF_UNIX)) as server:
            server.bind(str(path))
    else:
        path.symlink_to(f"/dev/{kind}")
    return path


@pytest.mark.parametrize("kind", ["folder", "pipe", "socket", "zero", "null", "full", "tty"])
@pytest.mark.parametrize("reader", READERS)
def test_what_is_no_file_is_refused_in_words(tmp_path: Path, kind: str, reader: str) -> None:
    path = is_no_file(tmp_path, kind, ".toml" if reader == "scenario" else ".csv")
    expected = "it is a " + (kind if kind in ("folder", "pipe", "socket") else "")
    with pytest.raises(InputError, match="cannot be read") as caught:
        READERS[reader](path)
    if kind != "tty":  # not every process has one
        assert expected in str(caught.value)


@pytest.mark.usefixtures("patience")
def test_a_pipe_is_read_to_its_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    content = os.urandom(300_000)
    with written(tmp_path / "pipe", content):
        assert read_file(tmp_path / "pipe", 1_000_000) == content


@pytest.mark.usefixtures("patience")
def test_a_portfolio_from_a_pipe_is_the_same_as_from_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "models.csv")
    with written(tmp_path / "models.csv", b"id,users\na,7\n"):
        found = read_portfolio(tmp_path / "models.csv")
    assert [(model.id, model.users) for model in found.models] == [("a", 7.0)]


@pytest.mark.usefixtures("patience")
def test_a_pipe_without_an_end_is_read_up_to_the_largest_size(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.csv")
    with written(tmp_path / "endless.csv", bytes(LARGEST_FILE_BYTES + 10**7)):
        (problem,) = check_portfolio(tmp_path / "endless.csv").problems
    assert "is larger than 20 MB" in problem.message


def test_a_pipe_that_somebody_holds_without_a_word_is_left(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    holder = os.open(tmp_path / "pipe", os.O_RDWR)
    try:
        os.write(holder, b"id\n")
        with pytest.raises(TimeoutError, match="no end"):
            read_file(tmp_path / "pipe", 1_000)
    finally:
        os.close(holder)


def test_one_byte_more_than_the_largest_size_is_read_and_no_more(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(100))
    assert [len(read_file(tmp_path / "file", size)) for size in (10, 99, 100)] == [11, 100, 100]


def test_only_a_file_is_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    with open_file(tmp_path / "file") as stream:
        assert stream.read() == b"content"
    for kind in ("pipe", "zero"):
        with pytest.raises(OSError, match="not a file"):
            open_file(is_no_file(tmp_path, kind, kind))
