"""What the page shows that has a name: headings, buttons, sliders, links, charts, tables, parts."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from playwright.sync_api import expect, sync_playwright
from pptx import Presentation

from tests.app.browser.conftest import CHROMIUM_OPTIONS, PAGE, chromium, new_context, serving
from tests.app.browser.visitor import AUTOMATION, Visitor, link, show_tables

_NAMED = """() => {
  const words = (element) => {
    const by = (element.getAttribute("aria-labelledby") ?? "").split(" ")
      .map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
    const labels = [...(element.labels ?? [])].map((label) => label.textContent).join(" ");
    const own = element.matches("input, select") ? "" : element.textContent;
    return element.ariaLabel || by.trim() || labels || own || element.title || "";
  };
  const kind = (element) => element.getAttribute("role") || element.type || element.localName;
  const named = document.querySelectorAll(`.modelops :is(button, input, select, textarea, summary,
    a[href], h1, h2, h3, h4, th, caption, figcaption, [role], [aria-label])`);
  const marked = [...document.querySelectorAll(".modelops [data-part]")];
  const region = (element) => element.matches("[role=region], [role=main], section, table, ul");
  return [
    ...[...named].map((element) => [kind(element),
      region(element) ? element.ariaLabel ?? "" : words(element)]),
    ...marked.map((element) => ["part", element.dataset.part]),
  ];
}"""
_NUMBER = re.compile(r"[−+±-]?[$<]?\d[\d.,\s]*(%|[kM]\b)?")
_RESULTS = ("row", "cell", "img", "table", "h1")
_LONGEST, _LONGEST_OF_RESULTS = 60, 20
"""Longer names tell numbers, which come and go; kinds in `_RESULTS` do so sooner."""


def shown(visitor: Visitor) -> list[str]:
    """Return kind and name of everything on the page that has a name, once it stays so."""
    before: list[str] = []
    while (now := _shown(visitor)) != before:
        before = now
        visitor.page.wait_for_timeout(300)
    return now


def _shown(visitor: Visitor) -> list[str]:
    """Return what is named now; numbers are a #."""
    lines = set()
    for kind, name in visitor.page.evaluate(_NAMED):
        plain = re.sub(r"(# ?)+", "# ", _NUMBER.sub("# ", " ".join(name.split()))).strip()
        plain = re.sub(r" (costs|earns)\b.*", "", plain)
        longest = _LONGEST_OF_RESULTS if kind in _RESULTS else _LONGEST
        # The best level is a result, and nothing offers it where the plan has it.
        is_result = re.fullmatch(r"Use (\w+|#)", plain) or plain.endswith("no source found")
        comes_and_goes = kind == "progressbar" or bool(is_result)
        if 0 < len(plain) <= longest and not comes_and_goes:
            lines.add(f"{kind} {plain}")
    return sorted(lines)


def parts(visitor: Visitor) -> dict[str, list[str]]:
    """Return what a visitor sees in each part of the page, once what it shows is settled."""
    page = visitor.page
    visitor.known()
    found = {f"export: {what}": _exported(visitor, what) for what in EXPORTS}
    show_tables(visitor)
    found["Decide"] = shown(visitor)
    for name, value in {"a capability": "Rollback", "an assumption": "New ideas"}.items():
        visitor.button(f"About {value}").click()
        expect(visitor.part("drawer").locator("h2")).to_be_visible()
        if name == "a capability":
            expect(visitor.part("drawer").locator(".reasons")).to_be_visible()
            expect(visitor.part("drawer").locator(".facts")).to_be_visible()
        found[f"Decide, {name} explained"] = _more(visitor, found["Decide"])
        visitor.button("Close the explanation").click()
    visitor.button("Keep this plan").click()
    visitor.press(AUTOMATION, "Home")
    visitor.settled()
    visitor.button("Compare side by side").click()
    expect(page.get_by_role("region", name="Differences of scenarios")).to_be_visible()
    found["Decide, side by side"] = _more(visitor, found["Decide"])
    visitor.show("Watch")
    expect(page.locator(".watch .token").first).to_be_visible()
    found["Watch"] = _more(visitor, found["Decide"])
    visitor.show("Understand")
    expect(page.locator(".understand")).to_be_visible()
    for late in ("Your organisation beside what is published", "Which patterns the reference has"):
        expect(page.locator(f'[aria-label="{late}"]')).to_be_attached()  # run in the background
    found["Understand"] = _more(visitor, found["Decide"])
    visitor.show("Your organisation")
    expect(page.locator(".organisation")).to_be_visible()
    visitor.button("Try a made-up one").click()
    expect(visitor.part("portfolio-models")).to_be_visible()
    found["Your organisation"] = _more(visitor, found["Decide"])
    return found


def _more(visitor: Visitor, known: list[str]) -> list[str]:
    return sorted(set(shown(visitor)) - set(known))


EXPORTS = ("report", "slides", "figures", "weekly", "charts")


def _exported(visitor: Visitor, what: str) -> list[str]:
    name, content = visitor.export(what)
    match what:
        case "report":
            inside = re.findall(r"<h[23][^>]*>([^<]*)</h[23]>", content.decode())
        case "slides":
            shapes = [
                shape for slide in Presentation(BytesIO(content)).slides for shape in slide.shapes
            ]
            charts = sum(shape.has_chart for shape in shapes)
            inside = [f"{charts} charts", f"{sum(shape.has_table for shape in shapes)} tables"]
        case "charts":
            inside = zipfile.ZipFile(BytesIO(content)).namelist()
        case _:
            inside = content.decode("utf-8-sig").splitlines()[0].split(",")
    return [name, *sorted(inside)]


def parts_of_the_page() -> dict[str, list[str]]:
    """Serve the page, and return what a visitor sees in each part of it."""
    with serving(PAGE) as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=CHROMIUM_OPTIONS)
        visitor = Visitor.of(new_context(browser).new_page(), served.address)
        visitor.open(link(is_over=True))
        return parts(visitor)
