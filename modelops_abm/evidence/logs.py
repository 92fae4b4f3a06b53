"""What logs of a client say, whatever their kind: sentences, and statements for a fit.

Logs help each other: a registry says since when models are used and when they were trained anew, a
portfolio which models there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from modelops_abm.clients.incidents import IncidentLog
from modelops_abm.clients.kinds import Log
from modelops_abm.clients.quality import QualityLog
from modelops_abm.clients.registry import RegistryLog
from modelops_abm.clients.timesheets import TimeSheets
from modelops_abm.clients.usage import UsageLog
from modelops_abm.evidence.adoption import adoptions_of, user_counts
from modelops_abm.evidence.outages import findings
from modelops_abm.evidence.quality import decay_of, tracks_of
from modelops_abm.evidence.statements import Evidence
from modelops_abm.evidence.versions import version_findings
from modelops_abm.evidence.work import work_findings
from modelops_abm.scenario.portfolio import PortfolioModel

_MOST_TOLD = 12


class Weighed(NamedTuple):
    """What a log says."""

    sentences: tuple[str, ...]
    """What was found, and what was taken for granted."""
    evidence: Evidence
    """The statements that a fit takes from it."""


def weighed(
    log: Log,
    registry: RegistryLog | None = None,
    models: Sequence[PortfolioModel] | None = None,
) -> Weighed:
    r"""Return what a log says.

    Parameters
    ----------
    log
        Of any kind.
    registry
        A log beside it that says when models went live and were trained.
    models
        A portfolio, whose models an incident log is about.

    Examples
    --------
    >>> from modelops_abm.clients.registry import read_registry
    >>> text = "model,version,created_at,stage\na,1,2025-01-06,\na,2,2025-04-06,Production\n"
    >>> weighed(read_registry(text.encode())).sentences[0]
    'Between trainings: 0 intervals of 0 models, too few for a mean.'
    """
    found, evidence = _weighed(log, registry, models)
    left = len(found) - _MOST_TOLD
    more = (f"And so on, of {left:,} more.",) if left > 0 else ()
    return Weighed(found[:_MOST_TOLD] + more, evidence)


def _weighed(
    log: Log, registry: RegistryLog | None, models: Sequence[PortfolioModel] | None
) -> tuple[tuple[str, ...], Evidence]:
    match log:
        case IncidentLog():
            outages = findings(log, models=models)
            return (outages.sentence(), *outages.assumed), outages.statements()
        case TimeSheets():
            work = work_findings(log)
            return (work.sentence(),), work.statements()
        case UsageLog():
            counts = user_counts(log, registry.live_since if registry else None)
            adopted = adoptions_of(counts.series)
            stated = counts.statements(log.source) + adopted.statements(log.source)
            return counts.sentences() + adopted.sentences(), stated
        case QualityLog():
            decay = decay_of(tracks_of(log, registry.retrained if registry else None))
            return decay.sentences(), decay.statements(log.source)
        case RegistryLog():
            versions = version_findings(log)
            return versions.sentences(), versions.statements()
        case _:
            return (), ()
