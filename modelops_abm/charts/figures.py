"""Which figures each result has: what a result's `figures()` finds."""

from __future__ import annotations

from functools import singledispatch

from modelops_abm.charts.comparison import side_by_side, worth_and_payback
from modelops_abm.charts.credit import credit_synergies, credit_waterfall
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
    """
    return {}


figures_of.register(Run, figures_of_run)


@figures_of.register
def _(result: Comparison) -> Figures:
    return {"worth-and-payback": lambda: worth_and_payback(result)}


@figures_of.register
def _(result: SideBySide) -> Figures:
    return {"side-by-side": lambda: side_by_side(result)}


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


@figures_of.register
def _(result: Drivers) -> Figures:
    return {"drivers": lambda: drivers(result)}


@figures_of.register
def _(result: Morris) -> Figures:
    return {"morris": lambda: morris_effects(result)}


@figures_of.register
def _(result: Sobol) -> Figures:
    return {"sobol": lambda: sobol_indices(result)}


@figures_of.register
def _(result: ValueOfInformation) -> Figures:
    return {"value-of-information": lambda: value_of_information(result)}


@figures_of.register
def _(result: Optimised) -> Figures:
    return {"frontier": lambda: spend_frontier(result), "road-map": lambda: road_map(result)}


@figures_of.register
def _(result: Advice) -> Figures:
    return {"advice": lambda: worth_by_future(result), "road-map": lambda: road_map(result.found)}
