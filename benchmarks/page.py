"""Time of the page in a real browser: first paint, answer, credit, Watch, load, a large plan.

    python benchmarks/page.py [--sessions 20] [--only answer ...]

Needs Chromium. Everything is measured from outside, as a visitor sees it: from the release of a
slider until the figures of the new plan are on the screen. Absolute times depend on the machine and
on what else it does, so the load of it is told, and what many visitors see as a ratio to one. The
browser runs on the same machine: of many visitors it takes most of it, which theirs would not
(`visitors.py` has many without browsers).
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psutil
from playwright.sync_api import Browser, Page, sync_playwright

OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGE = ("-m", "modelops_abm", "page", "--no-browser", "--port", "0")
SLIDER = 'input[type=range][data-name="capabilities.monitoring.maximum"]'
MOVES, OPENINGS = 10, 5
PATIENCE_MILLISECONDS = 240_000
FIRST_FUTURES, BAND_FUTURES = 16, 200
OPENED_AT_ONCE = 10

# Runs in the page: moves a slider as a visitor does, and waits for what the page then shows.
WATCHER = """
window.answered = (futures, part) => new Promise((resolve, reject) => {
  const began = performance.now();
  const limit = setTimeout(() => reject(new Error("no answer")), 240000);
  const look = () => {
    const rail = document.querySelector("[data-plan]");
    const card = document.querySelector(`[data-part=${part}]`);
    const same = rail && card && card.dataset.answers === rail.dataset.plan;
    const isNew = same && rail.dataset.plan !== window.planBefore;
    if (isNew && Number(card.dataset.futures) >= futures) {
      clearTimeout(limit);
      requestAnimationFrame(() => resolve(performance.now() - began));
    } else requestAnimationFrame(look);
  };
  look();
});
window.move = (selector, value) => {
  const slider = document.querySelector(selector);
  window.planBefore = document.querySelector("[data-plan]").dataset.plan;
  slider.value = value;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
  slider.dispatchEvent(new Event("change", { bubbles: true }));
};
"""


class Served(NamedTuple):
    """A page that is served."""

    address: str
    process: int


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--sessions", type=int, default=20, help="sessions open at once")
    arguments.add_argument("--only", nargs="*", choices=list(PARTS), default=list(PARTS))
    chosen = arguments.parse_args()
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("This needs Chromium, and there is none on PATH.")
    with serving() as served, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        for name in chosen.only:
            PARTS[name](browser, served, chosen.sessions)
        browser.close()


def load() -> None:
    """Tell how busy the machine is with all that runs on it."""
    row(f"load of the machine over a minute, {os.cpu_count()} cores", os.getloadavg()[0], "")


def row(what: str, value: float, unit: str, aim: str = "") -> None:
    print(f"{what:62} {value:9,.2f} {unit:4} {aim}", flush=True)


AS_SET = """
from modelops_abm.app import server
from modelops_abm.app.state.session import Session
begin = Session.__init__
def as_set(session, *arguments, **keywords):
    begin(session, *arguments, **keywords)
    session.is_over.set(False)
Session.__init__ = as_set
server.show(port=0, open_browser=False)
"""
"""Serves a page that opens with the values as set, as it did before there was a belief."""


@contextmanager
def serving(program: tuple[str, ...] = PAGE) -> Iterator[Served]:
    """Serve the page in a process of its own."""
    command = [sys.executable, *program]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://\S+:\d+", line):
                break
        else:
            sys.exit("The page was not served.")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        try:
            yield Served(found.group(), process.pid)
        finally:
            process.terminate()


def opened(browser: Browser, served: Served) -> Page:
    """Open the page as a new visitor, and wait until its first plan is answered."""
    (page,) = all_opened(browser, served, 1)
    return page


def all_opened(browser: Browser, served: Served, count: int) -> list[Page]:
    """Open the page as so many visitors at once, and wait until all have their answer."""
    pages = arriving(browser, served, count)
    for page in pages:
        settled = '[data-part="verdict"][data-settled="true"]'
        page.wait_for_selector(settled, timeout=PATIENCE_MILLISECONDS)
        page.evaluate(f"{WATCHER} undefined")  # a function as its value would be called
    return pages


def arriving(browser: Browser, served: Served, count: int, script: str = "") -> list[Page]:
    """Let so many visitors come at once, each with a script that runs before the page."""
    pages = []
    for _ in range(count):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        pages.append(page)
    for page in pages:
        page.add_init_script(script)
    for page in pages:  # returns with the first bytes, long before anything is shown
        page.goto(served.address, wait_until="commit", timeout=PATIENCE_MILLISECONDS)
    return pages


def left(pages: list[Page]) -> None:
    """Let visitors leave; a lost connection would be kept for a while."""
    for page in pages:
        page.goto("about:blank")
        page.context.close()


def seconds_until(page: Page, value: int, futures: int, part: str = "verdict") -> float:
    """Move a slider; return the time until that many futures are shown, in seconds."""
    code = f"window.move({SLIDER!r}, {value}); window.answered({futures}, {part!r})"
    return float(page.evaluate(code)) / 1e3


def first_paint(browser: Browser, served: Served, _sessions: int) -> None:
    """From opening to the layout with the plan's controls."""
    times = []
    for _ in range(5):
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        began = time.perf_counter()
        page.goto(served.address)
        page.wait_for_selector(SLIDER)
        times.append(time.perf_counter() - began)
        page.context.close()
    row("first useful paint, median of 5", statistics.median(times), "s", "3")


