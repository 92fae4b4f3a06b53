"""The record of what the checks of this folder found, which the page shows.

A record is stale when a check finds something else: every check compares, so that a change of the
rules, of a check or of a seed cannot leave an old number on the page. The few checks that take
long run seldom; for them the record also names the results of the simulator that it belongs to,
those of `tests/baseline`, which are recorded again whenever a change of results is meant.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from modelops_abm.app.understand import verification
from modelops_abm.app.understand.verification import Finding, MeasuredEffect

ROOT = Path(__file__).resolve().parents[2]
RECORD = Path(verification.__file__).with_name("verification.json")
RECORDER = "recorder of the verification"
_RESULTS = ROOT / "tests" / "baseline" / "totals.json"
_COMMAND = "python tests/verification/record.py"


def fingerprint_of_results() -> str:
    """Return what tells the results of this version of the simulator from those of others."""
    return hashlib.sha256(_RESULTS.read_bytes()).hexdigest()[:16]


@cache
def record() -> dict[str, Any]:
    """Return what was recorded."""
    content: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return content


@cache
def _findings() -> dict[str, dict[str, Any]]:
    return {
        finding["check"]: finding for group in record()["groups"] for finding in group["findings"]
    }


@cache
def _effects() -> dict[tuple[str, str], dict[str, Any]]:
    return {(entry["capability"], entry["measure"]): entry for entry in record()["effects"]}


def same_as_recorded(found: Finding | MeasuredEffect) -> None:
    """Fail if a check found something else than what is recorded of it.

    Up to 1e-6: other machines' mathematical functions may differ in the last digits, and
    differences of large numbers more.
    """
    if isinstance(found, Finding):
        recorded = _findings().get(found.check)
        name = found.check
    else:
        recorded = _effects().get((found.capability, found.measure))
        name = f"{found.capability}: {found.measure}"
    assert recorded is not None, f"{name} is not recorded; run: {_COMMAND}"
    for field, value in asdict(found).items():
        expected = recorded[field]
        if isinstance(value, float):
            if field == "found" and recorded.get("kind") == "exact":
                continue  # rounding, which the check itself bounds
            expected = pytest.approx(expected, rel=1e-6, abs=1e-12)
        assert value == expected, f"{name} is recorded with another {field}; run: {_COMMAND}"
