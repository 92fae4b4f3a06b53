"""Road maps: the best levels, order and start dates of the capabilities under a budget."""

from modelops_abm.experiments.optimise.decisions import Decisions
from modelops_abm.experiments.optimise.downside import expected_shortfall
from modelops_abm.experiments.optimise.measuring import Measured
from modelops_abm.experiments.optimise.race import optimise
from modelops_abm.experiments.optimise.results import Confirmed, Finalist, Optimised
from modelops_abm.experiments.optimise.road_map import (
    RoadMap,
    Step,
    nothing_of,
    road_map_of,
    with_road_map,
)

__all__ = [
    "Confirmed",
    "Decisions",
    "Finalist",
    "Measured",
    "Optimised",
    "RoadMap",
    "Step",
    "expected_shortfall",
    "nothing_of",
    "optimise",
    "road_map_of",
    "with_road_map",
]
