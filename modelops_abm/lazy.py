"""Names of a package that are loaded when they are first used (PEP 562).

A package that imported all that it offers would load Numba, pandas and both engines for whoever
wants one word of it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def lazily(
    package: str, homes: Mapping[str, str]
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Return `__getattr__` and `__dir__` of a package.

    Parameters
    ----------
    package
        Its full name.
    homes
        Full name of the module that each name comes from. None is the name of a module of the
        package: Python binds a module to its package when it is first imported, over whatever has
        that name there.
    """

    def load(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(homes[name]), name)
        setattr(sys.modules[package], name, value)  # so that the next use finds it at once
        return value

    def names() -> list[str]:
        return sorted({*vars(sys.modules[package]), *homes})

    return load, names