# Runs in the page before anything of it: notes when it has what.
NOTES = """
window.noted = {};
const note = (name, is) => {
  if (is && !(name in window.noted)) window.noted[name] = performance.now();
};
const look = () => {
  note("paint", performance.getEntriesByName("first-contentful-paint").length);
  const verdict = document.querySelector("[data-part=verdict]");
  note("controls", document.querySelector("input[type=range]"));
  note("figures", verdict && Number(verdict.dataset.futures) > 0);
  note("settled", verdict && verdict.dataset.settled === "true");
  if (!("settled" in window.noted)) setTimeout(look, 4);
};
look();
"""


def opening(browser: Browser, served: Served, _sessions: int) -> None:
    """From opening to paint, controls, first figures and the last, by turns as set and over."""
    found: dict[str, list[dict[str, float]]] = {"as set": [], "over organisations": []}
    with serving(("-c", AS_SET)) as as_set:
        for turn in range(OPENINGS + 1):
            for name, where in zip(found, (as_set, served), strict=True):
                page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
                page.add_init_script(NOTES)
                page.goto(where.address, timeout=PATIENCE_MILLISECONDS)
                page.wait_for_function("'settled' in window.noted", timeout=PATIENCE_MILLISECONDS)
                if turn:  # the first compiles and loads what all others find
                    found[name].append(page.evaluate("window.noted"))
                page.context.close()
    for what in ("paint", "controls", "figures", "settled"):
        plain, over = (statistics.median(each[what] for each in times) for times in found.values())
        row(f"opened until {what}, as set, median of {OPENINGS}", plain / 1e3, "s")
        row("  over organisations like yours", over / 1e3, "s")
        row("  ratio", over / plain, "")


def answer(browser: Browser, served: Served, _sessions: int) -> None:
    """From the release of a slider to the first figures, and to the bands of 200 futures."""
    page = opened(browser, served)
    values = [10 + 7 * move for move in range(MOVES)]
    first = [seconds_until(page, value, FIRST_FUTURES) for value in values]
    row(f"slider to the first figures, median of {MOVES}", statistics.median(first), "s", "0.3")
    row("  slowest", max(first), "s")
    bands = [seconds_until(page, value + 3, BAND_FUTURES) for value in values]
    row(f"slider to the bands of {BAND_FUTURES}, median", statistics.median(bands), "s", "1.5")
    row("  slowest", max(bands), "s")
    page.context.close()


def credit(browser: Browser, served: Served, _sessions: int) -> None:
    """From the bands of 200 futures to the credit of each capability from 200 futures."""
    page = opened(browser, served)
    times = []
    for value in (35, 45, 55):
        seconds_until(page, value, BAND_FUTURES)
        code = f"window.answered({BAND_FUTURES}, 'credit')"
        times.append(float(page.evaluate(code)) / 1e3)
    row("from there to the credit of each capability", statistics.median(times), "s", "8")
    page.context.close()


def watch(browser: Browser, served: Served, _sessions: int) -> None:
    """Simulated days per second with everything drawn, at full speed."""
    page = opened(browser, served)
    page.get_by_role("button", name="Watch", exact=True).click()
    page.wait_for_selector('[data-part="watch"]')
    page.get_by_role("button", name="20", exact=True).click()
    page.get_by_role("button", name="Play").click()
    time.sleep(1.0)
    rates = []
    for _ in range(3):
        before, began = day_shown(page), time.perf_counter()
        time.sleep(2.0)
        rates.append((day_shown(page) - before) / (time.perf_counter() - began))
    row("Watch at 20 days a second: days drawn a second, median", statistics.median(rates), "")
    page.get_by_role("button", name="max", exact=True).click()
    time.sleep(1.0)
    before, began = day_shown(page), time.perf_counter()
    time.sleep(2.0)
    row("Watch at full speed", (day_shown(page) - before) / (time.perf_counter() - began), "", "20")
    page.context.close()


