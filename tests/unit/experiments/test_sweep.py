"""A sweep gives what its scenarios give alone, whatever runs it, and in whatever pieces."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import mesa
import numpy as np
import pandas as pd
import pytest

from modelops_abm import ModelOpsModel
from modelops_abm.experiments import Sweep, grid, latin_hypercube, run_sweep
from modelops_abm.experiments.inputs import Choice, Range, parse_input
from modelops_abm.experiments.store import Folder, Store
from modelops_abm.experiments.workers import worker_processes
from modelops_abm.runs import replicate
from modelops_abm.scenario import InputError, Scenario, with_values

SMALL = with_values(
    Scenario(), {"horizon_days": 90, "portfolio.initial_models": 4}, source="the test"
)
INPUTS = (parse_input("team.developers=2,4"), parse_input("capabilities.automation.maximum=0,1"))
SWEEP = Sweep(SMALL, INPUTS, grid(INPUTS))


def test_every_point_is_its_scenario_alone() -> None:
    result = run_sweep(SWEEP, 5, seed=2)
    table = result.table().set_index(["team.developers", "capabilities.automation.maximum"])
    for developers in (2, 4):
        for automation in (0, 1):
            scenario = with_values(
                SMALL,
                {
                    "team.developers": developers,
                    "capabilities.automation.maximum": float(automation),
                },
                source="the test",
            )
            alone = replicate(scenario, 5, seed=2).summaries()
            found = table.loc[(developers, automation)]
            assert found["npv"].tolist() == alone["npv"].tolist()
            assert found["replication"].tolist() == [0, 1, 2, 3, 4]
            assert np.array_equal(
                found["time_to_restore_days"], alone["time_to_restore_days"], equal_nan=True
            )


def test_the_summary_pairs_every_point_with_the_scenario() -> None:
    result = run_sweep(SWEEP, 6)
    base = replicate(SMALL, 6).summaries()["npv"].to_numpy()
    row = result.summary().iloc[0]
    values = result.values("npv")[0]
    assert row["mean"] == pytest.approx(values.mean())
    assert row["difference"] == pytest.approx((values - base).mean())
    deviation = (values - base).std(ddof=1)
    assert row["difference_half_width"] == pytest.approx(2.5706 * deviation / 6**0.5, rel=1e-4)


def test_an_effect_is_the_average_over_the_other_inputs() -> None:
    result = run_sweep(SWEEP, 4)
    effect = result.effect("team.developers").set_index("value")
    table = result.table()
    for developers in (2, 4):
        chosen = table[table["team.developers"] == developers]
        assert effect.loc[developers, "mean"] == pytest.approx(chosen["npv"].mean())
    with pytest.raises(KeyError):
        result.effect("team.focus")


def test_many_values_are_seen_in_equal_parts() -> None:
    inputs = (Range("team.focus", 0.4, 0.8),)
    result = run_sweep(Sweep(SMALL, inputs, latin_hypercube(inputs, 20)), 2)
    effect = result.effect("team.focus")
    assert effect["value"].tolist() == pytest.approx([0.44, 0.52, 0.60, 0.68, 0.76], abs=0.02)


def test_words_are_told_apart() -> None:
    inputs = (Choice("team.preemption", ("none", "maintenance")),)
    result = run_sweep(Sweep(SMALL, inputs, grid(inputs)), 2)
    assert result.effect("team.preemption")["value"].tolist() == ["maintenance", "none"]


def test_it_goes_on_with_more_points_and_replications(tmp_path: Path) -> None:
    few = Sweep(SMALL, INPUTS, SWEEP.points[:2])
    with Store(tmp_path / "runs") as store:
        run_sweep(few, 3, store=store)
        assert store.runs.size == 3 * 3  # two points and the scenario itself
        found = run_sweep(SWEEP, 5, store=store).table()
        assert store.runs.size == 5 * 5
    pd.testing.assert_frame_equal(found, run_sweep(SWEEP, 5).table(), check_exact=True)


def test_processes_and_the_mesa_engine_give_the_same() -> None:
    whole = run_sweep(SWEEP, 2).table()
    with worker_processes(2) as pool:
        pd.testing.assert_frame_equal(
            run_sweep(SWEEP, 2, executor=pool).table(), whole, check_exact=True
        )
    pd.testing.assert_frame_equal(run_sweep(SWEEP, 2, engine="mesa").table(), whole)


def test_mesas_own_batch_run_agrees_to_the_bit() -> None:
    rows = mesa.batch_run(
        ModelOpsModel,
        {
            "scenario": [SMALL],
            "developers": [2, 4],
            "automation": [0.0, 1.0],
            "replication": range(2),
        },
        rng=[3],
        max_steps=100,
        display_progress=False,
    )
    theirs = pd.DataFrame(rows).sort_values(["developers", "automation", "replication"])
    assert run_sweep(SWEEP, 2, seed=3).table()["npv"].tolist() == theirs["npv"].tolist()


def test_values_that_do_not_go_together_are_named_with_their_point() -> None:
    inputs = (
        parse_input("capabilities.automation.start_level=0,0.5"),
        parse_input("team.developers=0,4"),
    )
    with pytest.raises(InputError, match=r"team\.developers"):
        run_sweep(Sweep(SMALL, inputs, grid(inputs)), 2)


def test_a_folder_is_of_one_experiment(tmp_path: Path) -> None:
    for _ in range(2):
        folder = Folder(tmp_path / "a", "sweep", SMALL)
        assert folder.store.runs.size == 0
        folder.close()
    with pytest.raises(InputError, match="it holds a sweep"):
        Folder(tmp_path / "a", "credit", SMALL)
    with pytest.raises(InputError, match="another scenario"):
        Folder(tmp_path / "a", "sweep", Scenario())
    (tmp_path / "a" / "experiment.json").write_text("{")
    with pytest.raises(InputError, match=r"experiment\.json: is in the way: it was changed"):
        Folder(tmp_path / "a", "sweep", SMALL)


def test_a_refused_seed_leaves_the_description_as_it_is(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "a", "sweep", SMALL)
    folder.save({"points": 3}, {})
    folder.close()
    before = (tmp_path / "a" / "experiment.json").read_text()
    with pytest.raises(InputError, match="seed 0, these of seed 1"):
        Folder(tmp_path / "a", "sweep", SMALL, seed=1)
    assert (tmp_path / "a" / "experiment.json").read_text() == before


SWEEPING = """
from pathlib import Path
import sys
from modelops_abm.experiments.inputs import parse_input
from modelops_abm.experiments.store import Store
from modelops_abm.experiments import Sweep, grid, run_sweep
from modelops_abm.scenario import Scenario
inputs = (parse_input("team.developers=2,4"), parse_input("capabilities.automation.maximum=0,1"))
with Store(Path(sys.argv[1])) as store:
    print("running", flush=True)
    run_sweep(Sweep(Scenario(), inputs, grid(inputs)), int(sys.argv[2]), store=store)
"""


@pytest.mark.slow(18)
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no such signal here")
def test_a_sweep_that_is_killed_again_and_again_ends_with_the_same_bits(tmp_path: Path) -> None:
    folder, replications, chance = tmp_path / "runs", 4_000, random.Random(5)
    kept = [0]
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", SWEEPING, str(folder), str(replications)],
            stdout=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"running\n"
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(2.0, 5.0))
            process.kill()
        with Store(folder) as store:
            kept.append(store.runs.size)
    assert kept == sorted(kept)
    assert kept[-1] > 0
    with Store(folder) as store:
        found = run_sweep(Sweep(Scenario(), INPUTS, grid(INPUTS)), 200, store=store).totals
    undisturbed = run_sweep(Sweep(Scenario(), INPUTS, grid(INPUTS)), 200).totals
    assert found.tobytes() == undisturbed.tobytes()
