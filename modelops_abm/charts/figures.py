"""Which figures each result has: what a result's `figures()` finds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial, singledispatch
from typing import Any

from modelops_abm.charts.comparison import side_by_side, worth_and_payback
from modelops_abm.charts.credit import credit_synergies, credit_waterfall
from modelops_abm.charts.figure import Figure
from modelops_abm.charts.optimise import road_map, spend_frontier, worth_by_future
from modelops_abm.charts.pictures import figures_of_run
from modelops_abm.charts.sensitivity import (
    drivers,
    morris_effects,
    sobol_indices,
    tornado,
    value_of_information,
    winners,
)
from modelops_abm.charts.sweep import can_be_heat_map, sweep_effects, sweep_heat_map
from modelops_abm.experiments import Comparison, Credit, SideBySide
from modelops_abm.experiments.advice import Advice
from modelops_abm.experiments.information_runs import ValueOfInformation
from modelops_abm.experiments.optimisation_results import Optimised
from modelops_abm.experiments.sensitivity_draws import Drivers
from modelops_abm.experiments.sensitivity_morris import Morris
from modelops_abm.experiments.sensitivity_sobol import Sobol
from modelops_abm.experiments.sensitivity_tornado import Tornado
from modelops_abm.experiments.sweep import SweepResult
from modelops_abm.representation import Figures
from modelops_abm.runs.results import Run


@singledispatch
def figures_of(result: object) -> Figures:
    """Return what draws each figure of a result, by the name of its file without an ending.

    A new kind of result registers what draws it: ``figures_of.register``. Whatever is not
    registered has no figures.

    Examples
    --------
    >>> from modelops_abm import preset, simulate
    >>> run = simulate(preset("small_team"), engine="ensemble")
    >>> draw = figures_of(run)["team-time"]
    >>> draw().title
    'Team time'
    """
    return {}


figures_of.register(Run, figures_of_run)


@figures_of.register
def _(result: Credit) -> Figures:
    """Return figures of net present value; of other outcomes there are none."""
    if result.outcome != "npv":
        return {}
    waterfall: Figures = {"waterfall": lambda: credit_waterfall(result)}
    if len(result.capabilities) < 2:
        return waterfall
    return {**waterfall, "synergies": lambda: credit_synergies(result)}


@figures_of.register
def _(result: SweepResult) -> Figures:
    """Return effects and, if it can be drawn, a heat map; nothing if a mean is missing."""
    outcome = result.outcome
    if bool(result.summary(outcome)["mean"].isna().any()):
        return {}
    effects: Figures = {"effects": lambda: sweep_effects(result, outcome)}
    if not can_be_heat_map(result):
        return effects
    return {**effects, "heat-map": lambda: sweep_heat_map(result, outcome)}


@figures_of.register
def _(result: Tornado) -> Figures:
    """Return the tornado, and where there are several alternatives the winners."""
    effects: Figures = {"tornado": lambda: tornado(result)}
    if not result.question.with_each:
        return effects
    return {**effects, "winners": lambda: winners(result)}


_ALWAYS: Mapping[type, Mapping[str, Callable[[Any], Figure]]] = {
    Comparison: {"worth-and-payback": worth_and_payback},
    SideBySide: {"side-by-side": side_by_side},
    Drivers: {"drivers": drivers},
    Morris: {"morris": morris_effects},
    Sobol: {"sobol": sobol_indices},
    ValueOfInformation: {"value-of-information": value_of_information},
    Optimised: {"frontier": spend_frontier, "road-map": road_map},
    Advice: {"advice": worth_by_future, "road-map": lambda result: road_map(result.found)},
}
"""Figures that a kind of result has whatever it found."""


def _drawn(draw: Mapping[str, Callable[[Any], Figure]], result: object) -> Figures:
    return {name: partial(each, result) for name, each in draw.items()}


for _kind, _draw in _ALWAYS.items():
    figures_of.register(_kind, partial(_drawn, _draw))
