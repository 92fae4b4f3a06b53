"""Serving the page on this machine, without anything from the internet."""

from __future__ import annotations

import os
import socket
import threading
import time
import urllib.request
import webbrowser
from contextlib import closing
from types import FrameType

from modelops_abm.ctrl_c import interruptible
from modelops_abm.terminal import console, degrade_gracefully, load_ensemble, progress, say

HOST = "127.0.0.1"
PORT = 8765
_TRIES, _PAUSE_SECONDS = 300, 0.1
_SETTINGS = {
    "SOLARA_APP": "modelops_abm.app.page",
    "SOLARA_SESSION_SAME_SITE": "lax",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "ModelOps simulator",
    "SOLARA_MODE": "production",
    "SOLARA_KERNEL_CULL_TIMEOUT": "2m",
}


@interruptible
def show(*, port: int | None = None, open_browser: bool = True) -> int:
    """Serve the page on this machine and open it, until Ctrl-C; return the exit code.

    Parameters
    ----------
    port
        Port to listen at; by default `PORT`, or a free one if that is taken.
    open_browser
        Whether to open the page in the browser once it answers.
    """
    degrade_gracefully()
    try:
        with progress() as bar:
            load_ensemble(bar)
        with closing(_listening(port)) as listener:
            address = f"http://localhost:{listener.getsockname()[1]}"
            say(console(), f"The page is at {address}. Ctrl-C ends it.")
            if open_browser:
                threading.Thread(target=_open_when_ready, args=(address,), daemon=True).start()
            serve(listener)
    except OSError as error:
        say(console(error=True), f"Error: the page cannot be served: {error.strerror or error}.")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def serve(listener: socket.socket) -> None:
    """Serve the page at a socket that listens, until Ctrl-C."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)  # read when Solara's server is imported
    import uvicorn

    class Server(uvicorn.Server):
        """Stops in order, and is not hurried by who presses twice."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if not self.should_exit:
                super().handle_exit(sig, frame)

    config = uvicorn.Config(
        "solara.server.starlette:app",
        log_level="warning",
        ws_per_message_deflate=False,  # nothing leaves this machine, and it costs time
    )
    Server(config).run(sockets=[listener])


def _listening(port: int | None) -> socket.socket:
    """Return a socket that only this machine can reach."""
    if port is not None:
        return socket.create_server((HOST, port))
    try:
        return socket.create_server((HOST, PORT))
    except OSError:
        return socket.create_server((HOST, 0))


def _open_when_ready(address: str) -> None:
    for _ in range(_TRIES):
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=1):
                break
        except OSError:
            time.sleep(_PAUSE_SECONDS)
    webbrowser.open(address)
