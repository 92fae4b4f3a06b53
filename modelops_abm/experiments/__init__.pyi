from .advice import Advice as Advice, advise as advise
from .alternatives import alternatives_of as alternatives_of
from .assumptions import Assumptions as Assumptions, assumptions_of as assumptions_of
from .comparison import Comparison as Comparison
from .comparison_many import SideBySide as SideBySide
from .comparison_runs import (
    compare as compare,
    comparisons as comparisons,
    side_by_side as side_by_side,
    sides_by_side as sides_by_side,
)
from .credit_levels import (
    LevelChange as LevelChange,
    LevelWorth as LevelWorth,
    SingleChanges as SingleChanges,
    level_worth as level_worth,
    stream_level_worth as stream_level_worth,
    stream_single_changes as stream_single_changes,
    try_single_changes as try_single_changes,
    why as why,
)
from .credit_reasons import Reasons as Reasons
from .credit_shares import Credit as Credit, credit as credit, stream_credit as stream_credit
from .draws import Draws as Draws, draws_of as draws_of, joint_draws as joint_draws
from .finance import Finance as Finance
from .information_runs import (
    ValueOfInformation as ValueOfInformation,
    value_of_information as value_of_information,
    worth_of_answers as worth_of_answers,
)
from .inputs import Choice as Choice, Range as Range, parse_input as parse_input
from .optimisation import draws_needed as draws_needed, optimise as optimise
from .optimisation_results import (
    Confirmed as Confirmed,
    Finalist as Finalist,
    Optimised as Optimised,
)
from .optimisation_search import Measured as Measured, expected_shortfall as expected_shortfall
from .point_tables import PointTable as PointTable, read_points as read_points
from .road_maps import (
    Decisions as Decisions,
    RoadMap as RoadMap,
    Step as Step,
    nothing_of as nothing_of,
    road_map_of as road_map_of,
    with_road_map as with_road_map,
)
from .sensitivity import Question as Question
from .sensitivity_draws import Drivers as Drivers, drivers as drivers
from .sensitivity_morris import Morris as Morris, morris as morris
from .sensitivity_sobol import (
    Decision as Decision,
    Indices as Indices,
    Sobol as Sobol,
    sobol as sobol,
)
from .sensitivity_tornado import (
    BestAt as BestAt,
    Swing as Swing,
    Tornado as Tornado,
    WinnerChange as WinnerChange,
    tornado as tornado,
)
from .spread import Over as Over, Unknown as Unknown, unknown_of as unknown_of
from .statistics import (
    Estimate as Estimate,
    PairedDifference as PairedDifference,
    Ranking as Ranking,
    Share as Share,
    estimate as estimate,
    share as share,
)
from .store import Store as Store
from .stories import STORIES as STORIES, Story as Story, Told as Told, story as story, tell as tell
from .sweep import (
    DESIGNS as DESIGNS,
    Design as Design,
    Point as Point,
    Sweep as Sweep,
    SweepResult as SweepResult,
    grid as grid,
    latin_hypercube as latin_hypercube,
    points_of as points_of,
    run_sweep as run_sweep,
    sobol_points as sobol_points,
)
from .team_size import Staffing as Staffing, staffing as staffing
