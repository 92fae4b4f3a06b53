"""Every equation is compiled before the first test is imported, as before every run."""

from __future__ import annotations

import modelops_abm.mesa_engine.model  # noqa: F401  registers every equation
from modelops_abm.compiled import prepare

prepare()
