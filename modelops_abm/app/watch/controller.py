"""The player: runs a plan and its baseline day by day in a thread, and hands out snapshots.

The thread alone touches the organisations. It shows a snapshot, waits until the one before is
drawn, and goes on: a browser that is slow sees fewer pictures, never a queue of old ones. A run is
computed once: while somebody watches and nothing else is to do, the days to come are, so that every
day can be jumped to.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

from modelops_abm.app.state.jobs import in_words
from modelops_abm.app.watch.paired_run import RunChoice
from modelops_abm.app.watch.recording import Recording
from modelops_abm.app.watch.snapshot import Picture, Snapshot

SPEEDS: dict[str, float | None] = {"1": 1.0, "5": 5.0, "20": 20.0, "max": None}
"""Days a second by name; None is as many as the machine can do."""
FIRST_SPEED = "5"
# At top speed days are run for so long between two pictures: the eye sees it move, and a command
# waits no longer than that.
_SLICE_SECONDS = 0.05
# On the way to a day nobody follows the pictures, each of which takes longer to draw than its days.
_SLICE_ON_THE_WAY_SECONDS = 0.5
_REST_SECONDS = 0.01
# For a picture to be seen: a browser that has gone, or sleeps, must not hold the thread.
_LONGEST_WAIT_SECONDS = 1.0
# Of a run that is computed already nothing is waited for: so many days a picture can be followed.
_MOST_DAYS = 40
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
    opening
        Day to begin at. From 1 on, the model with most to tell by then is followed.
    """

    def __init__(
        self,
        choice: RunChoice,
        show: Callable[[Snapshot], None],
        followed: int | None = None,
        opening: int = 0,
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
        self._goal: int | None = opening or None
        self._chooses = opening > 0 and followed is None
        self._error = ""
        self._stale = True  # what is shown is older than the last command
        self._at_work = self._closed = False  # a thread runs only while there is something to do
        self._recording: Recording | None = None
        self._day = 0  # that is shown, or will be next
        self._watched = False  # days to come are computed only then
        self._picture: Picture | None = None

    # Commands

    @property
    def choice(self) -> RunChoice:
        """What is watched."""
        return self._choice

    def play(self) -> None:
        """Let days go by; from the start again if the run is over."""
        with self._lock:
            if self._day >= self._choice.plan.horizon_days:
                self._day = 0
            self._playing, self._watched, self._error = True, True, ""
        self._work_on()

    def pause(self) -> None:
        """Let no more days go by."""
        with self._lock:
            self._playing, self._goal = False, None
        self._work_on()

    def leave(self) -> None:
        """Let no more days go by, nor be computed, until somebody looks again."""
        with self._lock:
            self._watched = False
        self.pause()

    def close(self) -> None:
        """Stop for good; the thread ends after the day it is at."""
        with self._lock:
            self._playing, self._goal, self._closed = False, None, True
            self._watched = False
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
        """Show a day; one that is not computed yet is run to.

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
            self._followed, self._chooses = number, False
        self._work_on()

    def ask(self, choice: RunChoice) -> None:
        """Watch something else, from day 0; goes on playing if it was."""
        with self._lock:
            self._choice, self._goal, self._error, self._day = choice, None, "", 0
            self._recording = self._picture = None
        self._work_on()

    def look(self) -> None:
        """Show the present moment again, and compute the days to come meanwhile."""
        with self._lock:
            self._watched = True
        self._work_on()

    def drawn(self, serial: int) -> None:
        """Take note that a snapshot can be seen."""
        # Whatever a browser says, nothing was seen that was not shown, and nothing is unseen again.
        self._seen = max(self._seen, min(serial, self._serial))
        self._drawn.set()

    # The thread

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
        while (work := self._work_to_do()) is not None:
            if work == "ahead":
                self._compute_ahead()
                due = time.monotonic()
                continue
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

    def _work_to_do(self) -> Literal["show", "ahead"] | None:
        with self._lock:
            wanted = self._stale or self._playing or self._goal is not None
            recording = self._recording
            is_ahead = self._watched and recording is not None and not recording.is_whole
            # All under the lock under which commands come: one that comes later finds no thread at
            # work and starts another, so that none is lost between the last look and the end.
            self._at_work = (wanted or is_ahead) and not self._closed
            self._stale = False
            self._wake.clear()
            if not self._at_work:
                return None
            return "show" if wanted else "ahead"

    def _compute_ahead(self) -> None:
        """Compute days to come for a slice of time, unless a command comes."""
        recording, end = self._recording, time.monotonic() + _SLICE_SECONDS
        try:
            while (
                recording is not None
                and not recording.is_whole
                and time.monotonic() < end
                and not self._wake.is_set()
            ):
                recording.step()
        except Exception:  # noqa: BLE001 - it is told when somebody comes to that day
            with self._lock:
                self._watched = False
        # Others want the interpreter: figures of Decide, and pictures of other visitors.
        self._wake.wait(_REST_SECONDS)

    def _advance(self, due: float) -> float:
        """Run the days of the next picture; return when the one after is due."""
        recording = self._prepared()
        goal, speed = self._goal, SPEEDS[self._speed]
        if goal is not None or (self._playing and speed is None):
            self._run(recording, goal)
            return time.monotonic()
        if not self._playing or speed is None:
            return time.monotonic()
        now = time.monotonic()
        # A command came first: nothing is run for it yet, and the day is due when it was.
        if self._sleep(due - now):
            return due
        # A machine too slow for the speed runs several days for one picture, and so keeps pace.
        behind = max(1, int((time.monotonic() - due) * speed))
        self._move(recording, self._day + behind)
        self._settle(recording)
        # What is more than a second overdue is given up, or days would race after a long halt.
        return max(due + behind / speed, time.monotonic() - _LONGEST_WAIT_SECONDS)

    def _prepared(self) -> Recording:
        """Return the recording, set up anew if the choice asks for it."""
        with self._lock:
            choice, recording = self._choice, self._recording
        if recording is None:
            recording = Recording(choice)  # takes a while: without the lock, commands come through
            with self._lock:
                if choice is self._choice:
                    self._recording = recording
        return recording

    def _run(self, recording: Recording, goal: int | None) -> None:
        """Go as far as a slice of time allows, or to the goal, unless a command comes."""
        last, now = self._choice.plan.horizon_days, time.monotonic()
        wanted, end = min(last, self._day + _MOST_DAYS), now + _SLICE_SECONDS
        if goal is not None:
            wanted, end = goal, now + _SLICE_ON_THE_WAY_SECONDS
        while (
            recording.day < wanted
            and not recording.is_whole
            and time.monotonic() < end
            and not self._wake.is_set()
        ):
            recording.step()
        self._move(recording, min(wanted, recording.day))
        with self._lock:
            # Another goal may have been set meanwhile: that one stands.
            if goal is not None and goal == self._goal and recording.day >= goal:
                self._goal = None
        self._settle(recording)

    def _move(self, recording: Recording, day: int) -> None:
        """Go to a day, and run what is missing."""
        while recording.day < day and not recording.is_whole:
            recording.step()
        with self._lock:
            if recording is self._recording:
                self._day = min(day, recording.day)

    def _settle(self, recording: Recording) -> None:
        with self._lock:
            is_over = self._day >= self._choice.plan.horizon_days
            if recording is self._recording and is_over and self._goal is None:
                self._playing = False

    def _sleep(self, seconds: float) -> bool:
        """Wait until the next day is due; return whether a command came first."""
        return seconds > 0.0 and self._wake.wait(seconds)

    def _stop(self, error: Exception) -> None:
        """Say what went wrong; the last picture stays, and playing starts from day 0 again."""
        words = in_words(error)
        with self._lock:
            day = self._day if self._recording is None else self._recording.day
            self._error = f"The run stopped on day {day}. {words}"
            self._playing, self._goal, self._recording, self._day = False, None, None, 0

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
            recording, followed, day = self._recording, self._followed, self._day
            chooses = self._chooses and recording is not None and self._goal is None
        if chooses and recording is not None:
            followed = recording.most_told(day)
            with self._lock:
                self._chooses, self._followed = False, followed
        # Outside the lock: it takes a while, and nobody but this thread changes the organisations.
        picture = None if recording is None else recording.picture(day, followed)
        with self._lock:
            # Else something else is to be watched by now, and this is a picture of what was.
            if picture is not None and recording is self._recording:
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
