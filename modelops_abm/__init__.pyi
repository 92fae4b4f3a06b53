from .clients import (
    illustrative_portfolio as illustrative_portfolio,
    read_portfolio as read_portfolio,
)
from .experiments import compare as compare
from .mesa_engine.developer import Developer as Developer
from .mesa_engine.ml_model import MLModel as MLModel
from .mesa_engine.model import ModelOpsModel as ModelOpsModel
from .runs import replicate as replicate, simulate as simulate
from .runs.manifest import ResultError as ResultError
from .runs.results import Run as Run
from .scenario import (
    InputError as InputError,
    Scenario as Scenario,
    load_scenario as load_scenario,
    save_scenario as save_scenario,
    with_values as with_values,
)
from .scenario.presets import PRESETS as PRESETS, preset as preset
from .version import __version__ as __version__
