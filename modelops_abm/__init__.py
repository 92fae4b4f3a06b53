"""An agent-based simulator of an organisation's portfolio of machine-learning models.

The names below are loaded when they are first used, so that the import itself takes no time.

>>> from modelops_abm import preset, simulate
>>> run = simulate(preset("reference"), seed=1, engine="ensemble")
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
