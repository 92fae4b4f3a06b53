"""Experiments: what an analyst does with the model once it runs."""

from modelops_abm.experiments.compare import Comparison, PairedDifference, compare
from modelops_abm.experiments.finance import Finance
from modelops_abm.experiments.intervals import Estimate, Share, estimate, share

__all__ = [
    "Comparison",
    "Estimate",
    "Finance",
    "PairedDifference",
    "Share",
    "compare",
    "estimate",
    "share",
]
