"""What a portfolio says in all: how many models stand where, and which columns are filled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from modelops_abm.formats import plural
from modelops_abm.scenario.portfolio import (
    STAGE_NAMES,
    PortfolioModel,
    attribute_sources,
    states,
    unused,
)
from modelops_abm.text import all_of, printable

_MOST_NAMED = 5

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
    """Return for every column in how many rows the client states it, and it is used."""
    counts = dict.fromkeys(PortfolioModel.model_fields, 0)
    for model in models:
        for name, owner in attribute_sources(model).items():
            counts[name] += owner == "client"
    if not any(model.name for model in models):
        counts["name"] = 0
    return counts


def notes_on(models: Sequence[PortfolioModel]) -> list[str]:
    """Return in sentences what the run does not take from the rows as somebody may expect."""
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
        yield f"taken as not regulated, as the row does not say: {_named(open_)}"
