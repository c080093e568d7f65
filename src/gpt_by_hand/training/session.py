"""From a configuration to a trainer that is ready to go: data found or prepared, weights drawn or loaded."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from gpt_by_hand.advice import command
from gpt_by_hand.data.datasets import Dataset, is_whole, load_dataset
from gpt_by_hand.data.tokenizers import has_spare, same_entries
from gpt_by_hand.engines.processes import current
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.checkpoint import Checkpoint
from gpt_by_hand.training.choice import choose, on_torch, require_torch
from gpt_by_hand.training.config import PRESETS, RECIPES, TrainConfig, check_schedule
from gpt_by_hand.training.opened import OpenedModel, check_sizes
from gpt_by_hand.training.state import State, start_state
from gpt_by_hand.training.trainer import Trainer

Say = Callable[[str], object]


def preset(name: str, recipe: str = "documented") -> tuple[ModelConfig, TrainConfig]:
    """The two configurations of a preset, changed by a recipe.

    Raises: UserError for a name that there is not.
    """
    if name not in PRESETS:
        raise UserError(f"there is no preset {name!r}: choose {', '.join(PRESETS)}")
    if recipe not in RECIPES:
        raise UserError(f"there is no recipe {recipe!r}: choose {', '.join(RECIPES)}")
    return MODEL_PRESETS[name], TrainConfig(**{**PRESETS[name], **RECIPES[recipe]})


def begin(
    model: ModelConfig,
    train: TrainConfig,
    chosen: Collection[str] = (),
    say: Say = print,
    given: OpenedModel | None = None,
) -> Trainer:
    """A trainer at iteration 0, with drawn weights or `given` ones.

    The vocabulary is the data's, unless `vocab_size` is among the `chosen` fields or weights are given. Raises:
    UserError when the device or the data is not there, or the data does not fit the model.
    """
    check_schedule(train, chosen)
    _check_device(train, chosen)
    dataset = current().in_turn(lambda: open_dataset(model, train, say))
    words = dataset.tokenizer.vocab_size
    if words != model.vocab_size and "vocab_size" not in chosen and given is None:
        say(f"the vocabulary of {train.dataset_folder} has {words} entries: vocab_size is {words}")
        model = replace(model, vocab_size=words)
    if given is not None and given.has_words and not same_entries(given.tokenizer, dataset.tokenizer):
        raise UserError(
            f"the vocabulary of {train.dataset_folder} is not the one that the weights have learnt: prepare the text "
            f"with theirs: {command('prepare text FILE --tokenizer FOLDER')}"
        )
    _check_vocabulary(model, dataset, train, say)
    state = start_state(model, train, dataset, None if given is None else given.weights)
    return _trainer(model, train, dataset, state, chosen, say)


def resume(train: TrainConfig, model: ModelConfig, chosen: Collection[str] = (), say: Say = print) -> Trainer:
    """A trainer that goes on from the checkpoint in `train.out_dir`, with the engine that it was trained with.

    Raises: UserError when there is no good checkpoint, or it is from a model of other sizes.
    """
    check_schedule(train, chosen)
    if train.min_lr > train.learning_rate:
        rising = f"note: the step size rises to min_lr {train.min_lr}, above the learning_rate {train.learning_rate}"
        say(f"{rising}, as when this run began; give a --min_lr to change that")
    _check_device(train, chosen)
    saved = checkpoint.load(Path(train.out_dir), whole=not on_torch(train))
    check_sizes(saved.model, model, train.out_dir)
    if not saved.state.m and saved.state.shards is None:
        raise UserError(
            f"the checkpoint in {train.out_dir} was converted, so there is no run to go on with: start one from its "
            f"weights with --init_from {train.out_dir} --out_dir FOLDER"
        )
    _refuse_another_start(train, model, saved)
    dataset = current().in_turn(lambda: open_dataset(model, train, say))
    if not same_entries(dataset.tokenizer, saved.tokenizer):
        raise UserError(
            f"the vocabulary of {train.dataset_folder} is not the one that the checkpoint in {train.out_dir} knows"
        )
    if len(saved.state.next_starts) != train.batch_size:
        raise UserError(
            f"the checkpoint was trained with batch_size {len(saved.state.next_starts)}: resume with the same"
        )
    if max(saved.state.next_starts) >= len(dataset.train) - model.seq_length:
        raise UserError(
            f"the checkpoint in {train.out_dir} goes on at token {max(saved.state.next_starts)}, but the training data "
            f"in {train.dataset_folder} has only {len(dataset.train)}: resume with the data that it was trained on"
        )
    return _trainer(model, train, dataset, saved.state, chosen, say)


def _refuse_another_start(train: TrainConfig, model: ModelConfig, saved: Checkpoint) -> None:
    """What only a start makes use of is not silently ignored: weights and random stream are the checkpoint's."""
    before, now = {**vars(saved.model), **vars(saved.train)}, {**vars(model), **vars(train)}
    for name in ("seed", "init_std", "init_decimals"):
        if now[name] != before[name]:
            raise UserError(
                f"the checkpoint in {train.out_dir} was started with {name} {before[name]}, which cannot be changed "
                f"afterwards: leave --{name} out, or train from scratch"
            )


