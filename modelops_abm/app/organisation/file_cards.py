"""The cards of files: what is in use, what became of a file, and what was read from it.

A portfolio in words comes first, as the top bar and the report say it too; then the card of the
portfolio, with what is wrong with a file; then that of the scenario, with what is unlike the
reference in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import htpy as h

from modelops_abm.app.measures import is_share, measure_of
from modelops_abm.app.state.plan import Plan
from modelops_abm.app.state.uploads import Complaint, PortfolioUpload, ScenarioUpload
from modelops_abm.app.theme import icon
from modelops_abm.app.widgets.markup import head_row, scroll_region
from modelops_abm.clients import attribute_sources, fingerprint, rows_that_give, stages_in_words
from modelops_abm.clients.portfolio import SOURCE as ILLUSTRATIVE
from modelops_abm.formats import NOTHING, count_of, number, plural
from modelops_abm.scenario import ImportedPortfolio, PortfolioModel, Scenario, StatedValue, describe
from modelops_abm.scenario.names import name_in_words
from modelops_abm.scenario.portfolio import unused
from modelops_abm.scenario.presets import title_of
from modelops_abm.scenario.sources import LABELS
from modelops_abm.scenario.words import plain_source, value_in_words
from modelops_abm.text import all_of, printable

_SHOWN_DIGITS = 8


def read_in_words(upload: PortfolioUpload) -> str:
    """Return how many models were read: 24 models read, 23 of 24 models read."""
    if upload.rows is None or upload.rows == upload.accepted:
        return f"{plural(upload.accepted, 'model')} read"
    return f"{count_of(upload.accepted, upload.rows)} models read"


def portfolio_in_words(portfolio: ImportedPortfolio | None, drawn: int) -> str:
    """Return which portfolio a plan has.

    Parameters
    ----------
    portfolio
        The imported one, if there is one.
    drawn
        Models that the scenario draws at the start if there is none.
    """
    if portfolio is None:
        return f"Example portfolio, {plural(drawn, 'model')}"
    own = "Illustrative" if portfolio.source == ILLUSTRATIVE else "Your"
    return f"{own} portfolio, {plural(len(portfolio.models), 'model')}"


def organisation_in_words(plan: Plan) -> str:
    """Return whose organisation a plan is for: the visitor's if something was told of it.

    >>> organisation_in_words(Plan.of_preset("reference"))[:17]
    'Example portfolio'
    """
    scenario = plan.scenario
    if plan.belief is None:
        return portfolio_in_words(scenario.imported, scenario.portfolio.initial_models)
    return f"Your organisation: {models_and_people(plan)}"


def models_and_people(plan: Plan) -> str:
    """Return how large the organisation of a plan is: models in production, and people.

    >>> models_and_people(Plan.of_preset("small_team"))
    '24 models, 5 people'
    """
    scenario = plan.scenario
    models, people = scenario.portfolio.initial_models, scenario.team.developers
    if scenario.imported is not None:
        models = sum(model.stage == "production" for model in scenario.imported.models)
    of_people = "1 person" if people == 1 else f"{number(people)} people"
    return f"{plural(models, 'model')}, {of_people}"


def shortened(fingerprint: str) -> str:
    """Return the first digits of a fingerprint."""
    return f"{fingerprint[:_SHOWN_DIGITS]}…"


# --------------------------------------------------------------------------------------
# The card of the portfolio, what is wrong with a file, and what was read from it.


MOST_SHOWN = 200
"""Rows and complaints that are shown; more would only make the page slow."""
_LEFT = ("id", "name", "archetype", "stage")
COLUMNS = tuple(PortfolioModel.model_fields)
_ALIGNED = {name: "" if name in _LEFT else "number" for name in COLUMNS}


def portfolio_in_use(scenario: Scenario) -> h.Node:
    """Return which portfolio of a client the plan has; nothing if it has none."""
    portfolio = scenario.imported
    return (
        portfolio
        and h.div(".in-use", data_part="portfolio-in-use")[
            h.strong[portfolio_in_words(portfolio, scenario.portfolio.initial_models)],
            _about(portfolio),
            h.button(data_action="remove portfolio")[icon("close"), "Remove"],
        ]
    )


def _about(portfolio: ImportedPortfolio) -> h.Element:
    # The head of the card has the number of models: here are the stages that stand in brackets.
    where = stages_in_words(portfolio.models).partition(" (")[2].rstrip(")")
    print_ = shortened(fingerprint(portfolio))
    return h.span(".label.source")[f"{portfolio.source}: {where}; fingerprint {print_}"]


def portfolio_tools() -> h.Fragment:
    """Return what helps to make a file: a template, and an example."""
    return h.fragment[
        h.button(".plain", data_action="portfolio template", aria_label="Template, CSV")[
            "Template"
        ],
        h.button(".plain", data_action="use illustrative", aria_label="Try a made-up one")[
            "Made-up one"
        ],
    ]


def day_zero(start: date) -> h.Element:
    """Return the date from which the dates of a portfolio count."""
    return h.label(".start-date")[
        "Dates count from",
        h.input(type="date", value=start.isoformat(), data_action="start date"),
    ]


def portfolio_result(upload: PortfolioUpload, *, is_another: bool, is_in_use: bool) -> h.Element:
    """Return what became of a file.

    Parameters
    ----------
    upload
        The file.
    is_another
        Whether the link asks for another portfolio.
    is_in_use
        Whether the plan has the accepted rows.
    """
    # Offered is what the file allows, and no more: rows that were read, columns to leave out.
    count = len(upload.complaints)
    return h.section(".card", data_part="portfolio-result", aria_live="polite")[
        h.header(".result-head")[
            h.h2[f"{upload.label}: {read_in_words(upload)}"],
            h.span(".label")[plural(count, "thing") + " to correct" if count else "nothing wrong"],
        ],
        is_another and _not_of_link(upload),
        count > 0 and complaints(upload.complaints, upload.label),
        _notes(upload),
        upload.unknown_columns and not upload.ignores_unknown and _offer_to_ignore(upload),
        not is_in_use and upload.is_usable and _offer(upload, is_another),
        not upload.is_usable
        and h.p(".secondary")["Nothing has been changed. Correct the file and choose it again."],
    ]


def _not_of_link(upload: PortfolioUpload) -> h.Element:
    assert upload.portfolio is not None
    own = shortened(fingerprint(upload.portfolio))
    return h.p(".costs")[
        f"This is not the portfolio that the link asks for: its fingerprint is {own}, so the"
        " figures would be others."
    ]


def _notes(upload: PortfolioUpload) -> h.Node:
    """Return what of the file is not taken as somebody may expect."""
    ignored = all_of([*map(printable, upload.unknown_columns)])
    notes = [f"ignored: {ignored}"] if ignored and upload.ignores_unknown else []
    notes += upload.notes
    return notes and h.ul(".notes")[(h.li[_sentence(note)] for note in notes)]


def _offer_to_ignore(upload: PortfolioUpload) -> h.Element:
    these = "this column" if len(upload.unknown_columns) == 1 else "these columns"
    return h.div(".tools")[
        h.button(data_action="ignore columns")[f"Ignore {these}"],
        h.span(".label")[all_of([*map(printable, upload.unknown_columns)])],
    ]


def _offer(upload: PortfolioUpload, is_another: bool) -> h.Element:
    these, the = ("this model", "the model that was read")
    if upload.accepted != 1:
        models = plural(upload.accepted, "model")
        these, the = (f"these {models}", f"the {models} that were read")
    words = f"Use {these} all the same" if is_another else f"Use {the}"
    left_out = (upload.rows or 0) - upload.accepted
    return h.div(".tools")[
        h.button(".primary", data_action="use portfolio")[words],
        left_out > 0
        and h.span(".label")[f"{plural(left_out, 'row')} left out; sums will lack what they earn."],
    ]


def complaints(found: Sequence[Complaint], file: str) -> h.Element:
    """Return everything that is wrong with a file, by kind, as far as it can be shown."""
    kinds = by_kind(found)
    left_out = len(kinds) - MOST_SHOWN
    content = h.fragment[
        h.table(".complaints")[
            h.colgroup[h.col, h.col],
            head_row(("Where", "What is wrong")),
            h.tbody[
                (
                    h.tr[h.th(scope="row")[place or "The file"], h.td[_sentence(message)]]
                    for place, message in kinds[:MOST_SHOWN]
                )
            ],
        ],
        left_out > 0 and h.p(".label")[f"... and {number(left_out)} more"],
    ]
    return scroll_region(f"What is wrong with {file}", content)


_MOST_PLACES = 6
_VARIES = re.compile(r"'[^']*'|\"[^\"]*\"|“[^”]*”|[-+]?\d[\d.,]*")
"""What differs between two errors of a kind: what was given, and where."""


def by_kind(found: Sequence[Complaint]) -> list[Complaint]:
    """Return a complaint for each kind, the most frequent first, with all its places.

    >>> by_kind([Complaint(f"Row {row}, users", f"'{row}x' is no number") for row in (3, 4)])
    [Complaint(place='Row 3, users; Row 4, users', message="2 times, the first: '3x' is no number")]
    """
    kinds: dict[str, list[Complaint]] = {}
    for complaint in found:
        kind = _VARIES.sub("#", f"{complaint.place} {complaint.message}")
        kinds.setdefault(kind, []).append(complaint)
    return [_as_one(members) for members in sorted(kinds.values(), key=len, reverse=True)]


def _as_one(members: Sequence[Complaint]) -> Complaint:
    if len(members) == 1:
        return members[0]
    places = "; ".join(place for place, _ in members[:_MOST_PLACES])
    more = f" and {number(len(members) - _MOST_PLACES)} more" * (len(members) > _MOST_PLACES)
    message = members[0].message
    is_same = all(each.message == message for each in members)
    return Complaint(
        places + more, f"{number(len(members))} times{'' if is_same else ', the first'}: {message}"
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def models_table(portfolio: ImportedPortfolio) -> h.Element:
    """Return every model as it was read, with what falls back to the scenario."""
    models = portfolio.models
    given = rows_that_give(models)
    left_out = len(models) - MOST_SHOWN
    return h.section(".card.wide", data_part="portfolio-models")[
        h.h2["What was read"],
        h.p(".secondary")[
            f"What is grey falls back to the scenario; what is struck out is given and not used."
            f" Under each heading: how many of {plural(len(models), 'row')} give it."
        ],
        scroll_region(
            "Models that were read",
            h.table(".models")[
                h.thead[
                    h.tr[
                        (
                            h.th(class_=_ALIGNED[name], scope="col")[name.replace("_", " ")]
                            for name in COLUMNS
                        )
                    ],
                    _counts(given),
                ],
                h.tbody[(_row(model) for model in models[:MOST_SHOWN])],
            ],
        ),
        left_out > 0 and h.p(".label")[f"... and {number(left_out)} more, read as well"],
    ]


def _counts(given: Mapping[str, int]) -> h.Element:
    counts = {name: number(given[name]) if given[name] else "none" for name in COLUMNS}
    return h.tr(".counts")[(h.td(class_=_ALIGNED[name])[count] for name, count in counts.items())]


def _row(model: PortfolioModel) -> h.Element:
    owners, reasons = attribute_sources(model), unused(model)
    return h.tr[
        (
            h.td(
                class_=[_ALIGNED[name], {"fallback": owners[name] != "client"}],
                title=reasons.get(name),
            )[_cell(getattr(model, name), is_used=owners[name] != "unused")]
            for name in COLUMNS
        )
    ]


def _cell(value: object, *, is_used: bool) -> h.Node:
    if isinstance(value, bool):
        words = "yes" if value else "no"
    elif isinstance(value, float):
        words = f"{value:,.10g}"
    else:
        words = NOTHING if value is None else str(value)
    return words if is_used else h.s[words]


# --------------------------------------------------------------------------------------
# The card of the scenario, and what is unlike the reference in it.


def scenario_in_use(plan: Plan) -> h.Element:
    """Return that the plan started from a file, and the way back."""
    return h.div(".in-use", data_part="scenario-in-use")[
        h.strong[title_of(plan.start)],
        h.span(".label")["your scenario"],
        h.button(data_action="remove scenario")[icon("close"), "Remove"],
    ]


def scenario_tools() -> h.Element:
    """Return what helps to make a file."""
    return h.button(
        ".plain",
        data_action="save scenario",
        title="Every value with its unit; lines that stay can be deleted",
    )[icon("export", 16), "This plan as a file, TOML"]


def scenario_result(upload: ScenarioUpload) -> h.Element:
    """Return what became of a file: what is wrong, or what is unlike the reference."""
    if upload.scenario is None:
        content: h.Node = [
            h.h2[f"{upload.label} cannot be used"],
            complaints(upload.complaints, upload.label),
            h.p(".secondary")["Nothing has been changed. Correct the file and choose it again."],
        ]
    else:
        content = _differences(upload)
    return h.section(".card", data_part="scenario-result", aria_live="polite")[content]


def _differences(upload: ScenarioUpload) -> h.Fragment:
    assert upload.scenario is not None
    stated = [
        value
        for value in describe(upload.scenario)
        if not value.is_default and value.quantity.name not in LABELS
    ]
    return h.fragment[
        h.h2[f"{upload.label}: {plural(len(stated), 'value')} unlike the reference"],
        scroll_region(
            "Values unlike the reference",
            h.table[
                head_row(("Value", "In your file", "Reference", "Source")),
                h.tbody[(_difference(value) for value in stated)],
            ],
        ),
    ]


def _told(stated: StatedValue) -> str:
    """Return a value with its unit; shares as the rail has them."""
    value, quantity = stated.value, stated.quantity
    if is_share(quantity) and isinstance(value, int | float):
        return measure_of(quantity).words(value)
    return value_in_words(stated)


def _difference(stated: StatedValue) -> h.Element:
    quantity = stated.quantity
    default = StatedValue(quantity, quantity.default, quantity.source, quantity.confidence)
    return h.tr[
        h.th(scope="row", title=f"{quantity.meaning} In files: {quantity.name}")[
            name_in_words(quantity.name)
        ],
        h.td[_told(stated)],
        h.td(".fallback")[_told(default)],
        h.td(".label")[plain_source(stated)],
    ]
