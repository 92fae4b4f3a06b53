"""Pictures of results (Matplotlib): each returns a figure that says what it shows.

Titles say the finding, in words computed from the data; `finding(figure)` is the text alternative.
Figures are made without pyplot and without changing Matplotlib's settings.
"""

from modelops_abm.charts.compare import compare
from modelops_abm.charts.compare_leakage import compare_leakage
from modelops_abm.charts.compare_team_time import compare_team_time
from modelops_abm.charts.credit import credit_synergies, credit_waterfall
from modelops_abm.charts.figures import figures_of
from modelops_abm.charts.leakage import leakage
from modelops_abm.charts.life_cycle import life_cycle, life_cycle_graph
from modelops_abm.charts.model_timeline import busiest_model, model_timeline
from modelops_abm.charts.pictures import (
    COMPARISONS,
    PICTURES,
    files_of_pictures,
    names_of_pictures,
    save_picture,
    save_pictures,
    write_picture,
)
from modelops_abm.charts.sensitivity import morris_effects, sobol_indices, tornado
from modelops_abm.charts.sheet import Picture, finding
from modelops_abm.charts.side_by_side import side_by_side
from modelops_abm.charts.state_diagram import statechart, statechart_graph
from modelops_abm.charts.states_over_time import states_over_time
from modelops_abm.charts.sweep import sweep_effects, sweep_heat_map
from modelops_abm.charts.team_time import team_time
from modelops_abm.charts.value_and_cost import value_and_cost
from modelops_abm.charts.value_of_information import value_of_information
from modelops_abm.charts.winners import winners
from modelops_abm.charts.worth import worth_and_payback

__all__ = [
    "COMPARISONS",
    "PICTURES",
    "Picture",
    "busiest_model",
    "compare",
    "compare_leakage",
    "compare_team_time",
    "credit_synergies",
    "credit_waterfall",
    "figures_of",
    "files_of_pictures",
    "finding",
    "leakage",
    "life_cycle",
    "life_cycle_graph",
    "model_timeline",
    "morris_effects",
    "names_of_pictures",
    "save_picture",
    "save_pictures",
    "side_by_side",
    "sobol_indices",
    "statechart",
    "statechart_graph",
    "states_over_time",
    "sweep_effects",
    "sweep_heat_map",
    "team_time",
    "tornado",
    "value_and_cost",
    "value_of_information",
    "winners",
    "worth_and_payback",
    "write_picture",
]
