"""The likeliest next words as bars: the model's own probabilities, what a word is drawn with, and the draw."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import numpy as np

from gpt_by_hand.layout.digits import probability
from gpt_by_hand.terminal import columns, say
from gpt_by_hand.training.generation import Generator, Sampling, Step

BAR, MOST = 24, 5
SURE = 0.99  # a step at which one word has so much, before temperature and top_k and after them, decides nothing
OWN = Sampling(temperature=1.0, top_k=0)


class Candidates:
    """Prints a table for each step of a text; those that are certain are counted instead, unless they are wanted.

    Each word has its own part of the range from 0 to 1, as long as the probability that it is drawn with, in the
    vocabulary's order; the word is drawn in whose part the draw falls.
    """

    def __init__(self, generator: Generator, how: Sampling, certain: bool) -> None:
        self.generator, self.how, self.certain = generator, how, certain
        self.left_out, self.introduced = 0, False

    def show(self, written: Sequence[int], step: Step) -> None:
        """Print the step that follows the tokens `written`; above the first one, what the columns mean."""
        own = self.generator.sample(step.logits, OWN)
        if not self.certain and min(own.max(), step.probabilities.max()) >= SURE:
            self.left_out += 1
            return
        if not self.introduced:
            self._introduce()
        say(f"after {self.generator.tokenizer.decode(written)!r}{self._draw(step)}:")
        for line in self._table(own, step):
            say(line)

    def end(self) -> None:
        """Say how many steps of the text were left out."""
        if self.left_out:
            steps = "1 step is" if self.left_out == 1 else f"{self.left_out} steps are"
            where = " in both columns" if self.introduced else ""
            say(f"{steps} left out, where one word has {SURE} or more{where} (--show_certain shows all)")
        self.left_out = 0

    def _introduce(self) -> None:
        """Say what the columns mean."""
        self.introduced = True
        changes = [f"temperature {self.how.temperature:g}"] if self.how.temperature != 1 else []
        changes += [f"top_k {self.how.top_k}"] if self.how.top_k else []
        made = f"what {' and '.join(changes)} make{'s' * (len(changes) == 1)} of it" if changes else "the same here"
        drawn = (
            f"drawn: {made}; the word is drawn with that: each has its part of the range from 0 to 1, and a random "
            "number, the draw, falls into one (→)."
        )
        taken = "taken: what temperature 0 makes of it; nothing is drawn: the likeliest is taken (→)."
        say(f"model: the probability that the model itself gives a word. {drawn if self.how.temperature else taken}")

    def _draw(self, step: Step) -> str:
        """At temperature 0 it decides nothing, unless several words are the likeliest."""
        if self.how.temperature:
            return f" (draw {step.draw:.4f})"
        several = int((step.probabilities > 0).sum())
        return f" ({several} words are the likeliest: one of them is drawn)" if several > 1 else ""

    def _table(self, own: np.ndarray, step: Step) -> Iterator[str]:
        """The likeliest words, and the drawn one, marked."""
        best = [int(token) for token in (-own).argsort(kind="stable")[:MOST]]
        shown = [token for token in dict.fromkeys([*best, step.token]) if own[token] > 0]
        labels = [self.generator.tokenizer.label(token) for token in shown]
        wide, ends = max(16, *map(len, labels)), step.probabilities.cumsum()
        bar = max(0, min(BAR, (columns(sys.stdout) or 80) - wide - 39))
        yield f"    {'':<{wide}}   model   {'drawn  part of 0 to 1' if self.how.temperature else 'taken'}"
        for token, label in zip(shown, labels, strict=True):
            drawn, mark = float(step.probabilities[token]), "→" if token == step.token else " "
            part = f"{ends[token] - drawn:.4f} to {ends[token]:.4f}" if drawn else "none"
            part = f"  {part:<16}" if self.how.temperature else ""
            numbers = f"{probability(own[token]):<6}  {probability(drawn):<6}{part}"
            yield f"  {mark} {label:<{wide}}  {numbers}  {'█' * round(bar * drawn)}".rstrip()
