from __future__ import annotations

import base64
import csv
import html
import io
import json
import re
import shlex
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import combinations
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.oxml.ns import qn
from pptx.util import Inches

from modelops_abm.app.browser_sync import hear
from modelops_abm.app.decide.credit_card import known_credit
from modelops_abm.app.decide.sentences import asked_of, headline
from modelops_abm.app.export.content import (
    Subject,
    awaited_in_words,
    cell,
    command,
    figures_csv,
    files_of,
    kept_table,
    learned_table,
    provenance,
    published_table,
    series_csv,
    subject_of,
    told_table,
)
from modelops_abm.app.export.menu import (
    EXPORTS,
    caption_of,
    command_shown,
    export,
    export_panel,
    link_of,
    pictures_in,
    share_panel,
    zipped,
)
from modelops_abm.app.export.report import report
from modelops_abm.app.export.slide_kit import FOOTER_TOP, HEIGHT
from modelops_abm.app.export.slides import columns_of, slides
from modelops_abm.app.state import estimation
from modelops_abm.app.state.answer import BANDS, PERIOD_DAYS, Answer, Remarks
from modelops_abm.app.state.belief import OwnBelief
from modelops_abm.app.state.draws import organisations_of
from modelops_abm.app.state.estimation import CreditSoFar
from modelops_abm.app.state.link import read_query
from modelops_abm.app.state.plan import Plan, file_name
from modelops_abm.app.state.session import Session
from modelops_abm.app.state.tray import Kept
from modelops_abm.charts.amounts import notation_of
from modelops_abm.cli import main
from modelops_abm.cli.options import believed
from modelops_abm.clients import illustrative_portfolio
from modelops_abm.core import outcomes
from modelops_abm.evidence.belief import Belief, load_belief, save_belief
from modelops_abm.evidence.benchmarks import BENCHMARKS
from modelops_abm.evidence.default import default_belief
from modelops_abm.experiments import compare, draws_of
from modelops_abm.experiments.credit_shares import credit
from modelops_abm.experiments.words import chance
from modelops_abm.runs import Cancelled
from modelops_abm.scenario import ImportedPortfolio, PortfolioModel, save_scenario, with_values
from modelops_abm.scenario.sources import with_range, with_sources
from modelops_abm.text import visible
from tests.patience import until

FUTURES, SEED = 6, 3
LEGEND_ENTRY = qn("c:legendEntry")
ADDRESS = "https://models.example.org/"
BETTER = "The best single change is no rollback, worth +$350 k."
TOO_FEW = "A team of 5 developers cannot carry this portfolio."
HOSTILE = '=cmd|"/c calc"!A1 <script>alert(1)</script> \x07\u202e\u200b'
PORTFOLIO = ImportedPortfolio(
    source="<script>clients.csv",
    models=tuple(
        PortfolioModel(id=f"secret-{number}", name="Secret <img src=x>") for number in range(4)
    ),
)


def _subject(plan: Plan, *, is_settled: bool = True) -> Subject:
    comparison = compare(plan.scenario, FUTURES, seed=SEED, daily=BANDS, period_days=PERIOD_DAYS)
    aim = FUTURES if is_settled else 400
    answer = Answer(plan=plan, comparison=comparison, aim=aim, is_settled=is_settled)
    earned = credit(plan.scenario, 3, seed=SEED)
    return Subject(answer, earned, ADDRESS, date(2026, 11, 25))


@pytest.fixture(scope="module")
def subject() -> Subject:
    """Return a plan with two capabilities and its figures."""
    plan = Plan.of_preset("small_team").changed(
        {
            "horizon_days": 200,
            "capabilities.automation.maximum": 0.5,
            "capabilities.rollback.maximum": 1.0,
        }
    )
    return _subject(plan)


@pytest.fixture(scope="module")
def told(subject: Subject) -> Subject:
    """Return the same of an organisation that was told by as many answers as are published."""
    plan = subject.plan.with_belief(OwnBelief(default_belief()))
    return replace(subject, answer=replace(subject.answer, plan=plan))


@pytest.fixture(scope="module")
def hostile() -> Subject:
    """Return a plan whose every name is hostile."""
    base = with_values(
        Plan.of_preset("all_five").scenario,
        {"name": HOSTILE, "horizon_days": 60, "drift.onsets_per_year": 3},
        source=HOSTILE,
    )
    return _subject(Plan(HOSTILE, base).with_portfolio(PORTFOLIO), is_settled=False)


