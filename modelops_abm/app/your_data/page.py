"""Your data: a visitor's own portfolio and scenario."""

from __future__ import annotations

from collections.abc import Callable

import htpy as h
import solara

from modelops_abm.app.guard import guarded
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.uploads import (
    LARGEST_PORTFOLIO_BYTES,
    LARGEST_SCENARIO_BYTES,
    size_in_words,
)
from modelops_abm.app.widgets import FilePicker, Markup
from modelops_abm.app.widgets.markup import Action
from modelops_abm.app.your_data.actions import (
    act,
    choose_portfolio,
    choose_scenario,
    is_another,
)
from modelops_abm.app.your_data.portfolio_card import (
    models_table,
    portfolio_head,
    portfolio_result,
    portfolio_tools,
)
from modelops_abm.app.your_data.scenario_card import (
    scenario_head,
    scenario_result,
    scenario_tools,
)

_HINT = "or drop it here; at most"
_PORTFOLIO_ENDINGS = ".csv,.tsv,.txt"
_SCENARIO_ENDINGS = ".toml,.yaml,.yml,.json"


@solara.component
def YourData(session: Session) -> None:
    """Show the part."""
    do = guarded(session, lambda action: act(session, action))
    with solara.Div(classes=["your-data"]):
        _PortfolioCard(session, do)
        _ScenarioCard(session, do)
        _Results(session, do)
        Markup(_privacy(), css_class="privacy")


@solara.component
def _PortfolioCard(session: Session, do: Callable[[Action], None]) -> None:
    scenario = session.plan.scenario
    take = guarded(session, lambda file: choose_portfolio(session, file))
    with solara.Div(classes=["card"], attributes={"data-part": "portfolio-file"}):
        Markup(portfolio_head(scenario), do)
        FilePicker(
            "Choose a CSV file",
            f"{_HINT} {size_in_words(LARGEST_PORTFOLIO_BYTES)}",
            accept=_PORTFOLIO_ENDINGS,
            largest_bytes=LARGEST_PORTFOLIO_BYTES,
            on_pick=take,
        )
        Markup(portfolio_tools(scenario.start_date), do)


@solara.component
def _ScenarioCard(session: Session, do: Callable[[Action], None]) -> None:
    take = guarded(session, lambda file: choose_scenario(session, file))
    with solara.Div(classes=["card"], attributes={"data-part": "scenario-file"}):
        Markup(scenario_head(session.plan), do)
        FilePicker(
            "Choose a scenario file",
            f"{_HINT} {size_in_words(LARGEST_SCENARIO_BYTES)}",
            accept=_SCENARIO_ENDINGS,
            largest_bytes=LARGEST_SCENARIO_BYTES,
            on_pick=take,
        )
        Markup(scenario_tools(), do)


@solara.component
def _Results(session: Session, do: Callable[[Action], None]) -> None:
    """Show what became of the last files, and the models in use."""
    uploads, portfolio = session.uploads.value, session.plan.scenario.imported
    parts: list[h.Element] = []
    if uploads.portfolio is not None:
        is_in_use = uploads.portfolio.portfolio is not None and (
            uploads.portfolio.portfolio == portfolio
        )
        other = is_another(session, uploads.portfolio)
        parts.append(portfolio_result(uploads.portfolio, is_another=other, is_in_use=is_in_use))
    if portfolio is not None:
        parts.append(models_table(portfolio))
    if uploads.scenario is not None:
        parts.append(scenario_result(uploads.scenario))
    Markup(h.fragment[parts], do, css_class="results")


def _privacy() -> h.Element:
    return h.p(".label")[
        "Your files are read in memory and never written to disk. They last as long as this page;"
        " your browser keeps them for this tab, so that a reload finds them again. No link, report"
        " or export holds a row of them."
    ]
