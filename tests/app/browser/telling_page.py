"""Serves the page, and prints how many threads it has at work whenever that changes.

Threads that wait for the next request belong to the web server, which keeps them for a while.
"""

from __future__ import annotations

import sys
import threading
import time

from modelops_abm.app import server

OF_THE_WEB_SERVER = "AnyIO worker thread"


def tell() -> None:
    told = -1
    while True:
        at_work = sum(one.name != OF_THE_WEB_SERVER for one in threading.enumerate())
        if at_work != told:
            print(f"threads: {at_work}", flush=True)
            told = at_work
        time.sleep(0.05)


if __name__ == "__main__":
    threading.Thread(target=tell, daemon=True).start()
    sys.exit(server.show(port=0, open_browser=False))
