"""Decay and drift: logs of made-up organisations give back what made them."""

from __future__ import annotations

import numpy as np
import pytest

from modelops_abm.errors import InputError
from modelops_abm.evidence.estimates import Estimate
from modelops_abm.evidence.quality import Decay, Track, decay_of, restorations, steps_of
from modelops_abm.evidence.statements import Count, Statement

DAYS = np.arange(3.5, 728.0, 7.0)


def made_up(
    rng: np.random.Generator,
    *,
    models: int = 10,
    loss: float = 0.15,
    onsets: float = 2.5,
    severity: float = 0.35,
    noise: float = 0.02,
    known: bool = True,
) -> list[Track]:
    """Return tracks as the rules of the simulation make them, retrained about each 90 days."""
    return [
        _track(rng, f"model {number}", loss, onsets, severity, noise, known)
        for number in range(models)
    ]


def _track(
    rng: np.random.Generator,
    name: str,
    loss: float,
    onsets: float,
    severity: float,
    noise: float,
    known: bool,
) -> Track:
    width = np.sqrt(np.log(1.25))
    own = np.exp(rng.normal(np.log(loss) - width**2 / 2.0, width)) if rng.random() < 0.9 else 0.0
    decay = -np.log1p(-min(own, 0.99)) / 365.0
    both = (1.0 - severity) / (0.25 * severity) - 1.0
    logs, begin, base, restored = np.zeros(DAYS.size), 0.0, 1.0, []
    while begin < DAYS[-1]:
        onset = begin + rng.exponential(365.0 / onsets)
        end = begin + 90.0 * rng.uniform(0.9, 1.1)
        mended = onset + rng.exponential(30.0)
        end = mended if mended < end else end
        within = (begin <= DAYS) & (end > DAYS)
        taken = rng.beta(severity * both, (1.0 - severity) * both)
        gone = -np.expm1(-np.maximum(DAYS[within] - onset, 0.0) / 20.0)
        logs[within] = np.log(base) - decay * (DAYS[within] - begin) + np.log1p(-taken * gone)
        left = base * np.exp(-decay * (end - begin))
        base, begin = left + 0.95 * (1.0 - left), end
        restored.append(end)
    skill = 0.3 * np.exp(logs + rng.normal(0.0, noise, DAYS.size))
    return Track(name, DAYS, skill, tuple(restored[:-1]) if known else None)


@pytest.mark.slow(15)
def test_intervals_hold_what_they_say() -> None:
    rng = np.random.default_rng(20_260_102)
    held = []
    for _ in range(12):
        loss, onsets = 0.15 * np.exp(rng.normal(0.0, 0.3)), 2.5 * np.exp(rng.normal(0.0, 0.3))
        severity = 1.0 / (1.0 + np.exp(0.6 - rng.normal(0.0, 0.3)))
        told = decay_of(made_up(rng, models=5, loss=loss, onsets=onsets, severity=severity))
        assert told.loss is not None
        assert told.severity is not None
        assert told.onsets is not None
        low, high = told.onsets.quantiles(np.array([0.05, 0.95]))
        held.append(low <= onsets <= high)
        held += [own.low <= true <= own.high for own, true in _told(told, loss, severity)]
    # 90 % of about 30, within what chance allows.
    assert len(held) > 24
    assert 0.76 <= np.mean(held) <= 1.0


def _told(told: Decay, loss: float, severity: float) -> list[tuple[Estimate, float]]:
    pairs = ((told.loss, loss), (told.severity, severity))
    return [(own, true) for own, true in pairs if own is not None and own.is_known]


def test_more_models_tell_more() -> None:
    rng = np.random.default_rng(5)
    few, many = decay_of(made_up(rng, models=3)), decay_of(made_up(rng, models=12))
    assert few.onsets is not None
    assert many.onsets is not None
    assert many.onsets.events > few.onsets.events
    assert many.onsets.years > 2.0 * few.onsets.years
    abouts = {each.about: each for each in many.statements("quality.csv")}
    assert {"drift.onsets_per_year", "drift.severity", "model.yearly_power_loss"} <= set(abouts)
    assert isinstance(abouts["drift.onsets_per_year"], Count)
    said = abouts["drift.severity"]
    assert isinstance(said, Statement)
    assert said.family == "logit-normal"
    assert said.low < 0.35 < said.high


def test_no_drift_at_all_is_evidence_for_few() -> None:
    rng = np.random.default_rng(6)
    told = decay_of(made_up(rng, models=8, onsets=1e-6, loss=1e-6))
    assert told.onsets is not None
    assert told.onsets.events == 0
    assert told.onsets.quantiles(np.array([0.95]))[0] < 0.7
    names = {each.about for each in told.statements("quality.csv")}
    assert names == {"drift.onsets_per_year"}
    assert "none was seen" in " ".join(told.sentences())


def test_retrainings_are_found_as_jumps_and_noise_is_hardly_ever_taken_for_one() -> None:
    rng = np.random.default_rng(7)
    found = false = 0
    for _ in range(60):
        quiet = np.exp(-0.15 * DAYS / 365.0 + rng.normal(0.0, 0.03, DAYS.size))
        false += restorations(steps_of(Track("quiet", DAYS, quiet))).size
        jumps = -0.16 * (DAYS % 182.0) / 182.0 + rng.normal(0.0, 0.03, DAYS.size)
        at = restorations(steps_of(Track("retrained", DAYS, np.exp(jumps))))
        found += sum(bool(np.any(np.abs(at - day) < 15.0)) for day in (182.0, 364.0, 546.0))
    # Measured over 200: 0.02 false alarms a model-year; over 60: 99 % of such jumps found.
    assert false / 120.0 < 0.06
    assert found / 180.0 > 0.95


def test_where_nobody_says_when_models_were_retrained_nothing_is_said_of_decay() -> None:
    told = decay_of(made_up(np.random.default_rng(8), models=8, known=False))
    names = {each.about for each in told.statements("quality.csv")}
    assert "model.yearly_power_loss" not in names
    assert "drift.onsets_per_year" in names
    assert any("give versions or a registry" in sentence for sentence in told.sentences())


def test_daily_readings_are_taken_by_week() -> None:
    days = np.arange(70.0)
    steps = steps_of(Track("daily", days, np.full(70, 0.3)))
    assert steps.days.tolist() == [3.0 + 7.0 * week for week in range(10)]
    assert steps.step == 7.0


def test_too_little_says_so() -> None:
    told = decay_of([Track("young", np.arange(3.0), np.full(3, 0.2))])
    assert told.statements("quality.csv") == ()
    assert told.sentences()[-1] == "Of 1 model there are fewer than 8 readings: left out."
    with pytest.raises(InputError, match="skills above 0"):
        Track("below chance", np.arange(2.0), np.array([0.1, -0.1]))
