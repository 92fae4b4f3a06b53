"""Results change only on purpose: the presets give what was recorded."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from modelops_abm.scenario.presets import PRESETS

_SPEC = importlib.util.spec_from_file_location("record", Path(__file__).with_name("record.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
record = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(record)
RECORDED = json.loads(record.RECORDED.read_text(encoding="utf-8"))


def test_every_preset_is_recorded() -> None:
    assert set(RECORDED) == set(PRESETS)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_gives_what_was_recorded(name: str) -> None:
    """To 1e-9: other machines' mathematical functions may differ in the last digits."""
    totals = record.totals_of(name)
    assert set(totals) == set(RECORDED[name])
    for total, values in totals.items():
        assert values == pytest.approx(RECORDED[name][total], rel=1e-9, abs=1e-9), total