@pytest.fixture(scope="module")
def crowded(subject: Subject) -> Subject:
    """Return a plan that loses, with all that may stand beside it, and much of each."""
    changes = [{"day": 10 * day, "team.developers": 5 + day} for day in range(1, 17)]
    made = _subject(subject.plan.changed({"changes": changes}))
    others = {
        f"A long name of the plan that has number {number}": {
            "capabilities.rollback.maximum": 0.05 * number,
            "horizon_days": 200 + number // 4,
        }
        for number in range(1, 13)
    }
    kept = tuple(
        Kept(name, plan, _subject(plan).answer)
        for name, values in others.items()
        for plan in [made.plan.changed(values)]
    )
    remarks = Remarks(better=f"{BETTER} " * 4, team=f"{TOO_FEW} " * 4)
    return replace(made, kept=kept, remarks=remarks, client="شركة & <Söhne>")


def _rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_figures_are_those_of_the_comparison(subject: Subject) -> None:
    rows = {row["outcome"]: row for row in _rows(figures_csv(subject))}
    table = subject.comparison.table()
    assert list(rows) == [outcome.name for outcome in outcomes.SUMMARY]
    for name, row in rows.items():
        known = subject.comparison.difference(name).estimate
        futures = subject.comparison.difference(name).futures
        assert int(row["n"]) == known.n
        for column, value in (
            ("plan", table.loc[name, "plan"]),
            ("baseline", table.loc[name, "baseline"]),
            ("difference", known.mean),
            ("difference_low", known.low),
            ("difference_high", known.high),
            ("futures_low", futures and futures[0]),
            ("futures_high", futures and futures[1]),
        ):
            expected = None if value is None or pd.isna(value) else float(value)
            assert (float(row[column]) if row[column] else None) == expected
        assert row["link"] == subject.link
        assert row["command"] == command(subject)
        assert row["organisations"] == row["organisations_low"] == "", "none were asked for"
        assert (row["seed"], row["version"]) == (str(SEED), subject.version)


def test_files_have_the_averages_that_the_page_shows(subject: Subject) -> None:
    """Those of a baseline that was run over more futures, and of the plan as that."""
    comparison = subject.comparison
    more = replace(comparison.baseline, values=comparison.baseline.values * 2.0)
    longer = replace(comparison, longer=more)
    shown = replace(subject, answer=replace(subject.answer, comparison=longer))
    row = next(row for row in _rows(figures_csv(shown)) if row["outcome"] == "npv")
    assert (float(row["plan"]), float(row["baseline"])) == longer.means("npv")
    assert ("Futures of the baseline", str(FUTURES)) in provenance(shown)
    assert "Futures of the baseline" not in dict(provenance(subject))
    table = pd.read_csv(io.BytesIO(series_csv(shown)))
    for side, course in zip(("plan", "baseline"), longer.course("npv"), strict=True):
        part = table[(table["of"] == side) & (table["outcome"] == "npv")]
        assert part["mean"].to_list() == pytest.approx(course["mean"].to_list())


def test_the_series_are_the_bands(subject: Subject) -> None:
    table = pd.read_csv(io.BytesIO(series_csv(subject)))
    sides = {
        "plan": subject.comparison.plan.bands,
        "baseline": subject.comparison.baseline.bands,
        "difference": subject.comparison.bands,
    }
    assert len(table) == sum(len(band) for bands in sides.values() for band in bands.values())
    for side, bands in sides.items():
        for name, band in bands.items():
            part = table[(table["of"] == side) & (table["outcome"] == name)].set_index("day")
            for column, own in (("mean", "mean"), ("q2.5", "2.5%"), ("n", "n")):
                pd.testing.assert_series_equal(
                    part[column], band[own], check_names=False, check_dtype=False
                )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_formula_is_text(text: str) -> None:
    assert cell(text) == f"'{text}"


def test_numbers_are_no_text() -> None:
    assert [cell(value) for value in (-0.4, 3, None, float("nan"), "plain")] == [
        -0.4, 3, "", "", "plain",
    ]  # fmt: skip


def test_no_cell_of_a_hostile_plan_is_a_formula(hostile: Subject) -> None:
    for content in (figures_csv(hostile), series_csv(hostile)):
        assert all(row["scenario"].startswith("'=") for row in _rows(content))


