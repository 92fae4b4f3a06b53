"""What became of a file, in words."""

from __future__ import annotations

from modelops_abm.app.state.uploads import PortfolioUpload
from modelops_abm.clients.illustrative import SOURCE as ILLUSTRATIVE
from modelops_abm.formats import count_of, plural
from modelops_abm.parameters import ImportedPortfolio

_SHOWN_DIGITS = 8


def read_in_words(upload: PortfolioUpload) -> str:
    """Return how many models were read: 24 models read, 23 of 24 models read."""
    if upload.rows is None or upload.rows == upload.accepted:
        return f"{plural(upload.accepted, 'model')} read"
    return f"{count_of(upload.accepted, upload.rows)} models read"


def portfolio_in_words(portfolio: ImportedPortfolio | None, drawn: int) -> str:
    """Return which portfolio a plan has.

    Parameters
    ----------
    portfolio
        The imported one, if there is one.
    drawn
        Models that the scenario draws at the start if there is none.
    """
    if portfolio is None:
        return f"Example portfolio, {plural(drawn, 'model')}"
    own = "Illustrative" if portfolio.source == ILLUSTRATIVE else "Your"
    return f"{own} portfolio, {plural(len(portfolio.models), 'model')}"


def shortened(fingerprint: str) -> str:
    """Return the first digits of a fingerprint."""
    return f"{fingerprint[:_SHOWN_DIGITS]}…"
