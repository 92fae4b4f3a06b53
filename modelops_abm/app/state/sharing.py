"""What several visitors ask is run once; docs/decisions/0067."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable, Iterator
from threading import Condition, Event, RLock

from modelops_abm.runs import Cancelled

_POLL_SECONDS = 0.05


class SharedStreams[T]:
    """Streams of ever better findings, each run once for all who take it at about the same time.

    Nobody runs a stream for the others: whoever waits for the next finding moves it on, while those
    who wait for the same look on. One who comes later begins with the newest. If the one who moves
    it is cancelled in the middle, the next runs it anew, without a finding coming twice.

    Parameters
    ----------
    most
        Of how many streams that nobody takes the newest finding is kept, the latest used. Those
        that somebody takes are kept in any case.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._streams: OrderedDict[Hashable, _Stream[T]] = OrderedDict()
        # Taken again by a thread that happens to clear away a stream nobody took to its end; so
        # nothing below is walked through while it may change.
        self._lock = RLock()

    def items(
        self, key: Hashable | None, run: Callable[[Event], Iterator[T]], cancel: Event
    ) -> Iterator[T]:
        """Yield the findings of a stream, or only the newest of those that came meanwhile.

        Parameters
        ----------
        key
            Names the stream: of the same key, the same findings come in the same order. None for
            one that is not shared.
        run
            Begins the stream, which ends with `Cancelled` soon after the event that it gets is set.
        cancel
            Set it from another thread to stop taking it.

        Raises
        ------
        Cancelled
            If `cancel` was set.
        """
        if key is None:
            yield from run(cancel)
            return
        stream = self._joined(key)
        try:
            known = 0
            while (newest := stream.after(known, run, cancel)) is not None:
                known, finding = newest
                yield finding
        finally:
            self._leave(key, stream)

    def _joined(self, key: Hashable) -> _Stream[T]:
        with self._lock:
            stream = self._streams.setdefault(key, _Stream())
            self._streams.move_to_end(key)
            stream.takers += 1
            return stream

    def _leave(self, key: Hashable, stream: _Stream[T]) -> None:
        with self._lock:
            stream.takers -= 1
            if not stream.takers:
                stream.close()
                if not stream.has_found and self._streams.get(key) is stream:
                    del self._streams[key]
            kept = [each for each, other in list(self._streams.items()) if not other.takers]
            for each in kept[: -self._most]:
                self._streams.pop(each, None)


class _Stream[T]:
    """One stream: how many findings came, and the newest.

    Attributes
    ----------
    takers
        How many take it now.
    is_at_end
        Whether its newest finding is its last.
    """

    def __init__(self) -> None:
        self.takers, self.is_at_end = 0, False
        self._count = 0
        self._newest: list[T] = []
        self._source: Iterator[T] | None = None
        self._cancel = _CancelOfMover()
        self._is_moved = False
        self._changed = Condition()

    @property
    def has_found(self) -> bool:
        """Whether a finding came."""
        return bool(self._newest)

    def after(
        self, known: int, run: Callable[[Event], Iterator[T]], cancel: Event
    ) -> tuple[int, T] | None:
        """Return the newest finding once more are there than are known; None at the end."""
        while True:
            with self._changed:
                while self._is_moved and self._count <= known:
                    if cancel.is_set():
                        raise Cancelled
                    self._changed.wait(_POLL_SECONDS)
                if self._count > known:
                    return self._count, self._newest[0]
                if self.is_at_end:
                    return None
                self._is_moved = True
                self._cancel.mover = cancel
            self._move(run)

    def close(self) -> None:
        """End the runs of a stream that nobody takes any more."""
        source, self._source = self._source, None
        if isinstance(source, Generator):
            source.close()

    def _move(self, run: Callable[[Event], Iterator[T]]) -> None:
        """Wait for the next finding, in the place of all who take the stream."""
        found: list[T] = []
        try:
            if self._source is None:
                self._source = run(self._cancel)
                for _ in range(self._count):  # which came before somebody was cancelled
                    next(self._source)
            found = [next(self._source)]
        except StopIteration:
            self.is_at_end, self._source = True, None
        except BaseException:
            self._source = None
            raise
        finally:
            with self._changed:
                if found:
                    self._newest = found
                    self._count += 1
                self._is_moved = False
                self._changed.notify_all()


class _CancelOfMover(Event):
    """Whether the one who moves a stream at the moment was cancelled.

    Attributes
    ----------
    mover
        That one's.
    """

    def __init__(self) -> None:
        super().__init__()
        self.mover = Event()

    def is_set(self) -> bool:
        """Return whether that one was."""
        return self.mover.is_set()
