"""The command line: ``modelops-abm``, and ``python -m modelops_abm``."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import NoReturn

from modelops_abm.ctrl_c import ignore_from_now_on, interruptible

STOPPED = 130


@interruptible
def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Command and options; by default those that the program was started with.

    Returns
    -------
    int
        The exit code: 0 done, 1 bad input, 2 wrong usage, 3 an error of the program, 4 a plan
        that pays less often than is required, 130 stopped by Ctrl-C, 141 the reader of the output
        has gone away.
    """
    try:
        from modelops_abm.cli.entry import run  # Ctrl-C may come while it is loaded

        return run(arguments)
    except KeyboardInterrupt as stopped:
        sys.stderr.write(f"{str(stopped) or 'Stopped; nothing was written.'}\n")
        return STOPPED


def program() -> NoReturn:
    """Run the command line as a program of its own, and end with its exit code."""
    # Hardly anything of what a command loads is garbage: it is looked for a tenth as often.
    gc.set_threshold(20_000)
    code = main()
    # The exit code is settled; an interrupt while the interpreter ends would give another.
    ignore_from_now_on()
    # Python looks for garbage once more at the end, among all that was loaded: a sixth of a run.
    gc.freeze()
    sys.exit(code)
