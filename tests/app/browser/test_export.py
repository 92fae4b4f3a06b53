"""Exports, read again as whoever gets them would."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, expect
from pptx import Presentation

from modelops_abm.charts.palette import light
from modelops_abm.version import __version__
from tests.app.browser.conftest import Arrive, new_context
from tests.app.browser.visitor import Visitor, link, saved

PLAN = "modelops-all-five-capabilities-in-full-one-year-2-developers"
PAINTS = ("fill", "stroke")
NARROW_SPACE, PLAIN_SPACE = "\u202f", " "


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def settled(visitor: Visitor) -> Visitor:
    """Return a visitor whose plan is answered."""
    visitor.settled()
    return visitor


def test_figures_say_what_the_page_says(decider: Visitor) -> None:
    name, content = decider.export("figures")
    assert name == f"{PLAN}-figures.csv"
    rows = {row["outcome"]: row for row in rows_of(content)}
    futures = decider.part("verdict").get_attribute("data-futures")
    availability = rows["availability"]
    assert availability["n"] == futures
    assert f"{100 * float(availability['plan']):.1f}" in decider.figures()[1]
    assert availability["version"] == __version__
    over = [f"{100 * float(availability[f'organisations_{end}']):.0f}" for end in ("low", "high")]
    assert f"({over[0]} to {over[1]})" in decider.figures()[1].replace("+", "")


def test_the_weekly_series_holds_plan_baseline_and_difference(settled: Visitor) -> None:
    _, content = settled.export("weekly")
    rows = rows_of(content)
    assert {row["of"] for row in rows} == {"plan", "baseline", "difference"}
    last = max(float(row["day"]) for row in rows)
    by_side = {
        row["of"]: float(row["mean"])
        for row in rows
        if row["outcome"] == "npv" and float(row["day"]) == last
    }
    difference = by_side["plan"] - by_side["baseline"]
    assert by_side["difference"] == pytest.approx(difference, rel=1e-9)


def test_charts_are_pictures(settled: Visitor) -> None:
    _, content = settled.export("charts")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert {"availability.png", "team-time.png"} <= set(names)
        assert all(archive.read(name).startswith(b"\x89PNG\r\n\x1a\n") for name in names)


def test_nothing_in_the_menu_moves_while_more_is_found_out(arrive: Arrive) -> None:
    visitor = arrive(link(is_over=True))
    visitor.button("Export").click()
    panel = visitor.page.locator("#export-panel")
    before = [item.bounding_box() for item in panel.get_by_role("button").all()]
    visitor.settled()
    expect(panel).to_contain_text("As it is now")
    expect(panel).not_to_contain_text("Not found out yet")
    assert [item.bounding_box() for item in panel.get_by_role("button").all()] == before


def picture_of(visitor: Visitor, button: str, kind: str) -> tuple[str, bytes]:
    """Save a card as a picture by its button; return its name and content."""
    visitor.page.locator(button).click()
    with visitor.page.expect_download() as saving:
        visitor.page.locator(".save-menu").get_by_role("button", name=kind).click()
    return saved(saving.value)


def texts_of(picture: bytes) -> list[ElementTree.Element]:
    """Return the lines of words of an SVG."""
    return ElementTree.fromstring(picture).findall(".//{http://www.w3.org/2000/svg}text")


SHAPES = {"circle", "clipPath", "defs", "g", "line", "path", "pattern", "polygon", "rect", "text"}
PAINT = re.compile(r"none|#[0-9a-fA-F]{6}|url\(#([\w-]+)\)")


def expect_any_program_reads(picture: bytes) -> None:
    """Expect what drawing programs agree on: no style but in attributes, no picture inside."""
    root = ElementTree.fromstring(picture)
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    parts = list(root.iter())
    names = {part.tag.removeprefix("{http://www.w3.org/2000/svg}") for part in parts}
    assert names <= SHAPES | {"desc", "svg", "title"}
    used = {name for part in parts[1:] for name in part.attrib}
    assert used.isdisjoint({"class", "style", "dominant-baseline", "paint-order"})
    paints = [PAINT.fullmatch(part.get(name, "none")) for part in parts for name in PAINTS]
    assert all(paints)
    assert {found[1] for found in paints if found} <= {None, *(part.get("id") for part in parts)}


def test_a_card_is_saved_with_title_unit_and_caption_in_light_colours(decider: Visitor) -> None:
    """In the same way whatever draws it: a chart, rows of marks, boxes, or the style alone."""
    decider.page.emulate_media(color_scheme="dark")
    for card in ("figures", "net-value", "credit", "team-time"):
        button = f".card.{card} [data-save]"
        name, content = picture_of(decider, button, "PNG")
        assert name.startswith(f"{PLAN}-")
        assert content.startswith(b"\x89PNG\r\n\x1a\n")
        _, content = picture_of(decider, button, "SVG")
        expect_any_program_reads(content)
        picture = ElementTree.fromstring(content)
        words = " ".join("".join(picture.itertext()).split())
        titled = decider.page.locator(f".card.{card}").locator("h2, .card-title > .label")
        parts = [text.split()[0] for text in titled.all_inner_texts()] or ["Key figures"]
        for part in (*parts, "seed 0", f"modelops_abm {__version__}"):
            assert part in words
        (ground,) = picture.findall("{http://www.w3.org/2000/svg}rect")
        assert ground.get("fill") == "#ffffff"
    decider.page.locator(".card.losses-card .table-switch").click()
    _, content = picture_of(decider, ".card.losses-card [data-save]", "SVG")
    places = {"".join(text.itertext()): float(text.get("y", 0)) for text in texts_of(content)}
    caption = min(y for words, y in places.items() if words.startswith("All five"))
    assert places["Offline"] < places["Of the ideal value"] < caption, "a table is whole"
    decider.show("Watch")
    _, content = picture_of(decider, ".running [data-save]", "SVG")
    expect_any_program_reads(content)
    assert all(words in content.decode() for words in ("plan above baseline", "In production"))
    drawn = {part.get(name) for part in ElementTree.fromstring(content).iter() for name in PAINTS}
    assert {light(state) for state in ("online", "retraining", "issue", "drift", "previous")} <= {
        (colour or "").upper() for colour in drawn
    }
    decider.page.emulate_media(color_scheme="light")


def test_the_report_says_the_same_and_needs_nothing(decider: Visitor, browser: Browser) -> None:
    name, content = decider.export("report")
    assert name == f"{PLAN}-report.html"
    context = new_context(browser, offline=True)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(content.decode())
    expect(page.locator(".verdict h3").first).to_have_text(decider.headline())
    assert page.locator(".figure").all_inner_texts() == decider.figures()
    assert [url for url in asked if not url.startswith("data:")] == []
    assert page.locator("script").count() == 0
    context.close()


def test_slides_say_the_same(decider: Visitor) -> None:
    name, content = decider.export("slides")
    assert name == f"{PLAN}-slides.pptx"
    slides = Presentation(io.BytesIO(content)).slides
    words = "\n".join(
        shape.text_frame.text for slide in slides for shape in slide.shapes if shape.has_text_frame
    )
    said = words.replace(NARROW_SPACE, PLAIN_SPACE)
    assert decider.headline().replace(NARROW_SPACE, PLAIN_SPACE) in said


def test_charts_are_asked_for_where_there_are_none(arrive: Arrive) -> None:
    visitor = arrive(link(view="data"))
    visitor.button("Export").click()
    # As before the first card is drawn.
    visitor.page.evaluate(
        "document.querySelectorAll('[data-save]').forEach((b) => b.removeAttribute('data-save'))"
    )
    visitor.page.locator('#export-panel [data-value="charts"]').click()
    expect(visitor.notice).to_contain_text("no chart")
