"""A portfolio as a whole: written as CSV, told in words, and a made-up one to try things out.

What is written is read back as it was; see `reading`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from importlib.resources import files
from weakref import WeakKeyDictionary

from modelops_abm.clients.cells import COLUMNS, read_number
from modelops_abm.clients.problems import Mistake
from modelops_abm.clients.reading import read_portfolio
from modelops_abm.clients.rows import summary_rows
from modelops_abm.disk import write_whole
from modelops_abm.formats import plural
from modelops_abm.scenario.portfolio import (
    ILLUSTRATIVE,
    OF_REGISTERED,
    STAGE_NAMES,
    ImportedPortfolio,
    PortfolioModel,
    attribute_sources,
    states,
    unused,
)
from modelops_abm.text import all_of, csv_text, printable

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

    Examples
    --------
    >>> from modelops_abm.clients import read_portfolio
    >>> portfolio = illustrative_portfolio()
    >>> read_portfolio(portfolio_csv(portfolio).encode()).models == portfolio.models
    True
    """
    # A stage is part of how rows are read (see `rows`), so that it cannot be left out where one row
    # needs it; in all other files it would claim what the client did not say.
    known = [
        {name: getattr(entry, name) for name in COLUMNS if states(entry, name)}
        for entry in portfolio.models
    ]
    with_stage = any("stage" in row for row in known) or bool(summary_rows(known))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    # A file, and what is known by its bytes, depends on what is registered only where it is used.
    columns = [
        name for name in COLUMNS if name not in OF_REGISTERED or any(name in row for row in known)
    ]
    writer.writerow(columns)
    for entry, row in zip(portfolio.models, known, strict=True):
        stage = {"stage": entry.stage} if with_stage else {}
        writer.writerow(_cell({**row, **stage}.get(name)) for name in columns)
    return text.getvalue()


def fingerprint(portfolio: ImportedPortfolio) -> str:
    """Return the SHA-256 of `portfolio_csv` in hexadecimal digits: what it holds, not its name.

    Examples
    --------
    >>> portfolio = illustrative_portfolio()
    >>> renamed = portfolio.model_copy(update={"source": "ours"})
    >>> fingerprint(renamed) == fingerprint(portfolio)
    True
    """
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

    Examples
    --------
    >>> from modelops_abm.clients import read_portfolio
    >>> write_portfolio(illustrative_portfolio(), "ours.csv")
    >>> read_portfolio("ours.csv").models == illustrative_portfolio().models
    True
    """
    write_whole(path, portfolio_csv(portfolio).encode(), replace=replace)


def template_csv() -> str:
    """Return a file to fill in: the header, and an example of a running model and of an idea.

    Examples
    --------
    >>> template_csv().startswith("id,name,")
    True
    """
    return portfolio_csv(ImportedPortfolio(source="template", models=_EXAMPLES))


def write_template(path: str | os.PathLike[str], *, replace: bool = False) -> None:
    """Write `template_csv` to a file, as `write_portfolio` does.

    Raises
    ------
    InputError
        If a file is there already, or it cannot be written.

    Examples
    --------
    >>> from modelops_abm.clients import read_portfolio
    >>> write_template("template.csv")
    >>> [model.stage for model in read_portfolio("template.csv").models]
    ['production', 'idea']
    """
    write_whole(path, template_csv().encode(), replace=replace)


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
    # 1.234 would be refused when it is read, as it may mean 1234; 1.2340 means one thing.
    try:
        read_number(text)
    except Mistake:
        return text + "0"
    return text


SOURCE = ILLUSTRATIVE


def illustrative_portfolio() -> ImportedPortfolio:
    """Return about two dozen believable models of a made-up insurer, at 1 January 2026.

    Nothing in it is measured. Market sizes, prices and ages are judgement within the ranges of
    the scenario's defaults; some values are left out, as clients leave them out.

    Examples
    --------
    >>> portfolio = illustrative_portfolio()
    >>> len(portfolio.models), portfolio.source
    (24, 'illustrative portfolio, not real data')
    """
    content = files("modelops_abm.clients").joinpath("data", "illustrative_portfolio.csv")
    return read_portfolio(content.read_bytes(), name=SOURCE)


_MOST_NAMED = 5

STAGES_IN_WORDS = {
    "idea": "in the backlog",
    "build": "in build",
    "deployment": "in deployment",
    "production": "in production",
    "retired": "retired",
}


def stages_in_words(models: Sequence[PortfolioModel]) -> str:
    """Return how many models there are and where: 24 models (20 in production, 4 in build).

    Examples
    --------
    >>> stages_in_words(illustrative_portfolio().models)
    '24 models (3 in the backlog, 2 in build, 2 in deployment, 16 in production, 1 retired)'
    """
    counts = Counter(model.stage for model in models)
    found = ", ".join(
        f"{counts[stage]:,} {STAGES_IN_WORDS[stage]}" for stage in STAGE_NAMES if counts[stage]
    )
    total = plural(len(models), "model")
    return f"{total} ({found})" if found else total


def rows_that_give(models: Sequence[PortfolioModel]) -> dict[str, int]:
    """Return for every column in how many rows the client states it, and it is used.

    Examples
    --------
    >>> rows_that_give(illustrative_portfolio().models)["users"]
    16
    """
    counts = dict.fromkeys(PortfolioModel.model_fields, 0)
    for model in models:
        for name, owner in attribute_sources(model).items():
            counts[name] += owner == "client"
    if not any(model.name for model in models):
        counts["name"] = 0
    return counts


def notes_on(models: Sequence[PortfolioModel]) -> list[str]:
    r"""Return in sentences what the run does not take from the rows as somebody may expect.

    Examples
    --------
    >>> from modelops_abm.clients import read_portfolio
    >>> print(*notes_on(read_portfolio(b"id,stage,deployed_at\nchurn,idea,2027-01-01\n").models))
    not used: deployed_at of 1 model (churn): a model goes live when its work is done, not on a
    planned day
    """
    return [*_unused_in_words(models), *_defaults_in_words(models)]


def _unused_in_words(models: Sequence[PortfolioModel]) -> Iterator[str]:
    ids: dict[str, list[str]] = defaultdict(list)
    columns: dict[str, dict[str, None]] = defaultdict(dict)
    for model in models:
        for name, reason in unused(model).items():
            columns[reason][name] = None
            if model.id not in ids[reason][-1:]:
                ids[reason].append(model.id)
    for reason, names in columns.items():
        yield f"not used: {all_of([*names])} of {_named(ids[reason])}: {reason}"


def _named(ids: Sequence[str]) -> str:
    shown = ", ".join(printable(id_) for id_ in ids[:_MOST_NAMED])
    more = f" and {len(ids) - _MOST_NAMED:,} more" if len(ids) > _MOST_NAMED else ""
    return f"{plural(len(ids), 'model')} ({shown}{more})"


def _defaults_in_words(models: Sequence[PortfolioModel]) -> Iterator[str]:
    if models and not any(states(model, "stage") for model in models):
        yield "taken as in production, as no row gives a stage: all models"
    open_ = [model.id for model in models if not states(model, "regulated")]
    if 0 < len(open_) < len(models):
        unless = "unless their archetype is, as the row does not say"
        yield f"taken as not regulated, {unless}: {_named(open_)}"
