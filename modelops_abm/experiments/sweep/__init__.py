"""Sweeps: a scenario with many values of some inputs, over the same luck."""

from modelops_abm.experiments.sweep.designs import (
    DESIGNS,
    Design,
    Point,
    grid,
    latin_hypercube,
    points_of,
    sobol_points,
)
from modelops_abm.experiments.sweep.results import SweepResult
from modelops_abm.experiments.sweep.sweep import Sweep, run_sweep

__all__ = [
    "DESIGNS",
    "Design",
    "Point",
    "Sweep",
    "SweepResult",
    "grid",
    "latin_hypercube",
    "points_of",
    "run_sweep",
    "sobol_points",
]
