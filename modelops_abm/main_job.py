"""The main job: what five capabilities are worth to the reference organisation.

Pairs of futures, without and with the capabilities, each pair with the same luck. The answer is
the average difference and how well it is known; one pair is kept as an example.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.table import Table

from modelops_abm import formats
from modelops_abm.output import check_place, move_files, scratch_folder
from modelops_abm.parameters import InputError, Scenario, write_whole
from modelops_abm.presets import preset
from modelops_abm.terminal import console, degrade_gracefully, load_simulator, progress, say
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from rich.progress import Progress

    from modelops_abm.results import Run

BASELINE, PLAN = "reference", "all_five"
SEED, PAIRS = 0, 10
STUDENT_T = 2.262
"""Quantile 0.975 of Student's t with nine degrees of freedom, as there are ten pairs."""
FIGURES = {
    "npv": "Net present value",
    "availability": "Production time served",
    "maintenance_share": "Team time on maintenance",
    "models_delivered": "Models delivered",
}
"""Outcomes of the answer, in its words."""
_INTERVAL = f"95{formats.NARROW_SPACE}% interval"


class Pair(NamedTuple):
    """Two runs with the same luck."""

    baseline: Run
    plan: Run


class Figure(NamedTuple):
    """An outcome over all pairs: both averages, and the paired difference."""

    baseline: float
    plan: float
    difference: float
    half_width: float
    """Half the width of the 95 % interval of the average difference."""

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.difference - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.difference + self.half_width


class Comparison(NamedTuple):
    """What came of all pairs."""

    figures: dict[str, Figure]
    """By the names of `FIGURES`."""
    npv_differences: list[float]
    """Of every pair."""
    payback_days: list[int | None]
    """Of every pair, the day from which the plan stays ahead; None beyond the horizon."""


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
        _print(comparison, example.plan.scenario)
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
    """Run all pairs; return the first, and what came of all."""
    with progress() as bar:
        load_simulator(bar)
        days = 2 * PAIRS * preset(BASELINE).horizon_days
        bar.add_task(f"{PAIRS} futures without and with ModelOps", total=days)
        pairs = [_pair(number, bar) for number in range(PAIRS)]
    return pairs[0], compare(pairs)


def _pair(replication: int, bar: Progress) -> Pair:
    from modelops_abm.simulate import simulate

    def future(name: str) -> Run:
        return simulate(
            preset(name),
            seed=SEED,
            replication=replication,
            progress=lambda _done, _total: bar.advance(bar.task_ids[-1]),
        )

    return Pair(future(BASELINE), future(PLAN))


def compare(pairs: Sequence[Pair]) -> Comparison:
    """Return averages and paired differences over ten pairs of runs."""
    return Comparison(
        figures={name: _figure(name, pairs) for name in FIGURES},
        npv_differences=[
            plan - baseline for baseline, plan in (_values("npv", pair) for pair in pairs)
        ],
        payback_days=[
            payback_day((pair.plan.daily["npv"] - pair.baseline.daily["npv"]).tolist())
            for pair in pairs
        ],
    )


def _values(name: str, pair: Pair) -> tuple[float, float]:
    return pair.baseline.summary[name] or 0.0, pair.plan.summary[name] or 0.0


def _figure(name: str, pairs: Sequence[Pair]) -> Figure:
    baselines, plans = zip(*(_values(name, pair) for pair in pairs), strict=True)
    differences = [plan - baseline for baseline, plan in zip(baselines, plans, strict=True)]
    return Figure(
        baseline=statistics.fmean(baselines),
        plan=statistics.fmean(plans),
        difference=statistics.fmean(differences),
        half_width=STUDENT_T * statistics.stdev(differences) / len(pairs) ** 0.5,
    )


def payback_day(lead: Sequence[float]) -> int | None:
    """Return the first day from which a cumulative difference stays at 0 or above, or None."""
    behind = [day for day, value in enumerate(lead) if value < 0.0]
    first = behind[-1] + 1 if behind else 0
    return first if first < len(lead) else None


