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

from functools import cache
from importlib.resources import files
from typing import Final

from modelops_abm.evidence.belief import Belief, load_belief, read_belief

PUBLISHED: Final = "published"
"""How the default belief is called where a belief is named."""
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
