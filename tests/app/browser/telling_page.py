"""Serves the page, and prints how many visits and threads at work it has when that changes.

Threads that wait for the next request belong to the web server, which keeps them for a while. Those
that all visitors share stay, and are no more than the cores, each begun when it is first needed. Of
some threads that have ended Python 3.12 lists a dummy for ever; 3.13 does not.
"""

from __future__ import annotations

import sys
import threading
import time

from modelops_abm.app import server

OF_THE_SERVER = ("AnyIO worker thread", "modelops_abm_", "Dummy-")


def tell() -> None:
    told: dict[str, int] = {}
    while True:
        at_work = sum(not one.name.startswith(OF_THE_SERVER) for one in threading.enumerate())
        for what, count in {"threads": at_work, "visits": visits()}.items():
            if told.get(what) != count:
                print(f"{what}: {count}", flush=True)
                told[what] = count
        time.sleep(0.05)


def visits() -> int:
    solara = sys.modules.get("solara.server.kernel_context")
    return len(solara.contexts) if solara and hasattr(solara, "contexts") else 0


if __name__ == "__main__":
    threading.Thread(target=tell, daemon=True).start()
    sys.exit(server.show(port=0, open_browser=False))
