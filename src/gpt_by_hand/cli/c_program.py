"""What a printed C program needs to know of the training that it does."""

from __future__ import annotations

from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.model.size import shape_line, size_line
from gpt_by_hand.printers.c_program import Training, print_program
from gpt_by_hand.printers.outline import Outline
from gpt_by_hand.schedule.program import fast_schedule, plain_schedule
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.start import draws

LANES = 4  # what every processor has, so that `cc -O3` alone is fast as well
DEFAULTS = ("max_iters", "eval_interval", "eval_iters", "seed")


def print_c_program(outline: Outline, model: ModelConfig, train: TrainConfig, plain: bool) -> str:
    """The iteration that `outline` holds as a C file that trains."""
    program = outline.program
    schedule = plain_schedule(program) if plain else fast_schedule(program, LANES, program.carried)
    start = draws(parameters(model))
    ones = [p.name for p in parameters(model) if p.start is not None and p.start.value == 1]
    sizes = f"{shape_line(model)}; "
    training = Training(
        start,
        ones,
        model.init_decimals,
        train.batch_size,
        model.dropout_rate,
        {name: getattr(train, name) for name in DEFAULTS},
        (sizes, size_line(model)),
    )
    return print_program(schedule, outline, training, fast=not plain)
