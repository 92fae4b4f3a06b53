"""Your organisation: what a visitor tells of it, by answers and files, and the belief beside it.

Answers and logs make a belief, which is fitted in the background; a portfolio and a scenario of
one's own are what it is fitted for. Nothing is decided until the visitor says so: a button lays the
plan on Decide on the organisation of a belief.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import htpy as h
import solara
from markupsafe import Markup as Html

from modelops_abm.app.errors import reported
from modelops_abm.app.organisation.belief_cards import (
    belief_card,
    learned_card,
    outlook_of,
    predicted_card,
)
from modelops_abm.app.organisation.file_cards import (
    day_zero,
    portfolio_in_use,
    portfolio_tools,
    read_in_words,
    scenario_in_use,
    scenario_tools,
)
from modelops_abm.app.organisation.log_rows import (
    LOGS,
    file_row,
    log_details,
    log_row,
)
from modelops_abm.app.organisation.own_files import (
    PORTFOLIO_ENDINGS,
    SCENARIO_ENDINGS,
    FileResults,
    act as act_on_files,
    choose_portfolio,
    choose_scenario,
)
from modelops_abm.app.organisation.questions import ASKED, helps_most, others_of, rows_of, said_of
from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.organisation import (
    LARGEST_ANSWERS_BYTES,
    LARGEST_BELIEF_BYTES,
    LARGEST_LOG_BYTES,
    Organisation,
)
from modelops_abm.app.state.said import LogForm, Said
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.uploads import (
    LARGEST_PORTFOLIO_BYTES,
    LARGEST_SCENARIO_BYTES,
    size_in_words,
)
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets import STEP_KEYS, FilePicker, Interview, Keys, Markup, PickedFile
from modelops_abm.app.widgets.browser import download
from modelops_abm.app.widgets.interview import Saying
from modelops_abm.app.widgets.markup import Action
from modelops_abm.clients import kinds
from modelops_abm.evidence.belief import belief_bytes
from modelops_abm.evidence.default import default_belief
from modelops_abm.evidence.interview import QUESTIONS
from modelops_abm.formats import plural
from modelops_abm.scenario.presets import PRESETS

_LOG_ENDINGS = ".csv,.tsv,.txt,.json"
_KEPT_ENDINGS = ".parquet,.toml,.yaml,.yml,.json"


@solara.component
def YourOrganisation(session: Session) -> None:
    """Show the part."""
    organisation, plan = session.organisation, session.plan
    basis = solara.use_memo(lambda: session.basis, [plan.start, plan.own])
    do = reported(session, lambda action: act(session, action))
    solara.use_effect(lambda: organisation.fit(basis), [organisation.said.value, basis])
    with solara.Div(classes=["organisation"]):
        with solara.Div(classes=["organisation-asked"]):
            _Questions(session)
            _Files(session, do)
        _Believed(session, do)
        with solara.Div(classes=["organisation-read", "your-data"]):
            FileResults(session, do)
        Markup(_foot(organisation), do, css_class="organisation-foot")


# --------------------------------------------------------------------------------------
# The interview.


@solara.component
def _Questions(session: Session) -> None:
    organisation = session.organisation
    do = reported(session, lambda action: act(session, action))
    helpful = helps_most(session)
    rows = rows_of(organisation, session.plan.scenario, helpful[0] if helpful else "")
    with solara.Div(classes=["card", "interview"], attributes={"data-part": "interview"}):
        Keys(STEP_KEYS, lambda meaning: do(Action(f"{meaning} answer", "")))
        Markup(_interview_head(organisation), do)
        Interview(
            rows,
            organisation.open.value,
            on_say=reported(session, partial(say, organisation)),
            on_open=reported(session, lambda name: open_question(organisation, name)),
        )
        Markup(_interview_foot(organisation), do)


def say(organisation: Organisation, saying: Saying) -> None:
    """Take an answer, or take it back."""
    if saying.name not in QUESTIONS:
        return
    if saying.how in ("about", "between", "exactly"):
        organisation.answer(saying.name, said_of(saying))
    else:
        organisation.forget(saying.name)


def open_question(organisation: Organisation, name: str) -> None:
    """Open a question, or none."""
    organisation.open.set(name if name in QUESTIONS else "")


def _interview_head(organisation: Organisation) -> h.Element:
    answered = sum(name in organisation.said.value.answers for name in ASKED)
    return h.div(".interview-head")[
        h.div[
            h.h2["Tell us what you can"],
            h.p(".label")["Each is optional. One answer is enough to begin; a guess is fine."],
        ],
        h.div(".keys", aria_hidden="true")[
            h.span[h.i(".key-you"), "you"], h.span[h.i(".key-published"), "published, middle"]
        ],
        _steps(organisation.said.value),
        h.div(".count")[
            h.strong[f"{answered} of {len(ASKED)}"],
            h.span(".segments-done", aria_hidden="true")[
                (h.i(class_="done" if at < answered else None) for at in range(len(ASKED)))
            ],
        ],
    ]


def _steps(said: Said) -> h.Element | None:
    """Return the buttons that go through the answers, once there is a step."""
    if not said.past and not said.undone:
        return None
    buttons = (("undo", "Undo", said.past), ("redo", "Redo", said.undone))
    return h.div(".steps", role="group", aria_label="History of the answers")[
        (
            h.button(
                ".plain.icon",
                data_action=f"{name} answer",
                aria_label=f"{words} an answer",
                title=f"{words} an answer",
                disabled=not steps,
            )[icon(name)]
            for name, words, steps in buttons
        )
    ]


def _interview_foot(organisation: Organisation) -> h.Element:
    answers = organisation.said.value.answers
    return h.div(".interview-foot")[
        h.p(".label")["You may also know"],
        (
            h.button(".chip", data_action="open question", data_value=question.name)[
                icon("plus", 14), question.label
            ]
            for question in others_of(organisation)
        ),
        bool(answers)
        and h.button(".plain", data_action="save answers")[icon("export", 16), "Answers, TOML"],
    ]


# --------------------------------------------------------------------------------------
# The files.


@solara.component
def _Files(session: Session, do: Callable[[Action], None]) -> None:
    organisation = session.organisation

    def take(kind: str, file: PickedFile) -> None:
        session.notice.set("")
        organisation.take_log(file.name, file.content, kind, session.plan.scenario)

    with solara.Div(classes=["card", "files"], attributes={"data-part": "files"}):
        Markup(_files_head(), do)
        _PortfolioRow(session, do)
        for kind, log in ((kind, organisation.said.value.logs.get(kind)) for kind in LOGS):
            with solara.Div(classes=["file"], attributes={"data-part": f"log-{kind}"}).key(kind):
                Markup(log_row(kind, log), do, css_class="file-words")
                if log is not None:
                    stop = "Stop" if log.state == "reading" else "Remove"
                    button = h.button(".plain", data_action="drop log", data_value=kind)[
                        stop, h.span(".spoken")[f" {LOGS[kind][0].lower()}"]
                    ]
                    Markup(button, do, css_class="file-action")
                FilePicker(
                    "Replace" if log is not None else "Choose",
                    "",
                    spoken=f": {LOGS[kind][0].lower()}",
                    accept=_LOG_ENDINGS,
                    largest_bytes=LARGEST_LOG_BYTES,
                    on_pick=reported(session, partial(take, kind)),
                ).key("picker")  # the same beside other buttons: it may be reading a file
                if log is not None:
                    form = organisation.forms.value.get(kind, LogForm())
                    may_map = organisation.has_content(kind)
                    details = log_details(kind, log, form.chosen, may_map=may_map)
                    if details is not None:
                        Markup(details, do, css_class="file-details")
        _KeptRow(session, do)
        Markup(h.fragment[_privacy(), scenario_tools()], do, css_class="privacy")


def _take_kept(session: Session, file: PickedFile) -> None:
    """Take a belief or answers, whichever the file is."""
    session.notice.set("")
    content = file.content
    is_small = content is not None and len(content) <= LARGEST_ANSWERS_BYTES
    is_belief = file.name.lower().endswith(".parquet") or (content or b"").startswith(b"PAR1")
    if is_small and not is_belief:
        session.organisation.take_answers(content, file.name)
    else:
        session.organisation.take_belief(content, file.name)


@solara.component
def _PortfolioRow(session: Session, do: Callable[[Action], None]) -> None:
    scenario, upload = session.plan.scenario, session.uploads.value.portfolio
    if upload is not None and upload.complaints:
        words: h.Node = h.fragment[
            f"{upload.label}: {read_in_words(upload)}, ",
            h.span(".costs")[f"{plural(len(upload.complaints), 'thing')} to correct"],
        ]
        state = "wrong"
    elif scenario.imported is not None:
        words, state = f"{plural(len(scenario.imported.models), 'model')} in use", "read"
    else:
        words, state = "would tell: models, users, dates", "none"
    take = reported(session, lambda file: choose_portfolio(session, file))
    with solara.Div(classes=["file"], attributes={"data-part": "portfolio-file"}):
        Markup(file_row("Portfolio", words, state), css_class="file-words")
        FilePicker(
            "Choose" if scenario.imported is None else "Replace",
            "",
            spoken=f" a portfolio, a CSV file of at most {size_in_words(LARGEST_PORTFOLIO_BYTES)}",
            accept=PORTFOLIO_ENDINGS,
            largest_bytes=LARGEST_PORTFOLIO_BYTES,
            on_pick=take,
        )
        Markup(portfolio_tools(), do, css_class="file-action")
        if upload is not None or scenario.imported is not None:
            content = h.fragment[portfolio_in_use(scenario), day_zero(scenario.start_date)]
            Markup(content, do, css_class="file-details")


@solara.component
def _KeptRow(session: Session, do: Callable[[Action], None]) -> None:
    """Show the row of files that the page, or a command, has written before."""
    plan = session.plan
    is_own = plan.start not in PRESETS
    words = "a scenario, a belief or answers"
    with solara.Div(classes=["file", "kept"]):
        Markup(file_row("Kept before", words, "read" if is_own else "none"), css_class="file-words")
        with solara.Div(attributes={"data-part": "scenario-file"}):
            FilePicker(
                "Scenario",
                "",
                spoken=f", a TOML, YAML or JSON file of at most"
                f" {size_in_words(LARGEST_SCENARIO_BYTES)}",
                accept=SCENARIO_ENDINGS,
                largest_bytes=LARGEST_SCENARIO_BYTES,
                on_pick=reported(session, lambda file: choose_scenario(session, file)),
            )
        with solara.Div(attributes={"data-part": "kept-file"}):
            FilePicker(
                "Belief or answers",
                "",
                accept=_KEPT_ENDINGS,
                largest_bytes=LARGEST_BELIEF_BYTES,
                on_pick=reported(session, partial(_take_kept, session)),
            )
        if is_own:
            Markup(scenario_in_use(plan), do, css_class="file-details")


def _files_head() -> h.Element:
    return h.div(".card-head")[
        h.h2["Or bring files"],
        h.p(".label")["We show what was read before anything is computed from it."],
    ]


def _privacy() -> h.Element:
    return h.p(".label")[
        "Read in memory, never written to disk; no link, report or export holds a row. This tab"
        " keeps it for a reload, but of a log only what it says."
    ]


# --------------------------------------------------------------------------------------
# The belief, and what the buttons do.


@solara.component
def _Believed(session: Session, do: Callable[[Action], None]) -> None:
    organisation = session.organisation
    own = organisation.belief.value
    plan, agreed = session.plan, session.agreed.value
    is_in_use = own is not None and plan.belief == own
    ahead = solara.use_memo(lambda: session.plan_ahead, [plan, own, agreed])
    asked = [ahead and ahead.key, session.seed.value, session.precision.value]
    solara.use_effect(lambda: session.look_ahead(ahead), asked)
    solara.use_effect(lambda: session.look_ahead_no_more, [])  # while another part is shown
    with solara.Div(classes=["organisation-believed"]):
        content = belief_card(
            organisation,
            is_in_use=is_in_use,
            outlook=outlook_of(session, ahead),
            helpful=helps_most(session),
        )
        Markup(content, do)
        if own is not None:
            _Learned(own, organisation.shows_all.value, do)
        else:
            # Until the first belief of one's own is there, the published one stays.
            content = predicted_card(OwnBelief(default_belief()), organisation.said.value.answers)
            Markup(content, do, css_class="learned-place")


@solara.component
def _Learned(own: OwnBelief, shows_all: bool, do: Callable[[Action], None]) -> None:
    # Rows are many: made again when the belief changes, and not as a bar moves.
    content = solara.use_memo(
        lambda: Html(h.fragment[learned_card(own, shows_all=shows_all), predicted_card(own)]),
        [own, shows_all],
    )
    Markup(content, do, css_class="learned-place")


def act(session: Session, action: Action) -> None:
    """Do what a visitor asks for."""
    organisation = session.organisation
    match action:
        case ("begin", _):
            helpful = helps_most(session)
            first = helpful[0] if helpful else organisation.next_question()
            open_question(organisation, first or ASKED[0])
        case ("open question", name):
            open_question(organisation, name)
        case ("save answers", _):
            content = organisation.answers_file().encode()
            session.tell_browser(download("modelops-answers.toml", content, "application/toml"))
        case ("undo answer", _):
            organisation.undo()
        case ("redo answer", _):
            organisation.redo()
        case ("cancel fit", _):
            organisation.cancel()
        case (name, _) if name in ("drop log", "read mapped") or name.startswith("map "):
            _act_on_log(session, action)
        case _ if action.name in _OF_BELIEF:
            if (own := organisation.belief.value) is not None:
                _act_on_belief(session, own, action)
        case _:
            act_on_files(session, action)


def _act_on_log(session: Session, action: Action) -> None:
    organisation, value = session.organisation, action.value
    match action.name.split(" ", 2):
        case ["drop", _] if value in kinds.READERS:
            organisation.drop_log(value)
        case ["read", _] if value in kinds.READERS:
            organisation.read_again(value, session.plan.scenario)
        case ["map", kind, field] if kind in kinds.READERS:
            organisation.choose(kind, field, value)


_OF_BELIEF = ("show all", "way", "keep belief", "decide with", "put aside")


def _act_on_belief(session: Session, own: OwnBelief, action: Action) -> None:
    organisation = session.organisation
    match action.name:
        case "show all":
            organisation.shows_all.set(not organisation.shows_all.value)
        case "way":
            _take_way(organisation, own, action.value)
        case "keep belief":
            kind = "application/vnd.apache.parquet"
            session.tell_browser(
                download("modelops-belief.parquet", belief_bytes(own.belief), kind)
            )
        case "decide with":
            session.decide_with(own)
            session.view.set("decide")
        case "put aside":
            session.decide_with(None)


def _take_way(organisation: Organisation, own: OwnBelief, place: str) -> None:
    ways = {
        f"{at} {number}": way
        for at, conflict in enumerate(own.belief.conflicts())
        for number, way in enumerate(conflict.ways)
    }
    if place in ways:
        organisation.loosen(ways[place])


def _foot(organisation: Organisation) -> h.Element | h.Fragment:
    """Return the bar at the bottom of a narrow screen."""
    said, own = organisation.said.value, organisation.belief.value
    files = sum(log.state == "read" for log in said.logs.values())
    answered = sum(name in said.answers for name in ASKED)
    words = f"{answered} of {len(ASKED)} answers, {plural(files, 'file')}"
    return h.fragment[
        h.p[words],
        own is not None and h.button(".primary", data_action="decide with")["Decide with this"],
    ]
