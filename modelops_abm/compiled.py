"""Compilation of the equations: numba, with a cache that a changed source file never meets.

numba's own cache looks only at the file of the compiled function, not at the functions it calls.
Here the cache folder is named after a hash of all compiled sources, so a change in any of them
starts an empty folder.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

import numba
import numpy as np
from numba import types
from numpy.typing import NDArray
from platformdirs import user_cache_path

_PACKAGE = Path(__file__).parent
_SOURCES = (
    "compiled.py",
    "randomness.py",
    "statechart.py",
    "events.py",
    "outcomes.py",
    "rules/*.py",
    "ensemble/*.py",
)
_TYPES: dict[Any, Any] = {
    float: types.float64,
    int: types.int64,
    bool: types.boolean,
    NDArray[np.float64]: types.float64[::1],
}

_ONLY_INSIDE = {"cache": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

_registered: list[tuple[Any, Callable[..., Any]]] = []
_prepared = 0
_preparing = threading.RLock()


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of floats, ints, bools, named tuples of them, and arrays of floats.

    The types come from the annotations, so that every function has one compiled version.
    Division by zero gives infinity or NaN, as in C. The lock of the interpreter is released.
    """
    dispatcher: Callable[P, R] = _registered_dispatcher(function)
    return dispatcher


def compiled_inline[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile like `compiled`, and into its compiled callers: for what every model's day needs."""
    dispatcher: Callable[P, R] = _registered_dispatcher(function, forceinline=True)
    return dispatcher


def _registered_dispatcher(function: Callable[..., Any], **options: bool) -> Any:
    dispatcher = _dispatcher(function, **options)
    _registered.append((dispatcher, function))
    return dispatcher


def kernel[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and records that Python calls, with types as they come."""
    return _dispatcher(function)  # type: ignore[no-any-return]


def part_of_kernel[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only other compiled functions call, with types as they come."""
    return _dispatcher(function, **_ONLY_INSIDE)  # type: ignore[no-any-return]


def inner_loop[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a part of the kernel into its callers, for what happens to every model every day."""
    return _dispatcher(function, forceinline=True, **_ONLY_INSIDE)  # type: ignore[no-any-return]


def _dispatcher(function: Callable[..., Any], *, cache: bool = True, **options: bool) -> Any:
    folder = cache_folder() if cache else None
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder) if folder else before
    try:
        return numba.njit(cache=folder is not None, nogil=True, error_model="numpy", **options)(
            function
        )
    finally:
        numba.config.CACHE_DIR = before


def prepare(progress: Callable[[int, int], None] | None = None) -> None:
    """Compile everything that is registered and not compiled yet, or load it from the cache.

    Afterwards an argument of another type is an error instead of a second compilation.

    Parameters
    ----------
    progress
        Called with the number of functions done and the number in all.
    """
    global _prepared
    with _preparing:
        total = len(_registered)
        while _prepared < total:
            dispatcher, function = _registered[_prepared]
            dispatcher.compile(_signature(function))
            dispatcher.disable_compile()
            _prepared += 1
            if progress is not None:
                progress(_prepared, total)


@cache
def direct[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the machine code of a compiled function for calls from Python in a hot loop.

    It takes the declared types as they are, without numba's search for a version that fits the
    arguments, which costs three times as much as the call itself.
    """
    prepare()
    version = function.overloads[_signature(function.py_func)]  # type: ignore[attr-defined]
    return version.entry_point  # type: ignore[no-any-return]


@cache
def cache_folder() -> Path | None:
    """Return the writable folder of the compiled code, or None if there is none.

    ``MODELOPS_ABM_CACHE_DIR`` names another parent folder than the user's cache.
    """
    parent = os.environ.get("MODELOPS_ABM_CACHE_DIR")
    base = Path(parent) if parent else user_cache_path("modelops-abm")
    folder = base / f"compiled-{_hash_of_sources()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


def _hash_of_sources() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    for pattern in _SOURCES:
        for path in sorted(_PACKAGE.glob(pattern)):
            digest.update(path.relative_to(_PACKAGE).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _signature(function: Callable[..., Any]) -> tuple[Any, ...]:
    hints = get_type_hints(function)
    hints.pop("return", None)
    return tuple(numba_type(hint) for hint in hints.values())


def numba_type(hint: Any) -> Any:
    """Return the compiled type of an annotation: a scalar, a named tuple, an array of floats."""
    if hint in _TYPES:
        return _TYPES[hint]
    fields = [numba_type(entry) for entry in get_type_hints(hint).values()]
    if len(set(fields)) == 1:
        return types.NamedUniTuple(fields[0], len(fields), hint)
    return types.NamedTuple(fields, hint)
