"""Where a model comes from, and where it goes: which form it has there is found from what is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

from gpt_by_hand.advice import command
from gpt_by_hand.data.meta import read_meta
from gpt_by_hand.data.prepare import built_in_tokenizer
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.staging import staged
from gpt_by_hand.data.tokenizer_json import read_tokenizer_json
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained
from gpt_by_hand.interop import hub, hugging_face, nanogpt
from gpt_by_hand.interop.fitting import words_for
from gpt_by_hand.interop.words import find_tokenizer, read_pair
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.checkpoint import Checkpoint
from gpt_by_hand.training.config import PRESETS, TrainConfig
from gpt_by_hand.training.opened import OpenedModel
from gpt_by_hand.training.session import preset
from gpt_by_hand.training.start import Arrays, start_weights
from gpt_by_hand.training.state import State

Form = Literal["gpt-by-hand", "hf", "nanogpt"]
GPT2_WORDS = "gpt2"
FOUND_BY: dict[Form, str] = {"gpt-by-hand": checkpoint.INDEX, "hf": hugging_face.CONFIG, "nanogpt": nanogpt.NAME}


def form_of(source: Path) -> Form:
    """Which form the model at `source` has. Raises: UserError when there is none."""
    with explained("read", source):
        if source.is_file() and source.suffix in (".json", ".safetensors"):
            raise UserError(f"{source} is a part of a model: give the folder that it is in")
        if source.is_file():
            return "nanogpt"
        for form, name in FOUND_BY.items():
            if (source / name).is_file():
                return form
        there = source.is_dir()
    if there:
        raise UserError(f"{source} holds no model: there is no checkpoint.json, no config.json and no ckpt.pt in it")
    raise UserError(
        f"there is no {source}: give a folder with a model ({command('train')} makes one), nanoGPT's ckpt.pt, a name "
        f"to fetch ({', '.join(hub.NAMES)}), or a preset and a seed for an untrained model (demo:1337)"
    )


def open_model(source: str, tokenizer: str | Tokenizer = "") -> OpenedModel:
    """The model that `source` names: the one way to open any.

    A folder with a checkpoint of ours or a GPT-2 of Hugging Face's, nanoGPT's ckpt.pt, a name to fetch, or a preset
    with a seed, such as `demo:7`, untrained. It has its own words, unless `tokenizer` is another or names one, as
    for `read_words`.

    Raises: UserError when there is none, or it is damaged or of another kind than the formulas compute.
    """
    words = read_words(tokenizer) if isinstance(tokenizer, str) and tokenizer else tokenizer or None
    path = Path(source)
    with explained("read", path):
        there = path.exists()
    name, _, seed = source.partition(":")
    if not there and name in PRESETS and re.fullmatch(r"\d{1,10}", seed):
        return drawn_model(name, int(seed), words)
    if not there and source in hub.NAMES:
        path = hub.fetched(source)
    return replace(_READERS[form_of(path)](path, words), source=source, path=path)


def drawn_model(name: str, seed: int, words: Tokenizer | None = None) -> OpenedModel:
    """The untrained model of a preset: its weights are drawn with the seed.

    Raises: UserError for a preset or a seed that there is not, or that brings no words where none are given.
    """
    config, train = preset(name)
    replace(train, seed=seed)  # checks it
    notes: list[str] = []
    known = words_for(config, words or built_in_tokenizer(train.dataset), Path(name), notes)

    def drawn() -> Arrays:
        return start_weights(config, RandomStream(seed))

    return OpenedModel(config, known, drawn, name, iteration=0, seed=seed, notes=notes)


def _ours(path: Path, tokenizer: Tokenizer | None) -> OpenedModel:
    saved = checkpoint.load(path, moments=False)  # at once: a run may be writing, and its iteration is the weights'
    own = saved.tokenizer.words
    other = tokenizer is not None and tokenizer.words[: len(own)] != own
    notes = [f"{path} has words of its own, which are not those of the tokenizer that is given"] if other else []
    words = words_for(saved.model, tokenizer or saved.tokenizer, path, notes)
    state = saved.state
    return OpenedModel(saved.model, words, lambda: state.weights, iteration=state.iteration, notes=notes)


_READERS: dict[Form, Callable[[Path, Tokenizer | None], OpenedModel]] = {
    "gpt-by-hand": _ours,
    "hf": hugging_face.read,
    "nanogpt": nanogpt.read,
}


def read_words(source: str) -> Tokenizer:
    """A tokenizer: `gpt2`, a tokenizer.json, a meta.pkl, or a folder with one of them or with a checkpoint.

    Raises: UserError when there is none, or it is of another kind.
    """
    path = Path(source)
    with explained("read", path):
        file, folder = path.is_file(), path.is_dir()
    if file:
        if path.name == "vocab.json":
            return read_pair(path.parent)
        return read_meta(path) if path.suffix == ".pkl" else read_tokenizer_json(path)
    if folder:
        if words := find_tokenizer(path):
            return words
        if (path / "meta.pkl").is_file():
            return read_meta(path / "meta.pkl")
        if checkpoint.exists(path):
            return checkpoint.load(path, arrays=False).tokenizer
    if source == GPT2_WORDS:
        return hub.gpt2_tokenizer()
    raise UserError(
        f"there is no tokenizer {'in ' if folder else ''}{source!r}: give a meta.pkl, a tokenizer.json, a folder that "
        "holds one, or gpt2"
    )


def write(model: OpenedModel, form: Form, destination: Path, force: bool = False) -> None:
    """Write the model in a form that can be written, all of it or nothing.

    Raises: UserError when something is there already (with `force`: something that is no model of that form), or it
    cannot be written.
    """
    check_free(destination, form, force)
    writers: dict[str, Callable[[OpenedModel, Path], None]] = {"hf": hugging_face.write, "gpt-by-hand": _write_ours}
    with staged(destination, last=FOUND_BY[form]) as folder:
        writers[form](model, folder)
        if form == "hf":
            hugging_face.remove_others(destination, {path.name for path in folder.iterdir()})
    if form == "gpt-by-hand":
        checkpoint.remove_others(destination)


def check_free(destination: Path, form: Form, force: bool) -> None:
    """Raise UserError unless the destination may be written: nobody's data are overwritten."""
    with explained("write", destination):
        there = destination.exists()
        holds = sorted(path.name for path in destination.iterdir()) if there else []
    if not holds:
        return
    if not force:
        raise UserError(f"{destination} exists already: choose another name, or replace the model in it with --force")
    own, other = FOUND_BY[form], FOUND_BY["hf" if form == "gpt-by-hand" else "gpt-by-hand"]
    if other in holds:
        raise UserError(f"{destination} holds a model of another form ({other}): choose another name")
    if own not in holds:
        raise UserError(f"{destination} holds no model that --force could replace (no {own}): choose another name")


def _write_ours(model: OpenedModel, folder: Path) -> None:
    train = TrainConfig()
    stream = RandomStream(train.seed)
    state = State(model.weights, {}, {}, stream, [0] * train.batch_size, model.iteration or 0)
    checkpoint.save(Checkpoint(model.config, train, model.tokenizer, state), folder)
