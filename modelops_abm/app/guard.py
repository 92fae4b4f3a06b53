"""Nothing that goes wrong in a handler may take the page away: it becomes a notice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from modelops_abm.parameters import InputError

if TYPE_CHECKING:
    from modelops_abm.app.state.session import Session

_log = logging.getLogger(__name__)


def guarded[**P](session: Session, handler: Callable[P, None]) -> Callable[P, None]:
    """Return a handler whose exceptions become the session's notice.

    What a visitor did wrong is told in the words of the error; what the program did wrong is told
    as such, and goes to the log.
    """

    def handle(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            handler(*args, **kwargs)
        except InputError as error:
            session.notice.set(str(error))
        except Exception as error:  # noqa: BLE001 - the page must stay
            _log.exception("a handler of the page failed")
            session.notice.set(
                "That did not work, by a mistake of this program"
                f" ({type(error).__name__}). Nothing was changed."
            )

    return handle
