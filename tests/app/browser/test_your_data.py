"""Files of one's own: good ones, bad ones, hostile ones; kept over a reload, never in a link."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.app.browser.conftest import Arrive
from tests.app.browser.visitor import DEVELOPERS, Visitor, link, saved

PORTFOLIO = b"id,name,stage,users\nchurn,Churn,production,200\nclaims,Claims,production,300\n"
SCRIPT = "<script>document.title='hit'</script>"

NO_PORTFOLIOS = {
    "noise.csv": (bytes(range(256)) * 40, "text"),
    "empty.csv": (b"", "empty"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n" + 1000 * b"\0", "text"),
    "large.csv": (b"id\n" + 3_000_000 * b"x", "larger than 2"),
    "long.csv": (b"id\n" + b"".join(b"m%d\n" % row for row in range(6000)), "5,000 rows"),
    "wrong.csv": (b"name,users\nChurn,5\n", "id"),
    "twice.csv": (b"id\na\na\n", "a"),
}
"""Content, and what a complaint must tell, by name of the file."""
NO_SCENARIOS = {
    "broken.toml": ("[team\ndevelopers = 3", "Line 1"),
    "nobody.toml": ("[team]\ndevelopers = 0\n", "developers"),
    "code.yaml": ("!!python/object/apply:os.system ['exit']", "tag"),
    "typo.json": ('{"teem": {"developers": 3}}', "team"),
    "program.exe": ("MZ", "toml"),
}


@pytest.fixture
def guest(arrive: Arrive) -> Visitor:
    """Return a visitor of Your organisation."""
    return arrive(link(view="data"))


def test_a_portfolio_is_read_used_and_there_after_a_reload(guest: Visitor) -> None:
    guest.choose_file("portfolio-file", "ours.csv", PORTFOLIO)
    expect(guest.part("portfolio-result")).to_contain_text("2 models read")
    expect(guest.part("portfolio-in-use")).to_contain_text("Your portfolio, 2 models")
    expect(guest.part("portfolio-models")).to_contain_text("churn")
    guest.page.wait_for_url("**portfolio=**")
    assert "churn" not in guest.page.url
    guest.show("Decide")
    figures = guest.settled()
    guest.page.wait_for_url(lambda url: "view=" not in url)  # the address follows a little later
    guest.page.reload()
    expect(guest.page.locator(".top .portfolio")).to_contain_text("Your portfolio, 2 models")
    assert guest.settled() == figures
    expect(guest.part("missing-portfolio")).to_have_count(0)


def test_a_link_asks_for_the_portfolio_and_then_shows_the_same(arrive: Arrive) -> None:
    owner = arrive(link(view="data", is_over=True))
    owner.choose_file("portfolio-file", "ours.csv", PORTFOLIO)
    owner.page.wait_for_url("**portfolio=**")
    owner.show("Decide")
    figures = owner.settled()
    other = arrive(owner.query)
    expect(other.part("missing-portfolio")).to_be_visible()
    other.button("Choose the file").click()
    other.choose_file("portfolio-file", "other.csv", b"id\nanother\n")
    expect(other.part("portfolio-result")).to_contain_text("not the portfolio that the link")
    other.choose_file("portfolio-file", "renamed.csv", PORTFOLIO)
    expect(other.part("missing-portfolio")).to_have_count(0)
    other.show("Decide")
    assert other.settled() == figures


def test_bad_rows_are_listed_and_the_good_ones_can_be_used(guest: Visitor) -> None:
    guest.choose_file("portfolio-file", "ours.csv", PORTFOLIO + b"broken,Broken,production,-5\n")
    result = guest.part("portfolio-result")
    expect(result).to_contain_text("2 of 3 models read")
    expect(result.locator(".complaints")).to_contain_text("Row 4")
    expect(guest.page.get_by_role("region", name="What is wrong with ours.csv")).to_be_visible()
    expect(guest.page.locator(".top .portfolio")).to_contain_text("Example portfolio")
    guest.button("Use the 2 models that were read").click()
    expect(guest.part("portfolio-in-use")).to_contain_text("Your portfolio, 2 models")


def test_a_file_that_is_no_portfolio_says_why_and_changes_nothing(guest: Visitor) -> None:
    for name, (content, told) in NO_PORTFOLIOS.items():
        guest.choose_file("portfolio-file", name, content)
        result = guest.part("portfolio-result")
        expect(result.locator("h2")).to_contain_text(name)
        expect(result).to_contain_text("to correct")
        expect(result.locator(".complaints td").first).to_contain_text(told)
        expect(guest.page.locator(".top .portfolio")).to_contain_text("Example portfolio")


def test_markup_in_a_portfolio_stays_text(guest: Visitor) -> None:
    rows = f'id,name,stage\n"{SCRIPT}","{SCRIPT}",production\n"=1+1","=HYPERLINK(""x"")",idea\n'
    guest.choose_file("portfolio-file", f"{SCRIPT}.csv", rows.encode())
    expect(guest.part("portfolio-result")).to_contain_text("script")
    guest.show("Decide")
    guest.settled()
    guest.show("Watch")
    expect(guest.part("watch")).to_be_visible()
    assert guest.page.title() == "ModelOps simulator"


def test_markup_in_a_complaint_stays_text(guest: Visitor) -> None:
    rows = f'id,stage\nchurn,"<img src=x onerror={SCRIPT}>"\n'
    guest.choose_file("portfolio-file", "ours.csv", rows.encode())
    expect(guest.part("portfolio-result").locator(".complaints")).to_contain_text("<img src=x")
    assert guest.part("portfolio-result").locator("img").count() == 0


def test_a_scenario_file_is_a_plan_and_is_there_after_a_reload(guest: Visitor) -> None:
    text = 'name = "Our bank"\nhorizon_days = 365\n[team]\ndevelopers = 3\n'
    guest.choose_file("scenario-file", "bank.toml", text.encode())
    expect(guest.part("scenario-result")).to_contain_text("2 values unlike the reference")
    guest.show("Decide")
    expect(guest.slider(DEVELOPERS)).to_have_value("3")
    expect(guest.part("rail")).to_contain_text("Our bank")
    guest.page.wait_for_url("**scenario=Our**")
    guest.page.reload()
    expect(guest.slider(DEVELOPERS)).to_have_value("3")
    expect(guest.part("rail")).to_contain_text("Our bank")


def test_a_bad_scenario_file_says_why_and_changes_nothing(guest: Visitor) -> None:
    for name, (text, told) in NO_SCENARIOS.items():
        guest.choose_file("scenario-file", name, text.encode())
        result = guest.part("scenario-result")
        expect(result).to_contain_text(f"{name} cannot be used")
        expect(result).to_contain_text(told)
    guest.show("Decide")
    expect(guest.slider(DEVELOPERS)).to_have_value("2")


def test_template_and_plan_come_back_as_they_went(guest: Visitor) -> None:
    with guest.page.expect_download() as saving:
        guest.button("Template, CSV").click()
    guest.choose_file("portfolio-file", *saved(saving.value))
    expect(guest.part("portfolio-result")).to_contain_text("nothing wrong")
    guest.button("Remove").click()
    expect(guest.part("portfolio-result")).to_have_count(0)  # all below it has moved up by then
    with guest.page.expect_download() as saving:
        guest.button("This plan as a file, TOML").click()
    plan = guest.query
    guest.choose_file("scenario-file", *saved(saving.value))
    expect(guest.part("scenario-result")).to_contain_text("unlike the reference")
    guest.page.wait_for_url("**scenario=**")
    for value in ("team.developers=2", "horizon_days=365", "portfolio.initial_models=4"):
        assert value in plan
        assert value in guest.query
