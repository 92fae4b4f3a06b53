"""Client data: read, check and write portfolios, and say whose value is whose."""

from modelops_abm.clients.illustrative import illustrative_portfolio
from modelops_abm.clients.portfolio_csv import PortfolioCheck, check_portfolio, read_portfolio
from modelops_abm.clients.portfolio_writer import template_csv, write_portfolio, write_template
from modelops_abm.clients.row_problem import RowProblem
from modelops_abm.parameters.portfolio import attribute_sources

__all__ = [
    "PortfolioCheck",
    "RowProblem",
    "attribute_sources",
    "check_portfolio",
    "illustrative_portfolio",
    "read_portfolio",
    "template_csv",
    "write_portfolio",
    "write_template",
]
