"""The main job: what five capabilities are worth to the reference organisation.

Hundreds of futures, each without and with the capabilities under the same luck. The answer is the
average difference and how well it is known; one pair of runs is kept as an example.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from rich.table import Table

from modelops_abm import formats, outcomes
from modelops_abm.output import check_place, move_files, scratch_folder
from modelops_abm.parameters import InputError, write_whole
from modelops_abm.presets import preset
from modelops_abm.terminal import console, degrade_gracefully, load_ensemble, progress, say
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from rich.progress import Progress

    from modelops_abm.experiments import Comparison, Estimate, Share
    from modelops_abm.parameters import Scenario
    from modelops_abm.results import Run

BASELINE, PLAN = "reference", "all_five"
SEED, REPLICATIONS = 0, 400
FIGURES = {
    "npv": "Net present value",
    "availability": "Production time served",
    "maintenance_share": "Team time on maintenance",
    "models_delivered": "Models delivered",
}
"""Outcomes of the answer, in its words."""
INTERVAL = f"95{formats.NARROW_SPACE}% interval"
_UNITS = {outcome.name: outcome.unit for outcome in outcomes.SUMMARY}
CAUTION = (
    "Intervals are luck only. The assumptions are as set, and many of them are judgement:"
    " 'modelops-abm show'."
)
_ROUNDING = 1e-9
"""A half-width smaller than this part of the value is rounding, not luck."""


class Subject(NamedTuple):
    """What is compared with the baseline, in words that fit into sentences."""

    name: str
    are: str
    lose: str
    they_pay: str


ALL_FIVE = Subject("all five capabilities", "are", "lose", "They pay for themselves")
THIS_PLAN = Subject("this plan", "is", "loses", "It pays for itself")


class Pair(NamedTuple):
    """Two runs with the same luck."""

    baseline: Run
    plan: Run


class Difference(NamedTuple):
    """The mean difference of an outcome over all futures; NaN for what does not exist."""

    outcome: str
    mean: float
    half_width: float

    @classmethod
    def of(cls, outcome: str, estimate: Estimate) -> Self:
        """Return the difference that an estimate gives."""
        mean, half_width = (
            math.nan if value is None else value for value in (estimate.mean, estimate.half_width)
        )
        return cls(outcome, mean, half_width)

    @property
    def is_told(self) -> bool:
        """Whether the interval leaves out zero."""
        return abs(self.mean) > self.half_width

    @property
    def text(self) -> str:
        """The difference with as many digits as are known."""
        if math.isnan(self.mean):
            return formats.NOTHING
        unit, known = _UNITS[self.outcome], self._known_half_width
        if unit.startswith("$"):
            return formats.money(self.mean, half_width=known, signed=True)
        if unit == "share":
            return formats.points(self.mean, half_width=known)
        return formats.difference(self.mean, half_width=known or 0.0)

    @property
    def interval(self) -> str:
        """The 95 % interval; a dash if there is none, or nothing but rounding in it."""
        if math.isnan(self.half_width) or self._known_half_width is None:
            return formats.NOTHING
        low, high = self.mean - self.half_width, self.mean + self.half_width
        unit = _UNITS[self.outcome]
        if unit.startswith("$"):
            return formats.money_interval(low, high)
        return (
            formats.points_interval(low, high) if unit == "share" else formats.interval(low, high)
        )

    @property
    def _known_half_width(self) -> float | None:
        return self.half_width if self.half_width > _ROUNDING * abs(self.mean) else None


def run(*, output_directory: Path, show_page: bool) -> int:
    """Run the reference organisation with and without ModelOps, and say what it is worth.

    Parameters
    ----------
    output_directory
        Where results and pictures go.
    show_page
        Whether to serve the page afterwards; there is none yet.

    Returns
    -------
    int
        The exit code: 0, 1 if the folder cannot be written, 130 after Ctrl-C.
    """
    degrade_gracefully()
    try:
        check_place(output_directory)
        example, comparison = _simulate()
        _print(comparison)
        _save(example, comparison, output_directory)
    except InputError as error:
        console(error=True).print(f"Error: {error}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        say(console(error=True), "Stopped; no result is half-written.")
        return 130
    sys.stdout.flush()
    return 0


def _simulate() -> tuple[Pair, Comparison]:
    """Compare over all futures, and run the first of them again to keep it whole."""
    with progress() as bar:
        load_ensemble(bar)
        from modelops_abm.experiments import compare

        task = bar.add_task(f"{REPLICATIONS} futures without and with ModelOps")
        comparison = compare(
            preset(PLAN),
            REPLICATIONS,
            baseline=preset(BASELINE),
            seed=SEED,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
        days = 2 * comparison.plan.scenario.horizon_days
        bar.add_task("One of them in full", total=days)
        baseline, plan = comparison.baseline.scenario, comparison.plan.scenario
        return Pair(_example(baseline, bar), _example(plan, bar)), comparison


def _example(scenario: Scenario, bar: Progress) -> Run:
    """Run replication 0, every day of which is kept."""
    from modelops_abm.simulate import simulate

    return simulate(
        scenario, seed=SEED, progress=lambda _done, _total: bar.advance(bar.task_ids[-1])
    )


def _print(comparison: Comparison) -> None:
    target = console()
    say(target, verdict(comparison, ALL_FIVE))
    say(target, _second_line(comparison))
    target.print()
    target.print(difference_table(comparison, FIGURES, ("Average per future", "without", "with")))
    target.print()
    say(target, f"{_may_happen(comparison)} {CAUTION}")


def verdict(comparison: Comparison, subject: Subject) -> str:
    """Return what a plan is worth, that it loses, or that it cannot be told."""
    npv = Difference.of("npv", comparison.finance.npv)
    span = f"over {formats.span(comparison.finance.horizon_days)}"
    name = subject.name[0].upper() + subject.name[1:]
    if not npv.is_told:
        futures = formats.plural(comparison.replications, "future")
        return (
            f"After {futures} {subject.name} cannot be told from the baseline:"
            f" {npv.interval} on average."
        )
    if npv.mean > 0.0:
        return f"{name} {subject.are} worth {npv.text} {span}."
    loss = comparison.finance.loss
    below = f"{formats.count_of(loss.count, loss.n)} futures end below the baseline."
    return f"{name} {subject.lose} {npv.text.lstrip(formats.MINUS)} {span}. {below}"


def _second_line(comparison: Comparison) -> str:
    npv = Difference.of("npv", comparison.finance.npv)
    return (
        f"That is the average of {formats.number(comparison.replications)} futures, each without"
        f" and with them under the same luck; {INTERVAL} of the average"
        f" {npv.interval}. {payback(comparison, ALL_FIVE)}"
    )


def payback(comparison: Comparison, subject: Subject) -> str:
    """Return in how many futures a plan pays for itself, and when it typically does."""
    never, median = comparison.finance.never, comparison.finance.median_payback_day
    paid = formats.count_of(never.n - never.count, never.n)
    span = formats.span(comparison.finance.horizon_days)
    typically = (
        "" if median is None or math.isinf(median) else f", typically by {formats.month_of(median)}"
    )
    return f"{subject.they_pay} in {paid} futures within {span}{typically}."


def _may_happen(comparison: Comparison) -> str:
    """Return what one future may bring, and the chance of a loss."""
    count, interval = chance(comparison.finance.loss)
    return (
        f"One future alone is one team's luck: in nine of ten the difference is"
        f" {spread(comparison)}, and {count} ({interval}) end below the baseline."
    )


def spread(comparison: Comparison) -> str:
    """Return the range from the 5th to the 95th percentile of the difference in words."""
    return formats.money_interval(*_percentiles(comparison))


def _percentiles(comparison: Comparison) -> tuple[float, float]:
    """Return the 5th and the 95th percentile of the difference of net present value."""
    differences = comparison.plan.summaries()["npv"] - comparison.baseline.summaries()["npv"]
    return float(differences.quantile(0.05)), float(differences.quantile(0.95))


def chance(share: Share) -> tuple[str, str]:
    """Return how many of how many, and the interval of the chance: 9 of 400, 1 to 4 %."""
    low, high = 100.0 * share.low, 100.0 * share.high
    digits = max(0, -math.floor(math.log10(2.0 * high)))  # so many that the upper end is not 0
    interval = f"{formats.number(low, digits)} to {formats.number(high, digits)}"
    return formats.count_of(share.count, share.n), f"{interval}{formats.NARROW_SPACE}%"


def difference_table(
    comparison: Comparison, labels: Mapping[str, str], columns: tuple[str, str, str]
) -> Table:
    """Return baseline, plan and difference with its interval, an outcome a row.

    Parameters
    ----------
    labels
        Names of outcomes with what they are called here.
    columns
        Headings of the table, of the baseline and of the plan.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column(columns[0])
    for column in (*columns[1:], "difference", INTERVAL):
        table.add_column(column, justify="right", no_wrap=True)
    figures = _figures(comparison)
    for name, label in labels.items():
        table.add_row(label, *_cells(name, figures[name]))
    return table


