"""Training on the screen: a live line where somebody looks, one line per evaluation elsewhere."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gpt_by_hand.advice import command, of_run
from gpt_by_hand.engines.processes import current
from gpt_by_hand.terminal import USUAL, can_draw, columns, say
from gpt_by_hand.trace.sizes import shape_line, size_line
from gpt_by_hand.training.loop import Observer
from gpt_by_hand.training.metrics import Metrics
from gpt_by_hand.training.trainer import Trainer

REFRESH = 0.1  # seconds between two redrawings of the live line
ERASE, HIDE, SHOW = "\x1b[K", "\x1b[?25l", "\x1b[?25h"  # what is right of the cursor; the cursor itself


class Lines(Observer):
    """Prints what is trained, one line per evaluation, and where the result is."""

    def __init__(self, out: str | None) -> None:
        self.out = out

    def started(self, trainer: Trainer) -> None:
        model, train = trainer.model, trainer.train
        self.say(f"{shape_line(model)}; {size_line(model)}")
        rows = f"{train.gradient_accumulation_steps} x {train.batch_size} sequences"
        guess = f"ln {model.vocab_size:,} = {math.log(model.vocab_size):.4f} nats per token"
        self.say(f"data {train.dataset_folder}; each iteration sees {rows}; a guess scores {guess}")
        if trainer.state.iteration >= train.max_iters > 0:
            self.say(f"iteration {trainer.state.iteration} is reached already: give a higher --max_iters to go on")
        elif trainer.state.iteration:
            self.say(f"going on from iteration {trainer.state.iteration}")

    def evaluated(self, trainer: Trainer, found: Metrics) -> None:
        self.say(
            f"iteration {found.iteration:>5}: train {found.train_loss:.4f}  val {found.val_loss:.4f}  "
            f"rate {found.learning_rate:.3g}  {self.speed(trainer)}".rstrip()
        )

    def finished(self, trainer: Trainer, interrupted: bool) -> None:
        if interrupted:
            saved = "" if self.out is None else f", and saved; go on with: {_resumed(self.out)}"
            self.say(f"stopped at iteration {trainer.state.iteration}{saved}")
        elif self.out is not None:
            self.say(f"saved to {self.out}; now try: {command(of_run('generate', self.out))}")

    def say(self, line: str) -> None:
        """One line for the user."""
        say(line)

    def speed(self, trainer: Trainer) -> str:
        """Tokens per second, and the share of the device's peak that this is, where that is known."""
        speed = trainer.speed()
        if speed is None:
            return ""
        share = trainer.compute.utilisation(speed)
        return f"{speed:,.0f} tokens/s" + ("" if share is None else f"  MFU {share:.1%}")


def _resumed(out: str) -> str:
    """What to type to go on; only the options, where torchrun has started this, and nobody knows how."""
    options = of_run("--init_from resume", out)
    return command(f"train {options}") if current().rank.size == 1 else options


class Live(Lines):
    """The same, above a line that shows iteration, loss, learning rate, speed and the time left."""

    _drawn, _line = 0.0, ""

    def started(self, trainer: Trainer) -> None:
        super().started(trainer)
        self._before, self._begun = trainer.state.iteration, time.perf_counter()

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        now = time.perf_counter()
        if now - self._drawn >= REFRESH:
            self._drawn = now
            self._draw(fitting(self._parts(trainer, iteration + 1, values), (columns(sys.stdout) or USUAL) - 1))

    def _parts(self, trainer: Trainer, done: int, values: dict[str, Any]) -> dict[str, str]:
        """What there is to show, in order; by names that say what is left out first."""
        guess, most = math.log(trainer.model.vocab_size), trainer.train.max_iters
        each = (time.perf_counter() - self._begun) / max(done - self._before, 1)
        return {
            "count": f"{done:,}/{most:,}",
            "loss": f"loss {float(values['loss']):.3f}",
            "guess": f"(guess {guess:.3f})",
            "rate": f"rate {float(values['learning_rate']):.1e}",
            "speed": self.speed(trainer),
            "left": f"{timedelta(seconds=round(each * (most - done)))} left",
        }

    def finished(self, trainer: Trainer, interrupted: bool) -> None:
        self.close()
        super().finished(trainer, interrupted)

    def say(self, line: str) -> None:
        print(f"\r{ERASE}" if self._line else "", end="")
        super().say(line)
        if self._line:
            self._draw(self._line)

    def close(self) -> None:
        """Take the live line away."""
        if self._line:
            print(f"\r{ERASE}{SHOW}", end="", flush=True)
        self._line = ""

    def _draw(self, line: str) -> None:
        print(f"{'' if self._line else HIDE}\r{line}{ERASE}", end="", flush=True)
        self._line = line


def fitting(parts: Mapping[str, str], width: int) -> str:
    """The parts in one line, without those that it has no room for: the guess goes first, then rate and speed."""
    shown = {name: part for name, part in parts.items() if part}
    for name in ("guess", "rate", "speed"):
        if len("  ".join(shown.values())) > width:
            shown.pop(name, None)
    return "  ".join(shown.values())[:width]


def observer(out: str | None) -> Lines:
    """A live display if standard output is a terminal, lines otherwise."""
    return Live(out) if can_draw(sys.stdout) else Lines(out)
