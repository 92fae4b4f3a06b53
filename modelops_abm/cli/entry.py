"""Entry of the command line: its commands, and what becomes of whatever happens in them.

First all commands in one group, each loaded when it is asked for; then how one is run, with an exit
code whatever happens.
"""

from __future__ import annotations

import errno
import io
import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module

import click

from modelops_abm.errors import InputError, reason_of
from modelops_abm.streams import degrade_gracefully
from modelops_abm.text import comma_complaint, visible
from modelops_abm.version import __version__

_EXAMPLES = """\b
Examples:
  modelops-abm page
  modelops-abm simulate
  modelops-abm simulate --preset all_five --seed 1 --output results/plan
  modelops-abm simulate --replications 400
  modelops-abm compare --preset all_five
  modelops-abm credit --preset all_five
  modelops-abm optimise --preset all_five --budget-per-year 150000
  modelops-abm advise plan.toml --budget 250000
  modelops-abm simulate --portfolio models.csv --set team.developers=5
  modelops-abm show capabilities.monitoring
  modelops-abm template --scenario plan.toml --portfolio models.csv
"""

_COMMANDS = {
    "advise": "Say what to buy with a budget: what first, what it is worth, and where it fails.",
    "benchmarks": (
        "Set an organisation as it is beside published figures: ours, theirs, inside or outside."
    ),
    "check": "Check scenarios, portfolios and logs without running anything.",
    "compare": (
        "Compare a plan with its baseline over the same futures, or several plans side by side."
    ),
    "credit": (
        "Tell which capability of a plan earns what: all combinations of them, the same futures."
    ),
    "fit": "Tell what follows from what is known for all that nobody knows of an organisation.",
    "inventory": "Make a portfolio of the US federal inventory of AI use cases.",
    "optimise": "Find the road map that is worth most: which capabilities, how far, and when.",
    "page": "Show the page in the browser, until Ctrl-C.",
    "presets": "List the presets and whom each describes.",
    "schema": "Print the JSON Schema of scenario files.",
    "sensitivity": (
        "Tell which assumptions move what a plan is worth, and which change the decision."
    ),
    "show": "Show what a scenario says, and whose value it is.",
    "simulate": "Run a scenario, once or many times, and print what came of it.",
    "stories": "Tell what happens if half the team leaves, demand doubles, builds fail, and so on.",
    "sweep": "Run a scenario with many values of some inputs, all over the same futures.",
    "template": "Write scenario, portfolio and log files to start from.",
    "voi": (
        "Tell what it would be worth to know an assumption before choosing the plan or the"
        " baseline."
    ),
}
"""Names of the commands, and what each does: the first sentence of its own help."""
_WITH = {"presets": "show", "schema": "show"}
"""The module of a command that has none of its own name."""


def command_of(name: str) -> click.Command:
    """Load a command: the function of its name, in the module of its name or of what it is with."""
    module = import_module(f"modelops_abm.cli.{_WITH.get(name, name)}")
    command: click.Command = getattr(module, name)
    return command


class _Commands(click.Group):
    """A group whose help takes none of its commands: only the one that is asked for is loaded."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command_of(name) if name else command, rest

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what each command does, whole: it goes on in the next line where it is long."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, _COMMANDS[name]) for name in self.list_commands(ctx)])


@click.group(
    cls=_Commands,
    commands={name: click.Command(name, help=words) for name, words in _COMMANDS.items()},
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="modelops-abm")
def commands() -> None:
    """Simulate an organisation's portfolio of machine-learning models, day by day.

    What the models earn, how often they are out of service, what the team spends its time on,
    and what automation, monitoring, rollback, lineage and autoscaling change.
    """


# --------------------------------------------------------------------------------------
# Running a command.


BAD_INPUT, INTERNAL_ERROR, READER_GONE = 1, 3, 141
DEBUG_VARIABLE = "MODELOPS_ABM_DEBUG"


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code; see `modelops_abm.cli.main`."""
    return ended(lambda: _run_command(arguments))


def ended(work: Callable[[], int]) -> int:
    """Do a program's work and return the exit code; what goes wrong is told in words.

    Raises
    ------
    KeyboardInterrupt
        At Ctrl-C.
    """
    degrade_gracefully()
    try:
        code = _work(work)
        # Here, where a full disk or a reader who is gone can still be told; at the end of the
        # interpreter either would be a traceback.
        sys.stdout.flush()
    except BrokenPipeError:
        return _discard_output(READER_GONE)
    except OSError as error:
        _complain(_system_error(error))
        return _discard_output(BAD_INPUT)
    return code


def _work(work: Callable[[], int]) -> int:
    try:
        return work()
    except InputError as error:
        _complain(str(error))
        return BAD_INPUT
    # Left to `ended`, which knows a reader who is gone; it stands here, as what follows would take
    # it for an error of the program.
    except OSError:
        raise
    except Exception as error:  # noqa: BLE001 - no user should meet a traceback
        _report(error)
        return INTERNAL_ERROR


_NO_NUMBER = re.compile(r"'([^']*)' is not a (?:valid (?:float|int)|whole number)")


def _run_command(arguments: Sequence[str] | None) -> int:
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
