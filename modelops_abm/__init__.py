"""An agent-based simulator of an organisation's portfolio of machine-learning models.

The names below are loaded when they are first used, so that the import itself takes no time.

>>> from modelops_abm import preset, simulate
>>> run = simulate(preset("reference"), seed=1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelops_abm.lazy import lazily
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from modelops_abm.clients import illustrative_portfolio, read_portfolio
    from modelops_abm.experiments.comparison_runs import compare
    from modelops_abm.mesa_engine.developer import Developer
    from modelops_abm.mesa_engine.ml_model import MLModel
    from modelops_abm.mesa_engine.model import ModelOpsModel
    from modelops_abm.runs import replicate, simulate
    from modelops_abm.runs.manifest import ResultError
    from modelops_abm.runs.results import Run
    from modelops_abm.scenario import (
        InputError,
        Scenario,
        load_scenario,
        save_scenario,
        with_values,
    )
    from modelops_abm.scenario.presets import PRESETS, preset

_HOME = {
    "Developer": "mesa_engine.developer",
    "InputError": "scenario",
    "MLModel": "mesa_engine.ml_model",
    "ModelOpsModel": "mesa_engine.model",
    "PRESETS": "scenario.presets",
    "ResultError": "runs.manifest",
    "Run": "runs.results",
    "Scenario": "scenario",
    "compare": "experiments",
    "illustrative_portfolio": "clients",
    "load_scenario": "scenario",
    "preset": "scenario.presets",
    "read_portfolio": "clients",
    "replicate": "runs",
    "save_scenario": "scenario",
    "simulate": "runs",
    "with_values": "scenario",
}

__all__ = [
    "PRESETS",
    "Developer",
    "InputError",
    "MLModel",
    "ModelOpsModel",
    "ResultError",
    "Run",
    "Scenario",
    "__version__",
    "compare",
    "illustrative_portfolio",
    "load_scenario",
    "preset",
    "read_portfolio",
    "replicate",
    "save_scenario",
    "simulate",
    "with_values",
]

__getattr__, __dir__ = lazily(
    __name__, {name: f"{__name__}.{home}" for name, home in _HOME.items()}
)
