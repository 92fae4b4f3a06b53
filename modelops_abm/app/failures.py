"""Nothing that goes wrong in a handler or behind it may take the page away: it becomes a notice."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from modelops_abm.runs import Cancelled
from modelops_abm.scenario import InputError

if TYPE_CHECKING:
    from modelops_abm.app.state.jobs import Errand
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
            session.notice.set(f"{_of_mistake(error)} Nothing was changed.")

    return handle


def guarded_work(
    work: Callable[[Errand], None], tell: Callable[[str], None]
) -> Callable[[Errand], None]:
    """Return work in the background whose exceptions are told in words, unless it was stopped.

    Parameters
    ----------
    work
        What an errand does.
    tell
        Called with what went wrong, see `in_words`.
    """

    def do(errand: Errand) -> None:
        try:
            work(errand)
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - the visitor is told, the page stays
            errand.tell(tell, in_words(error))

    return do


def in_words(error: Exception) -> str:
    """Return what a visitor is told of what went wrong in the background.

    The words of an `InputError`; anything else is a mistake of the program, which goes to the log.
    """
    if isinstance(error, InputError):
        return str(error)
    _log.error("work in the background failed", exc_info=error)
    return _of_mistake(error)


def _of_mistake(error: Exception) -> str:
    return f"That did not work, by a mistake of this program ({type(error).__name__})."
