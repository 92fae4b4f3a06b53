"""Experiments: what an analyst does with the model once it runs."""

from modelops_abm.experiments.compare import (
    compare,
    comparisons,
    side_by_side,
    sides_by_side,
)
from modelops_abm.experiments.comparison import Comparison, SideBySide
from modelops_abm.experiments.finance import Finance
from modelops_abm.experiments.intervals import Estimate, Share, estimate, share
from modelops_abm.experiments.paired import PairedDifference

__all__ = [
    "Comparison",
    "Estimate",
    "Finance",
    "PairedDifference",
    "Share",
    "SideBySide",
    "compare",
    "comparisons",
    "estimate",
    "share",
    "side_by_side",
    "sides_by_side",
]
