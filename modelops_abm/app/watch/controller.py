"""The player: runs a plan and its baseline day by day in a thread, and hands out snapshots.

The thread alone touches the organisations. It shows a snapshot, waits until the one before is
drawn, and goes on: a browser that is slow sees fewer pictures, never a queue of old ones.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from modelops_abm.app.state.jobs import in_words
from modelops_abm.app.watch.observe import picture_of
from modelops_abm.app.watch.paired_run import PairedRun, RunChoice
from modelops_abm.app.watch.snapshot import Picture, Snapshot

SPEEDS: dict[str, float | None] = {"1": 1.0, "5": 5.0, "20": 20.0, "max": None}
"""Days a second by name; None is as many as the machine can do."""
FIRST_SPEED = "5"
# At top speed days are run for so long between two pictures: the eye sees it move, and a command
# waits no longer than that.
_SLICE_SECONDS = 0.05
# For a picture to be seen: a browser that has gone, or sleeps, must not hold the thread.
_LONGEST_WAIT_SECONDS = 1.0
_IN_FLIGHT = 1  # pictures that may be on their way while the next is made


class Player:
    """Plays a plan and its baseline.

    Every method may be called from any thread, and returns at once.

    Parameters
    ----------
    choice
        What to watch first.
    show
        Called with every snapshot, in the player's thread. Say `drawn` when it can be seen.
    followed
        Number of the model whose life is shown; by default the youngest of the start.
    """

    def __init__(
        self, choice: RunChoice, show: Callable[[Snapshot], None], followed: int | None = None
    ) -> None:
        self._show = show
        self._lock = threading.Lock()
        self._wake = threading.Event()  # a command has come: wait no longer for the next day
        self._drawn = threading.Event()  # the browser has said that it shows a picture
        self._serial = self._seen = 0  # of the last picture that was made, and that was drawn
        self._choice = choice
        self._followed = followed
        self._speed = FIRST_SPEED
        self._playing = False
        self._goal: int | None = None
        self._error = ""
        self._stale = True  # what is shown is older than the last command
        self._at_work = self._closed = False  # a thread runs only while there is something to do
        self._pair: PairedRun | None = None
        self._picture: Picture | None = None

    # Commands

    @property
    def choice(self) -> RunChoice:
        """What is watched."""
        return self._choice

    def play(self) -> None:
        """Let days go by; from the start again if the run is over."""
        with self._lock:
            if self._pair is not None and not self._pair.running:
                self._goal = 0
            self._playing, self._error = True, ""
        self._work_on()

    def pause(self) -> None:
        """Let no more days go by."""
        with self._lock:
            self._playing, self._goal = False, None
        self._work_on()

    def close(self) -> None:
        """Stop for good; the thread ends after the day it is at."""
        with self._lock:
            self._playing, self._goal, self._closed = False, None, True
            self._wake.set()
            self._drawn.set()

    def toggle(self) -> None:
        """Play if paused, pause if playing."""
        (self.pause if self._playing else self.play)()

    def step(self) -> None:
        """Run one day, then pause."""
        with self._lock:
            self._playing = False
            self._goal = min(self._day + 1, self._choice.plan.horizon_days)
        self._work_on()

    def jump(self, day: int) -> None:
        """Run to a day; an earlier one is reached from the start again.

        Raises
        ------
        ValueError
            If it is not a day of the run.
        """
        if not 0 <= day <= self._choice.plan.horizon_days:
            raise ValueError(f"day {day} is not in the run")
        with self._lock:
            self._goal = day
        self._work_on()

    def set_speed(self, name: str) -> None:
        """Choose a speed of `SPEEDS`.

        Raises
        ------
        KeyError
            If there is none of this name.
        """
        SPEEDS[name]
        with self._lock:
            self._speed = name
        self._work_on()

    def follow(self, number: int) -> None:
        """Show another model's life; none if there is no such model."""
        with self._lock:
            self._followed = number
        self._work_on()

    def ask(self, choice: RunChoice) -> None:
        """Watch something else, from day 0; goes on playing if it was."""
        with self._lock:
            self._choice, self._goal, self._error = choice, None, ""
            self._pair = self._picture = None
        self._work_on()

    def look(self) -> None:
        """Show the present moment again."""
        self._work_on()

    def drawn(self, serial: int) -> None:
        """Take note that a snapshot can be seen."""
        # Whatever a browser says, nothing was seen that was not shown, and nothing is unseen again.
        self._seen = max(self._seen, min(serial, self._serial))
        self._drawn.set()

    # The thread

    @property
    def _day(self) -> int:
        return 0 if self._pair is None else self._pair.day

    def _work_on(self) -> None:
        with self._lock:
            self._stale = True
            self._wake.set()
            self._drawn.set()
            if self._at_work or self._closed:
                return
            self._at_work = True
        threading.Thread(target=self._work, name="watch", daemon=True).start()

    def _work(self) -> None:
        due = time.monotonic()
        while self._has_work():
            try:
                due = self._advance(due)
            except Exception as error:  # noqa: BLE001 - what a model raises is shown, not lost
                self._stop(error)
            try:
                self._present()
            except BaseException:  # nobody is left to see it: the visitor has gone
                with self._lock:
                    self._playing, self._goal, self._at_work = False, None, False
                raise

    def _has_work(self) -> bool:
        with self._lock:
            wanted = self._stale or self._playing or self._goal is not None
            # All under the lock under which commands come: one that comes later finds no thread at
            # work and starts another, so that none is lost between the last look and the end.
            self._at_work = wanted and not self._closed
            self._stale = False
            self._wake.clear()
            return self._at_work

    def _advance(self, due: float) -> float:
        """Run the days of the next picture; return when the one after is due."""
        pair = self._prepared()
        goal, speed = self._goal, SPEEDS[self._speed]
        if goal is not None or (self._playing and speed is None):
            self._run(pair, goal)
            return time.monotonic()
        if not self._playing or speed is None:
            return time.monotonic()
        now = time.monotonic()
        # A command came first: nothing is run for it yet, and the day is due when it was.
        if self._sleep(due - now):
            return due
        # A machine too slow for the speed runs several days for one picture, and so keeps pace.
        behind = max(1, int((time.monotonic() - due) * speed))
        for _ in range(behind):
            pair.step()
        self._settle(pair)
        # What is more than a second overdue is given up, or days would race after a long halt.
        return max(due + behind / speed, time.monotonic() - _LONGEST_WAIT_SECONDS)

    def _prepared(self) -> PairedRun:
        """Return the pair, set up anew if the choice or an earlier day asks for it."""
        # Days cannot be run backwards: an earlier day is reached from the start again.
        with self._lock:
            choice, pair, goal = self._choice, self._pair, self._goal
        if pair is None or (goal is not None and goal < pair.day):
            pair = PairedRun(choice)  # takes a while: without the lock, commands come through
            with self._lock:
                if choice is self._choice:
                    self._pair = pair
        return pair

    def _run(self, pair: PairedRun, goal: int | None) -> None:
        """Run as far as a slice of time allows, or to the goal."""
        end = time.monotonic() + _SLICE_SECONDS
        while pair.running and (goal is None or pair.day < goal) and time.monotonic() < end:
            pair.step()
        with self._lock:
            # Another goal may have been set meanwhile: that one stands.
            if goal is not None and goal == self._goal and pair.day >= goal:
                self._goal = None
        self._settle(pair)

    def _settle(self, pair: PairedRun) -> None:
        with self._lock:
            if pair is self._pair and not pair.running and self._goal is None:
                self._playing = False

    def _sleep(self, seconds: float) -> bool:
        """Wait until the next day is due; return whether a command came first."""
        return seconds > 0.0 and self._wake.wait(seconds)

    def _stop(self, error: Exception) -> None:
        """Say what went wrong; the last picture stays, and playing starts from day 0 again."""
        words = in_words(error)
        with self._lock:
            self._error = f"The run stopped on day {self._day}. {words}"
            self._playing, self._goal, self._pair = False, None, None

    def _present(self) -> None:
        """Show the present moment, and let the browser keep up, unless a command comes."""
        snapshot = self._snapshot()
        self._show(snapshot)
        end = time.monotonic() + _LONGEST_WAIT_SECONDS
        while self._seen < snapshot.serial - _IN_FLIGHT and not self._wake.is_set():
            if not self._drawn.wait(end - time.monotonic()):
                return
            self._drawn.clear()

    def _snapshot(self) -> Snapshot:
        with self._lock:
            pair, followed = self._pair, self._followed
        # Outside the lock: it takes a while, and nobody but this thread changes the organisations.
        picture = None if pair is None else picture_of(pair, followed)
        with self._lock:
            # Else something else is to be watched by now, and this is a picture of what was.
            if picture is not None and pair is self._pair:
                self._picture = picture
            self._serial += 1
            return Snapshot(
                serial=self._serial,
                choice=self._choice,
                horizon_days=self._choice.plan.horizon_days,
                picture=self._picture,
                playing=self._playing,
                goal=self._goal,
                speed=self._speed,
                error=self._error,
            )
