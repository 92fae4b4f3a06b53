"""Experiments: what an analyst does with the model once it runs.

Each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelops_abm.experiments.credit.credit import Credit, credit, stream_credit
from modelops_abm.experiments.optimise.race import optimise
from modelops_abm.lazy import lazily

if TYPE_CHECKING:
    from modelops_abm.experiments.assumptions import Assumptions, assumptions_of
    from modelops_abm.experiments.comparison.compare import (
        compare,
        comparisons,
        side_by_side,
        sides_by_side,
    )
    from modelops_abm.experiments.comparison.finance import Finance
    from modelops_abm.experiments.comparison.results import Comparison, SideBySide
    from modelops_abm.experiments.credit.changes import (
        LevelChange,
        SingleChanges,
        stream_single_changes,
        try_single_changes,
    )
    from modelops_abm.experiments.credit.levels import (
        LevelWorth,
        level_worth,
        stream_level_worth,
        why,
    )
    from modelops_abm.experiments.credit.reasons import Reasons
    from modelops_abm.experiments.inputs import Choice, Range, parse_input
    from modelops_abm.experiments.intervals import Estimate, Share, estimate, share
    from modelops_abm.experiments.optimise.decisions import Decisions
    from modelops_abm.experiments.optimise.downside import expected_shortfall
    from modelops_abm.experiments.optimise.measuring import Measured
    from modelops_abm.experiments.optimise.results import Confirmed, Finalist, Optimised
    from modelops_abm.experiments.optimise.road_map import (
        RoadMap,
        Step,
        nothing_of,
        road_map_of,
        with_road_map,
    )
    from modelops_abm.experiments.paired import PairedDifference
    from modelops_abm.experiments.ranking import Ranking
    from modelops_abm.experiments.sensitivity.changes import BestAt, WinnerChange
    from modelops_abm.experiments.sensitivity.decision import Decision
    from modelops_abm.experiments.sensitivity.indices import Indices
    from modelops_abm.experiments.sensitivity.morris import Morris, morris
    from modelops_abm.experiments.sensitivity.question import Question
    from modelops_abm.experiments.sensitivity.sobol import Sobol, sobol
    from modelops_abm.experiments.sensitivity.tornado import Swing, Tornado, tornado
    from modelops_abm.experiments.store import Store
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

_HOMES = {
    "Assumptions": "modelops_abm.experiments.assumptions",
    "BestAt": "modelops_abm.experiments.sensitivity.changes",
    "Choice": "modelops_abm.experiments.inputs",
    "Comparison": "modelops_abm.experiments.comparison.results",
    "Confirmed": "modelops_abm.experiments.optimise.results",
    "Credit": "modelops_abm.experiments.credit.credit",
    "DESIGNS": "modelops_abm.experiments.sweep.designs",
    "Decision": "modelops_abm.experiments.sensitivity.decision",
    "Decisions": "modelops_abm.experiments.optimise.decisions",
    "Design": "modelops_abm.experiments.sweep.designs",
    "Estimate": "modelops_abm.experiments.intervals",
    "Finalist": "modelops_abm.experiments.optimise.results",
    "Finance": "modelops_abm.experiments.comparison.finance",
    "Indices": "modelops_abm.experiments.sensitivity.indices",
    "LevelChange": "modelops_abm.experiments.credit.changes",
    "LevelWorth": "modelops_abm.experiments.credit.levels",
    "Measured": "modelops_abm.experiments.optimise.measuring",
    "Morris": "modelops_abm.experiments.sensitivity.morris",
    "Optimised": "modelops_abm.experiments.optimise.results",
    "PairedDifference": "modelops_abm.experiments.paired",
    "Point": "modelops_abm.experiments.sweep.designs",
    "Question": "modelops_abm.experiments.sensitivity.question",
    "Range": "modelops_abm.experiments.inputs",
    "Ranking": "modelops_abm.experiments.ranking",
    "Reasons": "modelops_abm.experiments.credit.reasons",
    "RoadMap": "modelops_abm.experiments.optimise.road_map",
    "Share": "modelops_abm.experiments.intervals",
    "SideBySide": "modelops_abm.experiments.comparison.results",
    "SingleChanges": "modelops_abm.experiments.credit.changes",
    "Sobol": "modelops_abm.experiments.sensitivity.sobol",
    "Step": "modelops_abm.experiments.optimise.road_map",
    "Store": "modelops_abm.experiments.store",
    "Sweep": "modelops_abm.experiments.sweep.sweep",
    "SweepResult": "modelops_abm.experiments.sweep.results",
    "Swing": "modelops_abm.experiments.sensitivity.tornado",
    "Tornado": "modelops_abm.experiments.sensitivity.tornado",
    "WinnerChange": "modelops_abm.experiments.sensitivity.changes",
    "assumptions_of": "modelops_abm.experiments.assumptions",
    "compare": "modelops_abm.experiments.comparison.compare",
    "comparisons": "modelops_abm.experiments.comparison.compare",
    "credit": "modelops_abm.experiments.credit.credit",
    "estimate": "modelops_abm.experiments.intervals",
    "expected_shortfall": "modelops_abm.experiments.optimise.downside",
    "grid": "modelops_abm.experiments.sweep.designs",
    "latin_hypercube": "modelops_abm.experiments.sweep.designs",
    "level_worth": "modelops_abm.experiments.credit.levels",
    "morris": "modelops_abm.experiments.sensitivity.morris",
    "nothing_of": "modelops_abm.experiments.optimise.road_map",
    "optimise": "modelops_abm.experiments.optimise.race",
    "parse_input": "modelops_abm.experiments.inputs",
    "points_of": "modelops_abm.experiments.sweep.designs",
    "road_map_of": "modelops_abm.experiments.optimise.road_map",
    "run_sweep": "modelops_abm.experiments.sweep.sweep",
    "share": "modelops_abm.experiments.intervals",
    "side_by_side": "modelops_abm.experiments.comparison.compare",
    "sides_by_side": "modelops_abm.experiments.comparison.compare",
    "sobol": "modelops_abm.experiments.sensitivity.sobol",
    "sobol_points": "modelops_abm.experiments.sweep.designs",
    "stream_credit": "modelops_abm.experiments.credit.credit",
    "stream_level_worth": "modelops_abm.experiments.credit.levels",
    "stream_single_changes": "modelops_abm.experiments.credit.changes",
    "tornado": "modelops_abm.experiments.sensitivity.tornado",
    "try_single_changes": "modelops_abm.experiments.credit.changes",
    "why": "modelops_abm.experiments.credit.levels",
    "with_road_map": "modelops_abm.experiments.optimise.road_map",
}

__all__ = [
    "DESIGNS",
    "Assumptions",
    "BestAt",
    "Choice",
    "Comparison",
    "Confirmed",
    "Credit",
    "Decision",
    "Decisions",
    "Design",
    "Estimate",
    "Finalist",
    "Finance",
    "Indices",
    "LevelChange",
    "LevelWorth",
    "Measured",
    "Morris",
    "Optimised",
    "PairedDifference",
    "Point",
    "Question",
    "Range",
    "Ranking",
    "Reasons",
    "RoadMap",
    "Share",
    "SideBySide",
    "SingleChanges",
    "Sobol",
    "Step",
    "Store",
    "Sweep",
    "SweepResult",
    "Swing",
    "Tornado",
    "WinnerChange",
    "assumptions_of",
    "compare",
    "comparisons",
    "credit",
    "estimate",
    "expected_shortfall",
    "grid",
    "latin_hypercube",
    "level_worth",
    "morris",
    "nothing_of",
    "optimise",
    "parse_input",
    "points_of",
    "road_map_of",
    "run_sweep",
    "share",
    "side_by_side",
    "sides_by_side",
    "sobol",
    "sobol_points",
    "stream_credit",
    "stream_level_worth",
    "stream_single_changes",
    "tornado",
    "try_single_changes",
    "why",
    "with_road_map",
]

__getattr__, __dir__ = lazily(__name__, _HOMES)
