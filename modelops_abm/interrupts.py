"""Ctrl-C and numba: an interrupt must neither crash the process nor get lost in the compiler.

Python raises `KeyboardInterrupt` wherever the main thread happens to run Python code. numba and
LLVM run some of their own in places where an exception cannot pass: while a result is handed from
compiled code to Python, which ends in a null pointer, and in callbacks of the code generator, which
print and swallow it. Both are mended here.
"""

from __future__ import annotations

import inspect
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from numba import types
from numba.core import event
from numba.core.boxing import box_namedtuple, box_tuple
from numba.core.pythonapi import _boxers

from modelops_abm.ctrl_c import Handler


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


def _box(kind: Any, value: Any, context: Any) -> Any:
    """Generate what hands a named tuple of this package to Python, without running Python code.

    numba's own looks the class up and calls it in Python, and takes for granted that this succeeds.
    """
    if kind.instance_class.__module__.partition(".")[0] != __package__:
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


# numba has no public way; a test fails if this table moves (0013).
for _kind in (types.NamedTuple, types.NamedUniTuple):
    _boxers.functions[_kind] = _box
