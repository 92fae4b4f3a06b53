"""What reading a scenario does not need."""

from __future__ import annotations

import subprocess
import sys


def test_parameters_and_presets_import_no_engine_and_no_plots() -> None:
    heavy = {"mesa", "numba", "numpy", "pandas", "matplotlib", "pyarrow", "networkx"}
    code = (
        "import sys; import modelops_abm.scenario.presets; "
        f"print(sorted({heavy} & set(sys.modules)), end='')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]"
