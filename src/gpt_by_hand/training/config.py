"""How a model is trained: the numbers, and the presets and recipes that set several of them at once."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from gpt_by_hand.errors import UserError
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.records import dataclass

T = TypeVar("T")
ENGINES = ("auto", "numpy", "c", "torch")
LOGS = ("tensorboard", "wandb")
DTYPES = ("auto", "float32", "bfloat16", "float16")
# What makes sense of each setting, and how that is said.
NEEDED: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("batch_size gradient_accumulation_steps eval_iters", lambda n: 1 <= n <= 10**6, "from 1 to 1,000,000"),
    ("eval_interval", lambda n: n >= 1, "at least 1"),
    ("max_iters warmup_iters lr_decay_iters", lambda n: 0 <= n <= 10**9, "from 0 to 1,000,000,000"),
    ("learning_rate min_lr weight_decay grad_clip", lambda x: 0 <= x < math.inf, "a number, 0 or more"),
    ("beta1 beta2", lambda x: 0 <= x < 1, "at least 0 and below 1"),
    ("eps", lambda x: 0 < x < math.inf, "a number above 0"),
    ("engine", ENGINES.__contains__, f"one of {', '.join(ENGINES)}"),
    ("dtype", DTYPES.__contains__, f"one of {', '.join(DTYPES)}"),
    ("log", lambda s: not s or set(s.split(",")) <= {*LOGS}, f"names of {', '.join(LOGS)}, with commas between them"),
    ("seed", lambda n: 0 <= n < 2**32, "from 0 to 4294967295"),
    ("dataset", bool, "the name of a folder in data_dir"),
    ("data_dir out_dir", bool, "the name of a folder (. is the present one)"),
)
GPU, RUN = {"use": "gpu"}, {"use": "run"}  # what a setting is for: PyTorch on a GPU, or how a long run is watched


@dataclass(frozen=True)
class TrainConfig(UpdateRule):
    """How to train."""

    dataset: str = "tiny_demo_words"
    """The data set: a folder in data_dir with train.bin, val.bin and meta.pkl."""
    data_dir: str = "data"
    """The folder that holds the data sets."""
    out_dir: str = "out"
    """The folder for checkpoints and metrics."""
    device: str = "cpu"
    """What computes: cpu, or, with PyTorch, cuda, cuda:1 (and so on) or mps."""
    engine: Literal["auto", "numpy", "c", "torch"] = "auto"
    """What runs the formulas: numpy, or c, compiled by this machine's C compiler and many times as fast; auto takes c
    if it is compiled already, or if the run is long enough to repay compiling. torch is the same model in PyTorch, for
    GPUs and large models; auto takes it for every device but cpu."""
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = field(default="auto", metadata=GPU)
    """torch: the numbers that products are computed with; auto takes bfloat16 on a GPU that has it, float16 on other
    GPUs, and float32 on a CPU."""
    compile: bool = field(default=False, metadata=GPU)
    """torch: let torch.compile make one program of the model; it takes a minute, and then each iteration less time."""
    recompute: bool = field(default=False, metadata=GPU)
    """torch: keep fewer activations and compute them anew on the way back (activation checkpointing), for models that
    do not fit; costs about a third more time."""
    shard: bool = field(default=False, metadata=GPU)
    """torch, started by torchrun: share out weights, gradients and moments among the processes (FSDP2), for models that
    do not fit on one GPU; without it, each process has them all (DistributedDataParallel)."""
    log: str = field(default="", metadata=RUN)
    """Where metrics go beside metrics.jsonl: tensorboard, wandb, or tensorboard,wandb."""
    seed: int = 1337
    """Where the random numbers start: the same seed gives the same weights and batches everywhere."""
    batch_size: int = 4
    """How many sequences a micro-step looks at."""
    gradient_accumulation_steps: int = 4
    """How many micro-steps make one update."""
    max_iters: int = field(default=2000, metadata=RUN)
    """How many updates to make in all."""
    eval_interval: int = field(default=100, metadata=RUN)
    """Evaluate each time so many updates have been made, and save (but not more than once a second)."""
    eval_iters: int = field(default=20, metadata=RUN)
    """How many batches of each split an evaluation averages over."""

    def __post_init__(self) -> None:
        """Raise UserError when a number makes no sense."""
        for names, holds, needed in NEEDED:
            for name in names.split():
                if not holds(getattr(self, name)):
                    raise UserError(f"{name} is {getattr(self, name)!r}: it must be {needed}")

    @property
    def rows(self) -> int:
        """How many sequences make one update: the rows of the program's batch.

        >>> TrainConfig(batch_size=1, gradient_accumulation_steps=2).rows
        2
        """
        return self.batch_size * self.gradient_accumulation_steps

    @property
    def dataset_folder(self) -> Path:
        """Where the data set is."""
        return Path(self.data_dir) / self.dataset

    @property
    def update_rule(self) -> UpdateRule:
        """The numbers that the update's formulas are made with."""
        return UpdateRule(**{name: getattr(self, name) for name in UpdateRule.__dataclass_fields__})

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand import notebook

        return notebook.settings(self)


