"""The player: play, pause, step, jump, speeds, errors; and that it waits for what is drawn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from modelops_abm import preset
from modelops_abm.app.watch import controller
from modelops_abm.app.watch.controller import Player
from modelops_abm.app.watch.paired_run import PairedRun, RunChoice
from modelops_abm.app.watch.snapshot import Snapshot
from modelops_abm.scenario import with_values
from tests.patience import PATIENCE_SECONDS, until


def choice(days: int = 400, replication: int = 0) -> RunChoice:
    plan = with_values(preset("all_five"), {"horizon_days": days}, source="test")
    return RunChoice(plan, seed=0, replication=replication)


class Screen:
    """Takes snapshots, and draws them unless it is told not to."""

    def __init__(self, asked: RunChoice) -> None:
        self.snapshots: list[Snapshot] = []
        self.drawing = True
        self.player = Player(asked, self.show)

    def show(self, snapshot: Snapshot) -> None:
        self.snapshots.append(snapshot)
        if self.drawing:
            self.player.drawn(snapshot.serial)

    @property
    def last(self) -> Snapshot:
        return self.snapshots[-1]

    def wait(self, condition: Callable[[Snapshot], bool]) -> Snapshot:
        until(lambda: self.snapshots and condition(self.last), lambda: self.snapshots[-1:])
        return self.last


@pytest.fixture
def screen() -> Iterator[Screen]:
    screen = Screen(choice())
    screen.player.look()
    screen.wait(lambda shown: shown.picture is not None)
    yield screen
    screen.player.leave()
    until(lambda: not any(thread.name == "watch" for thread in threading.enumerate()))


def test_it_shows_day_0_and_rests(screen: Screen) -> None:
    assert screen.last.day == 0
    assert not screen.last.playing
    time.sleep(0.1)
    assert len(screen.snapshots) == 1


def test_single_days(screen: Screen) -> None:
    for day in (1, 2, 3):
        screen.player.step()
        screen.wait(lambda shown, day=day: shown.day == day and shown.goal is None)
    assert not screen.last.playing


def test_it_plays_day_after_day_at_the_speed_asked_for(screen: Screen) -> None:
    screen.player.set_speed("20")
    began = time.monotonic()
    screen.player.play()
    screen.wait(lambda shown: shown.day >= 20)
    assert time.monotonic() - began >= 0.9
    days = [snapshot.day for snapshot in screen.snapshots]
    assert days == sorted(days)


def test_a_pause_takes_effect_at_once(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(controller.SPEEDS, "1", 0.1 / PATIENCE_SECONDS)  # the next day never comes
    screen.player.set_speed("1")
    screen.player.play()
    screen.wait(lambda shown: shown.playing and shown.day == 1)
    screen.player.pause()
    screen.wait(lambda shown: not shown.playing)
    assert screen.last.day == 1


def test_no_day_is_run_after_a_pause(screen: Screen) -> None:
    screen.player.set_speed("20")
    screen.player.play()
    screen.wait(lambda shown: shown.playing and shown.day > 0)
    screen.player.pause()
    day = screen.wait(lambda shown: not shown.playing).day
    time.sleep(0.2)
    assert screen.last.day == day


def test_full_speed_runs_to_the_end_and_stops_there(screen: Screen) -> None:
    screen.player.set_speed("max")
    screen.player.play()
    last = screen.wait(lambda shown: shown.over and not shown.playing)
    assert last.day == 400
    assert last.picture is not None
    screen.player.play()
    screen.wait(lambda shown: shown.playing and shown.day < 400)


def test_a_jump_forwards_and_back_shows_the_same_day(screen: Screen) -> None:
    def at(day: int) -> Snapshot:
        screen.player.jump(day)
        return screen.wait(lambda shown: shown.day == day and shown.goal is None)

    first, _, again = at(50), at(120), at(50)
    assert first.picture is not None
    assert again.picture is not None
    assert first.picture.plan == again.picture.plan
    assert first.picture.baseline == again.picture.baseline


def test_a_run_is_computed_once(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ahead, while somebody looks; then every day is there without another."""
    until(lambda: screen.player._recording and screen.player._recording.is_whole)

    def fails(_paired: PairedRun) -> None:
        raise AssertionError("a day is run again")

    monkeypatch.setattr(PairedRun, "step", fails)
    for day in (400, 7, 250, 0):
        screen.player.jump(day)
        assert not screen.wait(lambda shown, day=day: shown.day == day).error


def test_nothing_is_computed_once_nobody_looks() -> None:
    screen = Screen(choice())
    screen.player.step()
    screen.wait(lambda shown: shown.day == 1)
    screen.player.leave()
    until(lambda: not screen.player._at_work)
    assert screen.player._recording is not None
    assert not screen.player._recording.is_whole


