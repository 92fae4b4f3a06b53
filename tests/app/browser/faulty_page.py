"""Serves a page with faults built in, as ``python faulty_page.py handler|run|part ...``."""

from __future__ import annotations

import sys
from typing import NoReturn

from modelops_abm.app import server


def fail(*_arguments: object, **_keywords: object) -> NoReturn:
    raise ZeroDivisionError("a fault that was built in")


def break_handler() -> None:
    from modelops_abm.app.state.session import Session

    Session.reset = fail


def break_run() -> None:
    from modelops_abm.app.state import answer

    answer.comparisons = fail


def break_part() -> None:
    from modelops_abm.app.organisation import page

    page.portfolio_tools = fail


BREAK = {"handler": break_handler, "run": break_run, "part": break_part}

if __name__ == "__main__":
    for name in sys.argv[1:]:
        BREAK[name]()
    sys.exit(server.show(port=0, open_browser=False))
