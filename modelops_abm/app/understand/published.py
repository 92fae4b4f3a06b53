"""What is published beside an organisation, and a model card of the simulator.

The organisation is the visitor's, as it is; the card is of the reference. Both are run in the
background when somebody looks, and the latest are kept: the reference is the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import htpy as h
import solara

from modelops_abm.app.drawing.cards import folded_section
from modelops_abm.app.state.jobs import Job, Jobs
from modelops_abm.app.state.session import Session
from modelops_abm.app.widgets import Markup
from modelops_abm.app.widgets.markup import scroll_region
from modelops_abm.evidence.benchmarks import LETTERS, Beside, of_whom
from modelops_abm.evidence.measures import as_it_is
from modelops_abm.evidence.model_card import INDEPENDENT, Benchmarks, benchmarks_of
from modelops_abm.formats import plural
from modelops_abm.runs.threads import Rank, new_caller
from modelops_abm.scenario import Scenario, fingerprint_of

REPLICATIONS = 200
"""As the command `benchmarks` runs, so that both show the same numbers."""
UNPUBLISHED = (
    "availability of internal models, drift onsets in a year, the share of failures that a rollback"
    " covers, and the effort of a capability"
)
"""What we looked for and nobody has published."""
_KIND = "benchmarks"
_WAITING = "First figures in a moment"
_MOST_KEPT = 8
_kept: dict[str, Benchmarks] = {}


@solara.component
def Published(session: Session) -> None:
    """Show the visitor's organisation beside what is published, and the card of the simulator."""
    ours = use_benchmarks(session, session.plan.scenario)
    reference = use_benchmarks(session, Scenario())
    Markup(h.fragment[beside(ours), model_card(reference)])


def use_benchmarks(session: Session, scenario: Scenario) -> Benchmarks | None:
    """Return an organisation beside what is published, once that is known (a hook)."""
    found: solara.Reactive[tuple[str, Benchmarks] | None] = solara.use_reactive(None)
    jobs = solara.use_memo(Jobs, [])
    shown = as_it_is(scenario)
    key = fingerprint_of(shown)
    is_allowed = session.may_run(session.plan)

    def find_out() -> None:
        if is_allowed:
            jobs.start(_KIND, partial(_run, session, shown, key, found), session.notice.set)

    solara.use_effect(find_out, [key, is_allowed])
    # What an effect returns is called when the section goes: no job is left behind.
    solara.use_effect(lambda: jobs.close, [])
    known, benchmarks = found.value or ("", None)
    return benchmarks if known == key else None


def _run(
    session: Session,
    scenario: Scenario,
    key: str,
    found: solara.Reactive[tuple[str, Benchmarks] | None],
    job: Job,
) -> None:
    benchmarks = _kept.get(key)
    if benchmarks is None:
        benchmarks = benchmarks_of(
            scenario,
            REPLICATIONS,
            cancel=job.cancel,
            executor=new_caller(Rank.LAST, account=session.account),
        )
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)  # another visitor may have been faster
        _kept[key] = benchmarks
    job.tell(found.set, (key, benchmarks))


# --------------------------------------------------------------------------------------
# An organisation beside what is published.


def beside(found: Benchmarks | None) -> h.Element:
    """Return the section that sets an organisation beside what is published.

    Parameters
    ----------
    found
        What was found of it; None while it is being run.
    """
    title = "Your organisation beside what is published"
    if found is None:
        return folded_section("published", title, h.p(".label")[_WAITING])
    content = h.fragment[
        h.p(".lead")[found.sentence()],
        scroll_region(
            title,
            h.table(".published")[
                _head("Outcome", "Yours", "Published", "Of whom, when", "Yours is"),
                h.tbody[(_row(row, name) for row, name in _named(found))],
            ],
            ".scrolls",
        ),
        h.p(".label.below")[
            f"Yours: average of {plural(found.replications, 'future')} of two years without plan, ±"
            " its 95 % interval, at the values as set; or a value of the scenario. Judged: no range"
            " was published: then it is half as much again either way, of a single organisation"
            " threefold, but half as much again above one that tells because it does well. In"
            f" brackets: too different to be compared. {LETTERS}."
        ],
    ]
    return folded_section("published", title, content)


def _row(row: Beside, name: str) -> h.Element:
    known = row.benchmark
    return h.tr(data_key=known.name)[
        h.th(scope="row")[name or h.span(".spoken")[row.label]],
        h.td(".number")[name and row.ours_in_words()],
        h.td[known.in_words()],
        h.td(".whom", title=known.source)[of_whom(known)],
        h.td[h.strong(class_=_tone(row))[row.judgement]],
    ]


def _named(found: Benchmarks) -> Iterator[tuple[Beside, str]]:
    """Yield the rows, each with the name of its outcome if it is the first of that."""
    last = ""
    for row in found.rows:
        yield row, row.label if row.label != last else ""
        last = row.label


def _tone(row: Beside) -> str:
    if row.verdict is None or not row.benchmark.comparable:
        return "tone-untold"
    return "tone-earns" if row.verdict == "inside" else "tone-costs"


# --------------------------------------------------------------------------------------
# The card of the simulator: which published patterns its reference has.


def model_card(found: Benchmarks | None) -> h.Element:
    """Return the model card: patterns that agree or not, what nobody published, what was compared.

    Parameters
    ----------
    found
        What was found of the reference; None while it is being run.
    """
    patterns: h.Node = h.p(".label")[_WAITING]
    if found is not None:
        patterns = h.fragment[
            h.p(".lead")[f"The reference organisation: {found.sentence()}"],
            h.details(".fold")[
                h.summary[
                    h.span(".fold-name")["Every pattern, and what cannot be compared"],
                    h.span(".label")[str(len(found.rows))],
                ],
                scroll_region("Which patterns the reference has", _patterns(found), ".scrolls"),
            ],
        ]
    content = h.fragment[
        patterns,
        h.h3["What nobody has published"],
        h.p(".lead")[f"We found no figure for {UNPUBLISHED}. These stay judgement."],
        h.h3["What else it has been compared with"],
        h.p(".lead", data_part="independent")[INDEPENDENT],
    ]
    return folded_section("card", "A model card of the simulator", content)


def _patterns(found: Benchmarks) -> h.Element:
    return h.table(".published")[
        _head("Published", "Reference", "Agrees", "What differs"),
        h.tbody[
            (
                h.tr(data_key=row.benchmark.name)[
                    h.th(scope="row")[
                        f"{row.label}: {row.benchmark.in_words()}",
                        h.span(".meaning", title=row.benchmark.source)[of_whom(row.benchmark)],
                    ],
                    h.td(".number")[row.ours_in_words()],
                    h.td[h.strong(class_=_tone(row))[row.agreement]],
                    h.td(".meaning")[row.benchmark.differs],
                ]
                for row in found.rows
            )
        ],
    ]


def _head(*headings: str) -> h.Element:
    numbers = {"Yours", "Reference"}
    return h.thead[
        h.tr[
            (
                h.th(class_="number" if name in numbers else None, scope="col")[name]
                for name in headings
            )
        ]
    ]