class _Reader(HTMLParser):
    """Collects tags, what they load, and the text."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self.headings: list[int] = []
        self._is_style = False
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self._is_style = tag == "style"
        for name, value in attrs:
            if name in ("src", "srcset", "data", "poster") or (tag == "link" and name == "href"):
                self.loads.append(str(value))
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_data(self, data: str) -> None:
        self.text += "" if self._is_style else data


@pytest.mark.parametrize("name", ["subject", "hostile"])
def test_the_report_runs_no_script_and_loads_nothing(
    name: str, request: pytest.FixtureRequest
) -> None:
    content = report(request.getfixturevalue(name))
    read = _Reader(content)
    assert read.tags.isdisjoint({"script", "img", "iframe", "object", "link", "form"})
    assert read.loads == read.handlers == []
    assert "default-src 'none'" in html.unescape(content.decode())
    assert re.findall(rb"url\((?!data:)", content) == []


def test_the_report_says_what_the_page_says(subject: Subject) -> None:
    read = _Reader(report(subject))
    assert read.headings[:3] == [1, 2, 3]
    assert {*read.headings[1:]} == {2, 3}
    assert headline(subject.comparison).text in read.text
    for words in ("Net value so far", "Availability", "Team time", "Value lost on the way"):
        assert words in read.text
    for outcome in outcomes.SUMMARY:
        assert outcome.meaning in read.text
    assert subject.link in read.text
    assert command(subject) in read.text
    assert "svg" in read.tags


def test_the_report_sets_the_baseline_beside_what_is_published(subject: Subject) -> None:
    text = html.unescape(report(subject).decode())
    known = BENCHMARKS["upkeep_developers"]
    table = published_table(subject)
    assert len(table.rows) == sum(bool(each.about) for each in BENCHMARKS.values())
    # Never without its population.
    assert any(known.in_words() in row[2] and known.population in row[2] for row in table.rows)
    assert known.population in text
    upkeep = subject.comparison.baseline.summaries()["maintenance_share"].mean()
    assert f"{100.0 * upkeep:.1f}".removesuffix(".0") in table.rows[0][1]


def test_the_report_holds_no_row_of_a_client(hostile: Subject) -> None:
    for content in (report(hostile), figures_csv(hostile), series_csv(hostile)):
        assert b"ecret" not in content


def test_report_and_slides_show_what_would_be_obeyed_or_hidden(hostile: Subject) -> None:
    shown = [report(hostile).decode()]
    shown += [shape.text_frame.text for shape in _shapes(_deck(hostile)) if shape.has_text_frame]
    for text in shown:
        assert visible(text.replace("\v", "")) == text.replace("\v", "")
    assert all("\\u202e" in text for text in shown[:1])


def test_while_work_runs_the_report_says_how_far_it_is(hostile: Subject) -> None:
    assert "6 of 400 futures" in _Reader(report(hostile)).text


def _deck(subject: Subject) -> Any:
    return Presentation(io.BytesIO(slides(subject)))


def _is_read_aloud(shape: Any) -> bool:
    return bool(next(shape._element.iter(qn("p:cNvPr"))).get("descr"))


def _charts(deck: Any) -> list[Any]:
    return [shape.chart for shape in _shapes(deck) if shape.has_chart]


def _shapes(deck: Any) -> Iterator[Any]:
    return (shape for slide in deck.slides for shape in slide.shapes)


def test_slides_have_findings_charts_and_tables(subject: Subject) -> None:
    deck = _deck(subject)
    titles = [slide.shapes.title.text for slide in deck.slides]
    assert titles[:2] == [subject.name, headline(subject.comparison).text]
    assert len(titles) == 9
    assert all(titles)
    assert sum(shape.has_chart for shape in _shapes(deck)) == 5
    assert sum(shape.has_table for shape in _shapes(deck)) >= 5
    for shape in _shapes(deck):
        assert _is_read_aloud(shape) == (shape.has_chart or shape.has_table), shape.name
    axes = [each for chart in _charts(deck) for each in chart._chartSpace.iter(qn("c:axId"))]
    assert all(int(each.get("val")) >= 0 for each in axes)
    for slide in list(deck.slides)[1:]:
        below = [shape.placeholder_format.type for shape in list(slide.shapes)[-2:]]
        assert below == [PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER], "are read last"
        assert len(slide.element.xpath(".//a:fld[@type='slidenum']")) == 1
    layout = max(shape.left + shape.width for shape in deck.slides[1].slide_layout.placeholders)
    assert Inches(13) > layout > Inches(12), "who adds a slide has as much room on it"
    for slide in deck.slides:
        assert subject.link in slide.notes_slide.notes_text_frame.text


def test_numbers_of_the_slides_are_those_of_the_comparison(subject: Subject) -> None:
    charts = [shape.chart for shape in _shapes(_deck(subject)) if shape.has_chart]
    size = 1e6 if abs(subject.comparison.plan.summaries()["npv"].mean()) >= 1e6 else 1e3
    last = subject.comparison.plan.bands["npv"]["mean"].iloc[-1] / size
    assert list(charts[0].plots[0].series[0].values)[-1] == pytest.approx(last, abs=1e-6)
    lost = {series.name: sum(series.values) for series in charts[3].plots[0].series}
    leakage = subject.comparison.leakage()
    whole = leakage.loc[[name for name in leakage.index if name.startswith("lost_")]].sum()
    assert lost["Plan"] / lost["Baseline"] == pytest.approx(
        whole["plan"] / whole["baseline"], abs=1e-4
    )


@pytest.mark.parametrize("name", ["subject", "crowded", "told"])
def test_everything_on_a_slide_has_its_place(name: str, request: pytest.FixtureRequest) -> None:
    deck = _deck(request.getfixturevalue(name))
    for shape in _shapes(deck):
        assert shape.left >= 0
        assert shape.top >= 0
        assert shape.left + shape.width <= deck.slide_width
        lowest = FOOTER_TOP if shape.has_table or shape.has_chart else HEIGHT
        assert shape.top + shape.height <= Inches(lowest)
    for slide in deck.slides:
        for one, other in combinations(slide.shapes, 2):
            apart = one.left + one.width <= other.left or other.left + other.width <= one.left
            apart |= one.top + one.height <= other.top or other.top + other.height <= one.top
            assert apart, (slide.shapes.title.text, one.name, other.name)


def test_plans_of_other_horizons_alone_are_not_ranked(crowded: Subject) -> None:
    deck = _deck(replace(crowded, kept=crowded.kept[3:]))
    said = "No other plan that was kept is of this organisation and horizon."
    (slide,) = (each for each in deck.slides if each.shapes.title.text == said)
    assert [shape.has_chart for shape in slide.shapes].count(True) == 0
    (table,) = (shape.table for shape in slide.shapes if shape.has_table)
    assert {row.cells[4].text for row in list(table.rows)[2:]} == {"Another horizon"}


def test_what_else_the_page_says_of_a_plan_is_handed_over(crowded: Subject) -> None:
    """What would be better, and that the team is too small; of each event, what it does."""
    assert crowded.name.endswith(", 16 events")
    shown = _Reader(report(crowded)).text
    deck = _deck(crowded)
    words = " ".join(shape.text_frame.text for shape in _shapes(deck) if shape.has_text_frame)
    for text in (shown, words):
        assert BETTER in text
        assert TOO_FEW in text
    assert "Make this change" not in shown
    assert "Team 5 to 6" in shown
    told = "Dashed upright lines"
    assert (shown.count(told), words.count(told)) == (2, 1), "and not below every small chart"
    assert "team.developers=" not in shown
    charts = [shape.chart for shape in _shapes(deck) if shape.has_chart]
    named = [each for chart in charts if chart.has_legend for each in chart.plots[0].series]
    assert sum(each.name == "A" for each in named) == 3
    hidden = [each for chart in charts for each in chart._chartSpace.iter(LEGEND_ENTRY)]
    assert len(hidden) >= 3 * 16, "changes have letters in the charts, and no line in a legend"


def test_slides_of_a_hostile_plan_open(hostile: Subject) -> None:
    other = hostile.plan.changed({"capabilities.rollback.maximum": 0.5})
    deck = _deck(
        replace(hostile, kept=(Kept(HOSTILE, other, replace(hostile.answer, plan=other)),))
    )
    words = " ".join(shape.text_frame.text for shape in _shapes(deck) if shape.has_text_frame)
    assert "ecret-" not in words
    cells = [cell.text.strip() for cell in next(_tables(hostile)).table.iter_cells()]
    assert cells[(at := cells.index("Idea to live")) : at + 5] == [
        *("Idea to live", "none goes live", "", "", "with the plan and without"),
    ]
    named = [series.name for chart in _charts(deck) for series in chart.plots[0].series]
    assert any(name.startswith("'=cmd") for name in named)
    for chart in _charts(deck):
        with zipfile.ZipFile(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)) as workbook:
            assert b"<f>" not in workbook.read("xl/worksheets/sheet1.xml")


def test_slides_without_credit_leave_it_out(subject: Subject) -> None:
    without = Subject(subject.answer, None, ADDRESS, subject.made_on)
    assert len(_deck(without).slides) == 8
    assert "Which capability earns it" not in _Reader(report(without)).text


def test_the_link_of_a_report_opens_the_plan(subject: Subject) -> None:
    linked = read_query(urlsplit(subject.link).query)
    assert linked.plan.scenario == subject.plan.scenario
    assert linked.seed == SEED


def test_the_command_of_a_report_gives_the_same_figures(
    subject: Subject, capsys: pytest.CaptureFixture[str]
) -> None:
    program, *arguments = shlex.split(command(subject))
    assert program == "modelops-abm"
    assert main([*arguments, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (
        printed["figures"]["npv"]["difference"]
        == subject.comparison.difference("npv").estimate.mean
    )


def test_the_command_draws_the_organisations_of_the_page(subject: Subject, tmp_path: Path) -> None:
    """What a belief has unlike the preset is drawn as on the page, and what was set is not."""
    told = with_values(
        Plan.of_preset("reference").scenario,
        {"model.value_per_prediction": 0.3, "portfolio.ideas_per_year": 9},
        source="test",
    )
    file = tmp_path / "belief.parquet"
    save_belief(Belief(told, (), draws_of(told, 20), 20.0), file)
    own = OwnBelief(load_belief(file))
    changes = {
        "drift.severity": 0.3,
        "capabilities.rollback.maximum": 0.5,
        "capabilities.automation.effort_days": 50,
        "horizon_days": 200,
    }
    for start in ("all_five", "strict_deck"):
        for belief in (None, own):
            for values in ({}, changes):
                plan = Plan.of_preset(start)
                plan = (plan if belief is None else plan.decided_with(belief)).changed(values)
                answer = replace(subject.answer, plan=plan, over=subject.comparison)
                words = shlex.split(command(replace(subject, answer=answer)))
                stated = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
                known = "published" if belief is None else str(file)
                found = believed(known, None, start, stated, None, None)
                assert found.draws(4).key == organisations_of(plan, 4, 0).key, words
                assert found.scenario.horizon_days == plan.scenario.horizon_days
                assert found.scenario.capabilities == plan.scenario.capabilities


def test_the_command_of_a_portfolio_gives_the_same_figures(
    subject: Subject,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of organisations too, which the published belief was not fitted with: also of a file."""
    monkeypatch.chdir(tmp_path)
    rows = (f"{model.id},{model.name}" for model in PORTFOLIO.models)
    Path("PORTFOLIO.csv").write_text("\n".join(["id,name", *rows]), "utf-8")
    stated = with_sources(subject.plan.scenario, ["drift.severity"], "ours", "client")
    own = with_range(stated, "team.focus", low=0.5, high=0.7, percent=50.0, source="ours")
    save_scenario(own, "PLAN.toml")
    for start in (subject.plan, Plan("PLAN", own)):
        plan = start.with_portfolio(PORTFOLIO)
        draws = organisations_of(plan, FUTURES, SEED)
        assert ("drift.severity" in draws.columns) == (start is subject.plan)
        over = compare(plan.scenario, FUTURES, seed=SEED, draws=draws)
        assert over.over is not None
        answer = replace(subject.answer, plan=plan, comparison=over.over.as_set, over=over)
        made = replace(subject, answer=answer)
        assert "PORTFOLIO.csv is" in dict(provenance(made))["Its files"]
        assert main([*shlex.split(command(made))[1:], "--json"]) == 0
        printed = json.loads(capsys.readouterr().out)
        known = over.difference("npv").estimate
        assert printed["figures"]["npv"]["difference"] == known.mean
    shipped = subject.plan.with_portfolio(illustrative_portfolio())
    assert "--portfolio illustrative" in command(
        replace(subject, answer=replace(subject.answer, plan=shipped))
    )


