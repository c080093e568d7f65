"""From logits to the probabilities that the next word is drawn with."""

from __future__ import annotations

from functools import lru_cache

from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import WORD
from gpt_by_hand.model.parts import softmax
from gpt_by_hand.notation import Index, Program, Where, Writer, check, inf


@lru_cache(maxsize=8)
def sampling(vocab_size: int) -> Program:
    """From `logits` [v], `temperature` and `threshold` to `sample.probs` [v].

    Words with a logit below the threshold are out (top-k: Fan, Lewis & Dauphin 2018); a temperature
    below 1 makes likely words likelier (Ackley, Hinton & Sejnowski 1985). Temperature 0 divides by nothing: its
    limit is a threshold at the largest logit, whatever the temperature.
    """
    write = Writer(phase="sampling")
    v = Index("v", vocab_size, WORD)
    logits = write.input("logits", v, title="the score of each word", concept=concepts.LOGITS)
    temperature = write.input("temperature", title="what the scores are divided by", concept=concepts.TEMPERATURE)
    threshold = write.input("threshold", title="the lowest score that may still be drawn", concept=concepts.THRESHOLD)
    scaled = write.define("sample.scaled", "What are the scores of the words that may be drawn?", concepts.SCALED)
    scaled[v] = Where(logits[v] >= threshold(), logits[v] / temperature(), -inf)
    softmax(write, "sample", "sample.probs", scaled, (), v, "the scores", concepts.PROBABILITIES)
    return check(write.program())
