"""Takes the pictures of the page for the README: ``python docs/screenshots.py [--all FOLDER]``.

It takes each in light colours and, for the dark theme of the site, in dark ones. Needs Chromium.
With ``--all`` it takes every part of the page into a folder, at the widths of a laptop, two tablets
and a phone, light and dark, to be looked at beside each other.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).resolve().parent / "pictures"
PLAN = (
    "preset=small_team&capabilities.automation.maximum=0.5&capabilities.monitoring.maximum=0.5"
    "&capabilities.rollback.maximum=1&capabilities.lineage.maximum=0.5"
    "&capabilities.autoscaling.maximum=0.25"
)
"""What is shown; then monitoring is raised to the full, as a visitor would."""
PATIENCE_MILLISECONDS = 180_000
WATCHED_DAY = 430
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]


class Shot(NamedTuple):
    """A picture of the page: its name, what is done before it, the window, and the theme."""

    name: str
    prepare: Callable[[Page], None]
    size: tuple[int, int] = (1440, 900)
    theme: str = "light"


def decide(page: Page) -> None:
    """Raise monitoring, and wait until its worth and the credit are known."""
    slider = page.locator('input[data-name="capabilities.monitoring.maximum"]')
    slider.press("End")
    page.wait_for_function(
        """() => {
          const part = (name) => document.querySelector(`[data-part=${name}]`).dataset;
          const plan = part("rail").plan;
          return part("verdict").answers === plan && part("verdict").settled === "true"
            && part("credit").answers === plan && Number(part("credit").futures) >= 200;
        }"""
    )
    page.mouse.click(2, 2)
    page.evaluate("scrollTo(0, 0)")


def kept(page: Page) -> None:
    """Keep a few plans, then decide."""
    for preset in ("rollback_alone", "all_five"):
        page.get_by_label("Plan", exact=True).select_option(preset)
        page.get_by_role("button", name="Keep this plan").click()
    for _ in range(2):
        page.get_by_role("button", name="Undo", exact=True).click()
    page.wait_for_function("document.querySelectorAll('.tray-range').length === 3")
    decide(page)


def drawer(page: Page) -> None:
    """Open the explanation of monitoring."""
    decide(page)
    page.get_by_role("button", name="About Monitoring").click()
    page.wait_for_selector(".drawer .best-level")


def watch(page: Page) -> None:
    """Go to a day on which something happens."""
    show(page, "Watch")
    page.wait_for_selector("[data-part=watch] .token")
    page.get_by_role("button", name="20", exact=True).click()
    page.evaluate(
        """(day) => {
          const slider = document.querySelector("input[data-name=day]");
          slider.value = day;
          slider.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        WATCHED_DAY,
    )
    page.wait_for_selector(f'[data-part=watch][data-day="{WATCHED_DAY}"]')
    page.locator('[data-organisation=plan] .token[data-model="7"]').click()
    page.wait_for_selector("[data-followed]")
    # Tokens and people have arrived where they are.
    page.wait_for_timeout(500)
    page.wait_for_function(
        "() => document.getAnimations().every((each) => each.playState !== 'running')"
    )


def understand(page: Page) -> None:
    """Show how it works."""
    show(page, "Understand")
    page.wait_for_selector("#verified")


ANSWERS = b"""
models_live = 22
people = "~8"
value_per_year = "4M..7M"
upkeep_share = "45%..60%"
outages_per_month = "~28"
time_to_restore_hours = "20..50"
users = "~9000"
availability = "~98%"
"""
"""What is told of an organisation, part of which does not go together."""


def organisation(page: Page) -> None:
    """Tell what is known of an organisation, and wait for a first belief."""
    show(page, "Your organisation")
    file = {"name": "answers.toml", "mimeType": "application/toml", "buffer": ANSWERS}
    page.locator("[data-part=kept-file] input[type=file]").set_input_files(file)
    page.wait_for_selector("[data-part=learned]")
    page.locator("[data-opens=value_per_year]").click()


def own_portfolio(page: Page) -> None:
    """Use the made-up portfolio."""
    show(page, "Your organisation")
    page.get_by_role("button", name="Try a made-up one").click()
    page.wait_for_selector("[data-part=portfolio-models]")


def show(page: Page, part: str) -> None:
    page.locator(".top nav").get_by_role("button", name=part, exact=True).click()


LAPTOP, TABLET, UPRIGHT, PHONE = (1440, 900), (1024, 900), (768, 1024), (390, 844)
README_SHOTS = tuple(
    Shot(f"page-{prepare}{ending}", do, theme=theme)
    for prepare, do in {"decide": kept, "watch": watch}.items()
    for theme, ending in {"light": "", "dark": "-dark"}.items()
)
ALL_SHOTS = tuple(
    Shot(f"{prepare.__name__}-{size[0]}-{theme}", prepare, size, theme)
    for prepare in (decide, drawer, watch, understand, organisation, own_portfolio)
    for size in (LAPTOP, TABLET, UPRIGHT, PHONE)
    for theme in ("light", "dark")
)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--all", type=Path, metavar="FOLDER", help="take every part into it")
    arguments.add_argument("--only", default="", metavar="NAME", help="only names that hold this")
    chosen = arguments.parse_args()
    folder, shots = (chosen.all, ALL_SHOTS) if chosen.all else (PICTURES, README_SHOTS)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        sys.exit("This needs Chromium, and there is none on PATH.")
    folder.mkdir(parents=True, exist_ok=True)
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        for shot in shots:
            if chosen.only in shot.name:
                path = take(browser, address, shot, folder)
                print(f"{path}: {path.stat().st_size / 1000:.0f} kB", flush=True)
        browser.close()


def take(browser: Browser, address: str, shot: Shot, folder: Path) -> Path:
    """Take a picture as a new visitor; return where it is."""
    width, height = shot.size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if shot.theme == "dark" else "light",
        reduced_motion="reduce",
    )
    context.set_default_timeout(PATIENCE_MILLISECONDS)
    page = context.new_page()
    page.goto(f"{address}/?{PLAN}")
    page.wait_for_selector("[data-part=rail]")
    shot.prepare(page)
    page.wait_for_timeout(1_000)  # charts are drawn
    path = folder / f"{shot.name}.png"
    page.screenshot(path=path)
    page.goto("about:blank")
    context.close()
    compress(path)
    return path


def compress(path: Path) -> None:
    """Write a picture again, as small as it gets without loss."""
    with Image.open(path) as picture:
        plain = picture.convert("RGB")
    plain.save(path, optimize=True)


@contextmanager
def serving() -> Iterator[str]:
    """Serve the page in a process of its own; yield its address."""
    command = [sys.executable, "-m", "modelops_abm", "page", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            found = re.search(r"http://\S+:\d+", process.stdout.readline())
            if found is None:
                sys.exit("The page was not served.")
            yield found.group()
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
