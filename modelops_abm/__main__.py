"""Run the command line with ``python -m modelops_abm``."""

from __future__ import annotations

import sys

from modelops_abm.cli import main

if __name__ == "__main__":
    sys.exit(main())
