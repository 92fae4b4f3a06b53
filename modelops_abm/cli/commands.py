"""All commands in one group."""

from __future__ import annotations

import click

from modelops_abm.cli.check import check
from modelops_abm.cli.compare import compare
from modelops_abm.cli.credit import credit
from modelops_abm.cli.inventory import inventory
from modelops_abm.cli.optimise import optimise
from modelops_abm.cli.page import page
from modelops_abm.cli.presets import presets
from modelops_abm.cli.schema import schema
from modelops_abm.cli.sensitivity import sensitivity
from modelops_abm.cli.show import show
from modelops_abm.cli.simulate import simulate
from modelops_abm.cli.sweep import sweep
from modelops_abm.cli.template import template
from modelops_abm.cli.voi import voi
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
  modelops-abm simulate --portfolio models.csv --set team.developers=5
  modelops-abm show capabilities.monitoring
  modelops-abm template --scenario plan.toml --portfolio models.csv
"""


@click.group(
    epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="modelops-abm")
def commands() -> None:
    """Simulate an organisation's portfolio of machine-learning models, day by day.

    What the models earn, how often they are out of service, what the team spends its time on,
    and what automation, monitoring, rollback, lineage and autoscaling change.
    """


for command in (
    page,
    simulate,
    compare,
    credit,
    sweep,
    sensitivity,
    voi,
    optimise,
    presets,
    show,
    schema,
    check,
    template,
    inventory,
):
    commands.add_command(command)
