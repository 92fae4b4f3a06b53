"""Style sheets say what they seem to say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import modelops_abm.app

SHEETS = sorted((Path(modelops_abm.app.__file__).parent / "style").glob("*.css"))


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_list_of_selectors_is_not_broken_by_what_stands_in_it(sheet: Path) -> None:
    # A part put behind a comma takes a selector away from its rule, and no browser says so.
    assert re.findall(r",\s*/\*[^*]*", sheet.read_text("utf-8")) == []
