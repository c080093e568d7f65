"""Contents of pages, each made once for all tests of a process, and the traces that they are of.

`JSON` of Python's `json.dumps(contents(NAME))` is what a page has. Names of cases: see `CASES`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from gpt_by_hand import GPT, Trace, trace_iteration, train
from gpt_by_hand.page import contents as made
from gpt_by_hand.trace import recording
from gpt_by_hand.trace.whose import Whose
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.session import resume

PROMPT = "gpt by hand"


@cache
def trained_folder() -> Path:
    """A checkpoint of the demo after 400 quick iterations."""
    folder = Path(mkdtemp(prefix="page-"))
    train("demo", "quick", out_dir=folder, max_iters=400, engine="numpy")
    return folder


def _trained() -> Trace:
    folder = trained_folder()
    saved = checkpoint.load(folder, arrays=False)
    trainer = resume(saved.train.__class__(**{**vars(saved.train), "out_dir": str(folder)}), saved.model, say=str)
    whose = Whose("out", before=trainer.state.iteration)
    return Trace(**vars(recording.trace_iteration(trainer, trainer.state.iteration, whose=whose)))


CASES: dict[str, Callable[[], Trace]] = {
    "demo": partial(trace_iteration, 0),
    "demo at 1": partial(trace_iteration, 1),
    "pencil": partial(trace_iteration, 0, "pencil"),
    "pencil at 1": partial(trace_iteration, 1, "pencil"),
    "pocket": partial(trace_iteration, 0, "pocket"),
    "pocket at 1": partial(trace_iteration, 1, "pocket"),
    "quick": partial(trace_iteration, 0, "demo", "quick"),
    "biases": partial(trace_iteration, 1, use_bias=True, gelu="tanh"),
    "rows": partial(trace_iteration, 1, batch_size=4, gradient_accumulation_steps=4),
    "dropout": partial(trace_iteration, 1, "pencil", dropout_rate=0.3, weight_decay=0.0, grad_clip=0.0),
    "trained": _trained,
    "prompt": lambda: GPT.from_preset("demo").trace(PROMPT),
    "gradients": lambda: GPT.from_preset("demo").gradients(PROMPT),
}
ITERATIONS = [name for name in CASES if name not in ("prompt", "gradients")]


@cache
def trace(name: str) -> Trace:
    """The trace that a page is of."""
    return CASES[name]()


@cache
def contents(name: str) -> dict[str, Any]:
    """What a page of that trace has; not to be changed."""
    return made.contents(trace(name))
