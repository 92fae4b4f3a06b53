"""Writing a portfolio as CSV that `read_portfolio` reads back, and a template to fill in."""

from __future__ import annotations

import csv
import hashlib
import io
import os
from datetime import date
from weakref import WeakKeyDictionary

from modelops_abm.clients.cells import COLUMNS, read_number
from modelops_abm.clients.row_problem import Mistake
from modelops_abm.clients.summary_rows import summary_rows
from modelops_abm.disk import write_whole
from modelops_abm.scenario.portfolio import ImportedPortfolio, PortfolioModel, states
from modelops_abm.text import csv_text

_EXAMPLES = (
    PortfolioModel(
        id="churn-01",
        name="Customer churn (example: replace this row)",
        stage="production",
        deployed_at=date(2024, 3, 15),
        users=180.0,
        addressable_users=400.0,
        predictions_per_user_day=6.0,
        current_predictions_per_user_day=4.5,
        value_per_prediction=0.4,
        cost_per_prediction=0.004,
        cost_of_wrong_prediction=0.05,
        yearly_power_loss=0.15,
        capacity_per_day=3000.0,
        retraining_interval_days=90.0,
        last_retrained_at=date(2025, 11, 2),
        regulated=False,
    ),
    PortfolioModel(
        id="claims-reader",
        name="Reading of claim forms (example: replace this row)",
        stage="idea",
        addressable_users=900.0,
        value_per_prediction=0.8,
        build_effort_days=70.0,
        deployment_effort_days=20.0,
        regulated=True,
    ),
)


_fingerprints: WeakKeyDictionary[ImportedPortfolio, str] = WeakKeyDictionary()
"""Of the portfolios that somebody has: the page asks after every change of a plan."""


def portfolio_csv(portfolio: ImportedPortfolio) -> str:
    """Return a portfolio as CSV; what a client left out stays an empty cell.

    The stage is in all rows or in none: where some state it, an empty cell would say that it is
    not known, and a model whose row looks like a total is one by its stage.
    """
    known = [_known(entry) for entry in portfolio.models]
    with_stage = any("stage" in row for row in known) or bool(summary_rows(known))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for entry, row in zip(portfolio.models, known, strict=True):
        stage = {"stage": entry.stage} if with_stage else {}
        writer.writerow(_cell({**row, **stage}.get(name)) for name in COLUMNS)
    return text.getvalue()


def fingerprint(portfolio: ImportedPortfolio) -> str:
    """Return the SHA-256 of `portfolio_csv` in hexadecimal digits: what it holds, not its name."""
    if (known := _fingerprints.get(portfolio)) is None:
        known = hashlib.sha256(portfolio_csv(portfolio).encode()).hexdigest()
        _fingerprints[portfolio] = known
    return known


def write_portfolio(
    portfolio: ImportedPortfolio, path: str | os.PathLike[str], *, replace: bool = False
) -> None:
    """Write a portfolio to a CSV file, whole or not at all.

    Reading it back with `read_portfolio` gives equal models in the same order; the portfolio's
    source is not in the file.

    Parameters
    ----------
    portfolio
        What to write.
    path
        The file.
    replace
        Whether a file that is there already is replaced.

    Raises
    ------
    InputError
        If a file is there already, or it cannot be written.
    """
    write_whole(path, portfolio_csv(portfolio).encode(), replace=replace)


def template_csv() -> str:
    """Return a file to fill in: the header, and an example of a running model and of an idea."""
    return portfolio_csv(ImportedPortfolio(source="template", models=_EXAMPLES))


def write_template(path: str | os.PathLike[str], *, replace: bool = False) -> None:
    """Write `template_csv` to a file, as `write_portfolio` does.

    Raises
    ------
    InputError
        If a file is there already, or it cannot be written.
    """
    write_whole(path, template_csv().encode(), replace=replace)


def _known(entry: PortfolioModel) -> dict[str, object]:
    return {name: getattr(entry, name) for name in COLUMNS if states(entry, name)}


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return _number(value)
    return csv_text(value) if isinstance(value, str) else str(value)


def _number(value: float) -> str:
    """Return a number that reads back exactly, and not as something ambiguous."""
    text = repr(value).removesuffix(".0")
    try:
        read_number(text)
    except Mistake:
        return text + "0"
    return text
