from .bands import (
    Series as Series,
)
from .replications import (
    Batch as Batch,
    Cancelled as Cancelled,
    prepare_ensemble as prepare_ensemble,
    replicate as replicate,
    stream as stream,
)
from .single import (
    Engine as Engine,
    ModelClass as ModelClass,
    engine_in_words as engine_in_words,
    simulate as simulate,
)
