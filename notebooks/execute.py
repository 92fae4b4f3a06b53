"""Run the notebooks from top to bottom, as a reader's Jupyter does, and keep what they show.

    python notebooks/execute.py [NAME ...]     all of them, or those whose names begin so

What they show belongs to the repository, so that it can be read without running anything. Each says
of which code and of which results of the simulator its outputs are: the site refuses others.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
RESULTS = FOLDER.parent / "tests" / "baseline" / "totals.json"
SECONDS_A_CELL = 1800


def made_of(cells: Iterable[str]) -> str:
    """Return what tells the outputs of some cells from those of others, or of other results."""
    return hashlib.sha256("\0".join(cells).encode() + RESULTS.read_bytes()).hexdigest()[:16]


def executed(path: Path) -> nbformat.NotebookNode:
    """Return a notebook as it is after a run in a fresh kernel.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=SECONDS_A_CELL,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # however the lines of a cell arrive
        resources={"metadata": {"path": str(FOLDER)}},
    )
    environment = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    client.execute(env=environment)  # as Jupyter, which shows what Matplotlib draws
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "made_of": made_of(each.source for each in notebook.cells if each.cell_type == "code"),
        }
    )
    return notebook


def main(beginnings: list[str]) -> None:
    """Run notebooks and write them with what they show."""
    for path in sorted(FOLDER.glob("*.ipynb")):
        if not beginnings or path.name.startswith(tuple(beginnings)):
            notebook = executed(path)
            nbformat.write(notebook, path)
            print(f"{path.name}: {sum(len(cell.get('outputs', [])) for cell in notebook.cells)}")


if __name__ == "__main__":
    main(sys.argv[1:])
