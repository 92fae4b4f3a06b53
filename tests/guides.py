"""The guides in docs/guides, whose files and commands the tests run as they are printed."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDES = ROOT / "docs" / "guides"


def files_of(guide: Path) -> dict[str, str]:
    """Return the files that a guide shows, by name."""
    text = guide.read_text(encoding="utf-8")
    return dict(re.findall(r"^```python file=(\S+)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))


def commands_of(guide: Path) -> list[list[str]]:
    """Return the commands of the package that a guide shows."""
    text = guide.read_text(encoding="utf-8")
    (block,) = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    lines = [line.split() for line in block.replace("\\\n", " ").splitlines()]
    assert lines[0][:1] == ["export"]
    return [line[1:] for line in lines[1:]]
