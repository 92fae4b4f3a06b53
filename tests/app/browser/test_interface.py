from __future__ import annotations

from tests.app.browser.parts import parts
from tests.app.browser.visitor import Visitor
from tests.interface.inventory import differences, recorded


def test_every_part_of_the_page_is_there(decider: Visitor) -> None:
    told = differences(recorded()["page"], parts(decider))
    assert not told, "\n".join(told)
