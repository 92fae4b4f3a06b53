"""What a portfolio says in all: how many models stand where, and which columns are filled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from modelops_abm.formats import plural
from modelops_abm.parameters.portfolio import STAGE_NAMES, PortfolioModel, attribute_sources

STAGES_IN_WORDS = {
    "idea": "in the backlog",
    "build": "in build",
    "deployment": "in deployment",
    "production": "in production",
    "retired": "retired",
}


def stages_in_words(models: Sequence[PortfolioModel]) -> str:
    """Return how many models there are and where: 24 models (20 in production, 4 in build)."""
    counts = Counter(model.stage for model in models)
    found = ", ".join(
        f"{counts[stage]:,} {STAGES_IN_WORDS[stage]}" for stage in STAGE_NAMES if counts[stage]
    )
    total = plural(len(models), "model")
    return f"{total} ({found})" if found else total


def rows_that_give(models: Sequence[PortfolioModel]) -> dict[str, int]:
    """Return for every column in how many rows the client states it."""
    counts = dict.fromkeys(PortfolioModel.model_fields, 0)
    for model in models:
        for name, owner in attribute_sources(model).items():
            counts[name] += owner == "client"
    if not any(model.name for model in models):
        counts["name"] = 0
    return counts
