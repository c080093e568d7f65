"""`gpt-by-hand generate`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.choice import choose_prediction
from gpt_by_hand.training.generation import Generator, Sampling, Step
from gpt_by_hand.training.start import Arrays

PROMPTS = ("hello", "gpt by", "i love")
BAR, CANDIDATES = 30, 5


@dataclass(frozen=True)
class Options:
    """Write text with the model in out_dir."""

    sampling: Sampling
    prompt: str = ""
    """The words to go on from; three short prompts, if left out."""
    num_samples: int = 1
    """How many texts to write for each prompt."""
    show_probabilities: bool = False
    """Show the likeliest candidates at each step as bars, each with its part of the range from 0 to 1; the word is
    drawn in whose part a random number falls."""
    interactive: bool = False
    """Ask for prompts, one after the other, until Ctrl-D."""
    out_dir: str = "out"
    """The folder with the checkpoint."""
    init_from: str = ""
    """Another model than that in out_dir: a folder (ours or Hugging Face's), nanoGPT's ckpt.pt, or gpt2, gpt2-medium,
    gpt2-large, gpt2-xl, which are fetched."""
    engine: Literal["auto", "numpy", "c", "torch"] = "auto"
    """What runs the formulas: numpy, or c, which is compiled first if need be; auto takes c if it is compiled
    already. torch is the same model in PyTorch, which auto takes for every device but cpu."""
    device: str = "cpu"
    """What computes: cpu, or, with PyTorch, cuda, cuda:1 (and so on) or mps."""


def run(arguments: Sequence[str]) -> int:
    """Print what the model writes, one text per line."""
    options = parse(Options, arguments, "gpt-by-hand generate", Options(Sampling()))
    if options.num_samples < 1:
        raise UserError(f"num_samples is {options.num_samples}: it must be at least 1")
    model, tokenizer, weights = _model(options)
    if options.interactive and "prompt" in chosen(arguments):
        raise UserError("--interactive asks for prompts: leave --prompt out")
    predict = choose_prediction(model, options.engine, lambda line: print(line, file=sys.stderr), options.device)
    generator = Generator(model, tokenizer, weights, predict)
    stream = RandomStream(options.sampling.seed)
    if options.interactive:
        return _interact(generator, options, stream)
    for prompt in [options.prompt] if "prompt" in chosen(arguments) else default_prompts(tokenizer):
        write(generator, prompt, options, stream)
    return 0


def _model(options: Options) -> tuple[ModelConfig, Tokenizer, Arrays]:
    if not options.init_from:
        saved = checkpoint.load(Path(options.out_dir), moments=False)
        return saved.model, saved.tokenizer, saved.state.weights
    from gpt_by_hand.travel.places import read

    found = read(options.init_from)
    for note in found.notes:
        print(f"note: {note}", file=sys.stderr)
    return found.config, found.tokenizer, found.weights


def default_prompts(tokenizer: Tokenizer) -> list[str]:
    """The three usual prompts, or, for a vocabulary without their words, its first word or character."""
    known = [prompt for prompt in PROMPTS if _can_encode(tokenizer, prompt)]
    others = (word for word in tokenizer.words if word.strip() and not word.startswith("<"))
    return known or [next(others, tokenizer.words[0])]


def write(generator: Generator, prompt: str, options: Options, stream: RandomStream) -> None:
    """Print `num_samples` texts that go on from the prompt."""
    tokens = generator.encode(prompt)
    watched = sys.stdout.isatty() and not options.show_probabilities
    for _ in range(options.num_samples):
        written, shown = list(tokens), ""
        try:
            for step in generator.steps(tokens, options.sampling, stream):
                if options.show_probabilities:
                    print("\n".join(_bars(generator.tokenizer, written, step)))
                written.append(step.token)
                shown += _print_rest(_certain(generator.tokenizer.prose(written)), shown) if watched else ""
        except KeyboardInterrupt:
            print(flush=True)  # what is there stays on a line of its own
            raise
        _print_rest(f"{generator.tokenizer.prose(written)}\n", shown)


def _certain(text: str) -> str:
    """Without a half character at its end, which the next token may complete."""
    return text.rstrip("\ufffd")


def _print_rest(text: str, shown: str) -> str:
    """Print what comes behind that which is shown already, which a text that grows begins with; returns it."""
    rest = text[len(shown) :]
    print(rest, end="", flush=True)
    return rest


def _bars(tokenizer: Tokenizer, written: list[int], step: Step) -> list[str]:
    """The likeliest candidates with their probabilities, the one that was drawn marked.

    Each word has its own part of the range from 0 to 1, as long as its probability, in the vocabulary's order; the
    word is drawn in whose part the draw falls.
    """
    best = [int(token) for token in (-step.probabilities).argsort(kind="stable")[:CANDIDATES]]
    shown = [token for token in dict.fromkeys([*best, step.token]) if step.probabilities[token] > 0]
    ends = step.probabilities.cumsum()
    lines = [f"after {tokenizer.decode(written)!r} (draw {step.draw:.4f}):"]
    for token in shown:
        probability = float(step.probabilities[token])
        mark = "→" if token == step.token else " "
        bar = "█" * round(BAR * probability)
        span = f"{ends[token] - probability:.4f} to {ends[token]:.4f}"
        lines.append(f"  {mark} {tokenizer.label(token):<16} {probability:.4f}  {span}  {bar}".rstrip())
    return lines


def _interact(generator: Generator, options: Options, stream: RandomStream) -> int:
    print("Type a prompt, or Ctrl-D to end.", file=sys.stderr)
    while True:
        try:
            prompt = input("> " if sys.stdin.isatty() else "")
        except EOFError:
            return 0
        except UnicodeDecodeError as error:
            raise UserError(f"the input is not {error.encoding} text: {error.reason}") from None
        if not prompt.strip():
            continue
        try:
            write(generator, prompt, options, stream)
        except UserError as error:
            print(f"error: {error}", file=sys.stderr)


def _can_encode(tokenizer: Tokenizer, prompt: str) -> bool:
    try:
        return bool(tokenizer.encode(prompt))
    except UserError:
        return False
