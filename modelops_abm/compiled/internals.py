"""What this package uses of numba that numba does not document: the one place that does.

A release of numba may change any of it without a word; `tests/unit/test_internals_of_others.py`
names each use with its reason, and the tests of the cache and of Ctrl-C fail if one does otherwise.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable
from functools import cache
from typing import Any

from numba import types
from numba.core.boxing import box_namedtuple, box_tuple
from numba.core.caching import CompileResultCacheImpl, NullCache
from numba.core.compiler_lock import global_compiler_lock as global_compiler_lock
from numba.core.pythonapi import _boxers
from numba.core.serialize import dumps

_PACKAGE = __name__.partition(".")[0]

# --------------------------------------------------------------------------------------
# Functions: their versions, and a cache other than numba's.


def without_literals(dispatcher: Any) -> Any:
    """Let one version serve all constants; numba would compile one for each that is handed over.

    There would be a third more functions, and the compiler takes in constants by inlining anyway.
    """
    resolved = dispatcher.get_call_template

    def get_call_template(arguments: Any, keywords: Any) -> Any:
        numbers = tuple(types.unliteral(argument) for argument in arguments)
        named = {name: types.unliteral(argument) for name, argument in keywords.items()}
        return resolved(numbers, named)

    dispatcher.get_call_template = get_call_template
    return dispatcher


def at_first_use(dispatcher: Any, ready: Callable[[], None]) -> None:
    """Let a function be made ready before Python calls it, or compiled code takes it in.

    What numba does then is to look for a version for the arguments, and to make one.
    """
    resolved = dispatcher.get_call_template

    def get_call_template(arguments: Any, keywords: Any) -> Any:
        ready()
        return resolved(arguments, keywords)

    def version_for(*_arguments: Any, **_keywords: Any) -> Any:
        ready()
        # What numba is to call: it looks for a version once more, and finds the one that is ready.
        return dispatcher

    dispatcher.get_call_template = get_call_template
    dispatcher._compile_for_args = version_for


def machine_code(function: Any, signature: tuple[Any, ...]) -> Any:
    """Return what a compiled version of a function is called by, without a search for it."""
    return function.overloads[signature].entry_point


class Cache(NullCache):  # type: ignore[misc]
    """What numba asks for a compiled version of a function, and gives one to keep: none."""


def use(dispatcher: Any, cache: Cache) -> None:
    """Give a function a cache; there is no public way."""
    dispatcher._cache = cache


def cache_of(function: Callable[..., Any]) -> Cache | None:
    """Return the cache of a function, if it is compiled and has one of ours."""
    found = getattr(function, "_cache", None)
    return found if isinstance(found, Cache) else None


def as_bytes(version: Any) -> bytes:
    """Return a compiled version as what can be kept."""
    kept: bytes = dumps(_serialiser().reduce(version))
    return kept


def from_bytes(content: bytes, target_context: Any) -> Any:
    """Return a compiled version from what was kept; it must be trusted, as it may run anything."""
    return _serialiser().rebuild(target_context, pickle.loads(content))


class _Serialiser(CompileResultCacheImpl):  # type: ignore[misc]
    """numba's way from a compiled version to what can be pickled, and back."""

    def __init__(self) -> None:
        """Leave out the search for a folder, which would write a file for every function."""


@cache
def _serialiser() -> _Serialiser:
    return _Serialiser()


# --------------------------------------------------------------------------------------
# Named tuples on their way to Python. An interrupt that strikes there would find no Python code to
# stop, but a null pointer.


def _box(kind: Any, value: Any, context: Any) -> Any:
    """Generate what hands a named tuple of this package to Python, without running Python code.

    numba's own looks the class up and calls it in Python, and takes for granted that this succeeds.
    """
    if kind.instance_class.__module__.partition(".")[0] != _PACKAGE:
        return box_namedtuple(kind, value, context)
    # Held by the compiled function itself, so they live as long as it does.
    constants = context.env_manager
    make, cls = (
        constants.read_const(constants.add_const(constant))
        for constant in (tuple.__new__, kind.instance_class)
    )
    fields = box_tuple(kind, value, context)
    result = context.pyapi.call_function_objargs(make, (cls, fields))
    context.pyapi.decref(fields)
    return result


# `numba.extending.box` refuses a type that numba boxes already (0013).
for _kind in (types.NamedTuple, types.NamedUniTuple):
    _boxers.functions[_kind] = _box
