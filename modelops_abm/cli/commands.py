"""All commands in one group; each is loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module

import click

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
