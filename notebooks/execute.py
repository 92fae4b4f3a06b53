"""Run the notebooks from top to bottom, as a reader's Jupyter does, and keep what they show.

    python notebooks/execute.py [NAME ...]     all of them, or those whose names begin so

What they show belongs to the repository, so that it can be read without running anything.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).resolve().parent
SECONDS_A_CELL = 1800


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
