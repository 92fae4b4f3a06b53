"""What exported files are called."""

from __future__ import annotations

import re

from modelops_abm.app.state.plan import Plan

_LONGEST = 40


def file_name(plan: Plan, ending: str) -> str:
    """Return the name of a file about a plan: ``modelops-small-team-report.html``."""
    words = re.sub(r"[^a-z0-9]+", "-", plan.start.lower()).strip("-")[:_LONGEST]
    return "-".join(["modelops", *([words] if words else []), ending])
