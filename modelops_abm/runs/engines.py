"""The two engines: which is meant, and getting it ready.

An engine is loaded here, when it is first asked for: Mesa and what it brings along take half a
second, the compiled engine the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from modelops_abm.mesa_engine.model import ModelOpsModel

type Progress = Callable[[int, int], None]
type Engine = Literal["ensemble", "mesa"]
type ModelClass = type[ModelOpsModel]


def prepare_ensemble(progress: Progress | None = None) -> None:
    """Compile the ensemble engine, or load it compiled, ahead of its first use.

    Parameters
    ----------
    progress
        Called while it is compiled, with the work done and the work in all; never if it is loaded.

    Examples
    --------
    >>> prepare_ensemble()
    """
    from modelops_abm.compiled_engine.run import prepare_kernel

    prepare_kernel(progress)


def prepare_mesa(progress: Progress | None = None) -> None:
    """Load the Mesa engine, and compile its equations or load them compiled.

    Parameters
    ----------
    progress
        As for `prepare_ensemble`.

    Examples
    --------
    >>> prepare_mesa()
    """
    import modelops_abm.mesa_engine.model  # noqa: F401 - registers what there is to compile
    from modelops_abm.compiled import prepare

    prepare(progress)


def mesa_model() -> ModelClass:
    """Return the model of the Mesa engine."""
    from modelops_abm.mesa_engine.model import ModelOpsModel

    return ModelOpsModel


def checked_engine(engine: Engine, model_class: object = None) -> Engine:
    """Return the name of an engine.

    Raises
    ------
    ValueError
        If there is no such engine, or it cannot run a model class.
    """
    if engine not in get_args(Engine.__value__):
        raise ValueError(f"engine must be 'mesa' or 'ensemble', not {engine!r}")
    if model_class is None:
        return engine
    if not (isinstance(model_class, type) and issubclass(model_class, mesa_model())):
        raise ValueError(f"model_class must be a subclass of ModelOpsModel, not {model_class!r}")
    if engine == "ensemble":
        raise ValueError(
            "model_class needs engine='mesa': the ensemble engine runs the rules as they are"
            " compiled, and would leave out what the class changes"
        )
    return engine


def engine_in_words(engine: Engine, model_class: ModelClass | None) -> str:
    """Return what a result says it was run by: the engine, and the class if it is one's own.

    Examples
    --------
    >>> from modelops_abm import ModelOpsModel
    >>> class Ours(ModelOpsModel):
    ...     pass
    >>> engine_in_words("mesa", None), engine_in_words("mesa", Ours).endswith(".Ours")
    ('mesa', True)
    """
    if model_class is None or model_class is mesa_model():
        return engine
    return f"{engine}: {model_class.__module__}.{model_class.__qualname__}"
