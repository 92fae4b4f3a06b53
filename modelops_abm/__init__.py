"""An agent-based simulator of an organisation's portfolio of machine-learning models.

The names below are loaded when they are first used, so that the import itself takes no time.

>>> from modelops_abm import preset, simulate
>>> run = simulate(preset("reference"), seed=1)
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

from modelops_abm.lazy import lazily
from modelops_abm.version import __version__

if TYPE_CHECKING:
    from modelops_abm.agents.developer import Developer
    from modelops_abm.agents.ml_model import MLModel
    from modelops_abm.clients import illustrative_portfolio, read_portfolio
    from modelops_abm.experiments.comparison.compare import compare
    from modelops_abm.manifest import ResultError
    from modelops_abm.model import ModelOpsModel
    from modelops_abm.parameters import (
        InputError,
        Scenario,
        load_scenario,
        save_scenario,
        with_values,
    )
    from modelops_abm.parameters.presets import PRESETS, preset
    from modelops_abm.results import Run
    from modelops_abm.simulate import replicate, simulate

_HOME = {
    "Developer": "agents.developer",
    "InputError": "parameters",
    "MLModel": "agents.ml_model",
    "ModelOpsModel": "model",
    "PRESETS": "parameters.presets",
    "ResultError": "manifest",
    "Run": "results",
    "Scenario": "parameters",
    "compare": "experiments",
    "illustrative_portfolio": "clients",
    "load_scenario": "parameters",
    "preset": "parameters.presets",
    "read_portfolio": "clients",
    "replicate": "simulate",
    "save_scenario": "parameters",
    "simulate": "simulate",
    "with_values": "parameters",
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


class _Package(ModuleType):
    """A package whose `simulate` is the function, whoever imports the module of that name first."""

    def __setattr__(self, name: str, value: Any) -> None:
        is_module = name == "simulate" and isinstance(value, ModuleType)
        super().__setattr__(name, value.simulate if is_module else value)


sys.modules[__name__].__class__ = _Package

__getattr__, __dir__ = lazily(
    __name__, {name: f"{__name__}.{home}" for name, home in _HOME.items()}
)