def test_the_chance_of_a_loss_is_told_as_set_and_of_organisations(subject: Subject) -> None:
    over = compare(subject.plan.scenario, FUTURES + 2, seed=SEED, daily=BANDS)
    made = replace(subject, answer=replace(subject.answer, over=over))
    (table, *_) = _tables(made)
    *_, loss = ([cell.text for cell in row.cells] for row in table.table.rows)
    as_set, told = (chance(each.finance.loss) for each in (made.comparison, over))
    assert loss == ["Chance of a loss", as_set[0], "\u00a0", "\u00a0", f"{told[0]} ({told[1]})"]


def _session(answer: Answer | None) -> Session:
    session = Session(Plan.of_preset("all_five"))
    session.answer.set(answer)
    session.address.set(ADDRESS)
    return session


def test_nothing_to_export_before_the_first_estimate() -> None:
    session = _session(None)
    export(session, "report")
    assert "first estimate" in session.notice.value
    assert "not there yet" in str(export_panel(session))


def test_what_is_exported_is_what_is_answered(subject: Subject) -> None:
    session = _session(subject.answer)
    shown = subject_of(session)
    assert shown is not None
    assert shown.plan == subject.plan  # and not that of the sliders, which is newer
    assert shown.credit is None
    session.credit.set(CreditSoFar(subject.plan, subject.credit))
    exported = subject_of(session)
    assert exported is not None
    assert exported.answer is subject.answer
    assert (exported.address, exported.made_on) == (ADDRESS, shown.made_on)
    assert exported.credit is not None
    assert exported.credit.plan == subject.plan.scenario


