"""The default belief: organisations that fit what is published, as a table that ships.

It is what the fit makes of the reference scenario, with what is known of its values, and of the
published figures that are evidence (`benchmarks.published_evidence`). How many models an
organisation has it knows itself, so that they are stated: were they drawn, a few organisations of
hundreds would make all averages.

    modelops-abm fit --published --set portfolio.initial_models=24 --draws 1000 --output FILE

Whoever changes a default, a range, a figure or a rule makes the table anew. A test says when that
is due: scenario, figures and a digest of the ranges are in the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from modelops_abm.arrays import Floats
from modelops_abm.evidence.belief import Belief, load_belief, read_belief
from modelops_abm.experiments.draws import Draws, allowed, draws_of, joint_draws, known_of
from modelops_abm.scenario import Scenario, catalogue
from modelops_abm.scenario.columns import NOT_ABOVE
from modelops_abm.scenario.fields import mean_at
from modelops_abm.scenario.knowledge import Spread
from modelops_abm.scenario.sources import own_knowledge

PUBLISHED: Final = "published"
"""How the default belief is called where a belief is named."""
RANGES: Final = "ranges"
"""Names there no belief, but organisations drawn from what is known of each value."""
_FILE = "published.parquet"


@cache
def default_belief() -> Belief:
    """Return what is believed of an organisation of which nothing is known but its size.

    Nothing is fitted and nothing run: it is read once, in a tenth of a second.

    Examples
    --------
    >>> belief = default_belief()
    >>> len(belief.drawn(200, seed=1))
    200
    """
    return read_belief(files(__package__).joinpath(_FILE).read_bytes(), _FILE)


def belief_named(name: str) -> Belief:
    """Return the default belief by its name, or another from its file.

    Raises
    ------
    InputError
        If there is no such file, or it is no belief.
    """
    return default_belief() if name == PUBLISHED else load_belief(name)


# --------------------------------------------------------------------------------------
# Organisations like a plan's: of its size and with what it states, and for the rest as published.

_LEAST = 1e-3
"""Of a size, which would divide by nothing."""
_MODELS, _DEVELOPERS = "portfolio.initial_models", "team.developers"


def drawn_like(plan: Scenario, count: int, *, seed: int = 0) -> Draws:
    """Draw organisations like a plan's, as far as it states them, and as published for the rest.

    What the plan states is held. So is its size, models and developers, which everybody knows of
    their own organisation; of developers that nobody states beside models that somebody does,
    there are as many for each model as in the published belief. So it is with all that goes in
    proportion to size. What the plan gives a range of its own is drawn from that.

    Parameters
    ----------
    plan
        The plan, with its organisation.
    count, seed
        As `joint_draws` has them.

    Raises
    ------
    InputError, ValueError
        As `joint_draws` does.

    Examples
    --------
    >>> from modelops_abm.scenario import with_values
    >>> plan = with_values(Scenario(), {"team.focus": 0.7, "horizon_days": 90}, source="us")
    >>> found = drawn_like(plan, 20)
    >>> len(found), {"team.focus", "team.developers"} & {*found.columns}
    (20, set())
    """
    table = _table_like(plan)
    return joint_draws(plan, table, count, seed=seed)


def _table_like(plan: Scenario) -> pd.DataFrame:
    belief = default_belief()
    drawn = {name: np.asarray(each) for name, each in belief.draws.columns.items()}
    known, stated = known_of(plan)
    quantities = {each.name: each for each in catalogue()}
    own = [name for name in known if own_knowledge(plan, quantities[name]) is not None]
    held = {name for name in drawn if name in stated} | {_MODELS}
    held |= {_DEVELOPERS} if _MODELS in known else set()
    kept = _InProportion(plan, belief.scenario, drawn, held - {*own})
    columns = {name: kept.column(name) for name in drawn if name not in held and name not in own}
    if own:
        columns |= draws_of(plan, len(belief.draws), names=own).columns
    for name, limit in NOT_ABOVE.items():
        if name in columns:
            columns[name] = np.minimum(columns[name], columns.get(limit, _now(plan, limit)))
    return pd.DataFrame(columns)


class _InProportion:
    """Draws of values that are as many times larger as what they go by is held larger."""

    def __init__(
        self,
        plan: Scenario,
        of: Scenario,
        drawn: Mapping[str, NDArray[Any]],
        held: set[str],
    ) -> None:
        self._plan, self._of, self._drawn, self._held = plan, of, drawn, held
        self._known, _ = known_of(of)
        self._quantities = {each.name: each for each in catalogue()}

    def column(self, name: str) -> NDArray[Any]:
        """Return the draws of a value, as many times larger or smaller."""
        drawn, known = self._drawn[name], self._known.get(name)
        if not isinstance(known, Spread) or not known.in_proportion_to:
            return drawn
        found = drawn.astype(np.float64)
        for other, exponent in known.in_proportion_to.items():
            found = found * self._times(other) ** exponent
        return allowed(found, self._quantities[name])

    def _times(self, name: str) -> Floats | float:
        """Return how many times larger a value is than it was drawn."""
        # What the belief does not draw is as its own scenario has it.
        drawn = self._drawn.get(name, np.asarray(_now(self._of, name)))
        is_drawn = name in self._drawn and name not in self._held
        now = self.column(name) if is_drawn else _now(self._plan, name)
        return np.asarray(np.maximum(now, _LEAST) / np.maximum(drawn, _LEAST))


def _now(plan: Scenario, name: str) -> float:
    if name == _MODELS:
        return float(plan.models_at_start())
    return mean_at(plan, name)
