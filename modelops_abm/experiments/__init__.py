"""Experiments: what an analyst does with the model once it runs."""

from modelops_abm.experiments.comparison.compare import (
    compare,
    comparisons,
    side_by_side,
    sides_by_side,
)
from modelops_abm.experiments.comparison.finance import Finance
from modelops_abm.experiments.comparison.results import Comparison, SideBySide
from modelops_abm.experiments.credit.changes import (
    Change,
    SingleChanges,
    stream_single_changes,
    try_single_changes,
)
from modelops_abm.experiments.credit.credit import Credit, credit, stream_credit
from modelops_abm.experiments.credit.levels import LevelWorth, level_worth, stream_level_worth, why
from modelops_abm.experiments.credit.reasons import Reasons
from modelops_abm.experiments.intervals import Estimate, Share, estimate, share
from modelops_abm.experiments.paired import PairedDifference
from modelops_abm.experiments.ranking import Ranking

__all__ = [
    "Change",
    "Comparison",
    "Credit",
    "Estimate",
    "Finance",
    "LevelWorth",
    "PairedDifference",
    "Ranking",
    "Reasons",
    "Share",
    "SideBySide",
    "SingleChanges",
    "compare",
    "comparisons",
    "credit",
    "estimate",
    "level_worth",
    "share",
    "side_by_side",
    "sides_by_side",
    "stream_credit",
    "stream_level_worth",
    "stream_single_changes",
    "try_single_changes",
    "why",
]