def _trainer(
    model: ModelConfig, train: TrainConfig, dataset: Dataset, state: State, chosen: Collection[str], say: Say
) -> Trainer:
    compute = choose(model, train, train.max_iters - state.iteration, say, chosen)
    return Trainer(model, replace(train, engine=compute.engine), dataset, state, compute)


def open_dataset(model: ModelConfig, train: TrainConfig, say: Say = print) -> Dataset:
    """The data set; one that comes with the program is prepared first if it is not there, or not all of it.

    Raises: UserError when it is missing, damaged, or too short for the model's sequence.
    """
    folder = train.dataset_folder
    if not is_whole(folder):
        from gpt_by_hand.data.prepare import BUILT_IN, prepare_built_in  # most runs find their data

        if train.dataset in BUILT_IN:
            made = prepare_built_in(train.dataset, folder, replace=False)
            say(f"prepared {folder}: {made.train_tokens:,} tokens to train on, {made.val_tokens:,} to validate")
    dataset = load_dataset(folder, model.seq_length)
    for note in dataset.notes:
        say(f"note: {note}")
    return dataset


def _check_vocabulary(model: ModelConfig, dataset: Dataset, train: TrainConfig, say: Say) -> None:
    words = dataset.tokenizer.vocab_size
    used = max(int(tokens.max()) for tokens in (dataset.train, dataset.val)) + 1 if words > model.vocab_size else 0
    if has_spare(dataset.tokenizer, model.vocab_size) and used <= model.vocab_size:
        say(f"note: {train.dataset_folder} has {words} tokens, and uses only those {model.vocab_size} of the model")
    elif words > model.vocab_size:
        raise UserError(
            f"vocab_size is {model.vocab_size}, but {train.dataset_folder} has tokens up to {words - 1}: "
            f"use --vocab_size {words}, or leave it out"
        )


def _check_device(train: TrainConfig, chosen: Collection[str]) -> None:
    if not on_torch(train):
        _refuse_what_only_torch_does(train, chosen)
        return
    processes = current()
    if train.engine in ("numpy", "c"):
        alone = "in one process: use --engine torch, or leave out torchrun"
        where = f"on the CPU: leave out --device {train.device}" if train.device != "cpu" else alone
        raise UserError(f"the engine {train.engine} computes {where}")
    require_torch(f"--device {train.device}" if train.device != "cpu" else "--engine torch")
    from gpt_by_hand.engines.torch.device import find_device
    from gpt_by_hand.training.torch_compute import device_of

    find_device(device_of(train, processes.rank), train.dtype)
    processes.share(train.rows)


def _refuse_what_only_torch_does(train: TrainConfig, chosen: Collection[str]) -> None:
    """An option that the user gave is not silently ignored."""
    for option in ("compile", "recompute", "shard"):
        if option in chosen and getattr(train, option):
            raise UserError(f"--{option} is for PyTorch: add --engine torch, or leave it out")
    if "dtype" in chosen and train.dtype not in ("auto", "float32"):
        raise UserError(f"--dtype {train.dtype} is for PyTorch: add --engine torch, or leave it out")
