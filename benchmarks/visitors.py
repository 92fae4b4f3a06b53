"""Many visitors of the page, each without a browser: what the server alone takes for them.

    python benchmarks/visitors.py [--at-once 10] [--visitors 20]

Each visitor says what a browser says, and no more: it loads the page and the files that the page
names, opens its socket, runs the page, asks all the time whether the server is there, and moves
sliders. A time ends when the figures have arrived; a visitor's browser then takes its own time to
draw them, on its own machine. `benchmarks/page.py` measures with browsers, which on the machine of
the server take most of it as soon as there are many.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import re
import statistics
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from page import (
    FIRST_FUTURES,
    Served,
    load,
    processor_seconds,
    resident_mib,
    row,
    serving,
)
from websockets.asyncio.client import ClientConnection, connect

MOVES_OF_EACH, SECONDS_BETWEEN = 4, 20.0
"""Of each visitor: moves of a slider, and the mean of the times between them."""
SLIDER = "capabilities.monitoring.maximum"
PATIENCE_SECONDS = 240.0
SECONDS_BETWEEN_LOOKS = 0.8
"""In which the page asks again whether the server is there (`widgets/connection.vue`)."""
_FILE = re.compile(r'(?:href|src)="(/?(?:static|_solara|jupyter)/[^"]+)"')
_VERDICT, _SAID = re.compile(r'data-part="verdict"([^>]*)>'), re.compile(r'data-(\w+)="([^"]*)"')


class Visitor:
    """A visitor: their connection, and what the page has shown them."""

    def __init__(self, served: Served) -> None:
        self.address = served.address
        self.cookie = ""
        self.page, self.comm = str(uuid.uuid4()), uuid.uuid4().hex
        self.sliders = ""
        self.futures, self.answers, self.is_settled = 0, "", False
        self._changed = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._socket: ClientConnection | None = None

    async def arrive(self) -> None:
        """Load the page and run it."""
        html = await asyncio.to_thread(self._get, "")
        files = dict.fromkeys(_FILE.findall(html))
        await asyncio.gather(*(asyncio.to_thread(self._get, file.lstrip("/")) for file in files))
        kernel = f"{self.address}/jupyter/api/kernels/{uuid.uuid4()}/channels"
        self._socket = await connect(
            f"{kernel.replace('http', 'ws', 1)}?session_id={self.page}",
            additional_headers={"Cookie": self.cookie, "Origin": self.address},
            max_size=None,
        )
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._look())]
        await self._say("comm_open", self.comm, {}, target_name="solara.control")
        themes = {"light": {}, "dark": {}}
        run = {"path": "/", "dark": False, "themes": themes, "appName": None}
        await self._say("comm_msg", self.comm, {"method": "run", "args": run})

    def _get(self, path: str) -> str:
        headers = {"Cookie": self.cookie} if self.cookie else {}
        with urlopen(Request(f"{self.address}/{path}", headers=headers)) as answer:
            for said in answer.headers.get_all("Set-Cookie", []):
                for name, morsel in SimpleCookie(said).items():
                    self.cookie = f"{self.cookie}; {name}={morsel.value}".lstrip("; ")
            content: bytes = answer.read()
        return content.decode("utf-8", errors="replace")

    async def _look(self) -> None:
        # By one connection that stays open, as a browser's.
        connection = HTTPConnection(urlsplit(self.address).netloc)
        while True:
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
            with suppress(OSError, HTTPException):  # the next look connects again
                await asyncio.to_thread(_asked, connection, self.cookie)

    async def _say(self, kind: str, comm: str, data: dict[str, Any], **more: Any) -> None:
        assert self._socket is not None
        header = {
            "msg_id": str(uuid.uuid4()),
            "msg_type": kind,
            "session": self.page,
            "username": "",
            "version": "5.2",
            "date": "2026-01-01T00:00:00.000Z",
        }
        content = {"comm_id": comm, "data": data, **more}
        envelope = {"buffers": [], "channel": "shell", "metadata": {}, "parent_header": {}}
        await self._socket.send(json.dumps({**envelope, "header": header, "content": content}))

    async def _listen(self) -> None:
        assert self._socket is not None
        async for message in self._socket:
            text = message if isinstance(message, str) else message.decode(errors="replace")
            # What is of no interest is not read: the visitor must cost next to nothing.
            if "data-futures" not in text and f"{SLIDER}\\" not in text:
                continue
            content = json.loads(text)["content"]
            state = content.get("data", {}).get("state", {})
            if "rows_text" in state and SLIDER in state["rows_text"]:
                self.sliders = content["comm_id"]
            if found := _VERDICT.search(state.get("html") or ""):
                said = dict(_SAID.findall(found[1]))
                async with self._changed:
                    self.futures, self.answers = int(said["futures"]), said["answers"]
                    self.is_settled = said["settled"] == "true"
                    self._changed.notify_all()

    async def figures(self, futures: int, *, not_of: str = "", settled: bool = False) -> str:
        """Wait for figures of so many futures, of another plan than one; return their plan."""

        def is_there() -> bool:
            is_new = bool(self.answers) and self.answers != not_of
            return is_new and self.futures >= futures and (self.is_settled or not settled)

        async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
            await self._changed.wait_for(is_there)
        return self.answers

    async def move(self, value: int, serial: int) -> float:
        """Move a slider; return the seconds until the first figures of the new plan."""
        before, began = self.answers, time.perf_counter()
        entry = {"name": SLIDER, "text": str(value), "slid": True, "serial": serial}
        said = {"method": "custom", "content": {"event": "enter", "data": entry}}
        await self._say("comm_msg", self.sliders, said)
        await self.figures(FIRST_FUTURES, not_of=before)
        return time.perf_counter() - began

    async def leave(self) -> None:
        """Close the connection."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        if self._socket is not None:
            await self._socket.close()