def _print(comparison: Comparison, scenario: Scenario) -> None:
    target = console()
    say(target, verdict(comparison.figures["npv"], scenario.horizon_days))
    say(target, _second_line(comparison, scenario))
    target.print()
    target.print(_table(comparison.figures))
    target.print()
    say(target, _caution(comparison))


def verdict(npv: Figure, horizon_days: int) -> str:
    """Return what the capabilities are worth, or that it cannot be told."""
    subject, span = "All five capabilities", f"over {formats.span(horizon_days)}"
    if npv.low <= 0.0 <= npv.high:
        low_to_high = formats.money_interval(npv.low, npv.high)
        return f"{subject} cannot be told from none {span}: {low_to_high} on average."
    amount = formats.money(npv.difference, half_width=npv.half_width, signed=True)
    if npv.difference > 0.0:
        return f"{subject} are worth {amount} {span}."
    return f"{subject} lose {amount.lstrip(formats.MINUS)} {span}."


def _second_line(comparison: Comparison, scenario: Scenario) -> str:
    npv, count = comparison.figures["npv"], len(comparison.npv_differences)
    return (
        f"That is the average of {count} pairs of futures, without and with them, each pair with"
        f" the same luck; {_INTERVAL} of the average {formats.money_interval(npv.low, npv.high)}."
        f" {_payback(comparison.payback_days, scenario.horizon_days)}"
    )


def _payback(days: Sequence[int | None], horizon_days: int) -> str:
    paid = sum(day is not None for day in days)
    share = f"in {formats.count_of(paid, len(days))} futures within {formats.span(horizon_days)}"
    middle = sorted(horizon_days if day is None else day for day in days)[len(days) // 2]
    if middle == horizon_days:
        return f"They pay for themselves {share}."
    return f"They pay for themselves {share}, typically by {formats.month_of(middle)}."


def _table(figures: dict[str, Figure]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("Average per future")
    for column in ("without", "with", "difference", _INTERVAL):
        table.add_column(column, justify="right", no_wrap=True)
    for name, figure in figures.items():
        table.add_row(FIGURES[name], *_cells(name, figure))
    return table


def _cells(name: str, figure: Figure) -> tuple[str, ...]:
    low, high, half_width = figure.low, figure.high, figure.half_width
    if name == "npv":
        return (
            formats.money(figure.baseline, half_width=half_width),
            formats.money(figure.plan, half_width=half_width),
            formats.money(figure.difference, half_width=half_width, signed=True),
            formats.money_interval(low, high),
        )
    if name == "models_delivered":
        return (
            formats.number(figure.baseline, 1),
            formats.number(figure.plan, 1),
            formats.difference(figure.difference, half_width=half_width),
            formats.interval(low, high),
        )
    return (
        formats.share(figure.baseline),
        formats.share(figure.plan),
        formats.points(figure.difference, half_width=half_width),
        formats.points_interval(low, high),
    )


def _caution(comparison: Comparison) -> str:
    spread = formats.money_interval(
        min(comparison.npv_differences), max(comparison.npv_differences)
    )
    return (
        f"One pair alone would be one team's luck: the difference ranges from {spread}. Intervals"
        " are luck only. The assumptions are as set, and many of them are judgement:"
        " 'modelops-abm show'."
    )


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
    write_whole(folder / "comparison.json", _as_json(comparison))
    say(
        console(),
        f"Saved in {folder}: comparison.json with these figures, {BASELINE} and {PLAN} with the"
        " days and events of one future of each, and pictures of that pair.",
    )


def _as_json(comparison: Comparison) -> bytes:
    content = {
        "version": __version__,
        "baseline": BASELINE,
        "plan": PLAN,
        "seed": SEED,
        "replications": list(range(len(comparison.npv_differences))),
        "figures": {name: figure._asdict() for name, figure in comparison.figures.items()},
        "npv_differences": comparison.npv_differences,
        "payback_days": comparison.payback_days,
    }
    return (json.dumps(content, indent=2, allow_nan=False) + "\n").encode()
