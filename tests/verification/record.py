"""Record what the checks of this folder find, for the page and for `recorded.same_as_recorded`.

    python tests/verification/record.py                    all checks
    python tests/verification/record.py test_bass.py ...   those of some files again

It runs the checks, which takes minutes, and writes the record only if all pass. Run it when a check
is new or changed, or when a change of the results is meant; then all of them.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Generator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from modelops_abm.app.understand.verification import Finding  # noqa: E402 - found above
from modelops_abm.version import __version__  # noqa: E402 - found by the line above
from tests.verification import findings  # noqa: E402
from tests.verification.checks import ALPHA  # noqa: E402
from tests.verification.recorded import RECORD, RECORDER, fingerprint_of_results  # noqa: E402


class Recorder:
    """Keeps what each file's checks found, while pytest runs them."""

    __name__ = RECORDER

    def __init__(self) -> None:
        self.groups: dict[Path, list[Finding]] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, object, object]:
        """Keep what a test found."""
        first = len(findings.findings)
        outcome = yield
        self.groups.setdefault(item.path, []).extend(findings.findings[first:])
        return outcome

    def content(self) -> dict[str, Any]:
        """Return the record."""
        return {
            "version": __version__,
            "results": fingerprint_of_results(),
            "permitted": ALPHA,
            "groups": [
                {
                    "file": path.name,
                    "title": title_of(path),
                    "findings": [asdict(finding) for finding in found],
                }
                for path, found in self.groups.items()
                if found
            ],
            "effects": [asdict(effect) for effect in findings.effects],
        }


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return a record in which some files are recorded again.

    Raises
    ------
    SystemExit
        If the rest of the record belongs to other results.
    """
    if any(old[name] != new[name] for name in ("version", "results", "permitted")):
        raise SystemExit("the results have changed: record all checks")
    groups = {group["file"]: group for group in (*old["groups"], *new["groups"])}
    effects = new["effects"] or old["effects"]
    return {**new, "groups": [groups[file] for file in sorted(groups)], "effects": effects}


def title_of(path: Path) -> str:
    """Return the first sentence of a file's docstring."""
    words = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return words.partition("\n\n")[0].replace("\n", " ").removesuffix(".")


def main(files: Sequence[str]) -> int:
    """Run the checks and write what they found; return the exit code of the tests."""
    recorder = Recorder()
    places = [str(HERE / file) for file in files] or [str(HERE)]
    # The old record need not belong to the new results, so its own test is left out.
    options = ["-q", "--slow-budget=100000", f"--ignore={HERE / 'test_record.py'}"]
    # The page's verification brings in packages that pytest would have liked to import itself.
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
    code = int(pytest.main([*places, *options], plugins=[recorder]))
    if code == 0:
        content = recorder.content()
        if files:
            content = merged(json.loads(RECORD.read_text(encoding="utf-8")), content)
        RECORD.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
