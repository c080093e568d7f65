"""`gpt-by-hand generate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gpt_by_hand.cli.arguments import say_notes
from gpt_by_hand.cli.candidates import Candidates
from gpt_by_hand.cli.option import Words
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.cli.prompts import can_encode, interact
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import Fold
from gpt_by_hand.interop.places import open_model
from gpt_by_hand.terminal import columns, remark, watched
from gpt_by_hand.training.choice import choose_prediction
from gpt_by_hand.training.generation import Generator, Sampling, first_word

PROMPTS = ("hello", "gpt by", "i love")
TIDIED = "note: where the model left out the space between two words, one was put in"


@dataclass(frozen=True)
class Options(Words):
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
    predict = choose_prediction(model.config, options.engine, remark, options.device)
    tokenizer = model.tokenizer
    generator = Generator(model.config, tokenizer, model.weights, predict)
    stream = RandomStream(options.sampling.seed)
    candidates = Candidates(generator, options.sampling, options.show_certain) if options.show_probabilities else None
    tidied: list[bool] = []

    def write_one(prompt: str, tokens: list[int] | None = None) -> None:
        start = generator.encode(prompt) if tokens is None else tokens
        tidied.append(write(generator, prompt, start, options, stream, candidates))

    if options.interactive:
        interact(tokenizer, default_starts(tokenizer)[0][0], write_one)
    else:
        for start in [(options.prompt,)] if chosen_prompt else default_starts(tokenizer):
            write_one(*start)
    if any(tidied):
        remark(TIDIED)
    return 0


def default_starts(tokenizer: Tokenizer) -> list[tuple[str, list[int]]]:
    """The three usual prompts and their tokens, or, for a vocabulary without their words, its first word."""
    known = [(prompt, tokenizer.encode(prompt)) for prompt in PROMPTS if can_encode(tokenizer, prompt)]
    token = first_word(tokenizer)
    return known or [(tokenizer.decode([token]), [token])]


def write(
    generator: Generator,
    prompt: str,
    tokens: list[int],
    options: Options,
    stream: RandomStream,
    candidates: Candidates | None = None,
) -> bool:
    """Print `num_samples` texts that go on from the prompt and its tokens; returns whether spaces were put in."""
    growing = watched(sys.stdout) and candidates is None
    tokenizer, tidied = generator.tokenizer, False
    for _ in range(options.num_samples):
        drawn: list[int] = []
        text = Growing()
        try:
            for step in generator.steps(tokens, options.sampling, stream):
                if candidates:
                    candidates.show([*tokens, *drawn], step)
                drawn.append(step.token)
                if growing:
                    text.show(tokenizer.prose(prompt, drawn).rstrip("\ufffd"))  # the next token may complete it
        except KeyboardInterrupt:
            text.end()  # what is there stays on a line of its own
            raise
        if candidates:
            candidates.end()
        whole = tokenizer.prose(prompt, drawn)
        tidied |= whole != tokenizer.follow(prompt, drawn)
        text.show(whole)
        text.end()
    return tidied


class Growing:
    """A text on standard output, which shows what has been added to it; on a terminal, folded."""

    def __init__(self) -> None:
        self.shown, width = "", columns(sys.stdout)
        self.fold = None if width is None else Fold(width)

    def show(self, text: str) -> None:
        """Print what comes behind that which is shown already, which the text begins with."""
        rest = text[len(self.shown) :]
        self.shown += rest
        print(self.fold.add(rest) if self.fold else rest, end="", flush=True)

    def end(self) -> None:
        """Print its last word and end its line."""
        print(self.fold.end() if self.fold else "", flush=True)
