"""The command ``page``."""

from __future__ import annotations

import click


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Port; by default 8765 or a free one.",
)
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
@click.option("--mesa", is_flag=True, help="Show one organisation in Mesa's own page instead.")
@click.option(
    "--allow-host",
    "named",
    metavar="NAME[:PORT]",
    multiple=True,
    help="Also answer under this name, for a proxy with TLS on this machine; may be repeated.",
)
def page(port: int | None, no_browser: bool, mesa: bool, named: tuple[str, ...]) -> int:
    """Show the page in the browser, until Ctrl-C.

    Only this machine can reach it, and it needs no internet. docs/serving.md tells how to
    serve others.
    """
    from modelops_abm.app.access import Hosts
    from modelops_abm.app.server import MESA_PAGE, PAGE, show

    return show(
        port=port,
        open_browser=not no_browser,
        hosts=Hosts.of(named),
        page=MESA_PAGE if mesa else PAGE,
    )