def test_what_is_not_found_out_yet_is_named(subject: Subject) -> None:
    session = _session(subject.answer)
    early = subject_of(session)
    assert early is not None
    assert early.awaited == ("the best single change",)
    assert early.awaited[0] in str(export_panel(session))
    told, shapes = awaited_in_words(early), _shapes(_deck(early))
    assert told in _Reader(report(early)).text
    assert any(told in shape.text_frame.text for shape in shapes if shape.has_text_frame)
    session.remarks.set(Remarks(asked_of(subject.answer), BETTER, team=TOO_FEW, is_whole=True))
    late = subject_of(session)
    assert late is not None
    assert late.awaited == ()
    assert awaited_in_words(late) == ""


def test_what_the_page_has_not_run_of_the_credit_is_run_for_what_is_saved(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimation, "LOOKS", (3,))
    session = _session(subject.answer)
    export(session, "report")
    until(lambda: session.command.value)
    saved = base64.b64decode(session.command.value["content"]).decode()
    assert "Fair share" in saved
    assert "From 3 futures of every combination." in saved


def test_what_takes_too_long_of_the_credit_is_said_to_be_missing(
    subject: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(*_: Any, **__: Any) -> Iterator[Any]:
        raise Cancelled

    monkeypatch.setattr(estimation, "stream_shares", endless)
    session = _session(subject.answer)
    assert session.whole_credit(subject.answer).credit is None
    assert subject.credit is not None
    dropped = replace(subject.credit, questions=("dropped",))
    session.credit.set(CreditSoFar(subject.plan, dropped))
    found = session.whole_credit(subject.answer)
    assert found.credit is dropped
    known = replace(subject, credit=known_credit(subject.answer, found))
    missing = "Fair shares were not found out yet."
    text = _Reader(report(known)).text
    assert missing in text
    assert "Fair share" not in text.replace(missing, "")
    notes = [slide.notes_slide.notes_text_frame.text for slide in _deck(known).slides]
    assert any(missing in each for each in notes)


def test_charts_are_asked_of_the_browser_and_handed_back() -> None:
    session = _session(None)
    export(session, "charts")
    assert session.command.value["do"] == "picture"
    data = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()
    hear(session, {"kind": "pictures", "pictures": {"net value": data}})
    sent = session.command.value
    assert sent["name"] == "modelops-all-five-capabilities-in-full-charts.zip"
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(sent["content"])))
    assert archive.namelist() == ["net-value.png"]


