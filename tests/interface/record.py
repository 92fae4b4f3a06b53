"""Record what users rely on, which the tests hold every later version to.

    python -m tests.interface.record

Run it when something is new, and when something is gone on purpose; name what is gone in
CHANGELOG.md. It needs Chromium for the page.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.app.browser.parts import parts_of_the_page
from tests.interface.inventory import RECORDED, RUNS, inventory, written

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        files = {name: written(name, Path(folder) / name) for name in RUNS}
    content = {**inventory(), "files": files, "page": parts_of_the_page()}
    RECORDED.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
