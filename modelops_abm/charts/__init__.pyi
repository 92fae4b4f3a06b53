from .comparison import side_by_side as side_by_side, worth_and_payback as worth_and_payback
from .credit import credit_synergies as credit_synergies, credit_waterfall as credit_waterfall
from .diagrams import (
    life_cycle as life_cycle,
    life_cycle_graph as life_cycle_graph,
    statechart as statechart,
    statechart_graph as statechart_graph,
)
from .figure import Figure as Figure, Table as Table
from .figures import figures_of as figures_of
from .lives import busiest_model as busiest_model, model_timeline as model_timeline
from .optimise import (
    road_map as road_map,
    spend_frontier as spend_frontier,
    worth_by_future as worth_by_future,
)
from .pictures import (
    COMPARISONS as COMPARISONS,
    PICTURES as PICTURES,
    files_of_pictures as files_of_pictures,
    names_of_pictures as names_of_pictures,
    save_picture as save_picture,
    save_pictures as save_pictures,
    write_picture as write_picture,
)
from .runs import (
    compare as compare,
    compare_leakage as compare_leakage,
    compare_team_time as compare_team_time,
    leakage as leakage,
    states_over_time as states_over_time,
    team_time as team_time,
    value_and_cost as value_and_cost,
)
from .sensitivity import (
    drivers as drivers,
    morris_effects as morris_effects,
    sobol_indices as sobol_indices,
    tornado as tornado,
    value_of_information as value_of_information,
    winners as winners,
)
from .sweep import sweep_effects as sweep_effects, sweep_heat_map as sweep_heat_map
