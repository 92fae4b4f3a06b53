from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from modelops_abm.charts import save_picture, worth_by_future
from modelops_abm.charts.layout import Text, drawing
from modelops_abm.experiments import Advice, advise, draws_needed, joint_draws
from tests.unit.experiments.plans import small

PLAN = small({"horizon_days": 100})


@pytest.fixture(scope="module")
def advice() -> Advice:
    table = pd.DataFrame({"model.value_per_prediction": np.linspace(0.0, 3.0, 8)})
    draws = joint_draws(PLAN, table, draws_needed(16))
    few = {"levels": (1.0,), "starts": (0.0,), "trials": 6, "replications": 16, "finalists": 2}
    return advise(PLAN, 5e5, draws=draws, **few)


def test_the_picture_says_what_it_shows(advice: Advice, tmp_path: Path) -> None:
    picture = worth_by_future(advice)
    texts = {each.text for each in drawing(picture).shapes if isinstance(each, Text)}
    assert "recommended" in texts
    assert "shaded: the worst tenth" in picture.words
    saved = save_picture(picture, tmp_path / "picture.png", replace=True)
    assert saved.stat().st_size > 10_000
    assert {"advice", "road-map"} == {*advice.figures()}


def test_the_table_has_the_worth_from_the_least_to_the_most(advice: Advice) -> None:
    picture = worth_by_future(advice)
    assert picture.table is not None
    table = picture.table()
    assert table.columns[:2] == ("Futures", "recommended")
    assert [row[0] for row in table.rows][0::8] == ["0 %", "100 %"]
