"""A made-up portfolio of one organisation, for trying things out before there is a real one."""

from __future__ import annotations

from importlib.resources import files

from modelops_abm.clients.portfolio_csv import read_portfolio
from modelops_abm.scenario.portfolio import ImportedPortfolio

SOURCE = "illustrative portfolio, not real data"


def illustrative_portfolio() -> ImportedPortfolio:
    """Return about two dozen believable models of a made-up insurer, at 1 January 2026.

    Nothing in it is measured. Market sizes, prices and ages are judgement within the ranges of
    the scenario's defaults; some values are left out, as clients leave them out.
    """
    content = files("modelops_abm.clients").joinpath("data", "illustrative_portfolio.csv")
    return read_portfolio(content.read_bytes(), name=SOURCE)
