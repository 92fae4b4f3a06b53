"""The set of a model's agents: who is taken out of it is removed from the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import mesa
from mesa.agentset import _HardKeyAgentSet


# Mesa's class is private, and `tests/unit/test_internals_of_others.py` tells if it changes. The
# public one holds agents weakly.
class RegisteredAgents(_HardKeyAgentSet[Any]):
    """Mesa's set of all agents, or of those of a class, without a way to lose one silently.

    Mesa's own forgets an agent that is taken out of it, and the agent acts on. Sets that are made
    from it (`select`, `groupby`, a copy) may be changed at will: they are selections.
    """

    _leaving: mesa.Agent[Any] | None = None

    def forget(self, agent: mesa.Agent[Any]) -> None:
        """Expect Mesa to take this agent out next, which is removed already."""
        self._leaving = agent

    def remove(self, agent: mesa.Agent[Any]) -> None:
        """Remove an agent from the model.

        Raises
        ------
        KeyError
            If it is not in the set.
        """
        # Mesa calls this at the end of `agent.remove()`; anybody else means to begin with that.
        if agent is self._leaving or agent not in self:
            self._leaving = None
            super().remove(agent)
        else:
            agent.remove()

    def discard(self, agent: mesa.Agent[Any]) -> None:
        """Remove an agent from the model if it is in the set."""
        if agent in self:
            self.remove(agent)

    def _update(self, agents: Iterable[mesa.Agent[Any]]) -> RegisteredAgents:
        """Keep these agents in this order, and remove the others from the model."""
        # A dictionary, which keeps the order: iteration must not depend on addresses in memory.
        kept = dict.fromkeys(agents)
        for agent in tuple(self):
            if agent not in kept:
                agent.remove()
        super()._update(kept)
        return self
