"""The engines agree on a fixed list of runs in which everything that can happen does, often.

One test makes all the runs and counts, so that it needs no state shared with other tests.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.docking.clockwork import (
    Case,
    back_when_its_source_fails,
    broken_together,
    capacity_is_added,
    changed_at,
    departures,
    drift_and_decay_noticed,
    everything_at,
    live_when_its_source_fails,
    mild_drifts_grow,
    previous_versions_break,
    reviewed_as_a_repair_ends,
    sources_fail_together,
    sources_often_down,
    struck_together,
    struck_when_decayed,
)
from tests.docking.crowded import (
    alike,
    interrupted_streams,
    many_cancelled_events,
    many_failing_sources,
    many_packages,
    many_postponed_events,
    many_steps,
    many_superseded_requests,
)
from tests.docking.docking import dock
from tests.docking.occurrences import EXPECTED, Occurrence, occurrences
from tests.docking.varied import varied

LEAST = 20
VARIED = 264
TIMES = (30.0, 45.0, 60.0, 20.25)


def cases() -> Iterator[Case]:
    """Return the list; where luck does not allow a tie the case is left out."""
    for number in range(VARIED):
        yield Case(varied(number), number, number % 3)
    for replication in range(30):
        found = [everything_at(time, replication) for time in TIMES]
        together = zip(found, TIMES, strict=True)
        yield from (changed_at(case, time) for case, time in together if case and time.is_integer())
        for whole_day in (False, True):
            found += [
                struck_together(replication, heals=heals, whole_day=whole_day)
                for heals in (False, True)
            ]
            found.append(broken_together(replication, whole_day=whole_day))
        yield from filter(None, found)
    for replication in range(60):
        found = [
            struck_when_decayed(replication, "incidents.pipeline_per_year"),
            struck_when_decayed(replication, "drift.onsets_per_year"),
            drift_and_decay_noticed(replication),
            sources_fail_together(replication, whole_day=False),
            sources_fail_together(replication, whole_day=True),
            back_when_its_source_fails(replication, "begins"),
            back_when_its_source_fails(replication, "ends"),
            live_when_its_source_fails(replication),
            reviewed_as_a_repair_ends(replication),
        ]
        yield from filter(None, found)
    for replication in range(4):
        yield from departures(replication)
        yield from previous_versions_break(replication)
        yield from sources_often_down(replication)
        yield from capacity_is_added(replication)
        yield many_steps(replication)
        yield many_failing_sources(replication)
        yield mild_drifts_grow(replication)
        yield many_cancelled_events(replication)
        yield many_postponed_events(replication)
        yield many_superseded_requests(replication)
        yield many_packages(replication)
        yield interrupted_streams(replication)
    for replication in range(30):
        yield alike(replication)


def test_the_engines_agree_whatever_happens_and_everything_does() -> None:
    found: Counter[Occurrence] = Counter()
    for case in cases():
        found += occurrences(dock(*case))
    rare = {" ".join(entry): found[entry] for entry in EXPECTED if found[entry] < LEAST}
    assert not rare, f"fewer than {LEAST} times: {dict(sorted(rare.items()))}"
    assert found.keys() <= EXPECTED
