"""The record of the verification belongs to these checks and these results."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from modelops_abm.app.understand.verification import Finding, MeasuredEffect
from modelops_abm.experiments.expectations import EXPECTATIONS
from tests.verification import recorded
from tests.verification.record import HERE, merged, title_of

NEEDS_RECORDING = "record again: python tests/verification/record.py"


def test_it_belongs_to_the_results_of_this_version() -> None:
    assert recorded.record()["results"] == recorded.fingerprint_of_results(), NEEDS_RECORDING


def test_every_file_with_checks_is_recorded_under_its_title() -> None:
    with_checks = {
        path.name: title_of(path)
        for path in HERE.glob("test_*.py")
        if any(
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id.startswith("check_")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    }
    groups = {group["file"]: group["title"] for group in recorded.record()["groups"]}
    assert groups == with_checks, NEEDS_RECORDING


def test_every_check_has_a_name_of_its_own() -> None:
    names = [
        finding["check"] for group in recorded.record()["groups"] for finding in group["findings"]
    ]
    assert len(set(names)) == len(names) > 200
    effects = [(each["capability"], each["measure"]) for each in recorded.record()["effects"]]
    assert len(set(effects)) == len(effects)
    assert {capability for capability, _ in effects} == set(EXPECTATIONS)


def test_another_finding_than_the_recorded_one_is_noticed() -> None:
    same = Finding(**recorded.record()["groups"][0]["findings"][0])
    recorded.same_as_recorded(same)
    for changed in (
        replace(same, check="a check that is new"),
        replace(same, n=same.n + 1),
        replace(same, half_width=2.0 * same.half_width),
    ):
        with pytest.raises(AssertionError, match=r"record\.py"):
            recorded.same_as_recorded(changed)
    effect = MeasuredEffect(**recorded.record()["effects"][0])
    recorded.same_as_recorded(effect)
    with pytest.raises(AssertionError, match=r"record\.py"):
        recorded.same_as_recorded(replace(effect, change=-effect.change))


def test_a_part_is_recorded_again_only_among_the_same_results() -> None:
    old = recorded.record()
    (first, *others) = old["groups"]
    again = {**first, "title": "again"}
    part = merged(old, {**old, "groups": [again], "effects": []})
    assert part["groups"] == [again, *others]
    assert part["effects"] == old["effects"]
    with pytest.raises(SystemExit):
        merged(old, {**old, "groups": [again], "results": "others"})
