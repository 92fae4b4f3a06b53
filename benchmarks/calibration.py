"""Calibration of the fit by simulation: do ranges of 90 % hold the truth in 90 of 100?

    python benchmarks/calibration.py [--organisations 100] [--budget 1800] [--sources both,...]
        [--kept FILE] [--whole]

Organisations of about 8 models and 3 people are drawn from what is known; each is run once. What it
shows is said with the error that answers have ("about"), and its logs of incidents, working time
and trainings are written, read and weighed like those of a client. A belief is fitted to the
answers, to the logs, and to both (Talts et al. 2018, arXiv:1804.06788). The truth should then lie
at any rank among the draws alike often. For what is measured it is the truth run anew, with luck of
its own, among what the belief predicts.

A fit is that of the product, with a fifth of its chains (`--whole` takes all of them: ten times as
long), on two processes. Results are kept in FILE, and the same command goes on with them.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import as_completed
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from scipy.special import expit, logit, ndtri

from modelops_abm import Scenario
from modelops_abm.clients.incidents import read_incidents
from modelops_abm.clients.logs import Reading
from modelops_abm.clients.registry import read_registry
from modelops_abm.clients.timesheets import read_timesheets
from modelops_abm.core import outcomes
from modelops_abm.evidence.fit import SIZE, Runs, Size, fit
from modelops_abm.evidence.interview import QUESTIONS, told
from modelops_abm.evidence.logs import weighed
from modelops_abm.evidence.measures import MEASURES, WINDOW_DAYS, as_it_is, measured
from modelops_abm.evidence.statements import ABOUT, Evidence, Statement, about
from modelops_abm.experiments.draws import Draws, draws_of
from modelops_abm.experiments.workers import worker_processes
from modelops_abm.runs import simulate
from modelops_abm.runs.results import Run
from modelops_abm.scenario.portfolio import PortfolioModel

SOURCES = ("answers", "logs", "both")
ASKED = (
    "value_per_year",
    "upkeep_share",
    "outages_per_month",
    "time_to_restore_hours",
    "models_delivered_per_year",
    "users",
)
FEWER = Size(draws=400, rounds=(300, 300, 300), checked=100)
TRUTHS, LUCK, OTHER_LUCK = 970_001, 1_000_000_000, 2_000_000_000
START = datetime(2024, 1, 1, tzinfo=UTC)
LEARNED = 1.15
"""How many times narrower a range is in the median for its value to be in the table."""
_ERROR = np.log(1.0 + ABOUT) / ndtri(0.95)


class Found(NamedTuple):
    """What came of one organisation."""

    source: str
    number: int
    ranks: dict[str, float]
    predicted: dict[str, float]
    narrower: dict[str, float]
    effective: float
    runs: int
    seconds: float


@cache
def organisation() -> Scenario:
    """Return what is known: sizes as answers set them, and everything else."""
    sizes = {"models_live": ("portfolio.initial_models", 8.0), "people": ("team.developers", 3.0)}
    said = {name: about(*each, source="made up") for name, each in sizes.items()}
    return told(Scenario(), said).scenario


@cache
def truths(count: int) -> Draws:
    return draws_of(organisation(), count, seed=TRUTHS)


@cache
def in_full(count: int, number: int) -> Run:
    scenario = as_it_is(truths(count).applied_to(organisation(), number))
    return simulate(scenario, seed=TRUTHS, replication=LUCK + number, engine="ensemble")


def shown_by(run: Run) -> dict[str, NDArray[np.float64]]:
    """Return what is asked, as a run shows it."""
    totals = np.array([run.totals[name] for name in outcomes.TOTALS])
    return measured(totals, WINDOW_DAYS, run.scenario.models_at_start(), ASKED)


def answers(run: Run, number: int) -> dict[str, Statement]:
    """Return what somebody says of what was shown, off as far as "about" leaves open."""
    generator = np.random.default_rng([TRUTHS, number])
    found = {}
    for name, shown in shown_by(run).items():
        off = _ERROR * generator.standard_normal()
        family = MEASURES[name].family
        value = expit(logit(shown) + off) if family == "logit-normal" else shown * np.exp(off)
        found[name] = about(name, float(value), family)
    return found


def is_shown(run: Run) -> bool:
    """Return whether an organisation shows all that is asked; to take those alone biases nothing.

    What is known after it was seen that a number exists is what is known of those that show it.
    """
    return all(
        0.0 < shown < (1.0 if MEASURES[name].family == "logit-normal" else np.inf)
        for name, shown in shown_by(run).items()
    )


# --------------------------------------------------------------------------------------
# The logs that an organisation leaves, as files.


def logs(run: Run) -> Evidence:
    registry = read_registry(_text("model,version,created_at,stage", _versions(run)))
    incidents = read_incidents(
        _text("incident_id,opened_at,resolved_at,service,cause", _incidents(run)),
        Reading(since=START.date(), until=(START + timedelta(days=WINDOW_DAYS)).date()),
    )
    sheets = read_timesheets(_text("date,person,hours,activity", _weeks(run)))
    return tuple(
        said
        for log in (incidents, sheets, registry)
        for said in weighed(log, registry, _portfolio(run)).evidence
    )


def _portfolio(run: Run) -> list[PortfolioModel]:
    """Return the models that were ever live, with the days on which they were."""
    live = run.models[run.models["went_live_at"].notna()]
    return [
        PortfolioModel(
            id=f"m{model.number}",
            stage="production" if np.isnan(model.retired_at) else "retired",
            deployed_at=_day(model.went_live_at),
            retired_at=None if np.isnan(model.retired_at) else _day(model.retired_at),
        )
        for model in live.itertuples()
    ]


def _day(days: float) -> date:
    return (START + timedelta(days=days)).date()


def _text(head: str, rows: Iterable[str]) -> bytes:
    return "\n".join([head, *rows]).encode()


def _moment(days: float) -> str:
    return (START + timedelta(days=days)).isoformat(timespec="seconds")


def _incidents(run: Run) -> Iterator[str]:
    ends = {"issue_struck": "issue_resolved", "drift_found": "drift_addressed"}
    events = run.events[run.events["kind"].isin([*ends, *ends.values(), "retired"])]
    opened: dict[tuple[int, str], float] = {}
    places = enumerate(events.itertuples())
    for at, event in places:
        cause = str(event.cause) if event.kind in {"issue_struck", "issue_resolved"} else "drift"
        if event.kind in ends:
            opened[event.model, cause] = event.time
        elif (began := opened.pop((event.model, cause), None)) is not None:
            yield f"I{at},{_moment(began)},{_moment(event.time)},m{event.model},{cause}"
    for (model, cause), began in opened.items():
        yield f"O{model}{cause},{_moment(began)},,m{model},{cause}"


def _weeks(run: Run) -> Iterator[str]:
    """Yield hours by week and developer, of eight a day."""
    words = dict.fromkeys(("repair", "respond", "retrain"), "upkeep")
    words |= dict.fromkeys(("deploy", "build"), "build") | {"idle": "other"}
    names = [f"developer_days_{work}" for work in words]
    weeks = run.daily[names].groupby(np.arange(len(run.daily)) // 7).sum()
    for week, row in enumerate(weeks.itertuples(index=False)):
        for word, days in zip(words.values(), row, strict=True):
            if days > 0.0:
                for person in range(people := int(np.ceil(days / 7.0))):
                    yield f"{_day(7.0 * week)},P{person},{8.0 * days / people:.3f},{word}"


def _versions(run: Run) -> Iterator[str]:
    """Yield trainings of models that are live: when each went live, and was trained anew."""
    stages = dict(zip(run.models["number"], run.models["stage"], strict=True))
    kinds = run.events["kind"].isin(["went_live", "retrained", "drift_addressed"])
    for model, rows in run.events[kinds].groupby("model"):
        times = rows["time"].tolist()
        last = "Production" if stages[model] == "production" else "Archived"
        for at, when in enumerate(times):
            stage = last if at == len(times) - 1 else "Archived"
            yield f"m{model},{at + 1},{_moment(when)},{stage}"


# --------------------------------------------------------------------------------------
# One organisation.


def tried(source: str, number: int, count: int, is_whole: bool) -> Found | None:
    """Fit a belief to one organisation; None if it does not show all that is asked."""
    run, scenario = in_full(count, number), organisation()
    if not is_shown(run):
        return None
    said = {} if source == "logs" else answers(run, number)
    by_question = {
        next(each.name for each in QUESTIONS.values() if each.about == name): answer
        for name, answer in said.items()
    }
    evidence = told(scenario, by_question, () if source == "answers" else logs(run)).evidence
    began = time.monotonic()
    simulator = Runs(seed=number)
    belief = fit(scenario, evidence, seed=number, simulator=simulator, size=_size(is_whole))
    seconds = time.monotonic() - began
    truth, generator = truths(count).points[number], np.random.default_rng([TRUTHS, number, 1])
    anew = Runs(seed=TRUTHS)(truths(count), OTHER_LUCK)
    return Found(
        source,
        number,
        {
            name: _rank(belief.draws.columns[name], float(truth[name]), generator)
            for name in belief.learned.index
        },
        {
            name: _rank(values, float(anew[name][number]), generator)
            for name, values in belief.predictions.items()
        },
        belief.learned["narrower"].to_dict(),
        belief.effective,
        belief.runs,
        seconds,
    )


def _size(is_whole: bool) -> Size:
    return SIZE if is_whole else FEWER


def _rank(draws: NDArray[Any], truth: float, generator: np.random.Generator) -> float:
    """Return the share of draws below the truth: among those equal to it, anywhere."""
    there = draws[np.isfinite(draws)]
    if not np.isfinite(truth) or not there.size:
        return np.nan
    return float(generator.uniform(np.mean(there < truth), np.mean(there <= truth)))


# --------------------------------------------------------------------------------------
# All of them.


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--organisations", type=int, default=100)
    parser.add_argument("--sources", default=",".join(SOURCES))
    parser.add_argument("--budget", type=float, default=1_800.0, help="seconds, at most")
    parser.add_argument("--kept", type=Path, help="a file of results, one in a line")
    parser.add_argument("--whole", action="store_true", help="as many draws as the product")
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    count, deadline = arguments.organisations, time.monotonic() + arguments.budget
    found = _kept(arguments.kept)
    wanted = [
        (source, number) for number in range(count) for source in arguments.sources.split(",")
    ]
    open_ones = [each for each in wanted if each not in found]
    with worker_processes(arguments.workers) as pool:
        futures = {
            pool.submit(in_time, deadline, *each, count, arguments.whole): each
            for each in open_ones
        }
        for future in as_completed(futures):
            is_tried, each = future.result()
            if is_tried:
                found[futures[future]] = each
                _keep(arguments.kept, futures[future], each)
    _report([each for each in found.values() if each is not None])


def in_time(deadline: float, *arguments: Any) -> tuple[bool, Found | None]:
    """Return whether there was time to try one, and what came of it."""
    return (True, tried(*arguments)) if time.monotonic() < deadline else (False, None)


def _kept(path: Path | None) -> dict[tuple[str, int], Found | None]:
    if path is None or not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {
        (source, number): None if fields is None else Found(**fields)
        for source, number, fields in lines
    }


def _keep(path: Path | None, each: tuple[str, int], found: Found | None) -> None:
    if path is not None:
        with path.open("a") as file:
            line = [*each, None if found is None else found._asdict()]
            file.write(json.dumps(line) + os.linesep)


def _report(found: list[Found]) -> None:
    for source in SOURCES:
        some = [each for each in found if each.source == source]
        if not some:
            continue
        seconds, runs, effective = (
            np.mean([getattr(each, name) for each in some])
            for name in ("seconds", "runs", "effective")
        )
        print(
            f"\nFrom {source}: {len(some)} organisations, {seconds:.0f} s, {runs:,.0f} runs and"
            f" {effective:,.0f} effective draws each"
        )
        factors = pd.DataFrame([each.narrower for each in some]).median()
        learned = factors[factors > LEARNED].sort_values(ascending=False)
        print(f"{'value':44} narrower  inside 90 %   chance   p of uniform ranks")
        for name, factor in learned.items():
            _row(f"{name:44} {factor:8.2f}", [each.ranks[str(name)] for each in some])
        for name in MEASURES:
            _row(f"{name + ', anew':44} {'':8}", [each.predicted[name] for each in some])
        _together("values that were learned", [_picked(each.ranks, learned.index) for each in some])
        _together("all values", [list(each.ranks.values()) for each in some])
        _together("what is measured", [list(each.predicted.values()) for each in some])
    _narrowing(found)


def _picked(ranks: Mapping[str, float], names: Iterable[Any]) -> list[float]:
    return [ranks[str(name)] for name in names]


def _row(head: str, ranks: list[float]) -> None:
    own = np.array([each for each in ranks if np.isfinite(each)])
    if own.size:
        inside = int(np.sum((own >= 0.05) & (own <= 0.95)))
        low, high = stats.binom.interval(0.99, own.size, 0.9)
        mark = " " if low <= inside <= high else "*"
        p = stats.kstest(own, "uniform").pvalue
        print(f"{head}  {inside:4} of {own.size:<4}{mark} {low:.0f} to {high:.0f}   {p:.4f}")


def _together(words: str, ranks: list[list[float]]) -> None:
    """Print how many are inside in all; organisations are independent, values are not."""
    inside = [np.mean([0.05 <= each <= 0.95 for each in own if np.isfinite(each)]) for own in ranks]
    error = 2.58 * np.std(inside, ddof=1) / np.sqrt(len(inside)) if len(inside) > 1 else np.nan
    print(f"{words}: {np.mean(inside):.1%} inside 90 % (99 % interval {error:.1%} either way)")


def _narrowing(found: list[Found]) -> None:
    """Print how much narrower ranges are from both than from one alone."""
    by = {(each.source, each.number): each.narrower for each in found}
    for source in SOURCES[:2]:
        pairs = [
            (by["both", number], by[source, number])
            for one, number in by
            if one == "both" and (source, number) in by
        ]
        if pairs:
            logs_of = [
                np.mean([np.log(both[name] / alone[name]) for name in both])
                for both, alone in pairs
            ]
            share = np.mean(np.array(logs_of) > 0.0)
            print(f"\nFrom both, in {share:.0%} of {len(pairs)} narrower than from {source} alone")


if __name__ == "__main__":
    main()
