"""Starts with all processes that torchrun has started, if it has; one alone needs no PyTorch for that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from gpt_by_hand.advice import install
from gpt_by_hand.engines.processes import Alone, among, current, own_rank
from gpt_by_hand.errors import UserError


@contextmanager
def together() -> Iterator[Alone]:
    """Inside, `current` is the processes that torchrun has started; a process that fails ends the others, too.

    Raises: UserError when the environment makes no sense, or PyTorch is missing.
    """
    where = own_rank()
    if where.size == 1:
        yield current()
        return
    try:
        from gpt_by_hand.engines.torch.processes import Processes
    except ImportError:
        raise UserError(f"several processes need PyTorch: {install('torch')}") from None
    processes = Processes(where)
    with among(processes), processes.joined():
        yield processes


def first_to_say(line: str) -> bool:
    """Has no other process said this line? What all of them meet is to be said once."""
    if os.environ.get("WORLD_SIZE", "1") in ("", "1"):
        return True
    try:
        from gpt_by_hand.engines.torch.processes import is_first

        return is_first(own_rank(), line)
    except (ImportError, UserError):
        return os.environ.get("RANK", "0") == "0"
