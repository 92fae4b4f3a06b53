"""Client data: read, check and write portfolios, and say whose value is whose."""

from modelops_abm.clients.portfolio import (
    STAGES_IN_WORDS,
    fingerprint,
    illustrative_portfolio,
    notes_on,
    portfolio_csv,
    rows_that_give,
    stages_in_words,
    template_csv,
    write_portfolio,
    write_template,
)
from modelops_abm.clients.problems import RowProblem
from modelops_abm.clients.reading import (
    RULES,
    PortfolioCheck,
    check_portfolio,
    portfolio_bytes,
    read_portfolio,
)
from modelops_abm.scenario.portfolio import attribute_sources

__all__ = [
    "RULES",
    "STAGES_IN_WORDS",
    "PortfolioCheck",
    "RowProblem",
    "attribute_sources",
    "check_portfolio",
    "fingerprint",
    "illustrative_portfolio",
    "notes_on",
    "portfolio_bytes",
    "portfolio_csv",
    "read_portfolio",
    "rows_that_give",
    "stages_in_words",
    "template_csv",
    "write_portfolio",
    "write_template",
]
