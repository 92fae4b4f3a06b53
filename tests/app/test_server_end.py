"""The page ends in order, however often Ctrl-C is pressed."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import webbrowser
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn

from modelops_abm.app import server
from modelops_abm.app.server import HOST, serve
from tests.patience import PATIENCE_SECONDS

type Receive = Callable[[], Awaitable[dict[str, Any]]]
type Send = Callable[[dict[str, Any]], Awaitable[None]]


def press_twice() -> None:
    signal.raise_signal(signal.SIGINT)
    signal.raise_signal(signal.SIGINT)


@pytest.mark.usefixtures("own_loop", "solara_server")
def test_who_presses_twice_does_not_cut_its_end_short(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    async def application(_scope: object, receive: Receive, send: Send) -> None:
        asyncio.get_running_loop().call_later(0.05, press_twice)
        for _ in range(2):
            told.append((await receive())["type"])
            await send({"type": f"{told[-1]}.complete"})

    config = uvicorn.Config
    monkeypatch.setattr(
        uvicorn, "Config", lambda _page, **settings: config(application, **settings)
    )
    with socket.create_server((HOST, 0)) as listener, pytest.raises(KeyboardInterrupt):
        serve(listener)
    assert told == ["lifespan.startup", "lifespan.shutdown"]


@pytest.mark.usefixtures("own_loop", "solara_server")
def test_it_is_told_once_the_page_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    async def application(_scope: object, receive: Receive, send: Send) -> None:
        for _ in range(2):
            told.append((await receive())["type"])
            if told == ["lifespan.startup"]:
                asyncio.get_running_loop().call_later(0.05, signal.raise_signal, signal.SIGINT)
            await send({"type": f"{told[-1]}.complete"})

    config = uvicorn.Config
    monkeypatch.setattr(
        uvicorn, "Config", lambda _page, **settings: config(application, **settings)
    )
    with socket.create_server((HOST, 0)) as listener, pytest.raises(KeyboardInterrupt):
        serve(listener, answering=lambda: told.append("answers"))
    assert told == ["lifespan.startup", "answers", "lifespan.shutdown"]


@pytest.mark.parametrize("port", [70_000, -1])
def test_a_port_that_is_none_is_said_in_words(
    capsys: pytest.CaptureFixture[str], port: int
) -> None:
    assert server.show(port=port, open_browser=False) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert said.endswith(f"{port} is no port; give a number from 0 to 65535.")


def test_the_page_is_opened_where_it_listens(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not at a name: another user may listen where that leads. And not before it answers."""
    addresses: list[str] = []
    opened: list[str] = []
    is_opened = threading.Event()

    def open_page(address: str) -> None:
        opened.append(address)
        is_opened.set()

    def serve_nothing(
        listener: socket.socket, *, answering: Callable[[], None], **_keywords: object
    ) -> None:
        host, port = listener.getsockname()
        addresses.append(f"http://{host}:{port}")
        assert not capsys.readouterr().out
        answering()

    monkeypatch.setattr(webbrowser, "open", open_page)
    monkeypatch.setattr(server, "serve", serve_nothing)
    assert server.show(port=0) == 0
    assert is_opened.wait(PATIENCE_SECONDS)
    assert opened == addresses
    assert f"The page is at {addresses[0]}." in capsys.readouterr().out


@pytest.mark.usefixtures("own_loop", "solara_server")
def test_solara_is_set_up_though_a_program_has_imported_it_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """All but what the environment says."""
    from solara.server import settings

    monkeypatch.setattr(settings.theme, "show_banner", True)
    monkeypatch.setattr(settings.kernel, "cull_timeout", "24h")
    monkeypatch.setattr(settings.theme, "title", "Mine")
    monkeypatch.setenv("SOLARA_THEME_TITLE", "Mine")
    monkeypatch.setattr(uvicorn.Server, "run", lambda *_, **__: None)
    with socket.create_server((HOST, 0)) as listener:
        serve(listener)
    assert not settings.theme.show_banner
    assert settings.theme.title == "Mine"
    assert settings.kernel.cull_timeout == "2m"
