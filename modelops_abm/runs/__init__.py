"""Run a scenario once, or many times, and get typed results.

Each name is loaded when it is first used: reading results takes no engine.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
