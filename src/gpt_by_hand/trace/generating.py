"""Text from a model some of whose numbers are set to something else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.model import concepts
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.trace import address
from gpt_by_hand.trace.changed import with_set
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.training.generation import Generator
from gpt_by_hand.training.start import Arrays


def weights_with_set(
    config: ModelConfig, tokenizer: Tokenizer, weights: Arrays, settings: Mapping[str, Any]
) -> Arrays | None:
    """The weights with the numbers at some addresses set; None where not only weights are set.

    Raises: UserError, as `with_set` does, and where words are set.
    """
    trace = _trace(config, tokenizer, weights, [0])
    names = {address.split(where)[0] for where in settings}
    for name in names & trace.program.tensors.keys():
        if trace.tensor(name).concept == concepts.TOKENS:
            raise UserError(f"{name} cannot be set here, where words are written: change --prompt")
    if not names <= {parameter.name for parameter in trace.program.parameters}:
        return None
    changed = with_set(trace, settings)
    return {**weights, **{name: np.asarray(changed.arrays[name]) for name in names}}


class ChangedGenerator(Generator):
    """Draws each token from the trace of the text so far, with the numbers at some addresses set.

    The sequence is just as long as the text, so that `:` means each of its positions and no others.
    """

    def __init__(self, config: ModelConfig, tokenizer: Tokenizer, weights: Arrays, settings: Mapping[str, Any]) -> None:
        super().__init__(config, tokenizer, weights)
        self.settings = settings

    def scores(self, window: list[int]) -> np.ndarray:
        """The logits [v] behind a window of tokens. Raises: UserError where a position that is set is not there."""
        trace = _trace(self.config, self.tokenizer, self.weights, window)
        try:
            changed = with_set(trace, self.settings)
        except address.AddressError as error:
            if any(address.split(where)[0] not in trace.names for where in self.settings):
                raise
            count = f"{len(window)} token{'s' * (len(window) != 1)}"
            raise UserError(f"{error}; the text has {count} so far: for every position, write :") from None
        found: np.ndarray = changed.about(concepts.LOGITS)[0, -1]
        return found


def _trace(config: ModelConfig, tokenizer: Tokenizer, weights: Arrays, tokens: list[int]) -> Trace:
    inputs = {**weights, "tokens": np.array([tokens]), "positions": np.arange(len(tokens))}
    return Trace.of(prediction(config, 1, len(tokens)), inputs, tokenizer, precision="float32")
