"""Ctrl-C that gets through; light, because it is needed before anything else is loaded.

Python raises `KeyboardInterrupt` wherever the main thread happens to be. In a finaliser and in the
callback of a weak reference it is printed and ignored, and some modules written in C turn it into
another error if it strikes while they are loaded.
"""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib.machinery import ExtensionFileLoader
from types import FrameType
from typing import Any

_AGAIN_SECONDS = 0.02
_ENDING_SECONDS = 2.0
"""So long after an interrupt another one means the same, and is not to disturb the end."""
# Told by their code: a name could be anybody's.
_LOADING = {ExtensionFileLoader.create_module.__code__, ExtensionFileLoader.exec_module.__code__}

type Handler = Callable[[int, FrameType | None], Any]


def interruptible[**P, R](program: Callable[P, R]) -> Callable[P, R]:
    """Make sure that an interrupt of a program, or of a part of it, reaches it.

    One that strikes while a module written in C is loaded waits for its end; one that Python
    swallowed comes again. Who presses twice is heard once.
    """

    @wraps(program)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        handler = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or not callable(handler):
            return program(*args, **kwargs)  # no interrupt is raised here
        insistent = _Insistent(handler, sys.unraisablehook)
        signal.signal(signal.SIGINT, insistent.strike)
        sys.unraisablehook = insistent.take
        try:
            return program(*args, **kwargs)
        finally:
            insistent.end()

    return run


def ignore_from_now_on() -> None:
    """Ignore interrupts: the program has ended, and the interpreter only tidies up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def deaf() -> Iterator[None]:
    """Hold interrupts back from this thread, and for good from processes that it starts within.

    Windows cannot; there this does nothing.
    """
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Insistent:
    """Hands an interrupt on at once, or a moment later until it can be.

    Parameters
    ----------
    handler, hook
        What took interrupts, and exceptions that cannot be raised, before.
    """

    def __init__(self, handler: Handler, hook: Callable[[Any], object]) -> None:
        self._handler, self._hook = handler, hook
        self._later = threading.Timer(0.0, _thread.interrupt_main)
        self._deaf_until = 0.0

    def strike(self, number: int, frame: FrameType | None) -> None:
        """Take an interrupt."""
        if _is_loading(frame):
            self._strike_later()
        elif time.monotonic() >= self._deaf_until:
            self._deaf_until = time.monotonic() + _ENDING_SECONDS
            self._handler(number, frame)

    def take(self, unraisable: sys.UnraisableHookArgs) -> None:
        """Take an exception that cannot be raised."""
        if unraisable.exc_type is KeyboardInterrupt:
            # It has reached nobody, so the one that comes again is no second press.
            self._deaf_until = 0.0
            self._strike_later()
        else:
            self._hook(unraisable)

    def end(self) -> None:
        """Put everything back."""
        self._later.cancel()
        sys.unraisablehook = self._hook
        signal.signal(signal.SIGINT, self._handler)

    def _strike_later(self) -> None:
        self._later = threading.Timer(_AGAIN_SECONDS, _thread.interrupt_main)
        # The program may end before its time.
        self._later.daemon = True
        self._later.start()


def _is_loading(frame: FrameType | None) -> bool:
    """Return whether a module written in C is being loaded."""
    while frame is not None:
        if frame.f_code in _LOADING:
            return True
        frame = frame.f_back
    return False
