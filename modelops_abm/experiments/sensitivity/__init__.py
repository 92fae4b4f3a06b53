"""Sensitivity: which assumptions move what a plan is worth, and which could turn the decision."""

from modelops_abm.experiments.sensitivity.changes import BestAt, WinnerChange
from modelops_abm.experiments.sensitivity.decision import Decision
from modelops_abm.experiments.sensitivity.indices import Indices
from modelops_abm.experiments.sensitivity.morris import Morris, morris
from modelops_abm.experiments.sensitivity.question import Question
from modelops_abm.experiments.sensitivity.sobol import Sobol, sobol
from modelops_abm.experiments.sensitivity.tornado import Swing, Tornado, tornado

__all__ = [
    "BestAt",
    "Decision",
    "Indices",
    "Morris",
    "Question",
    "Sobol",
    "Swing",
    "Tornado",
    "WinnerChange",
    "morris",
    "sobol",
    "tornado",
]