@pytest.mark.parametrize(
    "pictures",
    [
        {"../evil": "data:image/png;base64,iVBORw0KGgo="},
        {"a": "data:text/html;base64,iVBORw0KGgo="},
        {"a": "data:image/png;base64,not base64"},
        {"a": "data:image/png;base64,PHNjcmlwdD4="},
        {"a": 5},
        {5: None},
    ],
)
def test_forged_pictures_are_left_out(pictures: dict[Any, Any]) -> None:
    assert pictures_in(pictures) == {}


def test_an_archive_holds_what_it_was_given() -> None:
    archive = zipfile.ZipFile(io.BytesIO(zipped({"a": b"1", "b c": b"2"})))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "a.png": b"1",
        "b-c.png": b"2",
    }


@pytest.mark.parametrize(
    "message",
    [
        None,
        "opened",
        {"kind": "opened"},
        {"kind": "opened", "address": "javascript:alert(1)", "kept": {}},
        {"kind": "opened", "address": "http://" + "x" * 1000, "kept": {1: 2}},
        {"kind": "copied", "text": 5},
        {"kind": "pictures", "pictures": []},
    ],
)
def test_forged_reports_change_nothing(message: object) -> None:
    session = Session(Plan.of_preset("all_five"))
    hear(session, message)
    assert session.address.value == ""
    assert session.plan == Plan.of_preset("all_five")


def test_the_share_panel_shows_the_link() -> None:
    session = _session(None)
    query = "preset=all_five&seed=0"
    assert link_of(session, query) == f"{ADDRESS}?{query}"
    assert "seed=0" in str(share_panel(session, query))
    assert "No link can hold this plan" in str(share_panel(session, None))
    with_file = _session(None)
    with_file.take(Plan.of_preset("all_five").with_portfolio(PORTFOLIO))
    assert "SHA-256" in str(share_panel(with_file, query))


def test_a_link_that_names_this_machine_says_so_and_what_works_for_others() -> None:
    session = _session(None)
    for address, is_own in (
        ("http://127.0.0.1:8765/", True),
        ("http://localhost:8765/", True),
        ("https://models.example.org/", False),
    ):
        session.address.set(address)
        shown = str(share_panel(session, "preset=all_five"))
        assert ("on this machine only" in shown) == is_own
        assert ("save plan" in shown and "--allow-host" in shown) == is_own


