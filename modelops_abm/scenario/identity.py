"""Who the models are by their number: name, origin, and a client's row."""

from __future__ import annotations

from typing import NamedTuple

from modelops_abm.scenario import PortfolioModel, Scenario
from modelops_abm.scenario.portfolio import attribute_sources


class Identity(NamedTuple):
    """Who a model is."""

    name: str
    """Name to show."""
    origin: str
    """``client``, ``initial`` (in production at the start) or ``idea``."""
    entry: PortfolioModel | None = None
    """A client's row for it."""

    @property
    def id(self) -> str | None:
        """The identifier as a client gives it; None for a model that no client listed."""
        return None if self.entry is None else self.entry.id

    @property
    def from_client(self) -> tuple[str, ...]:
        """Names of the attributes that a client stated; the rest comes from the scenario."""
        if self.entry is None:
            return ()
        owners = attribute_sources(self.entry)
        return tuple(name for name, owner in owners.items() if owner == "client")


def identity(scenario: Scenario, number: int) -> Identity:
    """Return who a model is: first a client's or the initial models, then ideas as they arrive."""
    # As both engines number the models: what is there at the start, and then ideas as they arrive.
    if scenario.imported is not None:
        entries = scenario.imported.models
        if number < len(entries):
            return Identity(entries[number].name or entries[number].id, "client", entries[number])
        return Identity(f"New idea {number - len(entries) + 1}", "idea")
    models, ideas = scenario.portfolio.initial_models, scenario.portfolio.initial_ideas
    if number < models:
        return Identity(f"Model {number + 1}", "initial")
    if number < models + ideas:
        return Identity(f"Idea {number - models + 1}", "idea")
    return Identity(f"New idea {number - models - ideas + 1}", "idea")
