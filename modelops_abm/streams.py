"""Standard streams on which nothing fails; light, because every command begins with it."""

from __future__ import annotations

import codecs
import io
import os
import re
import sys
from pathlib import Path
from typing import TextIO

from modelops_abm.formats import MINUS, NARROW_SPACE

_SIZES = ("COLUMNS", "LINES", "NUMBA_NUM_THREADS")
_SIZE = re.compile(r"[1-9][0-9]{0,4}")
_PLAIN = {MINUS: "-", NARROW_SPACE: " ", "\u2013": "-", "\u2026": "...", "\u2019": "'"}
_DEGRADE = "modelops_abm.degrade"


def degrade_gracefully() -> None:
    """Prepare for terminals that lack characters or are not there, so that nothing fails on it.

    What the environment states that is no size is left out, as Rich and numba fail on it.
    """
    for name in _SIZES:
        if not _SIZE.fullmatch(os.environ.get(name, "")):
            os.environ.pop(name, None)
    codecs.register_error(_DEGRADE, _replacement)
    sys.stdout = sys.stdout or _nowhere()
    sys.stderr = sys.stderr or _nowhere()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_DEGRADE)


def _nowhere() -> TextIO:
    """Return a stream for what is written to a closed standard stream."""
    return Path(os.devnull).open("w", encoding="utf-8")


def _replacement(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    missing = error.object[error.start : error.end]
    return "".join(_PLAIN.get(character, "?") for character in missing), error.end
