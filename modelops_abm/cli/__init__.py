"""The command line: ``modelops-abm``, and ``python -m modelops_abm``."""

from modelops_abm.cli.entry import main

__all__ = ["main"]
