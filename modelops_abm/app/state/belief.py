"""What a plan's organisation is believed to be: the visitor's own belief, or the published one.

A plan holds the visitor's (`plan.Plan.belief`), so that undo and tray have it with the organisation
that it is of; None stands for what is believed of any organisation. `belief_of` returns either, and
`Belief.of_plan` lays a plan on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

import numpy as np

from modelops_abm.evidence.belief import Belief, Line
from modelops_abm.evidence.default import default_belief
from modelops_abm.evidence.interview import Told
from modelops_abm.evidence.statements import Statement


@dataclass(frozen=True, eq=False)
class OwnBelief:
    """What a visitor's organisation is believed to be, and what was said of it.

    Attributes
    ----------
    belief
        The draws, with the scenario that answers and files set.
    answers
        What was answered, by the name of the question; empty for a file that somebody brings.
    files
        What the files that were read are called.
    """

    belief: Belief
    answers: Mapping[str, Statement] = field(default_factory=lambda: MappingProxyType({}))
    files: tuple[str, ...] = ()

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of its draws and scenario: by this a link names it, and two are the same."""
        digest = hashlib.sha256(self.belief.scenario.model_dump_json().encode())
        for name, column in sorted(self.belief.draws.columns.items()):
            digest.update(name.encode())
            digest.update(
                np.asarray(column, np.float64).tobytes()
                if column.dtype.kind in "ifb"
                else json.dumps([str(value) for value in column]).encode()
            )
        return digest.hexdigest()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """What was learned, most first."""
        return self.belief.lines()

    @property
    def is_settled(self) -> bool:
        """Whether the fit has come to its end."""
        return self.belief.is_settled

    def is_of(self, told: Told) -> bool:
        """Tell whether it follows from what was told."""
        belief = self.belief
        return belief.scenario == told.scenario and set(belief.evidence) == set(told.evidence)

    def __eq__(self, other: object) -> bool:
        """Tell whether another is of the same draws."""
        return isinstance(other, OwnBelief) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        """Return a hash that equal ones share."""
        return hash(self.fingerprint)


def belief_of(own: OwnBelief | None) -> Belief:
    """Return the belief of a visitor's organisation, or the published one if there is none.

    >>> belief_of(None) is default_belief()
    True
    """
    return default_belief() if own is None else own.belief
