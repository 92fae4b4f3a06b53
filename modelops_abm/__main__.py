"""Run the command line with ``python -m modelops_abm``."""

from __future__ import annotations

from modelops_abm.cli import program

if __name__ == "__main__":
    program()
