"""The scenario: every number of the simulated system, frozen, typed, with unit and source."""

from modelops_abm.errors import InputError, Problem
from modelops_abm.scenario.capabilities import CAPABILITY_NAMES, Capabilities, CapabilityName
from modelops_abm.scenario.changes import parse_assignment, with_values
from modelops_abm.scenario.fields import Quantity, catalogue
from modelops_abm.scenario.files import (
    json_schema,
    load_scenario,
    read_scenario,
    save_scenario,
    scenario_text,
)
from modelops_abm.scenario.portfolio import (
    STAGE_NAMES,
    ImportedPortfolio,
    PortfolioModel,
    StageName,
)
from modelops_abm.scenario.problems import problems_of
from modelops_abm.scenario.quantity import Confidence, Distribution, Section
from modelops_abm.scenario.scenario import (
    Scenario,
    SourceKind,
    ValueSource,
    baseline_of,
    fingerprint_of,
    is_baseline,
    levels_reached,
)
from modelops_abm.scenario.sections import TASK_CLASS_NAMES, Archetype, ModelKind, TaskClassName
from modelops_abm.scenario.sources import StatedValue, describe

__all__ = [
    "CAPABILITY_NAMES",
    "STAGE_NAMES",
    "TASK_CLASS_NAMES",
    "Archetype",
    "Capabilities",
    "CapabilityName",
    "Confidence",
    "Distribution",
    "ImportedPortfolio",
    "InputError",
    "ModelKind",
    "PortfolioModel",
    "Problem",
    "Quantity",
    "Scenario",
    "Section",
    "SourceKind",
    "StageName",
    "StatedValue",
    "TaskClassName",
    "ValueSource",
    "baseline_of",
    "catalogue",
    "describe",
    "fingerprint_of",
    "is_baseline",
    "json_schema",
    "levels_reached",
    "load_scenario",
    "parse_assignment",
    "problems_of",
    "read_scenario",
    "save_scenario",
    "scenario_text",
    "with_values",
]
