"""What a visitor does with the page, in the words of the page."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Download, FloatRect, Locator, Page, ViewportSize, expect

MONITORING = "capabilities.monitoring.maximum"
AUTOMATION = "capabilities.automation.maximum"
DEVELOPERS = "team.developers"
SMALL: Mapping[str, object] = {
    "portfolio.initial_models": 4,
    "portfolio.initial_ideas": 3,
    "portfolio.initial_builds": 1,
    "portfolio.ideas_per_year": 2,
    "team.developers": 2,
    "horizon_days": 365,
}
"""An organisation that is simulated quickly."""
HARMLESS = ("Failed to evaluate Vue script",)
"""What Solara's own components say in the console."""
FUTURES_OF_CREDIT = 200
"""Over how many futures a credit is whole."""
GIVEN_UP = "net::ERR_ABORTED"
"""Why nothing is loaded any more for a page that is left."""

_PATIENCE_OF_A_FAULT_SECONDS = 60.0
"""So long something may be wrong that a busy machine still puts right."""
_KNOWN = """() => {
  const { awaits, answers } = document.querySelector("[data-part=verdict]").dataset;
  const credit = document.querySelector("[data-part=credit]");
  const isOfBaseline = !credit.querySelector(".credit-row");
  const { futures } = credit.dataset;
  const isCredited = credit.dataset.answers === answers && Number(futures) >= LEAST;
  return awaits === "" && (isOfBaseline || isCredited);
}""".replace("LEAST", str(FUTURES_OF_CREDIT))
_SETTLED = """() => {
  const part = (name) => document.querySelector(`[data-part=${name}]`)?.dataset ?? {};
  const [rail, verdict, figures] = ["rail", "verdict", "figures"].map(part);
  return verdict.settled === "true" && verdict.answers === rail.plan
    && figures.answers === rail.plan && figures.futures === verdict.futures
    && figures.organisations === verdict.organisations;
}"""


def link(values: Mapping[str, object] = SMALL, *, is_over: bool = False, **others: object) -> str:
    """Return the query of a link to an organisation with other values; dots are written __.

    It is answered at the values as set alone, or also over what the organisation may be: which
    takes more than twice as long, so only of tests that see the difference.
    """
    named = {name.replace("__", "."): value for name, value in others.items()}
    switch = {} if is_over else {"answers": "as_set"}
    return urlencode({"preset": "all_five", **switch, **values, **named})


