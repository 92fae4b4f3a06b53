from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modelops_abm.core import outcomes
from modelops_abm.runs import Series, replicate, simulate, stream
from modelops_abm.runs.engines import Engine
from modelops_abm.runs.manifest import ResultError
from modelops_abm.runs.results import Ensemble
from modelops_abm.scenario import with_values
from modelops_abm.scenario.presets import preset

SCENARIO = with_values(
    preset("reference"), {"horizon_days": 120, "portfolio.initial_models": 4}, source="test"
)


def test_many_replications_are_the_runs_one_by_one() -> None:
    ensemble = replicate(SCENARIO, 4, seed=5)
    for replication in range(4):
        run = simulate(SCENARIO, seed=5, replication=replication)
        assert ensemble.totals.loc[replication].to_dict() == dict(run.totals)
        summary = ensemble.summaries().loc[replication]
        for name, value in run.summary.items():
            assert np.isnan(summary[name]) if value is None else summary[name] == value


def test_both_engines_give_the_same_ensemble() -> None:
    names = ("npv", "availability")
    one = replicate(SCENARIO, 10, daily=names)
    other = replicate(SCENARIO, 10, daily=names, engine="mesa")
    pd.testing.assert_frame_equal(one.totals, other.totals, check_exact=True)
    for name in names:
        pd.testing.assert_frame_equal(one.bands[name], other.bands[name], check_exact=True)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_threads_do_not_matter(threads: int) -> None:
    with ThreadPoolExecutor(threads) as executor:
        ensemble = replicate(SCENARIO, 21, executor=executor)
    assert ensemble.totals.equals(replicate(SCENARIO, 21).totals)


def test_several_callers_at_once_do_not_disturb_each_other() -> None:
    expected = [replicate(SCENARIO, 12, seed=seed).totals for seed in range(6)]
    results: dict[int, pd.DataFrame] = {}

    def call(seed: int) -> None:
        results[seed] = replicate(SCENARIO, 12, seed=seed).totals

    threads = [threading.Thread(target=call, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(results[seed].equals(expected[seed]) for seed in range(6))


def test_more_replications_only_add() -> None:
    few, many = replicate(SCENARIO, 5), replicate(SCENARIO, 13)
    assert many.totals.iloc[:5].equals(few.totals)
    assert replicate(SCENARIO, 3, first=7).totals.equals(many.totals.iloc[7:10])


def test_progress_tells_what_is_done() -> None:
    seen: list[tuple[int, int]] = []
    replicate(SCENARIO, 20, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(8, 20), (16, 20), (20, 20)]


def test_unknown_names_and_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="not a daily outcome"):
        replicate(SCENARIO, 2, daily=("nvp",))
    with pytest.raises(ValueError, match="whole number"):
        replicate(SCENARIO, -1)
    with pytest.raises(ValueError, match="'mesa' or 'ensemble'"):
        replicate(SCENARIO, 1, engine="other")  # type: ignore[arg-type]
    longer = with_values(SCENARIO, {"horizon_days": 121}, source="test")
    with pytest.raises(ValueError, match="same horizon"):
        next(stream([SCENARIO, longer], 2, series=[Series(("npv",))]))


def test_an_ensemble_is_saved_and_loaded_without_loss(tmp_path: Path) -> None:
    ensemble = replicate(SCENARIO, 3, daily=("npv",), models=True, events=True)
    loaded = Ensemble.load(ensemble.save(tmp_path / "result"))
    assert loaded.scenario == ensemble.scenario
    pd.testing.assert_frame_equal(loaded.totals, ensemble.totals, check_exact=True)
    pd.testing.assert_frame_equal(loaded.bands["npv"], ensemble.bands["npv"], check_exact=True)
    for found, expected in (
        (loaded.models, ensemble.models),
        (loaded.events, ensemble.events),
    ):
        assert found is not None
        assert expected is not None
        pd.testing.assert_frame_equal(found, expected, check_exact=True)
    assert Ensemble.load(replicate(SCENARIO, 1).save(tmp_path / "plain")).models is None
    with pytest.raises(ResultError, match="no readable result"):
        Ensemble.load(tmp_path)


@pytest.mark.parametrize("engine", ["ensemble", "mesa"])
def test_tables_of_models_and_events_are_those_of_the_runs(engine: Engine) -> None:
    ensemble = replicate(SCENARIO, 3, seed=5, first=2, models=True, events=True, engine=engine)
    assert ensemble.totals.equals(replicate(SCENARIO, 3, seed=5, first=2).totals)
    for replication in (2, 3, 4):
        run = simulate(SCENARIO, seed=5, replication=replication, engine="ensemble")
        for found, expected in ((ensemble.models, run.models), (ensemble.events, run.events)):
            assert found is not None
            own = found[found["replication"] == replication].drop(columns="replication")
            pd.testing.assert_frame_equal(own.reset_index(drop=True), expected, check_exact=True)


def test_tables_are_kept_only_on_request() -> None:
    ensemble = replicate(SCENARIO, 2, models=True)
    assert ensemble.models is not None
    assert ensemble.events is None
    assert replicate(SCENARIO, 2).models is None


def test_a_batch_is_cut_at_the_edges() -> None:
    whole = next(stream([SCENARIO], 8, first=3, series=[Series(("npv",), 30), Series(("users",))]))
    parts = list(whole.cut((1, 3, 5, 10, 11, 20)))
    assert [part.first for part in parts] == [3, 5, 10]
    np.testing.assert_array_equal(
        np.concatenate([part.totals for part in parts], axis=1), whole.totals
    )
    for place, series in enumerate(whole.series):
        together = np.concatenate([part.series[place] for part in parts], axis=1)
        np.testing.assert_array_equal(together, series)


def test_a_day_on_which_an_outcome_does_not_exist_is_missing() -> None:
    scenario = with_values(
        SCENARIO,
        {"portfolio.initial_models": 0, "portfolio.initial_builds": 0, "horizon_days": 3},
        source="test",
    )
    band = replicate(scenario, 4, daily=("availability",)).bands["availability"]
    assert band["n"].tolist() == [0, 0, 0]
    assert band["mean"].isna().all()


def test_the_totals_are_named_as_declared() -> None:
    assert list(replicate(SCENARIO, 1).totals.columns) == list(outcomes.TOTALS)
