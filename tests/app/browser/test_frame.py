from __future__ import annotations

from playwright.sync_api import Page, expect


def test_every_part_opens(page: Page) -> None:
    for name in ("Watch", "Understand", "Your data", "Decide"):
        page.get_by_role("button", name=name, exact=True).click()
        expect(page.locator('nav [aria-current="page"]')).to_have_text(name)


def test_theme_is_remembered(page: Page) -> None:
    root = page.locator("html")
    before = root.get_attribute("data-theme")
    page.get_by_role("button", name="Light or dark").click()
    after = {"light": "dark", "dark": "light"}[str(before)]
    expect(root).to_have_attribute("data-theme", after)
    page.reload()
    expect(root).to_have_attribute("data-theme", after)


def test_nothing_comes_from_the_internet(page: Page) -> None:
    entries = page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")
    assert entries
    host = page.evaluate("location.host")
    assert [entry for entry in entries if f"//{host}/" not in entry and "data:" not in entry] == []