def test_the_command_that_is_handed_out_is_of_the_plan_that_is_shown(subject: Subject) -> None:
    session = _session(subject.answer)
    session.address.set("http://127.0.0.1:8765/")
    assert "copy command" not in str(share_panel(session, "preset=all_five"))
    session.take(subject.plan)
    assert command_shown(session) == command(subject)
    shown = str(share_panel(session, "preset=small_team"))
    assert "copy command" in shown
    assert "Copied" not in shown
    session.copied.set(command(subject))
    assert "Copied" in str(share_panel(session, "preset=small_team"))
    session.take(Plan.of_preset("all_five").with_portfolio(PORTFOLIO))
    assert "beside the portfolio" in str(share_panel(session, "preset=all_five"))
    assert "Send it along" not in str(share_panel(_session(subject.answer), "preset=small_team"))
    for file, origin in (("BELIEF.parquet", "Keep as a file"), ("PORTFOLIO.csv", "own file")):
        assert origin in files_of(f"modelops-abm compare {file}")


def test_every_export_has_a_place_in_the_menu() -> None:
    shown = str(export_panel(_session(None)))
    assert all(f'data-value="{name}"' in shown for name in EXPORTS)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Half automation, full rollback", "modelops-half-automation-full-rollback-report.html"),
        ("../../x", "modelops-x-report.html"),
        ("Müller & Co", "modelops-muller-co-report.html"),
        ("???", "modelops-report.html"),
        ("word " * 40, f"modelops-{'-'.join(['word'] * 15)}-report.html"),
        # A level that is cut off would leave the name of another plan.
        (
            "Half automation and lineage, and full monitoring, rollback and autoscaling, 2 years",
            "modelops-half-automation-and-lineage-and-full-monitoring-rollback-and-autoscaling"
            "-report.html",
        ),
    ],
)
def test_a_file_is_called_after_the_plan(words: str, name: str) -> None:
    assert file_name(words, "report.html") == name


def test_report_and_slides_name_client_day_version_and_plan(subject: Subject) -> None:
    made = replace(subject, client="Example Mutual")
    deck = _deck(made)
    cover = " ".join(
        shape.text_frame.text for shape in deck.slides[0].shapes if shape.has_text_frame
    )
    changed = made.plan.changed({"drift.severity": 0.31, "retraining.interval_days": 31})
    other = replace(made, answer=replace(made.answer, plan=changed))
    assert "severity of a drift: 31\u202f% of power" in other.name
    assert "time between retrainings: 31 days" in other.name
    for shown in (cover, _Reader(report(made)).text):
        for words in (made.name, "Example Mutual", "25 November 2026", made.version):
            assert words in shown
        assert "Example portfolio, 24 models, 5 developers, over 200 days." in shown
    own = OwnBelief(Belief(made.plan.scenario, (), draws_of(made.plan.scenario, 20), 20.0))
    fitted = replace(made.answer, plan=made.plan.with_belief(own))
    whose = "Your organisation: 24 models, 5 people, over 200 days"
    assert replace(made, answer=fitted).organisation == whose
    about = deck.core_properties
    kinds = {relation.reltype.rpartition("/")[2] for relation in deck.part.package.iter_rels()}
    assert kinds.isdisjoint({"extended-properties", "thumbnail", "printerSettings"})
    assert (about.title, about.revision) == (made.name, 1)
    assert (about.language, about.last_printed) == ("en", None)
    assert about.author == about.last_modified_by == f"modelops_abm {made.version}"
    assert about.created.date() == about.modified.date() == made.made_on


def test_what_was_told_and_learned_stands_in_report_and_slides(
    subject: Subject, told: Subject
) -> None:
    rows, learned = told_table(told).rows, learned_table(told).rows
    assert rows
    assert learned
    assert all(said and predicted for _, said, predicted in rows)
    assert not told_table(subject).rows
    shown = [_Reader(report(told)).text]
    shown += [" ".join(cell.text for each in _tables(told) for cell in each.table.iter_cells())]
    assert all(cell in text for text in shown for row in (*rows, *learned) for cell in row)
    titles = [[slide.shapes.title.text for slide in _deck(each).slides] for each in (subject, told)]
    assert [title for title in titles[1] if title not in titles[0]] == [
        "What was told of the organisation"
    ]


