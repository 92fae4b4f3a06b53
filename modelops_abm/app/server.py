"""Serving the page on this machine, without anything from the internet."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import webbrowser
from collections.abc import Callable
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from types import FrameType

import uvicorn
from h11 import IDLE, SEND_BODY
from uvicorn.protocols.http.h11_impl import H11Protocol

from modelops_abm.app.access import LARGEST_MESSAGE_BYTES, Hosts, protect
from modelops_abm.ctrl_c import interruptible
from modelops_abm.errors import needs
from modelops_abm.streams import degrade_gracefully
from modelops_abm.terminal import console, load_ensemble, progress, say

HOST = "127.0.0.1"
PORT = 8765
PAGE, MESA_PAGE = "modelops_abm.app.page", "modelops_abm.app.mesa_page"
# Twice the sockets that are let in (`access.MOST_SOCKETS`): files and refusals need some too.
MOST_CONNECTIONS = 512
REQUEST_SECONDS = 10.0
"""In which a request has to arrive in full."""
_SETTINGS: dict[str, dict[str, str | bool]] = {
    "theme": {"show_banner": False, "loader": "plain", "title": "ModelOps simulator"},
    "kernel": {"cull_timeout": "2m"},
}
"""Solara's, by section; what the environment says goes first."""


@interruptible
def show(
    *,
    port: int | None = None,
    open_browser: bool = True,
    hosts: Hosts | None = None,
    page: str = PAGE,
) -> int:
    """Serve a page on this machine and open it, until Ctrl-C; return the exit code.

    Parameters
    ----------
    port
        Port to listen at; by default `PORT`, or a free one if that is taken.
    open_browser
        Whether to open the page in the browser once it answers.
    hosts
        Names under which the page may be asked for; by default only this machine's own.
    page
        Module of the page: `PAGE` or `MESA_PAGE`.

    Raises
    ------
    InputError
        If the packages of the extra `page` are not installed.
    """
    degrade_gracefully()
    if find_spec("pptx") is None or not _has_assets():
        raise needs("The page needs its scripts, fonts and slides", "page")
    try:
        # Compiled code is loaded before anybody is told of the page: the first visitor would wait
        # for it.
        with progress() as bar:
            load_ensemble(bar)
        # The port is taken here and handed over, so that the address is known and nobody else can
        # take it between looking and serving.
        with closing(_listening(port)) as listener:
            address = f"http://{HOST}:{listener.getsockname()[1]}"

            def announce() -> None:
                say(console(), f"The page is at {address}. Ctrl-C ends it.")
                if open_browser:  # in a thread: a browser in the terminal returns when it is closed
                    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

            serve(listener, page=page, hosts=hosts, answering=announce)
    except OSError as error:
        say(console(error=True), f"Error: the page cannot be served: {error.strerror or error}.")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _has_assets() -> bool:
    try:
        return bool(version("solara-assets"))
    except PackageNotFoundError:
        return False


def serve(
    listener: socket.socket,
    *,
    page: str = PAGE,
    hosts: Hosts | None = None,
    answering: Callable[[], None] | None = None,
) -> None:
    """Serve a page at a socket that listens, until Ctrl-C.

    Parameters
    ----------
    listener
        Socket that listens.
    page, hosts
        As for `show`.
    answering
        Called once the page answers.
    """
    os.environ["SOLARA_APP"] = page  # read when Solara's server is imported
    _apply_settings()
    protect(hosts)
    config = uvicorn.Config(
        "solara.server.starlette:app",
        http=PunctualProtocol,
        limit_concurrency=MOST_CONNECTIONS,
        log_level="warning",
        # Whatever a header says about host, scheme or caller is not believed.
        proxy_headers=False,
        server_header=False,
        ws_max_size=LARGEST_MESSAGE_BYTES,
        ws_per_message_deflate=False,  # nothing leaves this machine, and it costs time
    )
    _Server(config, answering).run(sockets=[listener])


def _apply_settings() -> None:
    # Not by the environment: Solara reads it when it is imported, and a program that adds a card of
    # its own to the page has done so by now.
    from solara.server import settings

    for section, values in _SETTINGS.items():
        for name, value in values.items():
            if f"SOLARA_{section}_{name}".upper() not in os.environ:
                setattr(getattr(settings, section), name, value)


class _Server(uvicorn.Server):
    """Tells once it answers, stops in order, and is not hurried by who presses twice."""

    def __init__(self, config: uvicorn.Config, answering: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._answering = answering

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._answering is not None:
            self._answering()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        # uvicorn takes a second Ctrl-C as a wish to drop everything, in the middle of closing
        # visits.
        if not self.should_exit:
            super().handle_exit(sig, frame)


class PunctualProtocol(H11Protocol):
    """HTTP whose requests have to arrive in full within `REQUEST_SECONDS`.

    uvicorn bounds only the pause between two requests, so that half a request would hold its
    connection for ever.
    """

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Expect the first request."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Expect the rest, unless all is here."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Expect nothing more."""
        super().connection_lost(exc)
        self._forget()

    def _watch(self) -> None:
        is_mine = self.transport.get_protocol() is self  # not handed over to a WebSocket
        is_partial = self.conn.their_state in (IDLE, SEND_BODY)
        if not is_mine or not is_partial:
            self._forget()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _listening(port: int | None) -> socket.socket:
    """Return a socket that only this machine can reach."""
    if port is not None:
        if not 0 <= port <= 65_535:  # create_server would leave a socket open
            raise OSError(f"{port} is no port; give a number from 0 to 65535")
        return socket.create_server((HOST, port))
    try:
        return socket.create_server((HOST, PORT))
    except OSError:
        # The usual port may be a colleague's page: any free one does, as it is opened from here.
        return socket.create_server((HOST, 0))
