"""Metrics for TensorBoard and Weights & Biases, beside `metrics.jsonl`: `--log tensorboard,wandb`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gpt_by_hand.advice import install
from gpt_by_hand.errors import UserError
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.loop import Observer
from gpt_by_hand.training.metrics import Metrics
from gpt_by_hand.training.trainer import Trainer

PARTS = 10  # so many iterations between two evaluations are logged
NAMES = {"loss": "iteration/loss", "learning_rate": "iteration/learning_rate", "clip.norm": "iteration/gradient_norm"}


def loggers(train: TrainConfig) -> list[Logger]:
    """What `train.log` names. Raises: UserError, saying how to get it, when its package is missing."""
    return [_made(name, train) for name in dict.fromkeys(train.log.split(",")) if name]


class Logger(Observer):
    """Writes every evaluation, and some iterations between two of them, as numbers by name."""

    def __init__(self, train: TrainConfig) -> None:
        self.train = train
        self._every = max(1, train.eval_interval // PARTS)

    def write(self, values: dict[str, float], iteration: int) -> None:
        """Numbers by name."""

    def close(self) -> None:
        """Nothing more will come."""

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        if iteration % self._every == 0:
            self.write({NAMES[name]: float(value) for name, value in values.items() if name in NAMES}, iteration)

    def evaluated(self, trainer: Trainer, found: Metrics) -> None:
        values = {"loss/train": found.train_loss, "loss/val": found.val_loss, "tokens": found.tokens}
        if speed := trainer.speed():
            values["tokens_per_second"] = speed
            share = trainer.compute.utilisation(speed)
            values |= {} if share is None else {"mfu": share}
        self.write(values, found.iteration)


class TensorBoard(Logger):
    """Event files in `out_dir/tensorboard`, for `tensorboard --logdir`."""

    def __init__(self, train: TrainConfig) -> None:
        super().__init__(train)
        from torch.utils.tensorboard import SummaryWriter

        self._writer: Callable[..., Any] = SummaryWriter
        self.events: Any = None

    def started(self, trainer: Trainer) -> None:
        """What a run that is resumed has logged after its checkpoint is dropped, since it comes again."""
        at = trainer.state.iteration
        self.events = self._writer(str(Path(self.train.out_dir) / "tensorboard"), purge_step=at or None)
        last = trainer.state.evaluation
        if at and last is not None and last.iteration == at:  # dropped with the rest, but it does not come again
            self.evaluated(trainer, last)

    def write(self, values: dict[str, float], iteration: int) -> None:
        for name, value in values.items():
            self.events.add_scalar(name, value, iteration)

    def close(self) -> None:
        if self.events is not None:
            self.events.close()


class WandB(Logger):
    """A run of the project gpt-by-hand at Weights & Biases; WANDB_MODE=offline keeps it in `out_dir/wandb`."""

    def __init__(self, train: TrainConfig) -> None:
        super().__init__(train)
        import wandb

        self._wandb: Any = wandb
        self.run: Any = None

    def started(self, trainer: Trainer) -> None:
        settings = {**asdict(trainer.model), **asdict(trainer.train)}
        Path(self.train.out_dir).mkdir(parents=True, exist_ok=True)
        self.run = self._wandb.init(project="gpt-by-hand", dir=self.train.out_dir, config=settings)

    def write(self, values: dict[str, float], iteration: int) -> None:
        self.run.log(values, step=iteration)

    def close(self) -> None:
        if self.run is not None:
            self.run.finish()


LOGGERS: dict[str, Callable[[TrainConfig], Logger]] = {"tensorboard": TensorBoard, "wandb": WandB}


def _made(name: str, train: TrainConfig) -> Logger:
    try:
        return LOGGERS[name](train)
    except ImportError:
        raise UserError(f"--log {name} needs its package: {install(name)} (or leave it out)") from None
