"""Timeline in the browser: events are added, dragged, moved by keys, sized and taken away."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.app.browser.visitor import Visitor

TEAM = "team.developers#0"


def handle(visitor: Visitor, key: str, edge: str = "begin") -> Locator:
    return visitor.page.locator(f'.handle[data-event="{key}"][data-edge="{edge}"]')


def expect_month(visitor: Visitor, month: int, edge: str = "begin") -> None:
    expect(handle(visitor, TEAM, edge)).to_have_attribute("aria-valuenow", str(month))


def test_events_are_moved_sized_and_taken_away(visitor: Visitor) -> None:
    page, keyboard = visitor.page, visitor.page.keyboard
    visitor.button("Timeline").click()
    visitor.part("rail").locator("summary").click()
    with visitor.changing_the_plan():
        page.locator('[data-action="add event"][data-value="team"]').click()
    expect(visitor.part("rail").locator(".events li")).to_have_count(1)
    expect_month(visitor, 7)
    added = visitor.plan
    field = page.locator('[data-action="set event until"]')
    with visitor.changing_the_plan():
        field.fill("10")
        field.press("Enter")
    expect_month(visitor, 10, "end")
    # What a saved picture says below the numbers of its marks.
    below = page.locator(".timeline-card .explained")
    expect(below).to_have_text("1. Team 2 to 1, months 7 to 10")
    handle(visitor, TEAM, "end").focus()
    with visitor.changing_the_plan():
        keyboard.press("ArrowLeft")
    expect_month(visitor, 9, "end")
    visitor.pull(handle(visitor, TEAM, "end").locator(".grip"), 57)
    end = handle(visitor, TEAM, "end")
    expect(end).not_to_have_attribute("aria-valuenow", "9")  # the lanes come after the plan's key
    assert int(end.get_attribute("aria-valuenow") or 0) > 9
    expect_month(visitor, 7)
    for _ in range(3):
        with visitor.changing_the_plan():
            visitor.button("Undo").click()
    assert visitor.plan == added

    handle(visitor, TEAM).focus()
    for month in (8, 9):
        with visitor.changing_the_plan():
            keyboard.press("ArrowRight")
        expect_month(visitor, month)
    for _ in range(2):
        with visitor.changing_the_plan():
            keyboard.press("Shift+ArrowUp")
    expect(visitor.part("rail").locator(".events strong")).to_have_text("Team 2 to 3")
    visitor.pull(handle(visitor, TEAM).locator(".grip"), -207)
    expect(page.locator(".lanes .ghost")).to_have_count(1)  # where it was
    dragged = int(handle(visitor, TEAM).get_attribute("aria-valuenow") or 99)
    assert dragged < 9
    with visitor.changing_the_plan():  # one release, one step
        visitor.button("Undo").click()
    expect_month(visitor, 9)
    visitor.page.wait_for_url("**changes=**")
    handle(visitor, TEAM).focus()
    with visitor.changing_the_plan():
        keyboard.press("Delete")
    expect(visitor.part("rail").locator(".events li")).to_have_count(0)
    for _ in range(8):
        if visitor.plan == added:
            break
        with visitor.changing_the_plan():
            visitor.button("Undo").click()
    assert visitor.plan == added
    effect = visitor.part("rail").locator(".events .event-effect")
    expect(effect).not_to_have_text("…")
    visitor.button("Plan").click()
    assert visitor.settled()
