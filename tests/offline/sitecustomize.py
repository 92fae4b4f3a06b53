"""Watches a Python process: whatever leaves the machine is reported, and does not get through.

Imported by the tests; and, from PYTHONPATH, by a server that they start, on whose error output the
reports are found.
"""

from __future__ import annotations

import socket
import sys
from typing import Any

attempts: list[str] = []
"""What has been tried in this process."""
_HERE = {"", "localhost", "127.0.0.1", "::1", "0.0.0.0", "::", socket.gethostname().lower()}
_LOOK_UPS = {"socket.getaddrinfo", "socket.gethostbyname"}


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _LOOK_UPS:
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        if event == "socket.connect" and arguments[0].type == socket.SOCK_DGRAM:
            return  # sends nothing
        host = arguments[1][0]
    else:
        return
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    if name.lower() not in _HERE and not name.startswith("127."):
        attempts.append(f"{event} {name}")
        print(f"Left the machine: {event} {name}", file=sys.stderr, flush=True)
        raise OSError("the tests stay on this machine")


sys.addaudithook(_look)
