"""What a machine gives: cores and memory, and what is asked of it beyond them."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from modelops_abm.experiments import Sweep, points_of, run_sweep
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.running import totals_of
from modelops_abm.experiments.workers import worker_processes
from modelops_abm.runs import replicate, resources, simulate
from modelops_abm.runs.resources import bytes_of_results, bytes_of_run, check_memory, cores
from modelops_abm.scenario import InputError, Scenario, with_values

LARGE = {
    "portfolio.initial_models": 100_000,
    "portfolio.ideas_per_year": 100_000.0,
    "horizon_days": 36_500,
    "team.developers": 10_000,
}


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000\n", 8), ("150000 100000\n", 2), ("50000 100000\n", 1), ("9900000 100000\n", 8)],
)
def test_the_quota_of_a_container_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quota: str, expected: int
) -> None:
    (tmp_path / "cpu.max").write_text(quota, encoding="ascii")
    monkeypatch.setattr(resources, "_GROUP", tmp_path)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: set(range(8)), raising=False)
    assert cores() == expected


def test_without_a_quota_the_affinity_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_GROUP", tmp_path / "missing")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _process: {0, 3, 5}, raising=False)
    assert cores() == 3


def limited(folder: Path, limit: str) -> None:
    for name, content in (
        ("memory.max", limit),
        ("memory.current", "900000000\n"),
        ("memory.stat", "anon 7\nfile 8\ninactive_file 400000000\n"),
    ):
        (folder / name).write_text(content, encoding="ascii")


def test_the_limit_of_a_container_counts_without_what_only_caches_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_GROUP", tmp_path)
    limited(tmp_path, "1000000000\n")
    check_memory(499e6, "take less")
    with pytest.raises(InputError, match=r"0\.6 GB of memory, and 0\.5 GB are free here: take"):
        check_memory(600e6, "take less")


@pytest.mark.parametrize("limit", ["max\n", ""])
def test_without_a_limit_the_machine_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(resources, "_GROUP", tmp_path)
    limited(tmp_path, limit)
    check_memory(300e6, "take less")
    with pytest.raises(InputError, match="take less"):
        check_memory(1e15, "take less")


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(lambda large: simulate(large), id="mesa"),
        pytest.param(lambda large: simulate(large, engine="ensemble"), id="ensemble"),
        pytest.param(lambda large: replicate(large, 2), id="replicate"),
        pytest.param(lambda large: replicate(large, 2, events=True), id="tables"),
        pytest.param(lambda _: replicate(Scenario(), 10**12), id="replications"),
        pytest.param(lambda _: totals_of([Scenario()] * 100, 10**9), id="experiment"),
    ],
)
def test_what_does_not_fit_is_refused_before_it_is_begun(
    run: Callable[[Scenario], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_free_memory_bytes", lambda: 8e9)
    with pytest.raises(InputError, match=r"GB of memory, and 8.0 GB are free here"):
        run(with_values(Scenario(), LARGE, source="a test"))


def test_what_everybody_runs_is_never_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "_free_memory_bytes", lambda: 1e9)
    assert bytes_of_run(Scenario(), in_full=True, with_model_days=True) < 1e9 / 4
    assert bytes_of_results(Scenario(), 100_000) < 1e9


@pytest.mark.parametrize(
    "values",
    [
        {"horizon_days": 2_000},
        {"horizon_days": 5, "portfolio.initial_models": 1_000},
        {"horizon_days": 30, "portfolio.initial_models": 500, "team.developers": 300},
    ],
)
def test_the_estimate_is_of_the_right_size(values: dict[str, Any]) -> None:
    scenario = with_values(Scenario(), values, source="a test")
    simulate(Scenario(horizon_days=1), engine="ensemble")
    tracemalloc.start()
    try:
        run = simulate(scenario, engine="ensemble")
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(run.daily) == scenario.horizon_days
    assert peak_bytes < bytes_of_run(scenario, in_full=True) < 20 * peak_bytes


def test_the_results_of_replications_take_no_more_than_estimated() -> None:
    results = replicate(Scenario(horizon_days=1), 64)
    assert results.totals.to_numpy().nbytes < bytes_of_results(Scenario(), 64)


def test_points_beyond_the_memory_are_refused_before_their_scenarios_are_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resources, "_free_memory_bytes", lambda: 8e9)
    inputs = (parse_input("drift.severity=0.1..0.5"), parse_input("model.market_size=1..5"))
    planned = Sweep(Scenario(), inputs, points_of("latin", inputs, 1_000))
    with pytest.raises(InputError, match="take fewer points or replications"):
        run_sweep(planned, 1_000_000)


def test_there_are_never_more_worker_processes_than_cores() -> None:
    for asked, expected in ((10**9, cores()), (1, 1)):
        with worker_processes(asked) as pool:
            assert isinstance(pool, ProcessPoolExecutor)
            assert pool._max_workers == expected