def test_it_opens_in_the_middle_of_a_story() -> None:
    shown: list[Snapshot] = []
    player = Player(choice(), shown.append, opening=100)
    player.step()
    player.jump(100)
    until(lambda: shown and shown[-1].day == 100 and shown[-1].goal is None)
    picture, recording = shown[-1].picture, player._recording
    assert picture is not None
    assert picture.followed is not None
    assert recording is not None
    assert picture.followed.number == recording.most_told(100)
    assert picture.difference[-1] == (100, round(picture.plan.npv - picture.baseline.npv, 4))
    player.close()


@pytest.mark.parametrize("day", [-1, 401])
def test_no_jump_beyond_the_run(screen: Screen, day: int) -> None:
    with pytest.raises(ValueError, match="not in the run"):
        screen.player.jump(day)


def test_no_unknown_speed(screen: Screen) -> None:
    with pytest.raises(KeyError):
        screen.player.set_speed("warp")


def test_another_future_is_another_run(screen: Screen) -> None:
    screen.player.jump(60)
    first = screen.wait(lambda shown: shown.day == 60)
    screen.player.ask(choice(replication=1))
    screen.wait(lambda shown: shown.choice.replication == 1 and shown.picture is not None)
    assert screen.last.day == 0
    screen.player.jump(60)
    second = screen.wait(lambda shown: shown.day == 60)
    assert first.picture is not None
    assert second.picture is not None
    assert first.picture.plan.npv != second.picture.plan.npv


def test_following_another_model_runs_no_day(screen: Screen) -> None:
    screen.player.follow(5)
    shown = screen.wait(
        lambda shown: (
            shown.picture is not None
            and shown.picture.followed is not None
            and shown.picture.followed.number == 5
        )
    )
    assert shown.day == 0


def test_it_waits_until_a_picture_is_drawn(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controller, "_LONGEST_WAIT_SECONDS", PATIENCE_SECONDS)
    screen.player.set_speed("max")
    screen.wait(lambda shown: shown.speed == "max")
    screen.drawing = False
    shown = len(screen.snapshots)
    screen.player.play()
    screen.wait(lambda shown: shown.day > 0)
    time.sleep(0.3)  # in which many more would be shown
    assert len(screen.snapshots) <= shown + 2  # the present one, and one on its way
    last, shown = screen.last, len(screen.snapshots)
    screen.player.drawn(last.serial)
    screen.wait(lambda _shown: len(screen.snapshots) > shown)
    screen.drawing = True
    screen.player.drawn(10**9)  # forged: counts as the last one shown


def test_a_browser_that_never_answers_does_not_stop_the_run(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller, "_LONGEST_WAIT_SECONDS", 0.05)
    screen.drawing = False
    screen.player.set_speed("max")
    screen.player.play()
    screen.wait(lambda shown: shown.day >= 100)


def test_snapshots_do_not_change_later(screen: Screen) -> None:
    before = screen.last.picture
    assert before is not None
    copied = repr(before)
    screen.player.jump(30)
    screen.wait(lambda shown: shown.day == 30)
    assert repr(before) == copied


def test_an_error_in_the_model_is_said_and_the_last_picture_stays(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = PairedRun.step

    def fails_on_day_10(paired: PairedRun) -> None:
        if paired.day == 10:
            raise RuntimeError("a developer went missing")
        step(paired)

    monkeypatch.setattr(PairedRun, "step", fails_on_day_10)
    screen.player.ask(choice(replication=3))  # of the first, more is computed by now
    screen.wait(lambda shown: shown.choice.replication == 3 and shown.picture is not None)
    screen.player.jump(20)
    last = screen.wait(lambda shown: bool(shown.error))
    assert last.error == (
        "The run stopped on day 10. That did not work, by a mistake of this program (RuntimeError)."
    )
    assert last.picture is not None
    assert not last.playing
    monkeypatch.undo()
    screen.player.set_speed("max")
    screen.player.play()
    assert not screen.wait(lambda shown: shown.day > 20).error


def test_two_players_do_not_meet() -> None:
    one, other = Screen(choice()), Screen(choice(replication=2))
    for screen in (one, other):
        screen.player.jump(40)
    pictures = [
        screen.wait(lambda shown: shown.day == 40 and shown.goal is None).picture
        for screen in (one, other)
    ]
    alone = PairedRun(choice())
    for _ in range(40):
        alone.step()
    assert pictures[0] is not None
    assert pictures[1] is not None
    assert pictures[0].plan.npv == alone.plan.totals["discounted_net_value"]
    assert pictures[0].plan.npv != pictures[1].plan.npv


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_screen_that_fails_does_not_stop_the_player_for_good(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_snapshot: Snapshot) -> None:
        raise RuntimeError("the page is gone")

    monkeypatch.setattr(screen.player, "_show", fails)
    screen.player.play()
    time.sleep(0.3)
    monkeypatch.setattr(screen.player, "_show", screen.show)
    screen.player.step()
    assert not screen.wait(lambda shown: shown.day > 0).playing
