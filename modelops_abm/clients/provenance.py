"""Which attributes of an imported model are the client's own, and which the scenario's."""

from __future__ import annotations

from typing import Literal

from modelops_abm.parameters.portfolio import PortfolioModel

Owner = Literal["client", "scenario"]

_ALWAYS_THE_CLIENTS = frozenset({"id", "name"})  # a model without a name is called by its id


def attribute_sources(entry: PortfolioModel) -> dict[str, Owner]:
    """Return for every attribute of an imported model whose value it has.

    ``client`` if the client stated it, ``scenario`` if it falls back to the scenario: to the
    model's archetype, to a draw, or to the default of `PortfolioModel` (stage, regulated).
    """
    return {name: _owner(entry, name) for name in PortfolioModel.model_fields}


def _owner(entry: PortfolioModel, name: str) -> Owner:
    if name in _ALWAYS_THE_CLIENTS:
        return "client"
    stated = name in entry.model_fields_set and getattr(entry, name) is not None
    return "client" if stated else "scenario"
