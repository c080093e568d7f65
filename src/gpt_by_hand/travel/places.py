"""Where a model comes from, and where it goes: which form it has there is found from what is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from gpt_by_hand.data.meta import read_meta
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizer_json import read_tokenizer_json
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.checkpoint import Checkpoint
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.state import State
from gpt_by_hand.travel import hub, hugging_face, nanogpt
from gpt_by_hand.travel.traveller import Traveller, words_for
from gpt_by_hand.travel.words import find_tokenizer, read_pair

Form = Literal["gpt-by-hand", "hf", "nanogpt"]
GPT2_WORDS = "gpt2"
FOUND_BY: dict[Form, str] = {"gpt-by-hand": checkpoint.INDEX, "hf": hugging_face.CONFIG}


def form_of(source: Path) -> Form:
    """Which form the model at `source` has. Raises: UserError when there is none."""
    with explained("read", source):
        if source.is_file() and source.suffix in (".json", ".safetensors"):
            raise UserError(f"{source} is a part of a model: give the folder that it is in")
        if source.is_file():
            return "nanogpt"
        there = source.is_dir()
    if there and checkpoint.exists(source):
        return "gpt-by-hand"
    if there and hugging_face.is_folder(source):
        return "hf"
    if there and (source / "ckpt.pt").is_file():
        return "nanogpt"
    if there:
        raise UserError(f"{source} holds no model: there is no checkpoint.json, no config.json and no ckpt.pt in it")
    names = ", ".join(hub.NAMES)
    raise UserError(f"there is no {source}: give a folder with a model, nanoGPT's ckpt.pt, or one of {names}")


def found(source: str) -> Path:
    """The place that `source` names: a path, or, where there is none of that name, a model to be fetched."""
    path = Path(source)
    with explained("read", path):
        there = path.exists()
    return hub.fetched(source) if source in hub.NAMES and not there else path


def read(source: str, tokenizer: Tokenizer | None = None) -> Traveller:
    """The model at a path or of a name; with its own words, unless a tokenizer is given.

    Raises: UserError when there is none, or it is damaged or of another kind than the formulas compute.
    """
    path = found(source)
    form = form_of(path)
    if form == "hf":
        return hugging_face.read(path, tokenizer)
    if form == "nanogpt":
        return nanogpt.read(path if path.is_file() else path / "ckpt.pt", tokenizer)
    saved = checkpoint.load(path, moments=False)
    own = saved.tokenizer.words
    other = tokenizer is not None and tokenizer.words[: len(own)] != own
    notes = [f"{path} has words of its own, which are not those of the tokenizer that is given"] if other else []
    words = words_for(saved.model, tokenizer or saved.tokenizer, path, notes)
    return Traveller(saved.model, words, saved.state.weights, saved.state.iteration, notes)


def read_with(source: str, tokenizer: str) -> Traveller:
    """The model as `read`, with the words that `tokenizer` names as for `read_words`, unless that is empty."""
    return read(source, read_words(tokenizer) if tokenizer else None)


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
            return checkpoint.load(path, moments=False).tokenizer
    if source == GPT2_WORDS:
        return hub.gpt2_tokenizer()
    raise UserError(
        f"there is no tokenizer {'in ' if folder else ''}{source!r}: give a meta.pkl, a tokenizer.json, a folder that "
        "holds one, or gpt2"
    )


def write(model: Traveller, form: Form, destination: Path, force: bool = False) -> None:
    """Write the model in a form that can be written, all of it or nothing.

    Raises: UserError when something is there already (with `force`: something that is no model of that form), or it
    cannot be written.
    """
    check_free(destination, form, force)
    writers: dict[str, Callable[[Traveller, Path], None]] = {"hf": hugging_face.write, "gpt-by-hand": _write_ours}
    with explained("write", destination):
        destination.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(dir=destination.parent, prefix=f".{destination.name}.", suffix=".tmp"))
    try:
        writers[form](model, beside)
        with explained("write", destination):
            _take_place(beside, destination, form)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


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


def _take_place(beside: Path, destination: Path, form: Form) -> None:
    """The new files are whole; the one by which the model is found comes last."""
    destination.mkdir(exist_ok=True)
    names = sorted(path.name for path in beside.iterdir())
    found_by = FOUND_BY[form]
    (destination / found_by).unlink(missing_ok=True)
    for path in list(destination.iterdir()):
        if form == "hf" and hugging_face.FILES.fullmatch(path.name) and path.name not in names:
            path.unlink()
    for name in sorted(names, key=lambda name: name == found_by):
        os.replace(beside / name, destination / name)
    if form == "gpt-by-hand":
        checkpoint.remove_others(destination)


def _write_ours(model: Traveller, folder: Path) -> None:
    train = TrainConfig()
    stream = RandomStream(train.seed)
    state = State(model.weights, {}, {}, stream, [0] * train.batch_size, model.iteration)
    checkpoint.save(Checkpoint(model.config, train, model.tokenizer, state), folder)
