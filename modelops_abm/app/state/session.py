"""What one visitor sees and has done; nothing of it is shared with another visitor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import solara

from modelops_abm.app.state.answer import Answer
from modelops_abm.app.state.history import History
from modelops_abm.app.state.plan import FIRST_PRESET, Plan
from modelops_abm.app.state.uploads import Uploads
from modelops_abm.parameters import InputError

View = Literal["decide", "watch", "understand", "data"]
VIEWS: dict[View, str] = {
    "decide": "Decide",
    "watch": "Watch",
    "understand": "Understand",
    "data": "Your data",
}
"""The parts of the page, in their order, with their names."""
SEED = 0
"""Seed of the futures that a new visitor sees; a link may bring another."""


class Session:
    """The state of one visit, as reactive values that the page's components read.

    Attributes
    ----------
    view
        The part of the page that is shown.
    history
        The plan and its past.
    seed
        Seed of all futures.
    future
        Number of the future that Watch shows.
    answer
        The answer to the plan, as far as it is known; None before the first estimate.
    drawer
        What the drawer explains: a capability, or a dotted name of the scenario; empty if closed.
    notice
        What went wrong, in words; empty if nothing.
    command
        The last command to the browser, see `widgets.browser`.
    address
        Where the page is, without a query, as the browser reports it; empty before it does.
    wanted
        Fingerprint of the portfolio that a link asks for, until it is there; empty if none.
    uploads
        What became of the files that the visitor has chosen.
    copied
        The link that was put on the clipboard last.
    """

    def __init__(self, plan: Plan | None = None, seed: int = SEED) -> None:
        first = plan if plan is not None else Plan.of_preset(FIRST_PRESET)
        self.view: solara.Reactive[View] = solara.reactive("decide")
        self.history = solara.reactive(History(first))
        self.seed = solara.reactive(seed)
        self.future = solara.reactive(0)
        self.answer: solara.Reactive[Answer | None] = solara.reactive(None)
        self.drawer = solara.reactive("")
        self.notice = solara.reactive("")
        self.command: solara.Reactive[dict[str, Any]] = solara.reactive({})
        self.address = solara.reactive("")
        self.wanted = solara.reactive("")
        self.uploads = solara.reactive(Uploads())
        self.copied = solara.reactive("")
        self._commands = 0

    @property
    def plan(self) -> Plan:
        """The plan that is shown."""
        return self.history.value.plan

    def change(self, values: Mapping[str, Any]) -> None:
        """Change the plan by values of dotted names; what is not allowed becomes a notice."""
        try:
            self.take(self.plan.changed(values))
        except InputError as error:
            self.notice.set(str(error))

    def take(self, plan: Plan) -> None:
        """Show another plan, which can be undone."""
        self.notice.set("")
        self.history.set(self.history.value.then(plan))

    def undo(self) -> None:
        """Go back to the plan before the last change."""
        self.history.set(self.history.value.undo())

    def redo(self) -> None:
        """Bring back what was undone last."""
        self.history.set(self.history.value.redo())

    def tell_browser(self, command: dict[str, Any]) -> None:
        """Send a command of `widgets.browser`."""
        self._commands += 1
        self.command.set({**command, "serial": self._commands})
