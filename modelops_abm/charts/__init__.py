"""Figures of results: each function takes results and returns a `Figure`, which says what it shows.

A figure is described once, by its data, its finding and a table, and drawn by a renderer: on the
page, in the report, in files. In a notebook it shows itself. The names below are loaded when they
are first used, so that a colour costs no engine and no Matplotlib.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
