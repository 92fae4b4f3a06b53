"""Watch as a component: it sets up, plays, follows, and keeps to the session's plan."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
import solara

from modelops_abm.app.browser_sync import open_session, query_of_session
from modelops_abm.app.state.link import LAST_REPLICATION
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.session import Session
from modelops_abm.app.watch.page import Watch, Watching, choose_replication
from tests.patience import until


class Visit:
    """A rendered Watch."""

    def __init__(self, session: Session | None = None) -> None:
        plan = Plan.of_preset("all_five").changed({"horizon_days": 200})
        self.session = session or Session(plan)
        self.box, self.context = solara.render(Watch(self.session), handle_error=False)
        self.wait(lambda: "data-followed" in self.html)
        if session is not None:
            return
        self.watching.player.jump(0)  # it opens in the middle of a story
        self.wait(lambda: self.snapshot.day == 0 and self.snapshot.goal is None)
        self.wait(lambda: "<strong>Day 0</strong>" in self.html)

    @property
    def watching(self) -> Watching:
        watching = self.session.part_states["watch"]
        assert isinstance(watching, Watching)
        return watching

    @property
    def snapshot(self) -> Any:
        return self.watching.snapshot.value

    def wait(self, condition: Callable[[], bool]) -> None:
        until(condition, lambda: self.snapshot)

    def widgets(self, trait: str) -> list[Any]:
        found: list[Any] = []

        def look(widget: Any) -> None:
            if hasattr(widget, trait) and getattr(widget, trait) is not None:
                found.append(widget)
            for child in getattr(widget, "children", ()):
                if not isinstance(child, str):
                    look(child)

        look(self.box)
        return found

    @property
    def html(self) -> str:
        return "".join(str(widget.html) for widget in self.widgets("html"))

    def act(self, name: str, value: str = "") -> None:
        """Do what an element with this action does."""
        for widget in self.widgets("html"):
            if f'data-action="{name}"' in widget.html:
                send(widget, "action", {"name": name, "value": value})
                return
        raise AssertionError(f"nothing on the page does {name!r}")


def send(widget: Any, event: str, data: Any) -> None:
    """Do what a message of the browser does."""
    widget._handle_event(None, {"event": event, "data": data}, [])


@pytest.fixture
def visit() -> Iterator[Visit]:
    visit = Visit()
    yield visit
    visit.context.close()


def test_it_shows_both_organisations_at_day_0(visit: Visit) -> None:
    assert 'data-organisation="plan"' in visit.html
    assert 'data-organisation="baseline"' in visit.html
    assert "Day 0" in visit.html


def test_single_days_play_and_pause(visit: Visit) -> None:
    visit.act("step")
    visit.wait(lambda: visit.snapshot.day == 1)
    visit.act("speed", "20")
    visit.act("toggle")
    visit.wait(lambda: visit.snapshot.day >= 3)
    visit.wait(lambda: "Pause" in visit.html)
    visit.act("toggle")
    visit.wait(lambda: "Play" in visit.html)
    assert not visit.snapshot.playing


def test_a_click_on_a_token_follows_its_model(visit: Visit) -> None:
    visit.act("follow", "6")
    visit.wait(lambda: 'data-followed="6"' in visit.html)
    for nonsense in ("", "-1", "x", "9" * 30, "6.5"):
        visit.act("follow", nonsense)
    visit.wait(lambda: "Click a token" in visit.html)


def test_without_the_twin_there_is_one_lane(visit: Visit) -> None:
    # The player may be drawing, and then draws this after it, in its own thread.
    visit.act("baseline")
    visit.wait(lambda: 'data-organisation="baseline"' not in visit.html)
    visit.act("baseline")
    visit.wait(lambda: 'data-organisation="baseline"' in visit.html)


def test_what_a_browser_forges_does_nothing(visit: Visit) -> None:
    visit.act("speed", "1000000")
    visit.act("future", "-3")
    assert "whole number" in visit.session.notice.value
    for widget in visit.widgets("serial"):
        for forged in ("x", None, {}, -1, 1.5):
            for event in ("drawn", "key", "width"):
                send(widget, event, forged)
    for widget in visit.widgets("days"):
        for forged in ("x", None, -5, 10_000, True):
            send(widget, "jump", forged)
    time.sleep(0.2)
    assert visit.snapshot.day in (0, 1)
    assert visit.snapshot.speed == "5"


def test_the_timeline_jumps(visit: Visit) -> None:
    (timeline,) = visit.widgets("days")
    send(timeline, "jump", 75)
    visit.wait(lambda: visit.snapshot.day == 75 and visit.snapshot.goal is None)


def test_the_address_tells_the_day_at_which_it_stands_still(visit: Visit) -> None:
    def day_in_address() -> str | None:
        return dict(parse_qsl(query_of_session(visit.session) or "")).get("day")

    assert day_in_address() is None  # Decide is shown
    visit.session.view.set("watch")
    visit.watching.player.jump(75)
    visit.wait(lambda: day_in_address() == "75")
    visit.act("toggle")
    visit.wait(lambda: visit.snapshot.day > 75)
    assert day_in_address() == "75"
    visit.act("toggle")
    visit.wait(lambda: day_in_address() == str(visit.snapshot.day))
    opened = Visit(open_session(query_of_session(visit.session)))
    visit.wait(lambda: opened.snapshot.is_at_rest)
    assert opened.snapshot.day == visit.snapshot.day
    opened.context.close()
    visit.session.change({"horizon_days": 60})
    assert day_in_address() is None  # of a day that it has not, no link would open


def test_another_future_is_watched_at_once(visit: Visit) -> None:
    visit.act("future", "5")
    visit.wait(
        lambda: visit.snapshot.choice.replication == 5 and visit.snapshot.picture is not None
    )
    assert visit.session.replication.value == 5
    visit.wait(lambda: "Future 5" in visit.html)


def test_a_changed_plan_asks_before_it_starts_again(visit: Visit) -> None:
    visit.session.change({"capabilities.automation.maximum": 0.25})
    visit.wait(lambda: "The plan has changed" in visit.html)
    assert visit.snapshot.choice.plan.capabilities.automation.maximum == 1.0
    with visit.context:  # a change that is not drawn yet counts, too
        visit.session.change({"capabilities.automation.maximum": 0.5})
        visit.act("again")
    visit.wait(lambda: "The plan has changed" not in visit.html)
    assert visit.snapshot.choice.plan.capabilities.automation.maximum == 0.5


def test_the_run_is_kept_while_another_part_is_shown() -> None:
    visit = Visit()
    visit.act("step")
    visit.wait(lambda: visit.snapshot.day == 1)
    visit.context.close()
    box, context = solara.render(Watch(visit.session), handle_error=False)
    assert visit.snapshot.day == 1
    assert box.children
    context.close()


def test_closing_the_page_ends_the_run() -> None:
    visit = Visit()
    visit.act("toggle")
    visit.wait(lambda: visit.snapshot.playing)
    visit.context.close()
    visit.wait(lambda: not visit.watching.player._at_work)


def test_a_future_is_a_whole_number() -> None:
    session = Session()
    choose_replication(session, "12")
    assert session.replication.value == 12
    for text in ("", "x", "1.5", "-1", str(LAST_REPLICATION + 1)):
        choose_replication(session, text)
        assert session.replication.value == 12
        assert "whole number" in session.notice.value
