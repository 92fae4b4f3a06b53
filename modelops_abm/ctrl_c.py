"""Ctrl-C that gets through; light, because it is needed before anything else is loaded."""

from __future__ import annotations

import _thread
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_AGAIN_SECONDS = 0.02


@contextmanager
def insisting() -> Iterator[None]:
    """Let an interrupt that Python swallows come again, until it gets through.

    An exception in a finaliser or in the callback of a weak reference, of which there are many
    while modules are imported, is printed and ignored. For `KeyboardInterrupt` that would mean that
    the program goes on.
    """
    before = sys.unraisablehook
    sys.unraisablehook = _Insistent(before)
    try:
        yield
    finally:
        sys.unraisablehook = before


class _Insistent:
    """Takes what Python cannot raise, and sends an interrupt once more."""

    def __init__(self, otherwise: Callable[[Any], object]) -> None:
        self._otherwise = otherwise

    def __call__(self, unraisable: sys.UnraisableHookArgs) -> None:
        if unraisable.exc_type is not KeyboardInterrupt:
            self._otherwise(unraisable)
            return
        again = threading.Timer(_AGAIN_SECONDS, _thread.interrupt_main)
        again.daemon = True
        again.start()
