"""Order of events at one instant, the day's edge, cancellation, the horizon."""

from __future__ import annotations

import itertools

import mesa
import numpy as np

from modelops_abm.compiled import prepare
from modelops_abm.core.events import Rank, place, rank_of
from modelops_abm.mesa_engine.calendar import Calendar, cancel


class Diary(mesa.Model):  # type: ignore[type-arg]
    """Writes down what happens."""

    def __init__(self) -> None:
        super().__init__(rng=0)
        prepare()
        self.calendar = Calendar(self, 10)
        self.entries: list[tuple[float, str]] = []

    def write(self, text: str) -> None:
        self.entries.append((self.calendar.now, text))

    def step(self) -> None:
        self.write("step")

    def dispatch(self) -> None:
        self.write("dispatch")


class Entry:
    """An event that writes a line; the calendar takes bound methods."""

    def __init__(self, diary: Diary, text: str) -> None:
        self._diary = diary
        self._text = text

    def happen(self) -> None:
        self._diary.write(self._text)


class Chain(Entry):
    """An event that asks for a dispatch."""

    def happen(self) -> None:
        super().happen()
        self._diary.calendar.request_dispatch()
        self._diary.calendar.request_dispatch()


def test_simultaneous_events_go_by_rank_number_and_cause_whatever_their_creation() -> None:
    places = list(itertools.product(Rank, (0, 1, 7, 2**33), (0, 3, 5)))
    expected = [f"{rank.name} {number} {cause}" for rank, number, cause in places]
    rng = np.random.default_rng(0)
    for _ in range(5):
        diary = Diary()
        entries = [Entry(diary, text) for text in expected]
        for index in rng.permutation(len(places)):
            rank, number, cause = places[index]
            diary.calendar.schedule(entries[index].happen, 1.5, rank, number, cause)
        diary.step()
        diary.step()
        found = [text for time, text in diary.entries if time == 1.5]
        assert found == expected


def test_places_are_in_order_and_tell_their_rank() -> None:
    prepare()
    keys = list(itertools.product(range(10), (0, 1, 2**40 - 1), range(8)))
    places = [place(*key) for key in keys]
    assert places == sorted(places)
    assert len(set(places)) == len(places)
    assert [rank_of(entry) for entry in places] == [rank for rank, _, _ in keys]


def test_an_event_at_a_whole_day_belongs_to_the_day_that_opens() -> None:
    diary = Diary()
    entry = Entry(diary, "event")
    diary.calendar.schedule(entry.happen, 1.0, Rank.ARRIVAL)
    diary.step()
    diary.step()
    assert diary.entries[:3] == [(1.0, "step"), (1.0, "event"), (2.0, "step")]


def test_nothing_happens_at_or_after_the_horizon() -> None:
    diary = Diary()
    entry = Entry(diary, "event")
    assert diary.calendar.schedule(entry.happen, 10.0, Rank.ARRIVAL) is None
    assert diary.calendar.schedule(entry.happen, float("inf"), Rank.ARRIVAL) is None
    assert diary.calendar.schedule(entry.happen, float("nan"), Rank.ARRIVAL) is None
    assert diary.calendar.schedule(entry.happen, np.nextafter(10.0, 0), Rank.ARRIVAL) is not None


def test_cancelled_events_leave_no_trace() -> None:
    diary = Diary()
    entry = Entry(diary, "event")
    cancel(diary.calendar.schedule(entry.happen, 0.5, Rank.INCIDENT))
    cancel(None)
    diary.step()
    assert diary.entries == [(1.0, "step")]


def test_work_is_assigned_once_after_all_events_of_an_instant() -> None:
    diary = Diary()
    events = [Chain(diary, f"event {number}") for number in range(3)]
    for number, event in enumerate(events):
        diary.calendar.schedule(event.happen, 0.5, Rank.COMPLETION, number)
    diary.step()
    found = [text for time, text in diary.entries if time == 0.5]
    assert found == ["event 0", "event 1", "event 2", "dispatch"]


def test_work_is_assigned_again_when_an_assignment_ends_at_once() -> None:
    class Instant(Diary):
        """Its first assignment is done at the instant it is made."""

        done = False

        def dispatch(self) -> None:
            super().dispatch()
            if not self.done:
                self.done = True
                self.work = Chain(self, "done")
                self.calendar.schedule(self.work.happen, self.calendar.now, Rank.COMPLETION)

    diary = Instant()
    diary.calendar.request_dispatch()
    diary.step()
    found = [text for time, text in diary.entries if time == 0.0]
    assert found == ["dispatch", "done", "dispatch"]
