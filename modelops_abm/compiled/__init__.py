"""Compilation with numba: the ways to compile a function, when, and how to call it.

Equations have types declared by their annotations, and one version each. Parts of the kernel take
types as they come. All are compiled before the first run, which can tell its progress and be
interrupted; hot loops in Python call machine code directly (decision 0005).

What numba does not document is used in `internals` alone; `code_cache` keeps what is compiled.
"""

from __future__ import annotations

import inspect
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FrameType
from typing import Any, get_type_hints

import numba
import numpy as np
from numba import types
from numba.core import event
from numpy.typing import NDArray

from modelops_abm.compiled.code_cache import is_kept, keep
from modelops_abm.compiled.internals import (
    at_first_use,
    global_compiler_lock,
    machine_code,
    without_literals,
)
from modelops_abm.ctrl_c import Handler

_TYPES: dict[Any, Any] = {
    float: types.float64,
    int: types.int64,
    bool: types.boolean,
    NDArray[np.float64]: types.float64[::1],
}

# Without what lets Python or C call it, which would have to be compiled as well, and without an
# entry in the cache: it is kept as a part of what calls it.
_ONLY_INSIDE = {"cache": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

_KERNEL_SHARE = 20
"""A kernel's machine code is made in one go, which takes as long as some 20 functions."""

type Progress = Callable[[int, int], None]

_registered: dict[Any, None] = {}
_shares: dict[Any, int] = {}
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
    at_first_use(dispatcher, lambda: _make_ready(dispatcher))
    _registered[dispatcher] = None
    return dispatcher


def kernel[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of arrays and records that Python calls, with types as they come."""
    dispatcher: Callable[P, R] = _dispatcher(function)
    _shares[dispatcher] = _KERNEL_SHARE
    return dispatcher


def part_of_kernel[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that only other compiled functions call, with types as they come."""
    return _dispatcher(function, **_ONLY_INSIDE)  # type: ignore[no-any-return]


def inner_loop[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a part of the kernel into its callers, for what happens to every model every day."""
    return _dispatcher(function, forceinline=True, **_ONLY_INSIDE)  # type: ignore[no-any-return]


def inline_part[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile into compiled callers, with types as they come; Python can call it too."""
    return _dispatcher(function, forceinline=True)  # type: ignore[no-any-return]


def _dispatcher(function: Callable[..., Any], *, cache: bool = True, **options: bool) -> Any:
    is_disabled = numba.config.DISABLE_JIT
    numba.config.DISABLE_JIT = 0  # the kernel cannot run as Python
    try:
        # No `fastmath` and no `parallel`: floating point is as written, in that order (0001).
        dispatcher = numba.njit(nogil=True, error_model="numpy", **options)(function)
    finally:
        numba.config.DISABLE_JIT = is_disabled
    if cache:
        keep(dispatcher)
    _shares[dispatcher] = 1
    return without_literals(dispatcher)


def prepare(progress: Progress | None = None) -> None:
    """Compile the equations that are neither compiled yet nor in the cache.

    Those in the cache are loaded one by one, when each is first used: most are parts of others.
    An argument of another type is an error instead of a second compilation.

    Parameters
    ----------
    progress
        See `compiling`.
    """
    global _prepared
    if _prepared == len(_registered):
        return
    with _preparing:
        missing = [each for each in _registered if not _is_kept(each)]
        with compiling(missing, progress):
            for dispatcher in missing:
                _make_ready(dispatcher)
        _prepared = len(_registered)


def _is_kept(dispatcher: Any) -> bool:
    """Return whether an equation is in the cache."""
    return dispatcher in _registered and is_kept(dispatcher, _signature(dispatcher.py_func))


def _make_ready(dispatcher: Any) -> None:
    """Compile an equation for its declared types, or load it, and let it have no others."""
    # Two threads may come here at once, one of which may be compiling what calls the equation: so
    # the lock is numba's own.
    with global_compiler_lock:
        if not dispatcher.overloads:
            dispatcher.compile(_signature(dispatcher.py_func))
            dispatcher.disable_compile()


@contextmanager
def compiling(dispatchers: Iterable[Any], progress: Progress | None = None) -> Iterator[None]:
    """Compile within this: it tells the progress, and Ctrl-C does no harm.

    Parameters
    ----------
    dispatchers
        What may have to be compiled.
    progress
        Called after every compiled function with the work done and the work in all, by which the
        time can be told; never if everything comes from the cache.
    """
    with between_functions():
        if progress is None:
            yield
        else:
            with event.install_listener("numba:compile", _Left(dispatchers, progress)):
                yield


def everything() -> list[Any]:
    """Return all that there may be to compile; of equations those that are not in the cache."""
    return [each for each in _shares if not _is_kept(each)]


class _Left(event.Listener):  # type: ignore[misc]
    """What is left to compile, and whom to tell."""

    def __init__(self, dispatchers: Iterable[Any], progress: Progress) -> None:
        self._left = {each for each in dispatchers if not each.overloads}
        self._total = self._work_left()
        self._progress = progress

    def _work_left(self) -> int:
        return sum(_shares[each] for each in self._left)

    def on_start(self, event: Any) -> None:
        """Nothing to tell."""

    def on_end(self, event: Any) -> None:
        """Tell the progress after a function of ours, whichever thread compiles it."""
        if event.data["dispatcher"] in self._left:
            self._left.discard(event.data["dispatcher"])
            self._progress(self._total - self._work_left(), self._total)


@cache
def direct[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the machine code of a compiled function for calls from Python in a hot loop.

    It takes the declared types as they are, without numba's search for a version that fits the
    arguments, which costs three times as much as the call itself.
    """
    prepare()
    dispatcher: Any = function
    _make_ready(dispatcher)
    entry: Callable[P, R] = machine_code(dispatcher, _signature(dispatcher.py_func))
    return entry


@cache
def _signature(function: Callable[..., Any]) -> tuple[Any, ...]:
    hints = get_type_hints(function)
    hints.pop("return", None)
    return tuple(numba_type(hint) for hint in hints.values())


def numba_type(hint: Any) -> Any:
    """Return the compiled type of an annotation: a scalar, a named tuple, an array of floats."""
    if hint in _TYPES:
        return _TYPES[hint]
    fields = [numba_type(entry) for entry in get_type_hints(hint).values()]
    # numba itself takes a tuple of equal types for another kind, and would not find the version.
    if len(set(fields)) == 1:
        return types.NamedUniTuple(fields[0], len(fields), hint)
    return types.NamedTuple(fields, hint)


# --------------------------------------------------------------------------------------
# Ctrl-C while numba compiles: LLVM runs callbacks that print an exception and swallow it.


@contextmanager
def between_functions() -> Iterator[None]:
    """Let an interrupt wait until numba is between two functions that it compiles.

    That is some ten times in a second, and once in two or three seconds at the end of the kernel.
    An interrupt that is still waiting at the end takes effect then. What it does is left to the
    handler that was there before: Python's own raises `KeyboardInterrupt`.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(handler):
        yield  # no interrupt reaches this thread as an exception
        return
    waiting = _Waiting(handler)
    signal.signal(signal.SIGINT, waiting.wait)
    try:
        with event.install_listener("numba:compile", waiting):
            yield
    finally:
        signal.signal(signal.SIGINT, handler)
        # When all is put back, as this may raise.
        waiting.strike()


class _Waiting(event.Listener):  # type: ignore[misc]
    """Keeps an interrupt for the handler until numba compiles the next function."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._is_waiting = False

    def wait(self, _signal: int, _frame: FrameType | None) -> None:
        """Take an interrupt."""
        self._is_waiting = True

    def strike(self) -> None:
        """Hand on an interrupt that waits."""
        if self._is_waiting and threading.current_thread() is threading.main_thread():
            self._is_waiting = False
            self._handler(signal.SIGINT, inspect.currentframe())

    def on_start(self, event: Any) -> None:
        """Strike before a function is compiled."""
        self.strike()

    def on_end(self, event: Any) -> None:
        """Strike after a function is compiled."""
        self.strike()
