"""Experiments: what an analyst does with the model once it runs.

Each name is loaded when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelops_abm.lazy import lazily

if TYPE_CHECKING:
    from modelops_abm.experiments.assumptions import Assumptions, assumptions_of
    from modelops_abm.experiments.comparison import Comparison
    from modelops_abm.experiments.comparison_many import SideBySide
    from modelops_abm.experiments.comparison_runs import (
        compare,
        comparisons,
        side_by_side,
        sides_by_side,
    )
    from modelops_abm.experiments.credit_levels import (
        LevelChange,
        LevelWorth,
        SingleChanges,
        level_worth,
        stream_level_worth,
        stream_single_changes,
        try_single_changes,
        why,
    )
    from modelops_abm.experiments.credit_reasons import Reasons
    from modelops_abm.experiments.credit_shares import Credit, credit, stream_credit
    from modelops_abm.experiments.finance import Finance
    from modelops_abm.experiments.inputs import Choice, Range, parse_input
    from modelops_abm.experiments.optimisation import optimise
    from modelops_abm.experiments.optimisation_results import Confirmed, Finalist, Optimised
    from modelops_abm.experiments.optimisation_search import Measured, expected_shortfall
    from modelops_abm.experiments.road_maps import (
        Decisions,
        RoadMap,
        Step,
        nothing_of,
        road_map_of,
        with_road_map,
    )
    from modelops_abm.experiments.sensitivity import Question
    from modelops_abm.experiments.sensitivity_morris import Morris, morris
    from modelops_abm.experiments.sensitivity_sobol import Decision, Indices, Sobol, sobol
    from modelops_abm.experiments.sensitivity_tornado import (
        BestAt,
        Swing,
        Tornado,
        WinnerChange,
        tornado,
    )
    from modelops_abm.experiments.statistics import (
        Estimate,
        PairedDifference,
        Ranking,
        Share,
        estimate,
        share,
    )
    from modelops_abm.experiments.store import Store
    from modelops_abm.experiments.sweep import (
        DESIGNS,
        Design,
        Point,
        Sweep,
        SweepResult,
        grid,
        latin_hypercube,
        points_of,
        run_sweep,
        sobol_points,
    )

_HOMES = {
    "Assumptions": "modelops_abm.experiments.assumptions",
    "BestAt": "modelops_abm.experiments.sensitivity_tornado",
    "Choice": "modelops_abm.experiments.inputs",
    "Comparison": "modelops_abm.experiments.comparison",
    "Confirmed": "modelops_abm.experiments.optimisation_results",
    "Credit": "modelops_abm.experiments.credit_shares",
    "DESIGNS": "modelops_abm.experiments.sweep",
    "Decision": "modelops_abm.experiments.sensitivity_sobol",
    "Decisions": "modelops_abm.experiments.road_maps",
    "Design": "modelops_abm.experiments.sweep",
    "Estimate": "modelops_abm.experiments.statistics",
    "Finalist": "modelops_abm.experiments.optimisation_results",
    "Finance": "modelops_abm.experiments.finance",
    "Indices": "modelops_abm.experiments.sensitivity_sobol",
    "LevelChange": "modelops_abm.experiments.credit_levels",
    "LevelWorth": "modelops_abm.experiments.credit_levels",
    "Measured": "modelops_abm.experiments.optimisation_search",
    "Morris": "modelops_abm.experiments.sensitivity_morris",
    "Optimised": "modelops_abm.experiments.optimisation_results",
    "PairedDifference": "modelops_abm.experiments.statistics",
    "Point": "modelops_abm.experiments.sweep",
    "Question": "modelops_abm.experiments.sensitivity",
    "Range": "modelops_abm.experiments.inputs",
    "Ranking": "modelops_abm.experiments.statistics",
    "Reasons": "modelops_abm.experiments.credit_reasons",
    "RoadMap": "modelops_abm.experiments.road_maps",
    "Share": "modelops_abm.experiments.statistics",
    "SideBySide": "modelops_abm.experiments.comparison_many",
    "SingleChanges": "modelops_abm.experiments.credit_levels",
    "Sobol": "modelops_abm.experiments.sensitivity_sobol",
    "Step": "modelops_abm.experiments.road_maps",
    "Store": "modelops_abm.experiments.store",
    "Sweep": "modelops_abm.experiments.sweep",
    "SweepResult": "modelops_abm.experiments.sweep",
    "Swing": "modelops_abm.experiments.sensitivity_tornado",
    "Tornado": "modelops_abm.experiments.sensitivity_tornado",
    "WinnerChange": "modelops_abm.experiments.sensitivity_tornado",
    "assumptions_of": "modelops_abm.experiments.assumptions",
    "compare": "modelops_abm.experiments.comparison_runs",
    "comparisons": "modelops_abm.experiments.comparison_runs",
    "credit": "modelops_abm.experiments.credit_shares",
    "estimate": "modelops_abm.experiments.statistics",
    "expected_shortfall": "modelops_abm.experiments.optimisation_search",
    "grid": "modelops_abm.experiments.sweep",
    "latin_hypercube": "modelops_abm.experiments.sweep",
    "level_worth": "modelops_abm.experiments.credit_levels",
    "morris": "modelops_abm.experiments.sensitivity_morris",
    "nothing_of": "modelops_abm.experiments.road_maps",
    "optimise": "modelops_abm.experiments.optimisation",
    "parse_input": "modelops_abm.experiments.inputs",
    "points_of": "modelops_abm.experiments.sweep",
    "road_map_of": "modelops_abm.experiments.road_maps",
    "run_sweep": "modelops_abm.experiments.sweep",
    "share": "modelops_abm.experiments.statistics",
    "side_by_side": "modelops_abm.experiments.comparison_runs",
    "sides_by_side": "modelops_abm.experiments.comparison_runs",
    "sobol": "modelops_abm.experiments.sensitivity_sobol",
    "sobol_points": "modelops_abm.experiments.sweep",
    "stream_credit": "modelops_abm.experiments.credit_shares",
    "stream_level_worth": "modelops_abm.experiments.credit_levels",
    "stream_single_changes": "modelops_abm.experiments.credit_levels",
    "tornado": "modelops_abm.experiments.sensitivity_tornado",
    "try_single_changes": "modelops_abm.experiments.credit_levels",
    "why": "modelops_abm.experiments.credit_levels",
    "with_road_map": "modelops_abm.experiments.road_maps",
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
