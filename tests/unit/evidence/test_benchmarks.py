"""Published figures: their data, ranges and verdicts, and those that can be computed again."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from modelops_abm import preset, replicate, with_values
from modelops_abm.clients.federal import IMPLEMENTED, INITIATED, Shape, read_federal_inventory
from modelops_abm.evidence.benchmarks import (
    BENCHMARKS,
    CONFIDENCE,
    DERIVED,
    OF_SUMMARY,
    Benchmark,
    Beside,
    beside_summary,
    compare,
    context,
    published_evidence,
    subject_of,
)
from modelops_abm.evidence.measures import MEASURES
from modelops_abm.evidence.model_card import INDEPENDENT, Benchmarks, benchmarks_of
from modelops_abm.experiments.statistics import Estimate
from modelops_abm.scenario import ImportedPortfolio, PortfolioModel, Scenario


def benchmark(**facts):
    stated = {"says": "", "population": "", "source": "", "confidence": "S", "maps": ""}
    return Benchmark(name="made up", **{**stated, **facts})


@pytest.mark.parametrize("known", BENCHMARKS.values(), ids=list(BENCHMARKS))
def test_every_figure_says_of_whom_and_by_whom(known):
    assert known.population
    assert known.source
    assert known.maps
    assert known.confidence in CONFIDENCE
    assert known.says
    if not known.about:
        assert (known.figure, known.low, known.high) == (None, None, None)
        return
    assert known.differs
    low, high = known.range
    values = [value for value in (low, known.figure, high) if value is not None]
    assert values
    assert values == sorted(values)
    assert subject_of(known.about).label


def test_a_figure_without_a_range_has_a_judged_one():
    of_many = benchmark(about="models_live", figure=12.0)
    assert of_many.range == pytest.approx((8.0, 18.0))
    assert benchmark(about="models_live", figure=12.0, one=True).range == pytest.approx((4.0, 36.0))
    first = benchmark(about="models_live", figure=12.0, one=True, does_well=True)
    assert first.range == pytest.approx((4.0, 18.0))
    # Odds of 1 become 2/3 and 3/2.
    assert benchmark(about="upkeep_share", figure=0.5).range == pytest.approx((0.4, 0.6))
    assert of_many.is_judged
    assert not benchmark(about="models_live", figure=12.0, high=25.0).is_judged


@pytest.mark.parametrize(
    ("facts", "verdicts"),
    [
        ({"low": 10.0, "high": 20.0}, ["below", "inside", "inside", "above"]),
        ({"high": 20.0}, ["inside", "inside", "inside", "above"]),
        ({"low": 10.0}, ["below", "inside", "inside", "inside"]),
        ({"figure": 15.0}, ["below", "inside", "inside", "above"]),
    ],
)
def test_a_verdict_says_where_ours_lies(facts, verdicts):
    known = benchmark(about="models_live", **facts)
    assert [known.verdict(value) for value in (9.9, 10.0, 20.0, 22.6)] == verdicts


def test_a_figure_is_said_with_what_was_published_of_it():
    said = {
        name: BENCHMARKS[name].in_words().replace("\u202f", " ")
        for name in ("upkeep_developers", "upkeep_troubleshooting", "models_live", "ideas_waiting")
    }
    assert said == {
        "upkeep_developers": "42 % (judged 32.6 to 52.1 %)",
        "upkeep_troubleshooting": "at least 18 %",
        "models_live": "at most 25 models",
        "ideas_waiting": "67 % of them 101 to 250 ideas",
    }


def test_what_can_be_compared_and_has_two_ends_is_evidence():
    evidence = {name for name, known in BENCHMARKS.items() if known.is_evidence}
    assert {"idea_to_live_federal", "idea_to_live_generative", "detection_by_hand"} <= evidence
    # A bound, what cannot be compared, context, and what says so are none.
    others = {"upkeep_troubleshooting", "restore_hosted", "turnover", "value_per_model"}
    assert evidence.isdisjoint(others)
    said = {each.about: each for each in published_evidence()}["idea_to_live_months"]
    middles = (8.6, 8.0, math.sqrt(6.0 * 18.0))
    assert (said.low, said.high, said.percent) == (3.0, 22.0, 90.0)
    assert said.middle == pytest.approx(math.prod(middles) ** (1.0 / 3.0))


def test_ours_is_hand_computed_where_it_needs_no_run():
    stated = {
        "portfolio.initial_ideas": 20,
        "incidents.pipeline_per_year": 12.0,
        "incidents.compliance_per_year": 1.2,
        "incidents.regulated_multiplier": 3.0,
        "efforts.compliance_repair.mean": 5.0,
        "drift.onsets_per_year": 2.5,
        "capabilities.monitoring.delay_without_days": 30.0,
    }
    scenario = with_values(Scenario(), stated, source="test")
    values = {name: subject.of(scenario) for name, subject in DERIVED.items() if subject.of}
    assert values["ideas_waiting"] == 20.0
    assert values["compliance_days_per_model_year"] == pytest.approx(1.2 * 3.0 * 5.0)
    assert values["software_issue_share"] == pytest.approx(12.0 / 15.7)
    assert subject_of("capabilities.monitoring.delay_without_days").of(scenario) == 30.0


def test_adoption_is_the_time_between_two_points_of_the_bass_curve():
    p, q = 0.24, 3.0
    stated = {"model.innovation_per_year": p, "model.imitation_per_year": q}
    months = DERIVED["adoption_months"].of(with_values(Scenario(), stated, source="test"))
    years = np.linspace(0.0, 3.0, 300_001)
    decay = np.exp(-(p + q) * years)
    adopted = (1.0 - decay) / (1.0 + q / p * decay)
    first, last = (years[np.searchsorted(adopted, share)] for share in (0.2, 2.0 / 3.0))
    assert months == pytest.approx(12.0 * (last - first), abs=1e-3)


def test_the_best_tenth_of_ideas_carries_what_draws_say():
    spreads = {"market_size": 0.5, "predictions_per_user_day": 0.5, "value_per_prediction": 2.0}
    stated = {f"model.{name}.cv": cv for name, cv in spreads.items()}
    scenario = with_values(Scenario(), stated, source="test")
    width = math.sqrt(2.0 * math.log(1.25) + math.log(5.0))
    drawn = np.sort(np.random.default_rng(5).lognormal(0.0, width, 1_000_000))
    share = drawn[900_000:].sum() / drawn.sum()
    assert DERIVED["top_tenth_share"].of(scenario) == pytest.approx(share, abs=0.02)


def test_ideas_waiting_are_those_of_a_client():
    stages = ("production", "idea", "idea", "build")
    models = tuple(
        PortfolioModel(id=str(number), stage=stage) for number, stage in enumerate(stages)
    )
    imported = ImportedPortfolio(source="test", models=models)
    scenario = with_values(Scenario(), {"imported": imported}, source="test")
    assert DERIVED["ideas_waiting"].of(scenario) == 2.0


def test_what_nobody_measured_is_left_out_and_what_does_not_exist_has_no_verdict():
    rows = compare({"upkeep_share": Estimate(0, None, None, None)}, Scenario())
    measured = [row for row in rows if row.benchmark.about in MEASURES]
    assert {row.benchmark.about for row in measured} == {"upkeep_share"}
    assert {(row.verdict, row.judgement) for row in measured} == {(None, "–")}


@pytest.fixture(name="found", scope="module")
def _found() -> Benchmarks:
    stated = {"portfolio.success_share": 1.0, "team.developers": 8}
    return benchmarks_of(with_values(preset("reference"), stated, source="test"), 20, seed=3)


def test_an_organisation_stands_beside_all_figures(found):
    about = [row.benchmark.name for row in found.rows]
    assert about == [name for name, known in BENCHMARKS.items() if known.about]
    (table,) = found.tables()
    assert len(table.rows) == len(found.rows)
    # Never without its population.
    for row, beside in zip(table.rows, found.rows, strict=True):
        assert beside.benchmark.population in row.cells[3]
    assert table.numbers().shape[0] == len(found.rows)


def test_a_table_names_each_of_ours_once(found):
    (table,) = found.tables()
    labels = [row.cells[0] for row in table.rows if row.cells[0]]
    assert len(labels) == len(set(labels))


def test_the_sentence_counts_what_can_be_compared(found):
    judged = [row for row in found.rows if row.benchmark.comparable]
    inside = sum(row.verdict == "inside" for row in judged)
    assert found.sentence().startswith(f"{inside} of {len(judged)} published figures")
    assert "Builds that reach production (above)" in found.sentence()
    assert "Availability" not in found.sentence()


def test_ours_carries_the_interval_of_its_mean():
    def said(about: str, mean: float, half_width: float) -> str:
        known = benchmark(about=about, figure=1.0)
        ours = Estimate(9, mean, 1.0, half_width)
        return Beside(known, ours, "inside").ours_in_words().replace("\u202f", " ")

    assert said("upkeep_share", 0.5684, 0.0049) == "56.8 % ±0.5 %"
    assert said("time_to_restore_hours", 67.63, 0.431) == "67.6 hours ±0.43"
    assert said("availability", 0.9294, 0.0004) == "92.9 % ±0.1 %"
    assert said("people", 8.0, 0.0) == "8 people"


def test_plain_data_hold_what_is_shown_and_the_context(found):
    data = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert len(data["benchmarks"]) == len(found.rows)
    assert len(data["context"]) == len(context()) > 5
    assert data["benchmarks"][0]["range"] == pytest.approx([0.3256, 0.5207], abs=1e-4)
    assert data["measures"]["people"]["mean"] == pytest.approx(8.0)


def test_a_figure_shows_every_row_within_its_axis(found):
    figure = found.figures()["benchmarks"]()
    ((body,),) = figure.parts
    assert len(body.rows) == len(found.rows)
    for row in body.rows:
        bar, mark = row.marks
        assert body.axis.low <= bar.start < bar.end <= body.axis.high
        assert body.axis.low <= mark.value <= body.axis.high


def test_a_dot_lies_in_its_bar_if_ours_is_inside(found):
    ((body,),) = found.figures()["benchmarks"]().parts
    for row, beside in zip(body.rows, found.rows, strict=True):
        bar, mark = row.marks
        assert (bar.start - 1e-9 <= mark.value <= bar.end + 1e-9) == (beside.verdict == "inside")


def test_the_same_seed_gives_the_same(found):
    again = benchmarks_of(found.scenario, 20, seed=3)
    assert again.to_json() == found.to_json()


def test_the_summary_of_a_run_has_theirs_beside_it_with_the_population():
    summary = {
        "maintenance_share": 0.6,
        "time_to_restore_days": 2.0,
        "idea_to_production_median_days": None,
        "availability": 0.9,
    }
    found = beside_summary(summary)
    assert {name: row.verdict for name, row in found.rows.items()} == {
        "maintenance_share": "above",
        "time_to_restore_days": "inside",
        "idea_to_production_median_days": None,
        "availability": "below",
    }
    said = found.sentence()
    for row in found.rows.values():
        assert row.benchmark.population in said
        assert row.benchmark.in_words() in said
    assert "more than 1,000 developers in five countries, 2018 (S): ours is above" in said
    assert "too different to be compared" in said
    assert set(found.to_json()["published"]) == set(OF_SUMMARY)


def test_what_stands_beside_an_outcome_is_of_the_same_thing():
    scenario = with_values(preset("reference"), {"horizon_days": 365}, source="test")
    ensemble = replicate(scenario, 3)
    for outcome, (name, times) in OF_SUMMARY.items():
        ours = MEASURES[BENCHMARKS[name].about].of(ensemble.values, 365.0, 24.0)
        np.testing.assert_allclose(ensemble.outcome(outcome) * times, ours, rtol=1e-12)


def test_what_a_reader_cannot_repeat_is_said_to_be_so():
    assert "447" in INDEPENDENT
    assert "not part of this repository" in INDEPENDENT
    assert INDEPENDENT.endswith("A reader cannot repeat it here.")


# --------------------------------------------------------------------------------------
# Figures that can be computed again, where the data are at hand.


def test_months_of_the_federal_inventory(shared_data):
    inventory = read_federal_inventory(shared_data / "federal_ai_inventory_2024.csv")
    lasted = []
    for case in inventory.use_cases:
        first, then = case.dates[INITIATED], case.dates[IMPLEMENTED]
        if first.shape is then.shape is Shape.DAY and first.period and then.period:
            lasted.append((then.period.first - first.period.first).days / (365.25 / 12.0))
    months = np.array([value for value in lasted if value >= 0.0])
    known = BENCHMARKS["idea_to_live_federal"]
    assert f"{len(months)} US federal use cases" in known.population
    assert np.quantile(months, [0.25, 0.5, 0.75]) == pytest.approx(
        [known.low, known.figure, known.high], abs=0.05
    )
    assert 5.5 < len(months) / (months == 0.0).sum() < 6.5


def test_incidents_of_a_status_page(shared_data):
    log = pd.read_csv(
        shared_data / "openai_status_incidents_2024-08-31.csv",
        parse_dates=["start_timestamp", "close_timestamp"],
    )
    hours = (log["close_timestamp"] - log["start_timestamp"]).dt.total_seconds() / 3600.0
    known = BENCHMARKS["restore_hosted"]
    assert str(len(log)) in known.population
    assert hours.mean() == pytest.approx(known.figure, abs=0.01)
    assert hours.quantile([0.25, 0.75]).tolist() == pytest.approx([known.low, known.high], abs=0.01)
    end = pd.Timestamp("2024-08-31", tz="UTC")
    rates = []
    for service in ("Playground", "API", "Labs", "ChatGPT"):
        begun = log["start_timestamp"][log[service] == 1]
        rates.append(len(begun) / ((end - begun.min()).days / 365.0))
    of_services = BENCHMARKS["outages_hosted"]
    assert [min(rates), max(rates)] == pytest.approx([of_services.low, of_services.high], rel=0.005)
