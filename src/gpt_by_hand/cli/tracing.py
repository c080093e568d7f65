"""From the options of `trace` and `explain` to a trace: of a prompt or an iteration, from scratch or a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import Any

from gpt_by_hand.cli.arguments import Base, say_notes, start_of
from gpt_by_hand.cli.common_options import Trained
from gpt_by_hand.cli.options import ahead, chosen
from gpt_by_hand.cli.output import check_output
from gpt_by_hand.cli.terminal import remark
from gpt_by_hand.data.progress import progress
from gpt_by_hand.data.tokenizers import same_entries
from gpt_by_hand.errors import UserError
from gpt_by_hand.trace.recording import trace_iteration, trace_prompt
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.whose import Rows, Whose
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.session import begin, preset, resume
from gpt_by_hand.training.trainer import Trainer

OF_A_START = {"checkpoint", "init_from", "recipe"}  # options
OF_A_TRAINING = {"iteration", "seed", "init_std", "init_decimals"}
END = 10**9  # iterations that a training can have
MANY = 200  # iterations: they take long enough that somebody wants to know how long


@dataclass(frozen=True)
class Begun(Base, Trained):
    """What decides the defaults of a trace."""

    gpt_by_hand: bool = True


def begun(arguments: Sequence[str]) -> Begun:
    """Read ahead where to start: `--checkpoint FOLDER` stands for --init_from and --out_dir. Raises: UserError."""
    found = ahead(Begun, arguments)
    if not found.checkpoint:
        return found
    if "init_from" in chosen(arguments):
        raise UserError("--checkpoint and --init_from both say where to start: give one of them")
    if checkpoint.exists(Path(found.checkpoint)):
        return replace(found, init_from="resume", out_dir=found.checkpoint)
    return replace(found, init_from=found.checkpoint)


def check_wanted(options: Any) -> None:
    """Refuse what cannot be traced or written: now, and not after thousands of iterations. Raises: UserError."""
    if options.prompt is not None and options.iteration is not None:
        raise UserError("--prompt and --iteration are two different things to trace: give one of them")
    if options.iteration is not None and options.iteration < 0:
        raise UserError(f"iteration is {options.iteration}: it must be 0 or more")
    if options.iteration is not None and options.iteration >= END:
        raise UserError(f"iteration is {options.iteration}: it must be below {END:,}")
    if options.output is not None:
        check_output(options.output, options.force)


def traced(options: Any, found: Begun, given: AbstractSet[str]) -> Trace:
    """What the options of `trace` or `explain` ask for; without a prompt, an iteration: that one, or the next.

    `found` says where to start, `given` names the options that the user chose. Raises: UserError, as training does, and
    for words that are unknown.
    """
    model, prompt, precision = options.model, options.prompt, options.precision
    train = replace(options.train, out_dir=found.out_dir)
    if found.tokenizer and (prompt is None or found.init_from == "scratch"):
        raise UserError(
            "--tokenizer gives the words for a --prompt to a model that is read: give both, and --checkpoint or "
            "--init_from"
        )
    if prompt is not None and found.init_from != "scratch":
        say_notes(found.model)
        opened = found.model.resized(model)
        return trace_prompt(model, opened.tokenizer, opened.weights, prompt, Whose.of(opened), precision)
    if found.init_from == "resume":
        trainer = resume(train, model, given, remark)
        whose = Whose(train.out_dir, before=trainer.state.iteration)
    else:
        trainer = begin(model, train, given, remark, start_of(found, model, remark))
        read_here = options.format == "text" and options.output is None
        hint = _hint(trainer, prompt is not None, given) if read_here else ""
        whose = Whose(seed=train.seed) if found.init_from == "scratch" else Whose.of(found.model)
        whose = replace(whose, usual=_usual_rows(found, train, given), hint=hint)
    if prompt is not None:
        tokenizer, weights = trainer.dataset.tokenizer, trainer.state.weights
        return trace_prompt(trainer.model, tokenizer, weights, prompt, whose, precision)
    wanted = trainer.state.iteration if options.iteration is None else options.iteration
    with _progress(wanted - trainer.state.iteration, wanted) as advance:
        return trace_iteration(trainer, wanted, advance, whose, precision)


def _hint(trainer: Trainer, of_prompt: bool, given: AbstractSet[str]) -> str:
    """What to add to these options to see a trained model; nothing, where they would then be refused."""
    out = trainer.train.out_dir
    if given & (OF_A_START if of_prompt else OF_A_START | OF_A_TRAINING) or not checkpoint.exists(Path(out)):
        return ""
    try:
        saved = checkpoint.load(Path(out), arrays=False)
    except UserError:
        return ""
    asked = given & {"preset", "dataset", *saved.model.sizes}  # else the checkpoint says them
    fits = not asked or saved.model.sizes == trainer.model.sizes
    known = not (asked or of_prompt) or same_entries(saved.tokenizer, trainer.dataset.tokenizer)
    return f"{out} holds a trained one: --checkpoint {quote(out)}" if fits and known else ""


def _usual_rows(found: Base, train: TrainConfig, given: AbstractSet[str]) -> Rows:
    """What `train` takes with the same words, so that nobody takes this iteration for one of that run."""
    _, usual = preset(found.preset, found.recipe)
    names = ("gradient_accumulation_steps", "batch_size")
    micro_steps, batch_size = (getattr(train if name in given else usual, name) for name in names)
    return micro_steps, batch_size


def _progress(before: int, wanted: int) -> AbstractContextManager[Callable[[int], None] | None]:
    """Where many iterations are trained `before` the one that is wanted, how far that has come."""
    if before < MANY:
        return nullcontext()
    return progress(f"to iteration {wanted:,}", before, f"training up to iteration {wanted:,}")