def _asked(connection: HTTPConnection, cookie: str) -> None:
    connection.request("GET", "/readyz", headers={"Cookie": cookie})
    connection.getresponse().read()


async def opened(visitor: Visitor) -> tuple[float, float]:
    """Open the page; return the seconds until the first figures, and until the last."""
    began = time.perf_counter()
    await visitor.arrive()
    await visitor.figures(1)
    first = time.perf_counter() - began
    await visitor.figures(1, settled=True)
    return first, time.perf_counter() - began


async def at_once(count: int) -> None:
    """So many who open a page that has just been served, beside one who does so alone."""
    alone = (1.0, 1.0)
    for many in (1, count):
        with serving() as served:
            everybody = [Visitor(served) for _ in range(many)]
            times = await asyncio.gather(*map(opened, everybody))
            used = processor_seconds(served.process) / many
            for each in everybody:
                await each.leave()
        first, settled = (max(each) for each in zip(*times, strict=True))
        row(f"{many} open at once: all have figures after", first, "s", "5")
        row("  settled after", settled, "s")
        if many == 1:
            alone = first, settled
        else:
            row("  figures, as many times as one alone", first / alone[0], "")
            row("  settled, as many times as one alone", settled / alone[1], "")
        row("  processor time of the server, each", used, "s")


async def moving(count: int) -> None:
    """Many who move sliders when they like, each with plans of their own, beside one."""
    # No value twice, as what is asked again is not run again.
    values = iter(random.Random(1).sample(range(1, 100), MOVES_OF_EACH * 2))
    with serving() as served:
        everybody = [Visitor(served) for _ in range(count)]
        await opened(everybody[0])
        alone = await _moved([everybody[0]], values)
        await asyncio.gather(*map(opened, everybody[1:]))
        values = iter(random.Random(2).choices(range(1, 100), k=MOVES_OF_EACH * count))
        settled = resident_mib(served.process)
        before, began = processor_seconds(served.process), time.perf_counter()
        memory = asyncio.create_task(_most_memory(served.process))
        times = await _moved(everybody, values)
        used = processor_seconds(served.process) - before
        share = used / (time.perf_counter() - began)
        memory.cancel()
        most = await memory
        for each in everybody:
            await each.leave()
    for name, found in (("one visitor", alone), (f"{count} visitors", times)):
        found.sort()
        row(f"{name}, a move each {SECONDS_BETWEEN:g} s: median", statistics.median(found), "s")
        row("  95 % within", found[int(0.95 * (len(found) - 1))], "s", "0.8")
    within = sum(time <= 0.8 for time in times) / len(times)
    row("  answered within 0.8 s", 100.0 * within, "%", "95")
    ratio = statistics.median(times) / statistics.median(alone)
    row("  median, as many times as of one", ratio, "")
    row("  cores that the server has busy meanwhile", share, "")
    row("  memory of the server before, all of them settled", settled, "MiB")
    row("  most meanwhile", most, "MiB")


async def _most_memory(process: int) -> float:
    """Return the most memory that a process has until this is cancelled, in MiB."""
    most = 0.0
    with suppress(asyncio.CancelledError):
        while True:
            most = max(most, resident_mib(process))
            await asyncio.sleep(0.1)
    return most


async def _moved(everybody: list[Visitor], values: Iterator[int]) -> list[float]:
    chance, times = random.Random(1), []

    async def moves(visitor: Visitor, pauses: list[float], entries: list[int]) -> None:
        for serial, (pause, value) in enumerate(zip(pauses, entries, strict=True), 1):
            await asyncio.sleep(pause)
            times.append(await visitor.move(value, serial))

    plans = [
        (
            visitor,
            [chance.expovariate(1.0 / SECONDS_BETWEEN) for _ in range(MOVES_OF_EACH)],
            [next(values) for _ in range(MOVES_OF_EACH)],
        )
        for visitor in everybody
    ]
    await asyncio.gather(*(moves(*plan) for plan in plans))
    return times


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--at-once", type=int, default=10, help="who open the page at once")
    arguments.add_argument("--visitors", type=int, default=20, help="who move sliders")
    chosen = arguments.parse_args()
    load()
    asyncio.run(at_once(chosen.at_once))
    asyncio.run(moving(chosen.visitors))


if __name__ == "__main__":
    main()
