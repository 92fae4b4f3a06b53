"""Entry of the command line: runs a command, and turns whatever happens into an exit code."""

from __future__ import annotations

import errno
import io
import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress

import click

from modelops_abm.errors import InputError, reason_of
from modelops_abm.streams import degrade_gracefully
from modelops_abm.text import comma_complaint, visible
from modelops_abm.version import __version__

BAD_INPUT, INTERNAL_ERROR, READER_GONE = 1, 3, 141
DEBUG_VARIABLE = "MODELOPS_ABM_DEBUG"


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; see `modelops_abm.cli.main`."""
    degrade_gracefully()
    try:
        code = _run_command(arguments)
        # Here, where a full disk or a reader who is gone can still be told; at the end of the
        # interpreter either would be a traceback.
        sys.stdout.flush()
    except BrokenPipeError:
        return _discard_output(READER_GONE)
    except OSError as error:
        _complain(_system_error(error))
        return _discard_output(BAD_INPUT)
    return code


_NO_NUMBER = re.compile(r"'([^']*)' is not a (?:valid (?:float|int)|whole number)")


def _run_command(arguments: Sequence[str] | None) -> int:
    from modelops_abm.cli.commands import commands

    try:
        result = commands.main(
            None if arguments is None else list(arguments),
            prog_name="modelops-abm",
            standalone_mode=False,
        )
    except click.ClickException as error:
        text = io.StringIO()
        error.show(text)
        # What was typed comes back in the message, and may hold control characters for the
        # terminal.
        click.echo(visible(text.getvalue()), nl=False, err=True)
        # Click has words of its own for a number that it cannot read: what to write comes after.
        if (found := _NO_NUMBER.search(error.message)) and (advice := comma_complaint(found[1])):
            click.echo(f"{advice[0].upper()}{advice[1:]}.", err=True)
        return error.exit_code
    except SystemExit:  # what click makes of a broken pipe
        return _discard_output(READER_GONE)
    except click.Abort as abort:  # what click makes of Ctrl-C
        said = abort.__cause__.args if abort.__cause__ is not None else ()
        raise KeyboardInterrupt(*said) from None
    except InputError as error:
        _complain(str(error))
        return BAD_INPUT
    # Left to `run`, which knows a reader who is gone; it stands here, as what follows would take it
    # for an error of the program.
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - no user should meet a traceback
        _report(error)
        return INTERNAL_ERROR
    return result if isinstance(result, int) else 0


def _complain(text: str) -> None:
    """Print what is wrong: one line for each problem."""
    lines = [visible(line) for line in text.splitlines()]
    if len(lines) == 1:
        click.echo(f"Error: {lines[0]}", err=True)
    else:
        click.echo("\n".join(["Error:", *(f"  {line}" for line in lines)]), err=True)


def _system_error(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return "the output could not be written: no space left on the device"
    place = f"{error.filename}: " if error.filename else ""
    return place + reason_of(error)


def _report(error: Exception) -> None:
    """Ask for a report of an error that is the program's own."""
    details = "".join(traceback.format_exception(error))
    if os.environ.get(DEBUG_VARIABLE):
        click.echo(visible(details), err=True)
    name = type(error).__name__
    try:
        file = _save(details)
    except OSError:
        file = f"what {DEBUG_VARIABLE}=1 in the environment makes it print"
    click.echo(
        f"This is an error of the program, not yours ({name}): please report it with {file}.",
        err=True,
    )


def _save(details: str) -> str:
    system = f"modelops_abm {__version__}, Python {platform.python_version()}, {sys.platform}\n"
    # A name that nobody can foresee, and readable by this user alone: it may hold a client's
    # values.
    descriptor, path = tempfile.mkstemp(prefix="modelops-abm-error-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(system + details)
    return path


def _discard_output(code: int) -> int:
    """Send what is left to nowhere, so that the interpreter does not fail on it at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return code