def _figures(comparison: Comparison) -> dict[str, dict[str, float]]:
    return {
        str(name): {str(key): float(value) for key, value in row.items()}
        for name, row in comparison.table().iterrows()
    }


def _cells(name: str, figure: Mapping[str, float]) -> tuple[str, str, str, str]:
    difference = Difference(name, figure["difference"], figure["half_width"])
    baseline, plan = (_level(name, figure[key], difference) for key in ("baseline", "plan"))
    return baseline, plan, difference.text, difference.interval


def _level(name: str, value: float, difference: Difference) -> str:
    """Return an average; money with as many digits as its difference has."""
    if math.isnan(value):
        return formats.NOTHING
    if _UNITS[name].startswith("$"):
        return formats.money(value, half_width=difference.half_width or None)
    return formats.share(value) if _UNITS[name] == "share" else formats.number(value, 1)


def _save(example: Pair, comparison: Comparison, folder: Path) -> None:
    """Save an example of each, the pictures and the figures; say where they are."""
    from modelops_abm.plots import save_pictures
    from modelops_abm.results import ResultError

    try:
        with scratch_folder(folder / "pictures") as scratch:
            save_pictures(example.plan, scratch, baseline=example.baseline)
            example.baseline.save(folder / BASELINE)
            example.plan.save(folder / PLAN)
            move_files(scratch, folder / "pictures")
    except ResultError as error:
        raise InputError(str(error)) from None
    content = json.dumps(as_json(comparison), indent=2, allow_nan=False) + "\n"
    write_whole(folder / "comparison.json", content.encode())
    say(
        console(),
        f"Saved in {folder}: comparison.json with these figures, {BASELINE} and {PLAN} with the"
        " days and events of one future of each, and pictures of that pair.",
    )


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data; None for what does not exist."""
    figures = _figures(comparison)
    return {
        "version": __version__,
        "seed": comparison.plan.seed,
        "replications": comparison.replications,
        "plan": comparison.plan.scenario.model_dump(mode="json", exclude_none=True),
        "baseline": comparison.baseline.scenario.model_dump(mode="json", exclude_none=True),
        "figures": {
            name: {**{key: _or_none(value) for key, value in figure.items()}, "n": int(figure["n"])}
            for name, figure in figures.items()
        },
        "finance": _finance_as_json(comparison),
    }


def _finance_as_json(comparison: Comparison) -> dict[str, Any]:
    view = comparison.finance
    return {
        "horizon_days": view.horizon_days,
        "npv": asdict(view.npv),
        "investment": asdict(view.investment),
        "return_on_investment": view.return_on_investment,
        "return_interval": view.return_interval,
        "loss": asdict(view.loss),
        "may_happen": _percentiles(comparison),
        "median_payback_day": _or_none(view.median_payback_day),
        "never": asdict(view.never),
    }


def _or_none(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