def day_shown(page: Page) -> float:
    return float(page.get_attribute('[data-part="watch"]', "data-day") or "nan")


def at_once(browser: Browser, _served: Served, _sessions: int) -> None:
    """Many visitors who open a page that has just been served, beside one who does so alone."""
    load()
    found = []
    for count in (1, OPENED_AT_ONCE):
        with serving() as fresh:
            before = processor_seconds(fresh.process)
            found.append(_noted_by(browser, fresh, count))
            used = processor_seconds(fresh.process) - before
        row(f"{count} at once: processor time of the server until settled, each", used / count, "s")
    (alone,), many = found
    for what, aim in (("paint", ""), ("controls", ""), ("figures", "5"), ("settled", "")):
        slowest = max(each[what] for each in many) / 1e3
        row(f"{OPENED_AT_ONCE} open at once: all have {what} after", slowest, "s", aim)
        row("  as many times as one alone", 1e3 * slowest / alone[what], "")


def _noted_by(browser: Browser, served: Served, count: int) -> list[dict[str, float]]:
    """Return what visitors who come at once note, each from its own navigation on, in ms."""
    pages, noted = arriving(browser, served, count, NOTES), []
    for page in pages:
        page.wait_for_function("'settled' in window.noted", timeout=PATIENCE_MILLISECONDS)
        noted.append(page.evaluate("window.noted"))
    left(pages)
    return noted


def memory(browser: Browser, served: Served, count: int) -> None:
    """Memory of the server with more and more visitors, settled, and when each has seen all."""
    before = resident_mib(served.process)
    row("memory of the server before the first visitor", before, "MiB")
    pages: list[Page] = []
    for many in sorted({1, count // 4, count // 2, count} - {0}):
        pages += all_opened(browser, served, many - len(pages))
        row(f"  with {many} on Decide", resident_mib(served.process), "MiB")
    each = (resident_mib(served.process) - before) / count
    row("  for each of them", each, "MiB")
    for page in pages:
        for part in ("Watch", "Understand", "Your organisation"):
            page.get_by_role("button", name=part, exact=True).click()
            page.wait_for_selector(f".{part.split()[-1].lower()}", timeout=PATIENCE_MILLISECONDS)
    time.sleep(5.0)
    all_seen = (resident_mib(served.process) - before) / count
    row("  for each once all have seen every part", all_seen, "MiB")
    left(pages)


def sessions(browser: Browser, served: Served, count: int) -> None:
    """Many sliders moved at the same moment; memory of the server before, during, after."""
    before = resident_mib(served.process)
    pages = all_opened(browser, served, count)
    during = resident_mib(served.process)
    for page in pages:
        page.evaluate(f"window.move({SLIDER!r}, 77); undefined")
    began = time.perf_counter()
    for page in pages:
        page.evaluate(f"window.answered({FIRST_FUTURES}, 'verdict')")
    row(f"{count} sliders moved at once: all answered after", time.perf_counter() - began, "s")
    left(pages)
    row("memory of the server: before", before, "MiB")
    row(f"  with {count} sessions", during, "MiB")
    time.sleep(15.0)
    row("  15 s after they closed", resident_mib(served.process), "MiB")


def large(browser: Browser, served: Served, _sessions: int) -> None:
    """First figures of a visitor alone, and beside one whose plan is at the page's limit."""
    page = opened(browser, served)
    alone = [seconds_until(page, 10 + 7 * move, FIRST_FUTURES) for move in range(MOVES)]
    row("alone: slider to the first figures, median", statistics.median(alone), "s")
    other = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    other.goto(f"{served.address}/?preset=all_five&portfolio.initial_models=17900")
    other.wait_for_selector(SLIDER)
    if other.locator('[data-part="large-plan"]').count():
        other.get_by_role("button", name="Run it").click()
    time.sleep(5.0)  # its first second of processor time is over
    beside = [seconds_until(page, 13 + 7 * move, FIRST_FUTURES) for move in range(MOVES)]
    row("beside a plan at the limit: median", statistics.median(beside), "s")
    row("  slowest", max(beside), "s")
    ratio = statistics.median(beside) / statistics.median(alone)
    row("  as many times as alone", ratio, "", "2")
    other.goto("about:blank")
    other.context.close()
    page.context.close()


def processor_seconds(process: int) -> float:
    used = psutil.Process(process).cpu_times()
    return float(used.user + used.system)


def resident_mib(process: int) -> float:
    return float(psutil.Process(process).memory_info().rss) / 2**20


PARTS = {
    "first_paint": first_paint,
    "opening": opening,
    "answer": answer,
    "credit": credit,
    "watch": watch,
    "at_once": at_once,
    "memory": memory,
    "sessions": sessions,
    "large": large,
}

if __name__ == "__main__":
    main()
