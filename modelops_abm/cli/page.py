"""The command ``page``."""

from __future__ import annotations

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), help="Port; by default 8765 or a free one.")
@click.option("--no-browser", is_flag=True, help="Do not open the browser.")
def page(port: int | None, no_browser: bool) -> int:
    """Show the page in the browser, until Ctrl-C.

    Only this machine can reach it, and it needs no internet.
    """
    from modelops_abm.app.server import show

    return show(port=port, open_browser=not no_browser)
