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
"""This machine's names; its addresses on networks are found out as they are met."""


def _is_own(address: str) -> bool:
    """Return whether an address is one of this machine's, as a cluster on it may use it."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.inet_pton(family, address)  # a name would be looked up
        with socket.socket(family) as trial:
            trial.bind((address, 0))
    except OSError:
        return False
    return True


def _look(event: str, arguments: tuple[Any, ...]) -> None:
    # Written out: a process that ends has no global names left, and is still watched.
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto") and isinstance(arguments[1], tuple):
        if event == "socket.connect" and arguments[0].type == socket.SOCK_DGRAM:
            return  # sends nothing
        host = arguments[1][0]
    else:
        return
    name = host.decode(errors="replace") if isinstance(host, bytes) else str(host or "")
    if name.lower() not in _HERE and not name.startswith("127.") and not _is_own(name):
        attempts.append(f"{event} {name}")
        print(f"Left the machine: {event} {name}", file=sys.stderr, flush=True)
        raise OSError("the tests stay on this machine")


sys.addaudithook(_look)
