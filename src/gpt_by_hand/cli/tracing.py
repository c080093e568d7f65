"""From the options of `trace` and `explain` to a trace: of a prompt or an iteration, from scratch or a checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_by_hand.cli.arguments import model_from, start_of
from gpt_by_hand.cli.folding import remark
from gpt_by_hand.cli.options import ahead
from gpt_by_hand.data.progress import progress
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.study.recording import trace_iteration, trace_prompt
from gpt_by_hand.study.trace import Trace
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.session import begin, load_checkpoint, resume

if TYPE_CHECKING:
    from gpt_by_hand.travel.traveller import Traveller

MANY = 200  # iterations: they take long enough that somebody wants to know how long


@dataclass(frozen=True)
class Start:
    """What stands for other options."""

    checkpoint: str = ""


def check_wanted(prompt: str | None, iteration: int | None) -> None:
    """Refuse what cannot be traced. Raises: UserError."""
    if prompt is not None and iteration is not None:
        raise UserError("--prompt and --iteration are two different things to trace: give one of them")
    if iteration is not None and iteration < 0:
        raise UserError(f"iteration is {iteration}: it must be 0 or more")


def start_flags(given: Sequence[str]) -> list[str]:
    """What `--checkpoint FOLDER` among the options stands for, in options of `train`; nothing if it is not there.

    A folder that is not there is taken for one of ours, so that it is said to hold no checkpoint.
    """
    folder = ahead(Start, given).checkpoint
    if not folder:
        return []
    ours = checkpoint.exists(Path(folder)) or not Path(folder).exists()
    return ["--init_from", "resume", "--out_dir", folder] if ours else ["--init_from", folder]


def traced(
    model: ModelConfig,
    train: TrainConfig,
    prompt: str | None,
    iteration: int | None,
    init_from: str,
    given: Collection[str],
    tokenizer: str = "",
) -> Trace:
    """The trace; without a prompt, of an iteration: the one that is given, or the next.

    `given` names the options that the user chose. Raises: UserError, as training does, and for words that are unknown.
    """
    if tokenizer and (prompt is None or init_from == "scratch"):
        raise UserError(
            "--tokenizer gives the words for a --prompt to a model that is read: give both, and --checkpoint or "
            "--init_from"
        )
    if prompt is not None and init_from == "resume" and not tokenizer:
        saved = load_checkpoint(train.out_dir, model)
        return trace_prompt(saved.model, saved.tokenizer, saved.state.weights, prompt)
    if prompt is not None and init_from != "scratch":
        read = _read(init_from, train.out_dir, tokenizer)
        return trace_prompt(read.config, read.tokenizer, read.weights, prompt)
    if init_from == "resume":
        trainer = resume(train, model, given, remark)
    else:
        trainer = begin(model, train, given, remark, start_of(init_from, model, train.out_dir, remark))
    if prompt is not None:
        return trace_prompt(trainer.model, trainer.dataset.tokenizer, trainer.state.weights, prompt, train.seed)
    wanted = trainer.state.iteration if iteration is None else iteration
    with _progress(wanted - trainer.state.iteration, wanted) as advance:
        return trace_iteration(trainer, wanted, init_from == "resume", advance)


def _read(init_from: str, out_dir: str, tokenizer: str) -> Traveller:
    if init_from == "resume":
        from gpt_by_hand.travel.places import read_with

        return read_with(out_dir, tokenizer)
    found = model_from(init_from, out_dir, tokenizer)
    for note in found.notes:
        remark(f"note: {note}")
    return found


def _progress(before: int, wanted: int) -> AbstractContextManager[Callable[[int], None] | None]:
    """Where many iterations are trained `before` the one that is wanted, how far that has come."""
    if before < MANY:
        return nullcontext()
    return progress(f"to iteration {wanted:,}", before, f"training up to iteration {wanted:,}")
