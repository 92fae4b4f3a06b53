"""What incident logs say: small cases by hand, a real log beside an independent computation."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, gamma, lognorm, nbinom, norm

from modelops_abm.clients.incidents import IncidentLog, read_incidents
from modelops_abm.clients.logs import Reading
from modelops_abm.errors import InputError
from modelops_abm.evidence.estimates import mean_rate, rate_by_month, time_to_end
from modelops_abm.evidence.outages import ALL, Outage, exposures, findings, outages_of
from modelops_abm.evidence.statements import Count, Statement
from modelops_abm.scenario.portfolio import PortfolioModel

NONE = np.array([])
FILE = "openai_status_incidents_2024-08-31.csv"
SERVICES = ("API", "ChatGPT", "Labs", "Playground")


def _log(*rows: str, **options: date) -> IncidentLog:
    """Return a log; a row is `id begins ends service cause`, days and hours of January 2025."""
    lines = ["incident_id,opened_at,resolved_at,service,cause"]
    for row in rows:
        id_, begins, ends, *rest = [*row.split(), "", ""][:5]
        moments = ("" if at == "-" else "2025-01-{:0>2} {:0>2}:00Z".format(*at.split(":"))
                   for at in (begins, ends))  # fmt: skip
        lines.append(",".join([id_, *moments, *rest]))
    return read_incidents("\n".join(lines).encode(), Reading(**options))


def _day(day: int, hour: int = 0) -> datetime:
    return datetime(2025, 1, day, hour, tzinfo=UTC)


def test_incidents_of_one_service_that_overlap_are_one_outage() -> None:
    log = _log("1 1:0 3:0 a", "2 2:0 2:5 a capacity", "3 2:12 4:0 a", "4 4:1 4:2 a", "5 2:0 9:0 b")
    assert outages_of(log) == (
        Outage("a", _day(1), _day(4), is_open=False, cause="capacity", incidents=(0, 1, 3)),
        Outage("b", _day(2), _day(9), is_open=False, cause="unknown", incidents=(2,)),
        Outage("a", _day(4, 1), _day(4, 2), is_open=False, cause="unknown", incidents=(4,)),
    )


def test_what_is_open_does_not_take_in_all_that_follows() -> None:
    found = outages_of(_log("1 1:0 - a", "2 2:0 2:5 a", "3 3:0 3:1"))
    assert [(one.service, one.is_open) for one in found] == [("a", True), ("a", False), ("", False)]


def test_a_service_counts_from_its_first_incident_which_starts_the_clock() -> None:
    log = _log(
        "1 1:0 1:5 a", "2 6:0 6:5 a", "3 12:0 12:5 a", "4 6:0 6:1 b", until=date(2025, 1, 10)
    )
    a, b = exposures(log, outages_of(log))
    assert (len(a.outages), a.years) == (1, pytest.approx(10 / 365))
    assert (len(b.outages), b.years) == (0, pytest.approx(5 / 365))


def test_with_a_portfolio_models_count_while_they_are_live_those_without_incident_too() -> None:
    log = _log(
        *("1 1:0 1:5 A", "2 6:0 6:5 a", "3 9:0 9:5 a", "4 6:0 6:1 mail"),
        since=date(2025, 1, 1),
        until=date(2025, 1, 10),
    )
    models = (
        PortfolioModel(id="a", retired_at=date(2025, 1, 9)),
        PortfolioModel(id="quiet", deployed_at=date(2025, 1, 6)),
        PortfolioModel(id="gone", stage="retired", retired_at=date(2024, 1, 1)),
        PortfolioModel(id="idea", stage="idea"),
    )
    found = findings(log, models=models)
    assert [(one.name, len(one.outages)) for one in found.exposed] == [("a", 3), ("quiet", 0)]
    assert [one.years * 365 for one in found.exposed] == [pytest.approx(8.0), pytest.approx(5.0)]
    assert "In the log alone, and not counted by model: mail." in found.notes()
    assert "In the portfolio alone, without an outage: quiet, gone and idea." in found.notes()


def test_a_number_of_services_counts_those_that_are_not_named() -> None:
    log = _log("1 1:0 1:5 a", "2 6:0 6:5 a", since=date(2025, 1, 1), until=date(2025, 1, 10))
    found = exposures(log, outages_of(log), services=3)
    assert [len(one.outages) for one in found] == [2, 0, 0]
    assert sum(one.years for one in found) == pytest.approx(30 / 365)
    with pytest.raises(InputError, match="the log names 1 service, more than 0"):
        exposures(log, outages_of(log), services=0)
    with pytest.raises(InputError, match="not both"):
        exposures(log, outages_of(log), services=3, models=())


def test_rates_of_causes_are_stated_instead_of_outages_a_month() -> None:
    rows = [f"{day} {day}:0 {day}:{day % 5 + 1} a pipeline" for day in range(1, 20)]
    log = _log(*rows, "20 20:0 20:3 a capacity", "21 21:0 21:3 a")
    found = findings(log, services=1)
    assert found.known_causes == pytest.approx(19 / 20)
    pipeline, restore = found.statements()
    assert (pipeline.about, restore.about) == (
        "incidents.pipeline_per_year",
        "time_to_restore_hours",
    )
    assert isinstance(pipeline, Statement)
    # 18 counted, of 20 days without the hours in which it was out and could not fail, and of which
    # the cause is known for 19 in 20.
    hours_out = sum(day % 5 + 1 for day in range(1, 20)) + 3 + 0
    in_service = 20 - hours_out / 24
    (service,) = found.exposed
    assert service.years_in_service == pytest.approx(in_service / 365)
    assert pipeline.middle == pytest.approx(18 / (in_service / 365 * 0.95), rel=0.08)
    assert "it counts the same ones" in found.notes()
    # Of whom nobody says that they are all, the mean is too high a rate.
    assert findings(log).statements()[0].about == "outages_per_month"
    assert findings(log, models=[PortfolioModel(id="b")]).statements()[0].about == (
        "outages_per_month"
    )
    none = findings(
        _log("1 1:0 1:5 a", *(f"{day} {day}:0 {day}:2 a capacity" for day in (3, 5, 9))),
        services=1,
    )
    zero = none.statements()[0]
    assert isinstance(zero, Count)
    assert (zero.about, zero.events) == ("incidents.pipeline_per_year", 0)
    assert zero.years == pytest.approx((8 + 2 / 24 - (5 + 3 * 2) / 24) / 365)


def test_a_service_is_in_service_while_it_is_not_out() -> None:
    log = _log(
        *("1 2:0 2:12 a", "2 3:0 - a", "3 5:0 5:12 a", "4 9:0 - b"),
        since=date(2025, 1, 1),
        until=date(2025, 1, 10),
    )
    a, b = exposures(log, outages_of(log), services=2)
    # What is open cannot have lasted beyond the next outage, and lasts to the end if none follows.
    assert (a.years - a.years_in_service) * 365 == pytest.approx(1.0)
    assert (b.years - b.years_in_service) * 365 == pytest.approx(2.0)


def test_times_to_restore_are_stated_as_a_run_counts_them_without_what_is_open() -> None:
    lengths = [1, 2, 3, 5, 8, 20]
    rows = [f"{day} {day}:0 {day}:{hours} a" for day, hours in enumerate(lengths, start=1)]
    found = findings(_log(*rows, "8 8:0 - b", until=date(2025, 6, 1)))
    stated = next(each for each in found.statements() if each.about == "time_to_restore_hours")
    assert isinstance(stated, Statement)
    assert stated.middle == pytest.approx(np.mean(lengths))
    # A plain mean has such an error at least.
    error = np.std(lengths, ddof=1) / np.sqrt(len(lengths)) / np.mean(lengths)
    assert np.log(stated.high / stated.middle) > 1.6 * error


def test_a_mean_that_is_mostly_longer_than_anything_seen_has_no_upper_end() -> None:
    found = time_to_end(np.array([1.0, 2.0, 400.0]), np.array([5_000.0, 6_000.0, 9_000.0]))
    assert found.from_tail > 0.5
    assert not found.mean.has_high


def test_too_little_says_so_and_states_nothing() -> None:
    found = findings(_log("1 1:0 1:5 a", "2 3:0 - a"))
    assert found.restore[ALL].mean.is_known is False
    assert "too few have an end for a mean" in found.sentence()
    assert [each.about for each in found.statements()] == ["outages_per_month"]
    nameless = findings(_log("1 1:0 1:5", "2 3:0 3:5", "3 5:0 5:9"))
    assert (nameless.rate, nameless.exposed) == (None, ())
    assert "in production throughout" not in nameless.notes()
    assert "3 incidents (100.0\u202f%) name no service" in nameless.notes()


def test_one_incident_of_many_services_is_one_piece_of_evidence() -> None:
    header = b"incident_id,start_timestamp,close_timestamp,a,b,c\n"
    rows = [
        f"{day},2025-01-{day:02} 10:00Z,2025-01-{day:02} 1{day % 5 + 1}:00Z,{{}}\n"
        for day in range(1, 20)
    ]
    together = findings(read_incidents(header + "".join(rows).format(*["1,1,1"] * 19).encode()))
    flags = ["1,0,0", "0,1,0", "0,0,1"] * 7
    apart = findings(read_incidents(header + "".join(rows).format(*flags[:19]).encode()))
    assert (together.at_once, apart.at_once) == (3.0, 1.0)
    assert together.restore[ALL].ended == apart.restore[ALL].ended == 19
    assert together.rate is not None
    alone = mean_rate(np.full(3, 18.0), np.full(3, together.exposed[0].years))
    assert together.rate.middle == pytest.approx(alone.middle, rel=0.05)
    assert together.rate.high / together.rate.low > alone.high / alone.low


def _negative_binomial(counts: list[int], years: float, unlike: float, mean: float) -> float:
    shape = unlike**-2
    return float(nbinom.logpmf(counts, shape, shape / (shape + mean * years)).sum())


def test_the_mean_rate_is_that_of_negative_binomial_counts_averaged_over_how_unlike_they_are() -> (
    None
):
    counts, years = [3, 0, 9, 4, 1], 1.5
    means = np.exp(np.linspace(np.log(0.05), np.log(200.0), 1000))
    spreads = (1e-4, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 1.0, 1.3, 1.7)
    chances = np.array(
        [
            sum(np.exp(_negative_binomial(counts, years, each, mean)) for each in spreads)
            for mean in means
        ]
    )
    below = np.cumsum(chances) / chances.sum()
    found = mean_rate(np.array(counts, dtype=float), np.full(5, years))
    expected = np.interp([0.05, 0.5, 0.95], below, means)
    assert [found.low, found.middle, found.high] == pytest.approx(expected, rel=0.01)


@pytest.mark.parametrize("unlike", [0.0, 0.5, 1.0])
def test_ranges_of_the_mean_rate_hold_90_percent_however_unlike_models_are(unlike: float) -> None:
    random, logs, mean = np.random.default_rng(17), 300, 6.0
    inside = 0
    for _ in range(logs):
        years = random.uniform(0.3, 3.0, 20)
        own = random.gamma(unlike**-2, mean * unlike**2, 20) if unlike else np.full(20, mean)
        found = mean_rate(random.poisson(own * years).astype(float), years)
        inside += found.low <= mean <= found.high
    # Within what chance allows in one test of 10,000; wider at the top, where it is cautious about
    # models that happen to be alike.
    assert binom.ppf(1e-4, logs, 0.9) <= inside <= binom.ppf(1 - 1e-4, logs, 0.95)


@pytest.mark.parametrize("longest", [np.inf, 4.0])
def test_ranges_of_the_mean_time_hold_90_percent_with_and_without_censoring(longest: float) -> None:
    random, logs, inside = np.random.default_rng(23), 100, 0
    for _ in range(logs):
        hours = random.lognormal(0.5, 1.1, 30)
        found = time_to_end(hours[hours < longest], np.full((hours >= longest).sum(), longest))
        inside += found.mean.low <= np.exp(0.5 + 1.1**2 / 2) <= found.mean.high
    assert binom.ppf(1e-4, logs, 0.9) <= inside <= binom.ppf(1 - 1e-4, logs, 0.9)


def test_the_range_of_a_mean_time_without_censoring_is_the_generalised_interval() -> None:
    hours = np.array([0.3, 0.5, 1.0, 1.2, 2.0, 2.5, 4.0, 9.0, 15.0])
    logs, count = np.log(hours), hours.size
    random, draws = np.random.default_rng(5), 400_000
    variance = (count - 1) * logs.var(ddof=1) / random.chisquare(count - 1, draws)
    pivot = logs.mean() + random.standard_normal(draws) * np.sqrt(variance / count) + variance / 2
    found = time_to_end(hours, NONE).mean
    expected = np.exp(np.quantile(pivot, [0.05, 0.5, 0.95]))
    assert [found.low, found.middle, found.high] == pytest.approx(expected, rel=0.03)


def test_an_open_outage_lengthens_the_mean_and_the_median() -> None:
    hours = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    closed, censored = time_to_end(hours, NONE), time_to_end(hours, np.array([6.0, 8.0]))
    assert (closed.median.middle, censored.median.middle) == (3.0, 4.0)
    assert censored.mean.middle > closed.mean.middle
    assert censored.from_tail > closed.from_tail
    still = time_to_end(np.array([1.0]), np.array([5.0, 6.0, 7.0]))
    assert (still.median.has_high, still.mean.is_known) == (False, False)


def test_months_that_are_unlike_widen_the_rate_by_month() -> None:
    since, until = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 12, 31, tzinfo=UTC)
    even = [since + (until - since) * (at + 0.5) / 48 for at in range(48)]
    bunched = [since + (until - since) * (at // 16 * 4 + 0.5) / 12 for at in range(48)]
    alike, unlike = (rate_by_month(moments, since, until) for moments in (even, bunched))
    assert alike.middle == pytest.approx(4.0, rel=0.02)
    assert unlike.high / unlike.low > 2 * alike.high / alike.low
    assert rate_by_month([], since, until).has_low is False


def _by_hand(data: pd.DataFrame, service: str) -> tuple[int, float, np.ndarray]:
    """Return counted outages, years, and hours of those that ended, of one service of the log."""
    own = data[data[service] == 1].sort_values("begin")
    # A new outage begins where an incident begins after all before it have ended.
    latest = own["end"].cummax().shift()
    number = (own["begin"] > latest).cumsum()
    outages = own.groupby(number).agg(begin=("begin", "min"), end=("end", "max"))
    years = (data["end"].max() - outages["begin"].min()) / pd.Timedelta(days=365)
    hours = (outages["end"] - outages["begin"]) / pd.Timedelta(hours=1)
    return len(outages) - 1, years, hours[hours > 0].to_numpy()


@pytest.mark.parametrize("service", SERVICES)
def test_a_real_log_gives_the_rates_and_times_of_an_independent_computation(
    shared_data: Path, service: str
) -> None:
    data = pd.read_csv(shared_data / FILE)
    data["begin"] = pd.to_datetime(data["start_timestamp"], utc=True)
    data["end"] = pd.to_datetime(data["close_timestamp"], utc=True)
    count, years, hours = _by_hand(data, service)
    found = findings(read_incidents(shared_data / FILE))
    (own,) = (each for each in found.exposed if each.name == service)
    assert (len(own.outages), own.years) == (count, pytest.approx(years))
    shares = np.array([0.05, 0.5, 0.95])
    expected = gamma.ppf(shares, count + 0.5, scale=1.0 / years)
    assert own.count.quantiles(shares) == pytest.approx(expected)
    restore = found.restore[service]
    assert (restore.ended, restore.still_open) == (hours.size, 0)
    assert restore.median.middle == np.sort(hours)[(hours.size - 1) // 2]
    spread, _, scale = lognorm.fit(hours, floc=0)
    assert restore.most_likely_mean == pytest.approx(scale * np.exp(spread**2 / 2), rel=1e-3)
    # Cox's interval of the logarithm of the mean; it is of large samples.
    logs = np.log(hours)
    centre = logs.mean() + logs.var(ddof=1) / 2
    error = np.sqrt(logs.var(ddof=1) / hours.size + logs.var(ddof=1) ** 2 / (2 * (hours.size - 1)))
    cox = np.exp(centre + norm.ppf([0.05, 0.95]) * error)
    assert [restore.mean.low, restore.mean.high] == pytest.approx(
        cox, rel=0.1 if hours.size > 100 else 0.3
    )


def test_a_real_log_says_what_it_is_taken_for(shared_data: Path) -> None:
    found = findings(read_incidents(shared_data / FILE))
    assert sum(len(each.outages) for each in found.exposed) == 415
    for words in (
        "20 incidents overlap another of the same service: one outage.",
        "30 incidents (8.2\u202f%) name no service, and count by month alone: rates of services",
        "services without any are not known of",
        "Incidents hit several services at once",
    ):
        assert words in found.notes()
    assert [each.about for each in found.statements()] == [
        "outages_per_month",
        "time_to_restore_hours",
    ]
    (table,) = found.tables()
    assert {row.cells[0] for row in table.rows} == set(SERVICES)


def test_findings_are_short_where_they_are_printed_and_whole_in_a_notebook() -> None:
    rows = [f"{day} {day}:0 {day}:{day % 5 + 1} s{day % 3}" for day in range(1, 31)]
    found = findings(_log(*rows, until=date(2025, 1, 31)))
    assert len(repr(found)) < 300
    shown = found._repr_html_()
    assert found.sentence() in shown
    assert "median hours" in shown
    assert [each["about"] for each in found.to_json()["statements"]] == [
        each.about for each in found.statements()
    ]


def test_what_was_not_watched_says_nothing_of_a_rate() -> None:
    watched = mean_rate(np.array([5.0, 6.0]), np.ones(2))
    assert mean_rate(np.array([5.0, 0.0, 6.0]), np.array([1.0, 0.0, 1.0])) == watched
    # A service whose first outage ends with the log was in service for no time after it.
    found = findings(_log("1 1:0 1:5 a pipeline", "2 5:0 5:5 a pipeline", "3 9:0 9:5 b pipeline"))
    assert found.by_cause["pipeline"].is_known
