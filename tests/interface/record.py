"""Record what users rely on, which the tests hold every later version to.

    python -m tests.interface.record [SECTION ...]      all of it, or some sections

Run it when something is new, and when something is gone on purpose; name what is gone in
CHANGELOG.md. The section `page` needs Chromium.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.app.browser.parts import parts_of_the_page
from tests.interface.inventory import OFFERED, RECORDED, RUNS, Lines, recorded, written


def files() -> dict[str, Lines]:
    """Return what every run writes."""
    with tempfile.TemporaryDirectory() as folder:
        return {name: written(name, Path(folder) / name) for name in RUNS}


SECTIONS: Mapping[str, Callable[[], Any]] = {
    **OFFERED,
    "files": files,
    "page": parts_of_the_page,
}

if __name__ == "__main__":
    content = recorded()
    for section in sys.argv[1:] or SECTIONS:
        content[section] = SECTIONS[section]()
    RECORDED.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