def at_rate(train: TrainConfig, learning_rate: float | None) -> TrainConfig:
    """With another learning rate (the same, if None); `min_lr` stays a tenth of it where it is one, as in all presets.

    >>> at_rate(TrainConfig(), 1e-5).min_lr
    1e-06
    >>> at_rate(TrainConfig(min_lr=0), 1e-5).min_lr
    0
    """
    if learning_rate is None:
        return train
    follows = train.min_lr == _tenth(train.learning_rate)
    return replace(train, learning_rate=learning_rate, min_lr=_tenth(learning_rate) if follows else train.min_lr)


def check_schedule(rule: UpdateRule, chosen: Collection[str]) -> None:
    """Refuse numbers that contradict each other, if the user chose one of them: a run from before goes on as it was.

    Raises: UserError.
    """
    if rule.min_lr > rule.learning_rate and {"min_lr", "learning_rate"} & set(chosen):
        hint = ", or leave it out" if "min_lr" in chosen else ""
        raise UserError(
            f"min_lr is {rule.min_lr}, above the learning_rate {rule.learning_rate}, so the step size would rise: give "
            f"a min_lr of at most {rule.learning_rate}{hint}"
        )
    if rule.warmup_iters > rule.lr_decay_iters and {"warmup_iters", "lr_decay_iters"} & set(chosen):
        raise UserError(
            f"lr_decay_iters is {rule.lr_decay_iters}, where the step size would still rise, since warmup_iters is "
            f"{rule.warmup_iters}: give warmup_iters of at most {rule.lr_decay_iters}, or more lr_decay_iters"
        )


def _tenth(number: float) -> float:
    """To 15 digits, so that a tenth of 3e-4 is 3e-5 and not 2.9999999999999997e-05."""
    return float(f"{number / 10:.15g}")


def configured(kind: type[T], values: Mapping[str, Any]) -> T:
    """A configuration from plain values, all of its fields and each of the type that its default has.

    Raises: UserError when one is missing, of another type, or makes no sense.
    """
    if not isinstance(values, Mapping):
        raise UserError(f"a configuration is {type(values).__name__}: it must be a dictionary")
    for entry in fields(kind):  # type: ignore[arg-type]
        value, wanted = values.get(entry.name), type(entry.default)
        fits = type(value) is wanted or (wanted is float and type(value) is int)
        if not fits or (isinstance(value, int) and abs(value) >= 2**63):
            raise UserError(f"{entry.name} is {ascii(value)[:40]}: it must be {WORDS[wanted]}")
    if unknown := values.keys() - {entry.name for entry in fields(kind)}:  # type: ignore[arg-type]
        raise UserError(f"there is no setting {ascii(sorted(unknown)[0])[:40]}: see ModelConfig and TrainConfig")
    return kind(**values)


WORDS = {int: "a whole number", float: "a number", bool: "True or False", str: "text"}

# nanoGPT's `train.py` and `config/train_gpt2.py`: half a million tokens an update.
GPT2: dict[str, Any] = {"dataset": "openwebtext", "batch_size": 12, "gradient_accumulation_steps": 40}
GPT2 |= {"learning_rate": 6e-4, "min_lr": 6e-5, "warmup_iters": 2000, "max_iters": 600_000, "lr_decay_iters": 600_000}
GPT2 |= {"eval_interval": 1000, "eval_iters": 200}
QUICK: dict[str, Any] = {"learning_rate": 1e-2, "min_lr": 1e-3}
PENCIL = {"dataset": "pencil", "batch_size": 1, "gradient_accumulation_steps": 2, **QUICK}
PLAY: dict[str, Any] = {"dataset": "shakespeare_char", "batch_size": 12, "gradient_accumulation_steps": 1}
PLAY |= {"learning_rate": 1e-3, "min_lr": 1e-4, "beta2": 0.99}
# nanoGPT's `config/train_shakespeare_char.py`, for a GPU.
PLAY_ON_GPU = {**PLAY, "batch_size": 64, "warmup_iters": 100, "max_iters": 5000, "lr_decay_iters": 5000}
PLAY_ON_GPU |= {"eval_interval": 250, "eval_iters": 200}
# What a preset says of training, beside its sizes (model/config.py).
PRESETS: dict[str, dict[str, Any]] = {"demo": {}, "pocket": {}, "pencil": PENCIL}
PRESETS |= {"shakespeare": PLAY, "shakespeare-char": PLAY_ON_GPU}
PRESETS |= dict.fromkeys(("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"), GPT2)

RECIPES: dict[str, dict[str, Any]] = {
    "documented": {},
    "quick": {"batch_size": 4, "gradient_accumulation_steps": 4, **QUICK},
}

# By hand: one sequence at a time, and few iterations, since every number of them is shown.
BY_HAND: dict[str, Any] = {"batch_size": 1, "gradient_accumulation_steps": 2, "max_iters": 2, "engine": "numpy"}
