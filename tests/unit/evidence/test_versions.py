"""What a registry says: intervals between trainings, with what is open, and months until live."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from modelops_abm.clients.logs import Reading
from modelops_abm.clients.registry import read_registry
from modelops_abm.evidence.logs import weighed
from modelops_abm.evidence.versions import VersionFindings, version_findings

HEAD = "model,version,created_at,stage,alias,live_at"
START = date(2023, 1, 1)


def found(rows: list[str], until: date | None = None) -> VersionFindings:
    text = "\n".join([HEAD, *rows]).encode()
    return version_findings(read_registry(text, Reading(until=until), name="registry.csv"))


def trained(model: str, days: list[float], *, live_at: int | None = None) -> list[str]:
    """Return versions of a model that were created on days of the log; all were in production."""
    live = "" if live_at is None else str(START + timedelta(days=live_at))
    return [
        f"{model},{at},{START + timedelta(days=day)},Production,,{live if at == 0 else ''}"
        for at, day in enumerate(days)
    ]


def test_equal_intervals_give_that_interval() -> None:
    rows = [row for name in "abcd" for row in trained(name, [*range(0, 400, 40)])]
    told = found(rows)
    assert told.intervals == 36
    assert told.interval is not None
    assert told.interval.middle == pytest.approx(40.0, rel=0.02)
    assert 38.0 < told.interval.low < told.interval.high < 42.0


def test_the_mean_interval_is_recovered_with_what_is_open() -> None:
    """Of 30 made-up fleets of 12 models, nine of ten ranges hold the true mean interval."""
    generator = np.random.default_rng(1)
    held = 0
    for _ in range(30):
        rows = []
        for model in range(12):
            days = np.cumsum([0.0, *generator.lognormal(np.log(80.0) - 0.125, 0.5, 40)])
            rows += trained(f"m{model}", [day for day in days if day < 730.0])
        interval = found(rows, START + timedelta(days=730)).interval
        assert interval is not None
        held += interval.low <= 80.0 <= interval.high
    assert held >= 22  # of a binomial with 0.9: below it once in 500


def test_models_that_differ_widen_the_range() -> None:
    alike = [row for name in "abcdef" for row in trained(name, [0, 28, 60, 88, 121, 150])]
    paces = {"a": 1.0, "b": 1.2, "c": 0.4, "d": 2.0, "e": 0.8, "f": 1.5}
    differ = [
        row
        for name, pace in paces.items()
        for row in trained(name, [pace * day for day in (0, 28, 60, 88, 121, 150)])
    ]
    one, other = found(alike), found(differ)
    assert one.unlike == pytest.approx(1.0)
    assert other.unlike > 3.0
    assert one.interval is not None
    assert other.interval is not None
    assert other.interval.high / other.interval.low > 2.0 * one.interval.high / one.interval.low


def test_versions_before_going_live_are_no_retrainings() -> None:
    rows = trained("a", [0, 10, 20, 30], live_at=15)
    # The first is live on day 15, so that of day 10 is a try; two intervals are left.
    assert found(rows).intervals == 2


def test_months_until_live_are_stated_with_what_came_before() -> None:
    rows = [
        row
        for name, live in (("a", 61), ("b", 91), ("c", 122), ("d", 80))
        for row in trained(name, [0], live_at=live)
    ]
    told = found(rows)
    assert told.gone_live == 4
    assert told.months is not None
    (stated,) = told.statements()
    assert stated.about == "begun_to_live_months"
    assert stated.low == told.months.low
    assert stated.high == 2.0 * told.months.high
    assert told.months.middle == pytest.approx((61 * 91 * 122 * 80) ** 0.25 / (365 / 12))


def test_few_versions_are_said_to_be_too_few() -> None:
    told = found([*trained("a", [0, 30]), "b,1,2023-02-01,None,,"])
    assert told.statements() == ()
    assert told.sentences() == (
        "Between trainings: 1 interval of 1 model, too few for a mean.",
        "From first version to live: said of 0 models, too few for a range.",
    )
    two = found([*trained("a", [0, 30, 64, 90]), *trained("b", [0, 35])])
    assert "how unlike models are cannot be told of so few" in two.sentences()[0]


def test_a_log_of_any_kind_is_weighed_and_told_in_short() -> None:
    rows = [row for name in "abcd" for row in trained(name, [*range(0, 400, 40)])]
    log = read_registry("\n".join([HEAD, *rows]).encode(), name="registry.csv")
    said = weighed(log)
    assert [each.about for each in said.evidence] == ["retraining_interval_days"]
    assert {each.source for each in said.evidence} == {"registry.csv"}
    assert said.sentences == version_findings(log).sentences()
