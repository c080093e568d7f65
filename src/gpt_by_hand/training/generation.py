"""Text from a trained model, one word at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer, has_spare, tokens_for
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.model.sampling import sampling
from gpt_by_hand.records import dataclass
from gpt_by_hand.training.choice import Predict
from gpt_by_hand.training.start import Arrays

SHORTEST_WINDOW = 64  # below it, a window that grows with the text saves nothing
COLDEST = 1e-6  # below it, the logits divided by the temperature could overflow; 0 divides nothing


@dataclass(frozen=True)
class Sampling:
    """How the next word is drawn."""

    max_tokens: int = 24
    """How many tokens to add to the prompt."""
    temperature: float = 0.8
    """Below 1 likely words get likelier, above 1 everything gets more alike; 0 always takes the likeliest."""
    top_k: int = 0
    """Draw only from the so many likeliest words; 0 draws from all."""
    seed: int = 1337
    """Where the random numbers start; all texts of one run draw from them, one after the other."""

    def __post_init__(self) -> None:
        """Raise UserError when a number makes no sense."""
        if self.temperature != 0 and not COLDEST <= self.temperature < math.inf:
            raise UserError(
                f"temperature is {self.temperature}: it must be 0, which always takes the likeliest word, or a finite "
                f"number from {COLDEST} up"
            )
        if self.top_k < 0:
            raise UserError(f"top_k is {self.top_k}: it must be 1 or more, or 0 to draw from all words")
        if self.max_tokens < 1:
            raise UserError(f"max_tokens is {self.max_tokens}: it must be at least 1")


@dataclass(frozen=True)
class Step:
    """One drawn token, the model's scores [v] of all, the probabilities [v] made of them, and the draw in [0, 1)."""

    token: int
    logits: np.ndarray
    probabilities: np.ndarray
    draw: float


class Generator:
    """Draws token after token from a model's own probabilities.

    `predict` runs the formulas of `prediction`, for one full window; the NumPy engine, if it is left out.
    """

    def __init__(
        self, config: ModelConfig, tokenizer: Tokenizer, weights: Arrays, predict: Predict | None = None
    ) -> None:
        if tokenizer.vocab_size > config.vocab_size and not has_spare(tokenizer, config.vocab_size):
            raise UserError(f"the tokenizer has {tokenizer.vocab_size} words, the model knows {config.vocab_size}")
        self.config, self.tokenizer, self.weights = config, tokenizer, weights
        self._predict = predict or NumpyPrediction(config)
        self._formulas = compile_numpy(sampling(config.vocab_size), ["sample.probs"], np.float64)

    def encode(self, prompt: str) -> list[int]:
        """The prompt as tokens. Raises: UserError for an empty prompt or a word that is not in the vocabulary."""
        tokens = tokens_for(self.tokenizer, prompt, self.config.vocab_size)
        if not tokens:
            example = self.tokenizer.decode([first_word(self.tokenizer)])
            raise UserError(f"the prompt {prompt!r} holds no word: give one, such as {example!r}")
        return tokens

    def steps(self, tokens: list[int], how: Sampling, stream: RandomStream) -> Iterator[Step]:
        """Draw `max_tokens` tokens to follow `tokens`; the model sees the last `seq_length` of them."""
        tokens = list(tokens)
        for _ in range(how.max_tokens):
            logits = self.logits(tokens)
            probabilities = self.sample(logits, how)
            draw = float(stream.uniform(1)[0])
            token = min(int(np.searchsorted(np.cumsum(probabilities), draw, side="right")), _last(probabilities))
            tokens.append(token)
            yield Step(token, logits, probabilities, draw)

    def sample(self, logits: np.ndarray, how: Sampling) -> np.ndarray:
        """The probabilities [v] that `how` makes of scores [v].

        Temperature 0 is the limit: only the largest score may be drawn, and there is nothing to divide by. Where
        several are the largest, each of them gets the same share, as at temperatures near 0.
        """
        kept, temperature = (1, 1.0) if how.temperature == 0 else (how.top_k, how.temperature)
        threshold = -math.inf
        if 0 < kept < len(logits):
            threshold = float(np.partition(logits, -kept)[-kept])
        inputs = {"logits": logits, "temperature": temperature, "threshold": threshold}
        found: np.ndarray = self._formulas(inputs)["sample.probs"]
        return found

    def logits(self, tokens: list[int]) -> np.ndarray:
        """The scores [v], float64, of each word to come next; tokens that the vocabulary has no word for cannot come.

        Raises: UserError where they are no numbers.
        """
        with np.errstate(invalid="ignore", over="ignore"):
            scores = self.scores(tokens[-self.config.seq_length :]).astype(np.float64)
        scores[self.tokenizer.vocab_size :] = -math.inf
        if not math.isfinite(most := float(scores.max())):
            raise UserError(f"the model's scores are no numbers ({most}): its weights, or what is set, are too large")
        return scores

    def scores(self, window: list[int]) -> np.ndarray:
        """The logits [v] behind a window of tokens.

        It is filled up to the length of the model's or, for those that take any, to the next power of two: what stands
        behind the last token is masked and has no say.
        """
        length = self.config.seq_length
        if getattr(self._predict, "any_length", False):
            length = min(length, max(SHORTEST_WINDOW, 1 << (len(window) - 1).bit_length()))
        batch = np.zeros((1, length), np.int64)
        batch[0, : len(window)] = window
        given = {**self.weights, "tokens": batch, "positions": np.arange(length)}
        logits: np.ndarray = self._predict(given)["logits"][0, len(window) - 1]
        return logits


class NumpyPrediction:
    """The printed NumPy, made anew for each length of window."""

    any_length = True

    def __init__(self, config: ModelConfig) -> None:
        self.config = config
        self._runs: dict[int, Predict] = {}

    def __call__(self, given: Mapping[str, Any]) -> Mapping[str, np.ndarray]:
        """The scores at every place of the window."""
        length = len(given["positions"])
        if length not in self._runs:
            self._runs[length] = compile_numpy(prediction(self.config, 1, length), ["logits"])
        return self._runs[length](given)


def first_word(tokenizer: Tokenizer) -> int:
    """The first token that is a text to begin with: not white space, and none that stands for something else."""
    for token in range(len(tokenizer)):
        text = tokenizer.decode([token])
        if text.strip() and not text.startswith(("<", "[", "\ufffd")):
            return token
    return 0


def _last(probabilities: np.ndarray) -> int:
    """The last word that can be drawn, for a draw that rounding has put beyond the sum."""
    return int(np.flatnonzero(probabilities)[-1])