def test_kept_plans_stand_beside_this_one_in_report_and_slides(subject: Subject) -> None:
    other = subject.plan.changed({"capabilities.rollback.maximum": 0.0})
    kept = (Kept("Automation alone", other, _subject(other).answer), Kept("Same", subject.plan))
    made = replace(subject, kept=kept)
    assert [item.name for item in made.items] == ["This plan", "Automation alone"]
    rows = kept_table(made).rows
    assert [row[0] for row in rows] == ["This plan", "Automation alone"]
    early = replace(_subject(other).answer, aim=400, is_settled=False)
    cut = replace(made, answer=replace(made.answer, aim=400), kept=(Kept("Cut", other, early),))
    assert kept_table(cut).rows[1][0] == f"Cut (so far, {FUTURES} of 400 futures)"
    worth = made.items[0].worth
    assert worth is not None
    assert rows[0][1] == notation_of(made.comparison).worth(worth.estimate.mean)
    shown = [_Reader(report(made)).text]
    alone = replace(made, answer=kept[0].answer, kept=())
    assert f"Command of Automation alone{command(alone)}" in shown[0]
    shown += [" ".join(cell.text for cell in table.table.iter_cells()) for table in _tables(made)]
    assert sum("Automation alone" in text for text in shown) == 2
    assert "Plans beside each other" not in _Reader(report(subject)).text
    assert "of the baseline, first" not in shown[0]
    five = [(name, other) for name in ("Automation alone", "b", "c", "d")]
    kept = tuple(Kept(name, plan, _subject(plan).answer) for name, plan in five)
    told = "first four of five plans"
    many = replace(subject, kept=kept)
    assert told in _Reader(report(many)).text
    charts = (shape.chart for shape in _shapes(_deck(many)) if shape.has_chart)
    assert any(told in chart.chart_title.text_frame.text for chart in charts if chart.has_title)


def _tables(subject: Subject) -> Iterator[Any]:
    return (shape for shape in _shapes(_deck(subject)) if shape.has_table)


def test_no_name_of_the_program_is_read_by_a_client(subject: Subject) -> None:
    """Levels are in per cent and values called as on the rail; a link that opens here is left."""
    words = " ".join(cell.text for table in _tables(subject) for cell in table.table.iter_cells())
    assert "Automation: level 50" in words
    for raw in ("0.5 level", "Pipeline per year", "user: ", "_per_year"):
        assert raw not in words
    shown = html.unescape(report(subject).decode())
    assert "preset “Small team”: too few" in shown
    assert "preset small_team:" not in f"{shown}{words}"
    here = replace(subject, address="http://127.0.0.1:8765/")
    assert all(row["link"] == "" for row in _rows(figures_csv(here)))
    assert "Link" in dict(provenance(subject))
    assert "127.0.0.1" not in report(here).decode()


def test_a_picture_says_of_what_it_is(subject: Subject) -> None:
    session = _session(subject.answer)
    assert caption_of(session).startswith(f"{subject.name}. ")
    assert all(part in caption_of(session) for part in ("6 futures", f"seed {SEED}"))
    decided = caption_of(session)
    session.view.set("understand")
    assert caption_of(session) == decided, "it opens with pictures of the same answer"
    session.view.set("watch")
    assert "future 0" in caption_of(session).lower()
    session.view.set("data")
    assert subject.name not in caption_of(session)


def test_no_column_of_a_slide_holds_organisations_that_lose_and_that_earn() -> None:
    for values in ([-1.0, *range(1, 40)], [-0.1, *[3.0] * 99], [0.1, *[-3.0] * 99], [-5.0, 5.0]):
        worth = np.array(values, dtype=float)
        names, lose, earn = columns_of(worth)
        assert sum(lose) == pytest.approx(100.0 * np.mean(worth < 0.0))
        assert sum(lose) + sum(earn) == pytest.approx(100.0)
        assert len(names) == len(set(names)) == len(lose)


def test_a_baseline_that_is_handed_over_asks_for_nothing() -> None:
    made = _subject(Plan.of_preset("reference"))
    deck = _deck(made)
    words = " ".join(shape.text_frame.text for shape in _shapes(deck) if shape.has_text_frame)
    drawn = [series.name for chart in _charts(deck) for series in chart.plots[0].series]
    heads = [cell.text for table in _tables(made) for cell in table.table.rows[0].cells]
    assert [*next(_tables(made)).table.iter_cells()][-1].text.endswith(" months"), "with its unit"
    assert "Baseline" in drawn
    assert "Baseline" in heads
    assert "Plan" not in {*drawn, *heads}, "of which nothing would be different"
    heads_of_report = re.findall(r"<th[^>]*>(\w+)|columnheader\">(\w+)", report(made).decode())
    assert "plan" not in {words.lower() for pair in heads_of_report for words in pair}
    for shown in (words, _Reader(report(made)).text):
        assert "This is the baseline: no capability is planned" in shown
        for senseless in (
            "slider",
            "change its sign",
            "Plan minus baseline",
            "Unlike the reference",
            "no difference",
            "Chance of a loss",
        ):
            assert senseless not in shown
