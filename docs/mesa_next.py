"""Run the Mesa side against the newest pre-release of Mesa: ``python docs/mesa_next.py``.

It makes an environment of its own with uv, puts this checkout and Mesa's newest pre-release into
it, beyond the range of pyproject.toml, and tries one use after another: that each works, or the
error that it ends with. Nothing else is changed. The exit code is the number of uses that break.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PYTHON = "Scripts/python.exe" if os.name == "nt" else "bin/python"
USES = {
    "import": "from modelops_abm import ModelOpsModel",
    "a model, step by step": "m = ModelOpsModel(rng=1, horizon_days=20)\nwhile m.running: m.step()",
    "agents selected": "len(m.agents.select(lambda a: getattr(a, 'regulated', False)))",
    "an agent removed": "m.developers[0].remove()",
    "the data collector": "m.datacollector.get_model_vars_dataframe().tail()",
    "a subclass passed in": (
        "from modelops_abm import MLModel\n"
        "class Mine(MLModel): pass\n"
        "ModelOpsModel(rng=1, horizon_days=5, ml_model_class=Mine).step()"
    ),
    "both engines agree": (
        "from modelops_abm import preset, simulate, with_values\n"
        "s = with_values(preset('all_five'), {'horizon_days': 60}, source='trial')\n"
        "a, b = (simulate(s, seed=1, engine=e) for e in ('mesa', 'ensemble'))\n"
        "assert a.summary == b.summary"
    ),
    "Mesa's scenarios": (
        "from mesa.experimental.scenarios import Scenario\n"
        "ModelOpsModel(Scenario(rng=1, developers=5, horizon_days=5)).step()"
    ),
    "batch_run": (
        "import mesa\n"
        "mesa.batch_run(ModelOpsModel, {'horizon_days': 5}, rng=[1], max_steps=9,"
        " display_progress=False)"
    ),
    "run_scenarios": (
        "from mesa.experimental.scenarios import Scenario, run_scenarios\n"
        "run_scenarios(ModelOpsModel, [Scenario(rng=1, developers=5, horizon_days=5)])"
    ),
    "Mesa's page": "import modelops_abm.app.mesa_page",
}
_TRY = """
import importlib.metadata, warnings
warnings.simplefilter("ignore")
broken = 0
print("Mesa", importlib.metadata.version("mesa"))
for name, code in {uses!r}.items():
    try:
        exec(code, globals())
        print("works ", name)
    except Exception as error:
        broken += 1
        print("breaks", name + ":", type(error).__name__ + ":", str(error).splitlines()[0][:160])
raise SystemExit(broken)
"""


def main() -> int:
    """Try all uses; return how many break."""
    with tempfile.TemporaryDirectory() as place:
        environment = Path(place) / "environment"
        subprocess.run(["uv", "venv", "-q", "-p", sys.executable, str(environment)], check=True)
        install = ["uv", "pip", "install", "-q", "-p", str(environment)]
        subprocess.run([*install, "-e", str(REPOSITORY)], check=True)
        # Beyond the range, with the packages that it asks for.
        newest = ["--prerelease", "allow", "--upgrade", "mesa[viz]>=4.0.0a0"]
        subprocess.run([*install, *newest], check=True)
        interpreter = environment / PYTHON
        program = _TRY.format(uses=USES)
        return subprocess.run([str(interpreter), "-c", program], cwd=place, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
