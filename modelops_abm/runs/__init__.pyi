from .bands import Series as Series
from .batches import (
    Batch as Batch,
    RunCache as RunCache,
)
from .engines import (
    Engine as Engine,
    ModelClass as ModelClass,
    engine_in_words as engine_in_words,
    prepare_ensemble as prepare_ensemble,
    prepare_mesa as prepare_mesa,
)
from .replications import (
    Cancelled as Cancelled,
    replicate as replicate,
    stream as stream,
)
from .single import simulate as simulate