@dataclass
class Visitor:
    """Somebody who has opened the page.

    Attributes
    ----------
    page
        Their tab.
    address
        Where the page is served.
    errors
        What the browser's console has said that it should not have.
    window
        Size of the window at first.
    """

    page: Page
    address: str
    errors: list[str] = field(default_factory=list)
    window: ViewportSize | None = field(init=False)

    def __post_init__(self) -> None:
        self.window = self.page.viewport_size

    @classmethod
    def of(cls, page: Page, address: str) -> Visitor:
        """Return a visitor with a tab, whose console is listened to."""
        visitor = cls(page, address)
        errors = visitor.errors
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: visitor._hear(message.type, message.text))
        page.on("requestfailed", lambda request: visitor._miss(request.url, request.failure))
        return visitor

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith(HARMLESS):
            self.errors.append(text)

    def _miss(self, url: str, failure: str | None) -> None:
        if failure != GIVEN_UP:
            self.errors.append(f"not loaded: {url}, {failure}")

    def open(self, query: str = "") -> None:
        """Open the page, with the query of a link if there is one."""
        self.page.goto(f"{self.address}/?{query}" if query else self.address)
        self.page.wait_for_selector(".modelops .top")

    def leave(self) -> None:
        """Go somewhere else, so that the page ends as it does for a visitor."""
        self.page.goto("about:blank")

    def forget(self) -> None:
        """Become a new visitor, of whom the page has kept nothing in the browser."""
        page, context = self.page, self.page.context
        for other in context.pages:
            if other != page:
                other.close()
        page.goto(f"{self.address}/readyz")
        page.evaluate("() => [localStorage, sessionStorage].forEach((kept) => kept.clear())")
        self.leave()
        page.mouse.move(0, 0)
        if self.window is not None:
            page.set_viewport_size(self.window)
        context.clear_cookies()
        self.errors.clear()

    # What is seen

    def part(self, name: str) -> Locator:
        """Return an element that is marked as a part of the page."""
        return self.page.locator(f'[data-part="{name}"]')

    @property
    def notice(self) -> Locator:
        """What the page says went wrong."""
        return self.page.locator(".frame .notice")

    @property
    def plan(self) -> str:
        """Key of the plan that the sliders show."""
        return self.part("rail").get_attribute("data-plan") or ""

    @property
    def query(self) -> str:
        """The query in the browser's address."""
        return self.page.url.partition("?")[2]

    def slider(self, name: str) -> Locator:
        """Return the slider of a value."""
        return self.page.locator(f'input[type=range][data-name="{name}"]')

    def typed(self, name: str) -> Locator:
        """Return the field of a value."""
        return self.part("rail").locator(f'[data-typed="{name}"]')

    def row(self, name: str) -> Locator:
        """Return what belongs to a value: label, field, slider, complaint."""
        field = self.page.locator(f'[data-typed="{name}"]')
        return self.part("rail").locator(".control", has=field)

    def button(self, name: str) -> Locator:
        """Return the button of a name."""
        return self.page.get_by_role("button", name=name, exact=True)

    def figures(self) -> list[str]:
        """Return what the figures say."""
        return self.part("figures").locator(".figure").all_inner_texts()

    def headline(self) -> str:
        """Return the sentence that answers."""
        return self.part("verdict").locator("h1").inner_text()

    def settled(self) -> list[str]:
        """Wait until the plan that is shown is answered for good; return the figures."""
        self.page.wait_for_function(_SETTLED)
        return self.figures()

    def known(self) -> None:
        """Wait until all that the page finds out of the plan is there, after the answer too.

        Credit and the best single change come last, each with something to press.
        """
        self.settled()
        self.page.wait_for_function(_KNOWN)

    def found(self, script: str, argument: object = None) -> list[Any]:
        """Return what a script finds wrong once that stays so; nothing as soon as it is nothing.

        What another width needs is drawn anew in the browser, or by the server, which may be busy.
        """
        end = time.monotonic() + _PATIENCE_OF_A_FAULT_SECONDS
        while (wrong := self.page.evaluate(script, argument)) and time.monotonic() < end:
            self.page.wait_for_timeout(100)
        return list(wrong)

    # What is done

    def show(self, name: str) -> None:
        """Open one of the four parts of the page."""
        self.page.locator(".top nav").get_by_role("button", name=name, exact=True).click()
        expect(self.page.locator('nav [aria-current="page"]')).to_have_text(name)

    @contextmanager
    def changing_the_plan(self) -> Iterator[None]:
        """Wait until what is done inside has changed the plan."""
        before = self.plan
        yield
        expect(self.part("rail")).not_to_have_attribute("data-plan", before)

    def drag(self, name: str, share: float) -> None:
        """Drag a slider to a share of its width, and let it go."""
        with self.changing_the_plan(), self.dragging(name, share):
            pass

    @contextmanager
    def dragging(self, name: str, share: float) -> Iterator[None]:
        """Drag a slider to a share of its width, and let it go after what is done inside."""
        slider = self.slider(name)
        lowest, highest = (float(slider.get_attribute(end) or 0) for end in ("min", "max"))
        now = (float(slider.input_value()) - lowest) / (highest - lowest)
        box = box_at_rest(slider)
        middle = box["y"] + box["height"] / 2
        self.page.mouse.move(_on_track(box["x"], box["width"], now), middle)
        self.page.mouse.down()
        self.page.mouse.move(_on_track(box["x"], box["width"], share), middle, steps=5)
        yield
        self.page.mouse.up()

    def pull(self, handle: Locator, right: float) -> None:
        """Take a handle with the mouse, move it so many pixels to the right, and let it go."""
        box = box_at_rest(handle)
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + right, y, steps=4)
        with self.changing_the_plan():
            self.page.mouse.up()

    def press(self, name: str, *keys: str) -> None:
        """Press keys on a slider."""
        with self.changing_the_plan():
            for key in keys:
                self.slider(name).press(key)

    def type(self, name: str, text: str) -> None:
        """Type a value."""
        self.typed(name).fill(text)
        self.typed(name).press("Enter")

    def choose_file(self, part: str, name: str, content: bytes) -> None:
        """Choose a file in Your organisation."""
        self.part(part).locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": content}
        )

    def export(self, what: str) -> tuple[str, bytes]:
        """Save an export; return its name and content."""
        self.button("Export").click()
        with self.page.expect_download() as saving:
            self.page.locator(f'#export-panel [data-value="{what}"]').click()
        return saved(saving.value)


def show_tables(visitor: Visitor) -> None:
    """Show every chart of a part as a table; one after another, as each may move the others."""
    charts = visitor.page.locator('[aria-label="Show as a table"][aria-pressed=false]')
    while count := charts.count():
        charts.first.click()
        expect(charts).to_have_count(count - 1)


def box_at_rest(element: Locator) -> FloatRect:
    """Return where an element is once it does not move, and nothing lies over it.

    As a click waits by itself; what is done with the mouse alone would be done beside it.
    """
    element.hover(trial=True)
    box = element.bounding_box()
    assert box is not None
    return box


_THUMB_PIXELS = 16.0


def _on_track(left: float, width: float, share: float) -> float:
    """Return where the middle of a thumb is that stands at a share of a track."""
    return left + _THUMB_PIXELS / 2 + share * (width - _THUMB_PIXELS)


def saved(download: Download) -> tuple[str, bytes]:
    """Return the name and the content of a file that was saved."""
    return download.suggested_filename, Path(download.path()).read_bytes()


def number_in(text: str) -> float:
    """Return the first number in a text, whatever its minus and spaces."""
    found = re.search(r"-?\d[\d,]*(?:\.\d+)?", text.replace("−", "-"))
    assert found, text
    return float(found.group().replace(",", ""))
