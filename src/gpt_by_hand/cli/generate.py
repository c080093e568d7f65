"""`gpt-by-hand generate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Literal

from gpt_by_hand.cli.arguments import say_notes
from gpt_by_hand.cli.candidates import Candidates
from gpt_by_hand.cli.option import Changed, Words
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.cli.prompts import can_encode, interact
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import Fold
from gpt_by_hand.interop.places import open_model
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import columns, remark, watched
from gpt_by_hand.training.choice import choose_prediction
from gpt_by_hand.training.generation import Generator, Sampling, first_word
from gpt_by_hand.training.opened import OpenedModel

PROMPTS = ("hello", "gpt by", "i love")
TIDIED = "note: where the model left out the space between two words, one was put in"


@dataclass(frozen=True)
class Options(Words, Changed):
    """Write text with the model in out_dir."""

    sampling: Sampling
    prompt: str = ""
    """The words to go on from; three short prompts, if left out."""
    num_samples: int = 1
    """How many texts to write for each prompt."""
    show_probabilities: bool = False
    """Show the likeliest candidates at each step: the model's own probabilities, and those after temperature and top_k,
    as bars, each with its part of the range from 0 to 1; the word is drawn in whose part a random number falls."""
    show_certain: bool = False
    """With show_probabilities: show those steps too at which one word is certain (0.99 or more)."""
    interactive: bool = False
    """Ask for prompts, one after the other, until Ctrl-D."""
    out_dir: str = "out"
    """The folder with the checkpoint."""
    init_from: str = ""
    """Another model than that in out_dir: a folder (ours or Hugging Face's), nanoGPT's ckpt.pt, gpt2, gpt2-medium,
    gpt2-large, gpt2-xl, which are fetched, or a preset and a seed, such as demo:7, which is untrained."""
    engine: Literal["auto", "numpy", "c", "torch"] = "auto"
    """What runs the formulas: numpy, or c, which is compiled first if need be; auto takes c if it is compiled
    already. torch is the same model in PyTorch, which auto takes for every device but cpu."""
    device: str = "cpu"
    """What computes: cpu, or, with PyTorch, cuda, cuda:1 (and so on) or mps."""


def run(arguments: Sequence[str]) -> int:
    """Print what the model writes, one text per line."""
    options = parse(Options, arguments, "generate", Options(Sampling()))
    if options.num_samples < 1:
        raise UserError(f"num_samples is {options.num_samples}: it must be at least 1")
    model = open_model(options.init_from or options.out_dir, options.tokenizer)
    say_notes(model)
    chosen_prompt = "prompt" in chosen(arguments)
    if options.interactive and chosen_prompt:
        raise UserError("--interactive asks for prompts: leave --prompt out")
    if options.show_certain and not options.show_probabilities:
        raise UserError("--show_certain adds to what --show_probabilities shows: give both")
    generator = _generator(model, options)
    writer, starts = Writer(generator, options), default_starts(model.tokenizer)
    if options.interactive:
        interact(model.tokenizer, starts[0][0], writer.write)
    else:
        for start in [(options.prompt,)] if chosen_prompt else starts:
            writer.write(*start)
    if writer.tidied:
        remark(TIDIED)
    return 0


def _generator(model: OpenedModel, options: Options) -> Generator:
    """What draws the words, with what is set. Raises: UserError, also for an engine that cannot do that."""
    config, tokenizer, weights = model.config, model.tokenizer, model.weights
    if options.set:
        from gpt_by_hand.trace.changed import settings_of  # slow to import, and rarely needed
        from gpt_by_hand.trace.generating import ChangedGenerator, weights_with_set

        settings = settings_of(options.set)
        changed = weights_with_set(config, tokenizer, weights, settings)
        if changed is None and (options.engine in ("c", "torch") or options.device != "cpu"):
            raise UserError("--set of anything but weights is computed by NumPy: leave --engine and --device out")
        if changed is None:
            return ChangedGenerator(config, tokenizer, weights, settings)
        weights = changed
    predict = choose_prediction(config, options.engine, remark, options.device)
    return Generator(config, tokenizer, weights, predict)


def default_starts(tokenizer: Tokenizer) -> list[tuple[str, list[int]]]:
    """The three usual prompts and their tokens, or, for a vocabulary without their words, its first word."""
    known = [(prompt, tokenizer.encode(prompt)) for prompt in PROMPTS if can_encode(tokenizer, prompt)]
    token = first_word(tokenizer)
    return known or [(tokenizer.decode([token]), [token])]


class Writer:
    """Prints texts, one after the other, all drawn from one random stream."""

    def __init__(self, generator: Generator, options: Options) -> None:
        self.generator, self.options, self.stream = generator, options, RandomStream(options.sampling.seed)
        shown = Candidates(generator, options.sampling, options.show_certain)
        self.candidates = shown if options.show_probabilities else None
        self.tidied = False  # was a space put in that the model has left out?

    def write(self, prompt: str, tokens: list[int] | None = None) -> None:
        """Print `num_samples` texts that go on from the prompt, which stands for the tokens.

        Raises: UserError for an unknown word.
        """
        start = self.generator.encode(prompt) if tokens is None else tokens
        for _ in range(self.options.num_samples):
            self._write(prompt, start)

    def _write(self, prompt: str, start: list[int]) -> None:
        text, tokenizer, drawn = Growing(), self.generator.tokenizer, list[int]()
        growing = watched(sys.stdout) and self.candidates is None
        try:
            for step in self.generator.steps(start, self.options.sampling, self.stream):
                if self.candidates:
                    self.candidates.show([*start, *drawn], step)
                drawn.append(step.token)
                if growing:
                    text.show(tokenizer.prose(prompt, drawn), growing=True)
        except KeyboardInterrupt:
            text.end()  # what is there stays on a line of its own
            raise
        if self.candidates:
            self.candidates.end()
        whole = tokenizer.prose(prompt, drawn)
        self.tidied |= whole != tokenizer.follow(prompt, drawn)
        text.show(whole)
        text.end()


class Growing:
    """A text on standard output, which shows what has been added to it; on a terminal, folded."""

    def __init__(self) -> None:
        self.shown, width = "", columns(sys.stdout)
        self.fold = None if width is None else Fold(width)

    def show(self, text: str, growing: bool = False) -> None:
        """Print what comes behind that which is shown already, which the text begins with.

        While it is `growing`, half a character at its end waits for the token that completes it.
        """
        rest = (text.rstrip("\ufffd") if growing else text)[len(self.shown) :]
        self.shown += rest
        print(self.fold.add(rest) if self.fold else rest, end="", flush=True)

    def end(self) -> None:
        """Print its last word and end its line."""
        print(self.fold.end() if self.fold else "", flush=True)
