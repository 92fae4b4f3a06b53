"""Serving the page on this machine, without anything from the internet."""

from __future__ import annotations

import os
import socket
import threading
import time
import urllib.request
import webbrowser
from contextlib import closing

PORT = 8765
_SETTINGS = {
    "SOLARA_APP": "modelops_abm.app.page",
    "SOLARA_SESSION_SAME_SITE": "lax",
    "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "False",
    "SOLARA_THEME_SHOW_BANNER": "False",
    "SOLARA_THEME_LOADER": "plain",
    "SOLARA_THEME_TITLE": "ModelOps simulator",
    "SOLARA_MODE": "production",
    "SOLARA_KERNEL_CULL_TIMEOUT": "10m",
}


def serve(*, host: str = "127.0.0.1", port: int | None = None, open_browser: bool = True) -> None:
    """Serve the page until Ctrl-C.

    Parameters
    ----------
    host
        Address to listen at; by default only this machine can reach the page.
    port
        Port to listen at; by default `PORT`, or a free one if that is taken.
    open_browser
        Whether to open the page in the browser once it answers.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)  # read when Solara's server is imported
    import uvicorn

    chosen = port if port is not None else _free_port(host)
    address = f"http://{_name_of(host)}:{chosen}"
    if open_browser:
        threading.Thread(target=_open_when_ready, args=(address,), daemon=True).start()
    uvicorn.run("solara.server.starlette:app", host=host, port=chosen, log_level="warning")


def _name_of(host: str) -> str:
    """Return the name to open: browsers trust pages at ``localhost`` with cookies and clipboard."""
    return "localhost" if host == "127.0.0.1" else host


def _free_port(host: str) -> int:
    for port in (PORT, 0):
        with closing(socket.socket()) as probe:
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError(f"there is no free port at {host}")


def _open_when_ready(address: str) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=1):
                break
        except OSError:
            time.sleep(0.1)
    webbrowser.open(address)
